//! Commands about holds.

use super::{CAUSE_MAX, check_text};
use crate::{
    HoldId, Moment,
    command::Refusal,
    contract::Contract,
    fact::What,
    hold::{Hold, HoldKind},
};

/// Longest hold in days.
const HOLD_DAYS_MAX: i64 = 180;

pub(super) fn open(contract: &Contract, hold: Hold, at: Moment) -> Result<Vec<What>, Refusal> {
    check_text("cause", &hold.cause, CAUSE_MAX)?;
    if contract.holds.iter().any(|known| known.id == hold.id) {
        return Ok(Vec::new());
    }
    if !contract.is_active() {
        let detail = format!("the contract is {}", contract.state.name());
        return Err(Refusal::new("contract_not_active", detail));
    }
    if hold.from > at {
        let detail = "a hold begins at once: from must not lie ahead";
        return Err(Refusal::new("hold_out_of_range", detail));
    }
    let may_last = !matches!(hold.kind, HoldKind::PaymentPending | HoldKind::Promise);
    let Some(until) = hold.until else {
        if may_last {
            return Ok(vec![What::HoldOpened(hold)]);
        }
        return Err(Refusal::new("hold_needs_end", "this kind of hold needs an end: give until"));
    };
    if until <= at || until > at.plus_seconds(HOLD_DAYS_MAX * 86_400) {
        let detail = format!("until must lie ahead, within {HOLD_DAYS_MAX} days");
        return Err(Refusal::new("hold_out_of_range", detail));
    }
    Ok(vec![What::HoldOpened(hold)])
}

/// A hold that is not open stays as it is.
pub(super) fn close(contract: &Contract, id: HoldId, at: Moment) -> Vec<What> {
    let open = contract.holds.iter().any(|hold| hold.id == id && hold.is_open(at));
    if open { vec![What::HoldClosed(id)] } else { Vec::new() }
}
