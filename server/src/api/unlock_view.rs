//! How often announced money may still open a phone.

use domain::{Contract, Ladder, Moment, decide::spent};
use serde::Serialize;
use utoipa::ToSchema;

/// What is left of the budget for announced money.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnlocksView {
    /// Times that it opened within the period.
    used: u64,
    /// Times that it may.
    count: u8,
    /// Hours each.
    hours: u32,
    /// Days of the period.
    period_days: u32,
    /// When it may again; absent while it may.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    renews_at: Option<String>,
}

pub(crate) fn unlocks(contract: &Contract, ladder: &Ladder, at: Moment) -> UnlocksView {
    let budget = &ladder.provisional;
    let since = at.plus_seconds(-i64::from(budget.period_days) * 86_400);
    let used = contract.unlocks.iter().filter(|unlock| unlock.at > since).count();
    UnlocksView {
        used: used as u64,
        count: budget.count,
        hours: budget.hours,
        period_days: budget.period_days,
        renews_at: spent(contract, ladder, at).map(Moment::rfc3339),
    }
}
