//! Commands about money, and what follows from each at once: notices that lapse, settlement.

use super::{CAUSE_MAX, VALUE_AHEAD_S, check_text};
use crate::{
    Moment, UnitId,
    account::Claim,
    command::{Command, Refusal},
    contract::Contract,
    fact::{Actor, Fact, What},
    ladder::Ladder,
    policy::care::Relock,
    redress::Redress,
    settlement::closing,
    stage::Stage,
    standing::Position,
    tamper,
};

/// Largest movement: a quadrillion minor units, so that sums of them fit.
pub const MOVE_MAX: i64 = 1_000_000_000_000_000;

pub(super) fn check_amount(amount: i64) -> Result<(), Refusal> {
    match amount {
        1..=MOVE_MAX => Ok(()),
        ..=0 => Err(Refusal::new("amount_not_positive", "the amount must be above zero")),
        _ => Err(Refusal::new("amount_overflow", format!("at most {MOVE_MAX} minor units"))),
    }
}

pub(super) fn check_post(
    contract: &Contract,
    amount: i64,
    value: Moment,
    at: Moment,
) -> Result<(), Refusal> {
    check_amount(amount)?;
    check_value("paid_in_future", "paid_at", value, at)?;
    if contract.is_released() && contract.account.now().is_settled() {
        let detail = "the contract is released and nothing is owed on it: give the money back or \
                      book it elsewhere";
        return Err(Refusal::new("contract_released", detail));
    }
    check_sum(contract.paid, amount)
}

/// Money can be taken back up to what was counted.
pub(super) fn check_taken(contract: &Contract, amount: i64) -> Result<(), Refusal> {
    check_amount(amount)?;
    if amount <= contract.paid {
        return Ok(());
    }
    Err(Refusal::new("reversal_exceeds_paid", "more than what was counted"))
}

/// What the payer's bank has taken back cannot be taken back a second time.
pub(super) fn check_reversal(
    contract: &Contract,
    payment: UnitId,
    amount: i64,
) -> Result<(), Refusal> {
    let claims = &contract.account.now().claims;
    let open = |claim: &Claim| claim.chargeback == Some(payment) && claim.principal > 0;
    if claims.iter().any(open) {
        let detail = "the payer's bank has taken this payment back: its debt stands for it";
        return Err(Refusal::new("payment_charged_back", detail));
    }
    check_taken(contract, amount)
}

fn check_value(code: &'static str, field: &str, value: Moment, at: Moment) -> Result<(), Refusal> {
    if value <= at.plus_seconds(VALUE_AHEAD_S) {
        return Ok(());
    }
    Err(Refusal::new(code, format!("{field} lies in the future")))
}

fn check_sum(known: i64, amount: i64) -> Result<(), Refusal> {
    match known.checked_add(amount) {
        Some(_) => Ok(()),
        None => Err(Refusal::new("amount_overflow", "the sum does not fit 64 bits")),
    }
}

/// Movements that a person or a bank makes.
pub(super) fn change(
    contract: &Contract,
    ladder: &Ladder,
    command: Command,
    at: Moment,
) -> Result<Vec<What>, Refusal> {
    let what = match command {
        Command::Credit { amount, reason } => {
            check_amount(amount)?;
            check_text("reason", &reason, CAUSE_MAX)?;
            check_sum(contract.paid, amount)?;
            check_sum(contract.given, amount)?;
            What::GoodwillCredited { amount, reason }
        }
        Command::ChargeBack { .. } | Command::WinChargeback { .. } => {
            match chargeback(contract, command, at)? {
                Some(what) => what,
                None => return Ok(Vec::new()),
            }
        }
        Command::ChargeFee { amount, value, reason } => {
            check_amount(amount)?;
            check_text("reason", &reason, CAUSE_MAX)?;
            check_value("value_in_future", "value_at", value, at)?;
            check_sum(contract.account.now().open(), amount)?;
            if !contract.is_active() {
                let detail = format!("the contract is {}", contract.state.name());
                return Err(Refusal::new("contract_not_active", detail));
            }
            What::FeeCharged { amount, value, reason }
        }
        Command::WaiveFees { amount, reason } => {
            check_amount(amount)?;
            if contract.is_written_off() {
                let detail = "the fees were written off with the debt";
                return Err(Refusal::new("contract_not_active", detail));
            }
            check_text("reason", &reason, CAUSE_MAX)?;
            let open = contract.account.now().fees_open();
            if amount > open {
                let detail = format!("only {open} minor units of fees are open");
                return Err(Refusal::new("waiver_exceeds_fees", detail));
            }
            What::FeesWaived { amount, reason }
        }
        Command::Refund { amount, reason } => {
            check_amount(amount)?;
            check_text("reason", &reason, CAUSE_MAX)?;
            let credit = contract.credit_open();
            if amount > credit {
                let detail = format!("the credit is {credit} minor units");
                return Err(Refusal::new("refund_exceeds_credit", detail));
            }
            return Ok(refunded(contract, ladder, amount, reason, at));
        }
        _ => return Ok(Vec::new()),
    };
    Ok(moved(contract, ladder, what, at))
}

