//! Days past due by hand: a second opinion on the domain's arithmetic, straight from the schedule.

use domain::{Contract, Moment};

/// Tolerance of the programmes of `examples/`: two in a hundred of one instalment.
const TOLERANCE_PER_CENT: i64 = 2;

/// Days past due of an active contract after `paid` minor units, on the local day of a moment.
pub fn days_past_due(contract: &Contract, paid: i64, now: Moment) -> i32 {
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
