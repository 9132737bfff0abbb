//! Commands that end a contract and free its device, or take an ending back.

use super::{CAUSE_MAX, check_text, money::MOVE_MAX};
use crate::{
    Moment,
    command::Refusal,
    contract::{Contract, State},
    ending::{End, Ending, GRADE_MAX, Shortfall},
    fact::{Actor, Fact, ReleaseCause, What},
};

pub(super) fn release(contract: &Contract, certificate: Vec<u8>) -> Result<Vec<What>, Refusal> {
    let cause = match &contract.state {
        State::Settled { .. } if contract.unconfirmed > 0 => {
            let detail = "the last money is not confirmed yet";
            return Err(Refusal::new("payment_unconfirmed", detail));
        }
        State::Settled { .. } if !contract.is_paid_off() => {
            let detail = "money was taken back since the last payment";
            return Err(Refusal::new("not_settled", detail));
        }
        State::Settled { .. } => ReleaseCause::Paid,
        State::Returned => ReleaseCause::Returned,
        State::WrittenOff { release: true } => ReleaseCause::WrittenOff,
        State::Released { .. } => return Ok(Vec::new()),
        State::Active
        | State::Returning { .. }
        | State::WrittenOff { release: false }
        | State::Assigned { .. } => {
            return Err(Refusal::new("not_settled", "something is still owed"));
        }
    };
    Ok(vec![What::Released { cause, certificate }])
}

pub(super) fn confirm_removal(contract: &Contract) -> Result<Vec<What>, Refusal> {
    match contract.state {
        State::Released { removed: false, .. } => Ok(vec![What::RemovalConfirmed]),
        State::Released { removed: true, .. } => Ok(Vec::new()),
        _ => Err(Refusal::new("not_released", "the contract is not released")),
    }
}

pub(super) fn end(contract: &Contract, end: End, at: Moment) -> Result<Vec<What>, Refusal> {
    match end {
        End::HandOver { value, note } => hand_over(contract, value, note, at),
        End::UndoHandOver { reason } => {
            check_text("reason", &reason, CAUSE_MAX)?;
            check_returning(contract)?;
            Ok(revived(contract, Ending::HandOverUndone { reason }, at))
        }
        End::Grade { grade, amount, shortfall } => {
            check_returning(contract)?;
            check_text("grade", &grade, GRADE_MAX)?;
            check_value(amount)?;
            check_kept_here(contract, amount)?;
            let short = contract.account.now().open().saturating_sub(amount).max(0);
            let waived = match becomes(contract, shortfall)? {
                Shortfall::Keep => 0,
                Shortfall::Waive => short,
            };
            Ok(vec![What::Ending(Ending::Graded { grade, amount, waived })])
        }
        End::WriteOff { release, reason } => {
            check_text("reason", &reason, CAUSE_MAX)?;
            check_may_write_off(contract, release)?;
            Ok(ended(contract, Ending::WrittenOff { release, reason }))
        }
        End::UndoWriteOff { reason } => {
            check_text("reason", &reason, CAUSE_MAX)?;
            check_may_undo(contract)?;
            Ok(revived(contract, Ending::WriteOffUndone { reason }, at))
        }
        End::LetGo { reason } => {
            check_text("reason", &reason, CAUSE_MAX)?;
            match contract.state {
                State::WrittenOff { release: false } => {
                    Ok(vec![What::Ending(Ending::LetGo { reason })])
                }
                State::WrittenOff { .. } | State::Released { .. } => Ok(Vec::new()),
                _ => Err(not_written_off(contract)),
            }
        }
    }
}

fn hand_over(
    contract: &Contract,
    value: Moment,
    note: String,
    at: Moment,
) -> Result<Vec<What>, Refusal> {
    if note.len() > CAUSE_MAX {
        return Err(Refusal::new("bad_text", format!("note: at most {CAUSE_MAX} bytes of text")));
    }
    if !contract.is_active() {
        return Err(not_active(contract));
    }
    if value > at || contract.day(value) < contract.day(contract.signed_at) {
        let detail = "value_at must lie between the signing and now";
        return Err(Refusal::new("value_out_of_range", detail));
    }
    Ok(ended(contract, Ending::HandedOver { value, note }))
}

