//! Commands about the messages that carry a formal notice: what carriers, phones and time tell.

use super::{CAUSE_MAX, check_text, notices};
use crate::{
    Moment, NoticeId,
    command::{Command, Refusal},
    contract::Contract,
    delivery::{Delivery, DeliveryState, says_the_truth},
    fact::What,
    ladder::Ladder,
    policy::Proof,
    stage::Channel,
};

/// How far ahead of us a carrier's clock may be, seconds.
const AHEAD_S: i64 = 300;

/// What is told, or follows, of a notice on its way.
pub(super) fn reached(
    contract: &Contract,
    ladder: &Ladder,
    command: Command,
    at: Moment,
) -> Result<Vec<What>, Refusal> {
    match command {
        Command::NoticeShown { id, shown, text_hash } => {
            Ok(notices::shown_on(contract, ladder, id, shown.min(at), text_hash))
        }
        Command::NoticeAcked { id, acked, text_hash } => {
            Ok(acknowledged(contract, ladder, id, acked.min(at), text_hash))
        }
        Command::DeclareNotice { k, delivered, evidence } => {
            notices::declare(contract, ladder, k, delivered, evidence, at)
        }
        Command::TellDelivery(told) => tell(contract, ladder, told, at),
        Command::DeemDelivered => Ok(deem(contract, ladder, at)),
        _ => Ok(Vec::new()),
    }
}

/// What a carrier tells of a message. A notice that is no longer in force, a state that is known,
/// and a delivery of a text that no longer said what was owed change nothing.
fn tell(
    contract: &Contract,
    ladder: &Ladder,
    told: Delivery,
    at: Moment,
) -> Result<Vec<What>, Refusal> {
    let Delivery { notice, channel, state, at: happened, evidence, .. } = told;
    if !channel.is_message() || !DeliveryState::TOLD.contains(&state) {
        let detail = format!("{} by {}: no carrier tells of it", state.name(), channel.name());
        return Err(Refusal::new("channel_not_accepted", detail));
    }
    if happened > at.plus_seconds(AHEAD_S) {
        let detail = "at: a receipt tells of nothing that lies ahead";
        return Err(Refusal::new("receipt_out_of_range", detail));
    }
    check_text("evidence", &evidence, CAUSE_MAX)?;
    let known = contract.notice(notice).filter(|_| contract.is_active());
    let Some(known) = known.filter(|known| known.told(channel, state).is_none()) else {
        return Ok(Vec::new());
    };
    // No receipt comes before what it is a receipt of: a carrier's clock that is behind moves
    // nothing forward.
    let accepted = known.told(channel, DeliveryState::Accepted);
    let earliest = accepted.unwrap_or(known.show_from).max(known.show_from);
    let happened = happened.min(at).max(earliest.min(at));
    if state.proof().is_some() && !says_the_truth(contract, ladder, known, happened) {
        return Ok(Vec::new());
    }
    let (k, at) = (known.k, happened);
    Ok(vec![What::NoticeDelivery(Delivery { notice, k, channel, state, at, evidence })])
}

/// A message that the law counts as delivered by now.
fn deem(contract: &Contract, ladder: &Ladder, at: Moment) -> Vec<What> {
    let deemed = crate::delivery::deemed(contract, ladder, at);
    deemed.map(What::NoticeDelivery).into_iter().collect()
}

/// The holder confirmed a notice: it was shown, and where a law asks for more, that he did.
fn acknowledged(
    contract: &Contract,
    ladder: &Ladder,
    id: NoticeId,
    acked: Moment,
    text_hash: String,
) -> Vec<What> {
    let mut whats = notices::shown_on(contract, ladder, id, acked, text_hash.clone());
    let (channel, state) = (Channel::Screen, DeliveryState::Acknowledged);
    let Some(notice) = contract.notice(id) else {
        return whats;
    };
    let rule = ladder.notices.get(usize::from(notice.k) - 1);
    let asked = rule
        .is_some_and(|rule| rule.demands.iter().any(|demand| demand.proof == Proof::Acknowledged));
    let news = asked && notice.told(channel, state).is_none();
    if news && says_the_truth(contract, ladder, notice, acked) {
        let (k, evidence) = (notice.k, text_hash);
        let told = Delivery { notice: id, k, channel, state, at: acked, evidence };
        whats.push(What::NoticeDelivery(told));
    }
    whats
}
