//! What the lender's own system tells, and what may not be asked of a contract whose account is
//! kept there.

use super::{Command, MOVE_MAX, Refusal, money};
use crate::{
    Moment,
    contract::Contract,
    fact::What,
    ladder::Ladder,
    outside::{Pushed, Word},
    terms::Servicing,
};

/// Clocks of two systems differ by up to so much.
const AHEAD_S: i64 = 60;

/// Money is counted where the account is kept.
pub(super) fn check_kept_here(contract: &Contract, command: &Command) -> Result<(), Refusal> {
    let of_money = matches!(
        command,
        Command::PostPayment { .. }
            | Command::ConfirmPayment { .. }
            | Command::ReversePayment { .. }
            | Command::ChargeBack { .. }
            | Command::WinChargeback { .. }
            | Command::ChargeFee { .. }
            | Command::WaiveFees { .. }
            | Command::Refund { .. }
            | Command::Credit { .. }
    );
    if of_money { kept_here(contract) } else { Ok(()) }
}

/// Whether the account of a contract is kept here.
fn kept_here(contract: &Contract) -> Result<(), Refusal> {
    if contract.terms().is_outside() {
        let detail = "the account of this contract is kept by the lender's own system: book it \
                      there and push the standing";
        return Err(Refusal::new("serviced_outside", detail));
    }
    Ok(())
}

/// Whether a contract has instalments kept here.
pub(crate) fn has_schedule(contract: &Contract) -> Result<(), Refusal> {
    kept_here(contract)?;
    if contract.terms().servicing() == Servicing::Instalments {
        return Ok(());
    }
    Err(Refusal::new("sold_by_days", "the phone is sold by days: it has no instalments"))
}

/// Takes a standing in. An older one than is known changes nothing, nor does the same again.
pub(super) fn push(
    contract: &Contract,
    ladder: &Ladder,
    pushed: Pushed,
    at: Moment,
) -> Result<Vec<What>, Refusal> {
    if !contract.terms().is_outside() {
        let detail = "the account of this contract is kept here: report payments, not its standing";
        return Err(Refusal::new("serviced_here", detail));
    }
    check(contract, &pushed, at)?;
    if pushed.to(contract) != Word::New {
        return Ok(Vec::new());
    }
    if !contract.can_settle() {
        let detail = format!("the contract is {}", contract.state.name());
        return Err(Refusal::new("contract_not_active", detail));
    }
    if contract.outside.as_ref().is_some_and(|known| known.as_of == pushed.as_of) {
        let detail = "as_of: another standing was told for this moment: give a later one";
        return Err(Refusal::new("standing_reused", detail));
    }
    Ok(money::moved(contract, ladder, What::StandingPushed(pushed.plain()), at))
}

fn check(contract: &Contract, pushed: &Pushed, at: Moment) -> Result<(), Refusal> {
    let contradicts = |detail: &str| Err(Refusal::new("standing_contradicts", detail));
    if pushed.as_of > at.plus_seconds(AHEAD_S) {
        return Err(Refusal::new("standing_in_future", "as_of: lies in the future"));
    }
    let amounts = [
        ("past_due", Some(pushed.past_due), 0),
        ("next_due", pushed.next_due.map(|(_, amount)| amount), 1),
        ("remaining", pushed.remaining, 0),
    ];
    for (field, amount, least) in amounts {
        if amount.is_some_and(|amount| amount < least) {
            let detail = format!("{field}: expected an amount from {least} minor units");
            return Err(Refusal::new("bad_amount", detail));
        }
        if amount.is_some_and(|amount| amount > MOVE_MAX) {
            let detail = format!("{field}: at most {MOVE_MAX} minor units");
            return Err(Refusal::new("amount_overflow", detail));
        }
    }
    let day = contract.day(pushed.as_of);
    match pushed.oldest_unpaid {
        None if pushed.past_due > 0 => {
            let detail = "oldest_unpaid: needed while anything is past due";
            return Err(Refusal::new("oldest_unpaid_missing", detail));
        }
        Some(due) if pushed.past_due > 0 && due >= day => {
            return contradicts("oldest_unpaid: what is past due fell due before the day of as_of");
        }
        _ => {}
    }
    if pushed.next_due.is_some_and(|(due, _)| due < day) {
        return contradicts("next_due: must not lie before the day of as_of");
    }
    if pushed.remaining.is_some_and(|remaining| remaining < pushed.past_due) {
        return contradicts("remaining: cannot be less than past_due");
    }
    let owes = pushed.past_due > 0 || pushed.remaining.is_some_and(|remaining| remaining > 0);
    if pushed.settled && (owes || pushed.next_due.is_some()) {
        return contradicts("settled: nothing may be past due, next due or remaining");
    }
    Ok(())
}