fn check_returning(contract: &Contract) -> Result<(), Refusal> {
    match contract.state {
        State::Returning { .. } => Ok(()),
        _ => {
            let detail = format!("no phone is being graded: the contract is {}", name(contract));
            Err(Refusal::new("not_returning", detail))
        }
    }
}

/// The lender may always give up what the terms let him keep, and never the other way round.
fn becomes(contract: &Contract, asked: Option<Shortfall>) -> Result<Shortfall, Refusal> {
    let agreed = contract.terms().agreed().shortfall;
    match (agreed, asked) {
        (Shortfall::Waive, Some(Shortfall::Keep)) => {
            let detail = "the terms give up what a phone handed back does not cover";
            Err(Refusal::new("shortfall_waived", detail))
        }
        (_, asked) => Ok(asked.unwrap_or(agreed)),
    }
}

fn check_value(amount: i64) -> Result<(), Refusal> {
    match amount {
        0..=MOVE_MAX => Ok(()),
        ..0 => Err(Refusal::new("bad_amount", "value: a phone is worth nothing or more")),
        _ => Err(Refusal::new("amount_overflow", format!("at most {MOVE_MAX} minor units"))),
    }
}

/// What a phone counts for pays where the account is kept.
fn check_kept_here(contract: &Contract, amount: i64) -> Result<(), Refusal> {
    if amount == 0 || !contract.terms().is_outside() {
        return Ok(());
    }
    let detail = "the account of this contract is kept by the lender's own system: book the \
                  phone's value there and grade it with 0 here";
    Err(Refusal::new("serviced_outside", detail))
}

/// A debt can be written off wherever one is left, save while a phone is being graded for it. What
/// was settled once does not come back to life, so its phone goes with the debt.
fn check_may_write_off(contract: &Contract, release: bool) -> Result<(), Refusal> {
    let may = match contract.state {
        State::Active => true,
        State::Settled { .. } => release,
        State::Released { .. } => !contract.is_written_off(),
        State::Returning { .. }
        | State::Returned
        | State::WrittenOff { .. }
        | State::Assigned { .. } => false,
    };
    if !may {
        return Err(not_active(contract));
    }
    if contract.account.now().open() > 0 || contract.terms().is_outside() {
        return Ok(());
    }
    Err(Refusal::new("nothing_owed", "nothing is owed that could be written off"))
}

/// A release is for ever, and so is the write-off that brought it.
fn check_may_undo(contract: &Contract) -> Result<(), Refusal> {
    match contract.state {
        State::WrittenOff { release: true }
        | State::Released { cause: ReleaseCause::WrittenOff, .. } => {
            let detail = "the phone was released with the write-off: that cannot be undone";
            Err(Refusal::new("write_off_final", detail))
        }
        _ if contract.is_written_off() && !matches!(contract.state, State::Settled { .. }) => {
            Ok(())
        }
        _ => Err(not_written_off(contract)),
    }
}

fn not_active(contract: &Contract) -> Refusal {
    Refusal::new("contract_not_active", format!("the contract is {}", name(contract)))
}

fn not_written_off(contract: &Contract) -> Refusal {
    let detail = format!("nothing was written off: the contract is {}", name(contract));
    Refusal::new("not_written_off", detail)
}

fn name(contract: &Contract) -> &'static str {
    contract.state.name()
}

/// An ending with what follows from it at once: notices given so far carry nothing any more, so
/// that a contract that comes back to life needs its own.
pub(super) fn ended(contract: &Contract, ending: Ending) -> Vec<What> {
    let spell = !contract.notices.is_empty()
        || contract.passes_used > 0
        || contract.effects.iter().any(|(stage, _)| stage.restricts());
    let mut whats = vec![What::Ending(ending)];
    if spell && !contract.is_released() {
        whats.push(What::NoticesLapsed);
    }
    whats
}

/// An ending taken back; the contract may have been paid off in the meantime.
fn revived(contract: &Contract, ending: Ending, at: Moment) -> Vec<What> {
    let mut after = contract.clone();
    let what = What::Ending(ending);
    after.apply(&Fact { at, actor: Actor::Time, what: what.clone() });
    let settled = after.is_active() && after.account.now().is_settled();
    let settled = settled.then_some(What::Settled);
    [Some(what), settled].into_iter().flatten().collect()
}