/// Compensation is paid out first: it is nobody's but the borrower's.
fn refunded(
    contract: &Contract,
    ladder: &Ladder,
    amount: i64,
    reason: String,
    at: Moment,
) -> Vec<What> {
    let owed = amount.min(contract.compensation_open());
    let mut whats = Vec::new();
    if owed > 0 {
        let reason = reason.clone();
        whats.push(What::Redress(Redress::PaidOut { amount: owed, reason }));
    }
    if amount > owed {
        let rest = What::CreditRefunded { amount: amount - owed, reason };
        whats.extend(moved(contract, ladder, rest, at));
    }
    whats
}

/// A payment is charged back once, and won once.
fn chargeback(contract: &Contract, command: Command, at: Moment) -> Result<Option<What>, Refusal> {
    let (Command::ChargeBack { payment, value, .. } | Command::WinChargeback { payment, value }) =
        command
    else {
        return Ok(None);
    };
    check_value("value_in_future", "value_at", value, at)?;
    let balance = contract.account.now();
    let claim = balance.claims.iter().find(|claim| claim.chargeback == Some(payment));
    match (command, claim) {
        (Command::ChargeBack { amount, .. }, None) => {
            check_taken(contract, amount)?;
            check_sum(balance.open(), amount)?;
            Ok(Some(What::ChargedBack { payment, amount, value }))
        }
        (Command::WinChargeback { .. }, None) => {
            Err(Refusal::new("no_chargeback", "this payment was not charged back"))
        }
        (Command::WinChargeback { .. }, Some(claim)) if claim.principal > 0 => {
            Ok(Some(What::ChargebackWon { payment, amount: claim.principal, value }))
        }
        _ => Ok(None),
    }
}

/// The days that have passed, if anything is to be booked for them.
pub(super) fn reckon(contract: &Contract, at: Moment) -> Vec<What> {
    let through = contract.day(at);
    let due = contract.account.next_reckoning().is_some_and(|next| next <= through);
    if due && contract.is_active() { vec![What::Reckoned { through }] } else { Vec::new() }
}

/// A movement of money with what follows from it at once.
pub(super) fn moved(contract: &Contract, ladder: &Ladder, what: What, at: Moment) -> Vec<What> {
    let mut after = contract.clone();
    after.apply(&Fact { at, actor: Actor::Time, what: what.clone() });
    let mut whats = vec![what];
    if contract.is_active() && notices_lapse(contract, &after, ladder, &whats[0], at) {
        whats.push(What::NoticesLapsed);
    }
    if let Some(closed) = closed(&after, ladder, &whats[0], at).filter(|_| contract.is_active()) {
        after.apply(&Fact { at, actor: Actor::Time, what: closed.clone() });
        whats.push(closed);
    }
    if contract.can_settle() && after.is_paid_off() {
        whats.push(What::Settled);
    }
    whats
}

/// Money that came in time for a quote ends the contract.
fn closed(after: &Contract, ladder: &Ladder, what: &What, at: Moment) -> Option<What> {
    let value = match what {
        What::PaymentPosted { value, .. } => *value,
        What::GoodwillCredited { .. } => at,
        _ => return None,
    };
    closing(after, value, ladder.tolerance(after.terms()))
}

/// Delivered notices stop carrying a restriction when the arrears are cured, when they are paid
/// down below the days past due at which the law allows a restriction or the programme a notice,
/// and when money is taken back: arrears that return need notices of their own. Of an account that
/// is kept elsewhere an older debt than was known tells that money was taken back.
fn notices_lapse(
    before: &Contract,
    after: &Contract,
    ladder: &Ladder,
    what: &What,
    at: Moment,
) -> bool {
    let spell = !before.notices.is_empty() || before.passes_used > 0 || before.objected;
    if !spell {
        return false;
    }
    if matches!(what, What::PaymentReversed { .. } | What::ChargedBack { .. }) {
        return true;
    }
    let was = Position::stands(before, ladder);
    let is = Position::stands(after, ladder);
    let day = before.day(at);
    let standing = is.on(day);
    let moved = is.anchor() != was.anchor();
    if matches!(what, What::StandingPushed(_)) {
        if is.anchor().is_some() && is.anchor() < was.anchor() {
            return true;
        }
        if !moved && standing.past_due >= was.on(day).past_due {
            return false;
        }
    }
    let below = standing.days_past_due < ladder.min_dpd_restrict;
    let anew = ladder.care.relock_after_partial == Relock::EveryPayment;
    let dates = tamper::dates_stage(after, ladder, &is, day);
    (moved && (below || anew)) || dates < Stage::NOTICE
}
