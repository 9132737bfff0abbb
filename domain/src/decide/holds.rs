//! Commands about holds: opened at once, ended by their time, by an answer, or by a reason.

use super::{CAUSE_MAX, check_text};
use crate::{
    HoldId, Moment,
    command::Refusal,
    contract::Contract,
    fact::What,
    hold::{Hold, HoldKind, after_whole_days},
    ladder::Ladder,
    safety::{Answer, Safety},
};

pub(super) fn open(
    contract: &Contract,
    ladder: &Ladder,
    hold: Hold,
    at: Moment,
) -> Result<Vec<What>, Refusal> {
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
    let days_max = hold.kind.days_max();
    if until <= at || until > at.plus_seconds(days_max * 86_400) {
        let detail = format!("until must lie ahead, within {days_max} days");
        return Err(Refusal::new("hold_out_of_range", detail));
    }
    let grace_days = match hold.kind {
        HoldKind::Promise => i64::from(ladder.care.promise.grace_days),
        _ => 0,
    };
    let grace_s = grace_days * 86_400;
    Ok(vec![What::HoldOpened(Hold { until: Some(until.plus_seconds(grace_s)), ..hold })])
}

/// The holder's own button: a dispute once per spell of arrears, so that nobody keeps every step
/// away by asking again. More than that support opens. A device is never refused: what opens
/// nothing is on record all the same.
pub(super) fn object(contract: &Contract, hold: HoldId, asked: Moment, at: Moment) -> Vec<What> {
    let open = |known: &Hold| known.kind == HoldKind::Dispute && known.is_open(at);
    if !contract.is_active() || contract.objected || contract.holds.iter().any(open) {
        let what = "objected_again".to_owned();
        return vec![What::DeviceReported { what, happened: asked, detail: 0 }];
    }
    let cause = "the holder says on the phone that something is wrong".to_owned();
    let kind = HoldKind::Dispute;
    vec![What::HoldOpened(Hold { id: hold, kind, from: asked, until: None, cause })]
}

/// A person ends a hold. A borrower's question ends with its answer; after a refusal nothing rises
/// for some days more.
pub(super) fn end(
    contract: &Contract,
    ladder: &Ladder,
    (id, answer, reason): (HoldId, Option<Answer>, String),
    at: Moment,
) -> Result<Vec<What>, Refusal> {
    check_text("reason", &reason, CAUSE_MAX)?;
    let Some(hold) = contract.holds.iter().find(|hold| hold.id == id && hold.is_open(at)) else {
        return Ok(Vec::new());
    };
    match (hold.kind.needs_answer(), answer) {
        (true, None) => {
            let detail = "a dispute or hardship ends with an answer: upheld, refused or withdrawn";
            return Err(Refusal::new("hold_needs_answer", detail));
        }
        (false, Some(_)) => {
            let detail = "only a dispute or a hardship is answered";
            return Err(Refusal::new("hold_takes_no_answer", detail));
        }
        _ => {}
    }
    let days = match hold.kind {
        HoldKind::Dispute => ladder.care.dispute.days_after_refusal,
        _ => ladder.care.hardship.days_after_refusal,
    };
    let stays = answer == Some(Answer::Refused);
    let stays_until = stays.then(|| after_whole_days(contract.terms(), at, days));
    Ok(vec![What::Safety(Safety::HoldEnded { hold: id, answer, stays_until, reason })])
}

/// A hold that is not open stays as it is.
pub(super) fn close(contract: &Contract, id: HoldId, at: Moment) -> Vec<What> {
    let open = contract.holds.iter().any(|hold| hold.id == id && hold.is_open(at));
    if open { vec![What::HoldClosed(id)] } else { Vec::new() }
}
