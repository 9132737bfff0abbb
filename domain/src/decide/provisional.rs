//! Opening a phone for money that is believed to be on its way: for some hours, a few times in a
//! period, and only where that money would open it.

use super::money;
use crate::{
    Moment,
    command::Refusal,
    contract::Contract,
    evaluate::evaluate,
    fact::{Actor, Fact, What},
    hold::Announced,
    ladder::Ladder,
    levels::out_of_blackout,
};

/// Longest keyed hash of a transaction number in bytes.
const TRANSACTION_MAX: usize = 64;

/// Opens for announced money. A transaction opens once; one that changes nothing costs nothing.
pub(super) fn open(
    contract: &Contract,
    ladder: &Ladder,
    announced: Announced,
    at: Moment,
) -> Result<Vec<What>, Refusal> {
    let Announced { hold, transaction, amount } = announced;
    if transaction.is_empty() || transaction.len() > TRANSACTION_MAX {
        let detail = format!("transaction: a keyed hash of 1 to {TRANSACTION_MAX} bytes");
        return Err(Refusal::new("bad_text", detail));
    }
    if contract.unlocks.iter().any(|unlock| unlock.transaction == transaction) {
        return Ok(Vec::new());
    }
    if !contract.is_active() {
        let detail = format!("the contract is {}", contract.state.name());
        return Err(Refusal::new("contract_not_active", detail));
    }
    let budget = &ladder.provisional;
    let ends = at.plus_seconds(i64::from(budget.hours) * 3_600);
    let until = out_of_blackout(contract, ladder, ends);
    if !restricts(contract, ladder, at, until) || !helps(contract, ladder, amount, at, until)? {
        return Ok(Vec::new());
    }
    if let Some(renews) = spent(contract, ladder, at) {
        let detail = if budget.count == 0 {
            "the programme opens for no announced money".to_owned()
        } else {
            format!("announced money opens again from {}", renews.rfc3339())
        };
        return Err(Refusal::new("provisional_budget_spent", detail));
    }
    Ok(vec![What::ProvisionalOpened { hold, transaction, until }])
}

/// Closes what a transaction opened, once it has come or is known not to come.
pub(super) fn end(contract: &Contract, transaction: &str, at: Moment) -> Vec<What> {
    let unlock = contract.unlocks.iter().find(|unlock| unlock.transaction == transaction);
    let open = unlock.filter(|unlock| {
        contract.holds.iter().any(|hold| hold.id == unlock.hold && hold.is_open(at))
    });
    open.map(|unlock| What::HoldClosed(unlock.hold)).into_iter().collect()
}

/// When the budget renews, if it is spent.
pub fn spent(contract: &Contract, ladder: &Ladder, at: Moment) -> Option<Moment> {
    let budget = &ladder.provisional;
    let period_s = i64::from(budget.period_days) * 86_400;
    let renews = |opened: Moment| opened.plus_seconds(period_s);
    let mut within: Vec<Moment> = contract.unlocks.iter().map(|unlock| unlock.at).collect();
    within.retain(|opened| renews(*opened) > at);
    within.sort_unstable();
    let count = usize::from(budget.count);
    match within.len().checked_sub(count) {
        Some(over) if count > 0 => within.get(over).copied().map(renews),
        Some(_) => Some(at),
        None => None,
    }
}

/// Whether a restriction holds at either end of a stretch.
fn restricts(contract: &Contract, ladder: &Ladder, from: Moment, until: Moment) -> bool {
    [from, until].into_iter().any(|at| evaluate(contract, ladder, at).stage.restricts())
}

/// Whether the money would leave nothing restricted; money of an unknown amount may.
fn helps(
    contract: &Contract,
    ladder: &Ladder,
    amount: Option<i64>,
    at: Moment,
    until: Moment,
) -> Result<bool, Refusal> {
    let Some(amount) = amount else { return Ok(true) };
    money::check_post(contract, amount, at, at)?;
    let mut after = contract.clone();
    let payment = contract.unit;
    let posted = What::PaymentPosted { payment, amount, value: at, confirmed: true };
    for what in money::moved(contract, ladder, posted, at) {
        after.apply(&Fact { at, actor: Actor::Time, what });
    }
    Ok(!restricts(&after, ladder, at, until))
}
