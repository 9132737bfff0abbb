//! Days past due by hand: a second opinion on the domain's arithmetic, straight from the terms.

use domain::{Contract, Moment, terms::Servicing, time_credit::Payg};

/// Tolerance of the programmes of `examples/`: two in a hundred of one instalment.
const TOLERANCE_PER_CENT: i64 = 2;
const DAY_S: i64 = 86_400;

/// Days past due of an active contract after `paid` minor units, on the local day of a moment. Of
/// a phone sold by days it is the most that they can be: whoever pays late gets more light for it.
pub fn days_past_due(contract: &Contract, paid: i64, now: Moment) -> i32 {
    match contract.terms().servicing() {
        Servicing::Payg(payg) => days_dark(contract, payg, paid, (contract.signed_at, now)),
        _ => by_rows(contract, paid, now),
    }
}

/// The least days past due when no money came or went since a moment.
pub fn least_days_past_due(contract: &Contract, paid: i64, since: Moment, now: Moment) -> i32 {
    match contract.terms().servicing() {
        Servicing::Payg(payg) => {
            let since = since.plus_seconds(i64::from(payg.rate.notice_days) * DAY_S);
            days_dark(contract, payg, paid, (since, now))
        }
        _ => by_rows(contract, paid, now),
    }
}

/// Days since the light went out if all days ever bought had begun at a moment.
fn days_dark(contract: &Contract, payg: Payg, paid: i64, (from, now): (Moment, Moment)) -> i32 {
    let days = i64::from(payg.free_days) + paid / payg.rate.day_price;
    let last = from.plus_seconds(days * DAY_S - 1);
    let zone = contract.terms().zone();
    zone.day(now).days_since(zone.day(last)).max(0)
}

fn by_rows(contract: &Contract, paid: i64, now: Moment) -> i32 {
    let terms = contract.terms();
    let today = terms.zone().day(now);
    let tolerance = terms.rows()[0].amount * TOLERANCE_PER_CENT / 100;
    let mut through = 0;
    for row in terms.rows() {
        through += row.amount;
        if through - paid > tolerance {
            return today.days_since(row.due).max(0);
        }
    }
    0
}
