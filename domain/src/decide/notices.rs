//! Commands about formal notices: the text is frozen, and reaches a person.

use super::{CAUSE_MAX, NOTICE_TEXT_MAX, check_text};
use crate::{
    Moment, NoticeId,
    command::{Command, Refusal},
    contract::{Contract, Notice},
    delivery::{past_due, says_the_truth},
    evaluate::{PREPARE_AHEAD_S, notice_due},
    fact::{What, Withheld},
    ladder::Ladder,
    stage::Channel,
};

pub(super) fn prepare(
    contract: &Contract,
    ladder: &Ladder,
    command: Command,
    at: Moment,
) -> Result<Vec<What>, Refusal> {
    let Command::PrepareNotice { id, k, show_from, owed, language, templates, text } = command
    else {
        return Ok(Vec::new());
    };
    let due = notice_due(contract, ladder, at);
    if !due.is_some_and(|(number, earliest)| number == k && show_from >= earliest) {
        return Err(Refusal::new("notice_not_due", "no such notice is due then"));
    }
    if show_from > at.plus_seconds(PREPARE_AHEAD_S) {
        let detail = "a notice is frozen at most 3 days before it is shown";
        return Err(Refusal::new("notice_too_early", detail));
    }
    if owed <= 0 || owed != past_due(contract, ladder, show_from) {
        let detail = "the text must name what is past due when it is shown";
        return Err(Refusal::new("notice_amount", detail));
    }
    check_text("text", &text, NOTICE_TEXT_MAX)?;
    if contract.notices.iter().any(|notice| notice.k == k && notice.owed == owed) {
        return Ok(Vec::new());
    }
    Ok(vec![What::NoticePrepared { id, k, show_from, owed, language, templates, text }])
}

/// A notice that is due and cannot be given: once for each cause.
pub(super) fn withhold(
    contract: &Contract,
    ladder: &Ladder,
    k: u8,
    cause: Withheld,
    at: Moment,
) -> Result<Vec<What>, Refusal> {
    if notice_due(contract, ladder, at).is_none_or(|(number, _)| number != k) {
        return Err(Refusal::new("notice_not_due", "no such notice is due"));
    }
    if contract.withheld == Some((k, cause)) {
        return Ok(Vec::new());
    }
    Ok(vec![What::NoticeWithheld { k, cause }])
}

/// A delivery of a text that was replaced since, or that no longer said what was owed, proves
/// nothing and is passed over.
pub(super) fn shown_on(
    contract: &Contract,
    ladder: &Ladder,
    id: NoticeId,
    shown: Moment,
    text_hash: String,
) -> Vec<What> {
    let channel = Channel::Screen;
    let first = |notice: &&Notice| !notice.delivered.iter().any(|(known, _)| *known == channel);
    let known = contract.notice(id).filter(first);
    if !known.is_some_and(|notice| says_the_truth(contract, ladder, notice, shown)) {
        return Vec::new();
    }
    vec![What::NoticeDelivered { id, channel, delivered: shown, evidence: text_hash }]
}

pub(super) fn declare(
    contract: &Contract,
    ladder: &Ladder,
    k: u8,
    delivered: Moment,
    evidence: String,
    at: Moment,
) -> Result<Vec<What>, Refusal> {
    check_text("evidence", &evidence, CAUSE_MAX)?;
    let notice = contract.notices.iter().find(|notice| notice.k == k);
    let Some(notice) = notice else {
        let detail = format!("notice {k} is not prepared: nothing of this kind is due");
        return Err(Refusal::new("notice_not_due", detail));
    };
    let counts = ladder
        .notices
        .get(usize::from(k) - 1)
        .is_some_and(|rule| rule.channels.contains(&Channel::Declared));
    if !counts {
        let detail = "the law pack does not accept a declared delivery for this notice";
        return Err(Refusal::new("channel_not_accepted", detail));
    }
    if delivered > at || delivered < notice.show_from {
        let detail = "delivered_at must lie between the notice's start and now";
        return Err(Refusal::new("delivery_out_of_range", detail));
    }
    if notice.delivered.iter().any(|(channel, _)| *channel == Channel::Declared) {
        return Ok(Vec::new());
    }
    if !says_the_truth(contract, ladder, notice, delivered) {
        let detail = "what is owed changed before the delivery: a text of its own is needed";
        return Err(Refusal::new("notice_void", detail));
    }
    let channel = Channel::Declared;
    Ok(vec![What::NoticeDelivered { id: notice.id, channel, delivered, evidence }])
}
