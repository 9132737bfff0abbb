//! Time that money has bought, as the API shows it.

use domain::{Contract, Moment, Money, terms::Servicing};
use serde::Serialize;
use utoipa::ToSchema;

const DAY_S: i64 = 86_400;

/// Time that money has bought: of a phone sold by days, or by part payments.
#[derive(Serialize, ToSchema)]
pub(crate) struct TimeCreditView {
    /// Until when it lasts.
    #[schema(format = DateTime)]
    credit_until: String,
    /// Decimal number: less than a day's price, waiting for more.
    carry: String,
    /// Decimal number: what buys the next day.
    next_day: String,
    /// Decimal sum of what was counted.
    paid: String,
    /// Decimal number: what makes the phone the buyer's own.
    total: String,
    /// Days bought in all.
    days_bought: i64,
    /// Days since the free ones ended; only where days are sold.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    days_elapsed: Option<i64>,
    /// Days bought in basis points of the days elapsed; only where days are sold.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    health_bps: Option<i64>,
}

pub(super) fn time_credit(contract: &Contract, at: Moment) -> Option<TimeCreditView> {
    let credit = contract.credit.as_ref()?;
    let terms = contract.terms();
    let money = |minor: i64| Money::new(minor, terms.currency()).decimal();
    let now = credit.now();
    let elapsed = match terms.servicing() {
        Servicing::Payg(payg) => {
            let free = contract.signed_at.plus_seconds(i64::from(payg.free_days) * DAY_S);
            Some((at.seconds_since(free) / DAY_S).max(0))
        }
        _ => None,
    };
    let health = |days: i64| now.days.saturating_mul(10_000) / days;
    Some(TimeCreditView {
        credit_until: now.until.rfc3339(),
        carry: money(now.carry),
        next_day: money(credit.next_price()),
        paid: money(contract.paid),
        total: money(terms.total()),
        days_bought: now.days,
        days_elapsed: elapsed,
        health_bps: elapsed.filter(|days| *days > 0).map(health),
    })
}
