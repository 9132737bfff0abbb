//! What became of the messages that carry a formal notice: when one may be sent, and what of it is
//! evidence.
//!
//! **Invariant:** a message that failed or bounced is evidence of nothing, whatever else was told.
//! **Invariant:** nothing is sent to whom nothing is past due, nor a text that no longer says so.
//! **Invariant:** time alone delivers only where every law says so, and then as a fact.

use crate::{
    Moment, NoticeId,
    ceiling::Ceiling,
    contract::{Contract, Notice},
    hold::after_whole_days,
    ladder::Ladder,
    policy::{Proof, hours::next_contact},
    stage::{Channel, Stage, named},
    standing::Position,
};

/// A message that waits for a hold to end or for fresh data is looked at again after so long.
const AGAIN_S: i64 = 6 * 3600;

named!(
    /// What became of a message, as its carrier, the phone or the law tells.
    DeliveryState {
        /// A carrier took it over.
        Accepted "accepted",
        /// It reached the borrower's device or letter box.
        Delivered "delivered",
        /// The borrower opened it.
        Read "read",
        /// The borrower confirmed it.
        Acknowledged "acknowledged",
        /// Its days after the acceptance have run: the law counts it as delivered.
        Deemed "deemed",
        /// It could not be sent.
        Failed "failed",
        /// It was sent and came back.
        Bounced "bounced",
    }
);

impl DeliveryState {
    /// Those that a carrier tells.
    pub const TOLD: [DeliveryState; 5] = [
        DeliveryState::Accepted,
        DeliveryState::Delivered,
        DeliveryState::Read,
        DeliveryState::Failed,
        DeliveryState::Bounced,
    ];

    /// The state of this name, if a carrier tells it.
    pub fn told(name: &str) -> Option<DeliveryState> {
        DeliveryState::TOLD.into_iter().find(|state| state.name() == name)
    }

    /// What it proves; `None` = that the message did not arrive.
    pub fn proof(self) -> Option<Proof> {
        match self {
            DeliveryState::Accepted => Some(Proof::Accepted),
            DeliveryState::Delivered | DeliveryState::Deemed => Some(Proof::Delivered),
            DeliveryState::Read => Some(Proof::Shown),
            DeliveryState::Acknowledged => Some(Proof::Acknowledged),
            DeliveryState::Failed | DeliveryState::Bounced => None,
        }
    }
}

/// What became of the message of one notice on one channel: a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The notice.
    pub notice: NoticeId,
    /// Its number, 1 = first of the ladder.
    pub k: u8,
    /// By which channel.
    pub channel: Channel,
    /// What became of it.
    pub state: DeliveryState,
    /// When.
    pub at: Moment,
    /// What proves it: the carrier's own id or word.
    pub evidence: String,
}

/// One state of a message, as a contract remembers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// By which channel.
    pub channel: Channel,
    /// What became of it.
    pub state: DeliveryState,
    /// When.
    pub at: Moment,
}

/// Evidence that a notice reached a person by a channel.
pub type Evidence = (Channel, Proof, Moment);

impl Notice {
    /// All that counts as evidence of its delivery.
    pub fn evidence(&self) -> Vec<Evidence> {
        let reported = self.delivered.iter().map(|(channel, at)| match channel {
            Channel::Screen => (*channel, Proof::Shown, *at),
            _ => (*channel, Proof::Delivered, *at),
        });
        let told = self.messages.iter().filter(|message| !self.has_failed(message.channel));
        let told = told.filter_map(|told| Some((told.channel, told.state.proof()?, told.at)));
        reported.chain(told).collect()
    }

    /// Whether its message on this channel did not arrive.
    pub fn has_failed(&self, channel: Channel) -> bool {
        let failed = |told: &Message| told.channel == channel && told.state.proof().is_none();
        self.messages.iter().any(failed)
    }

    /// When something became of its message on this channel.
    pub fn told(&self, channel: Channel, state: DeliveryState) -> Option<Moment> {
        let same = |told: &&Message| (told.channel, told.state) == (channel, state);
        self.messages.iter().find(same).map(|told| told.at)
    }
}

impl Contract {
    /// The first word of each state stays.
    pub(crate) fn apply_delivery(&mut self, delivery: &Delivery) {
        let Delivery { notice, channel, state, at, .. } = delivery;
        let known = self.notices.iter_mut().find(|known| known.id == *notice);
        if let Some(known) = known.filter(|known| known.told(*channel, *state).is_none()) {
            known.messages.push(Message { channel: *channel, state: *state, at: *at });
        }
    }
}

/// What is past due at a moment, if nothing more is paid.
pub(crate) fn past_due(contract: &Contract, ladder: &Ladder, at: Moment) -> i64 {
    Position::stands(contract, ladder).on(contract.day(at)).past_due
}

/// Whether a delivery at this moment gave notice of what was owed, and not before its time.
pub(crate) fn says_the_truth(
    contract: &Contract,
    ladder: &Ladder,
    notice: &Notice,
    at: Moment,
) -> bool {
    at >= notice.show_from && notice.owed == past_due(contract, ladder, at)
}

/// Whether the message of a notice may go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// At once.
    Now,
    /// Not before this moment.
    At(Moment),
    /// No longer: it was sent, or what it says is over.
    Void,
    /// The law leaves no hour for it.
    Never,
}

/// Whether the message of a notice may go out on a channel at a moment: while its text says what
/// is owed, within every contact window, and not under a stay.
pub fn sending(
    contract: &Contract,
    ladder: &Ladder,
    id: NoticeId,
    channel: Channel,
    now: Moment,
) -> Sending {
    let known = contract.notice(id).filter(|_| contract.is_active());
    let Some(notice) = known.filter(|notice| notice.messages.iter().all(|m| m.channel != channel))
    else {
        return Sending::Void;
    };
    let from = now.max(notice.show_from);
    let owed = past_due(contract, ladder, from);
    if owed <= 0 || owed != notice.owed {
        return Sending::Void;
    }
    let ceiling = Ceiling::of(contract, ladder, now);
    let may = ceiling.highest >= Stage::NOTICE && !ceiling.is_stale(now);
    let from = if may { from } else { from.max(now.plus_seconds(AGAIN_S)) };
    within_contact(contract, ladder, from, now)
}

/// When the contact windows and the lender's own quiet hours let out what may go from a moment on.
pub(crate) fn within_contact(
    contract: &Contract,
    ladder: &Ladder,
    from: Moment,
    now: Moment,
) -> Sending {
    let zone = contract.terms().zone();
    match next_contact(&ladder.conduct.windows, ladder.quiet.as_slice(), zone, from) {
        None => Sending::Never,
        Some(at) if at <= now => Sending::Now,
        Some(at) => Sending::At(at),
    }
}

/// When a message that was accepted counts as delivered by time, whether that has come or not.
fn deemed_at(
    contract: &Contract,
    ladder: &Ladder,
    notice: &Notice,
    channel: Channel,
) -> Option<Moment> {
    let rule = ladder.notices.get(usize::from(notice.k).checked_sub(1)?)?;
    let days = rule.deemed_after_days.filter(|_| rule.channels.contains(&channel))?;
    let accepted = notice.told(channel, DeliveryState::Accepted)?;
    let at = after_whole_days(contract.terms(), accepted, days);
    let proved = |told: &Message| {
        told.channel == channel
            && told.at <= at
            && told.state.proof().is_some_and(|proof| proof >= Proof::Delivered)
    };
    let open = !notice.has_failed(channel) && !notice.messages.iter().any(proved);
    open.then_some(at)
}

/// The messages that time will deliver, or has: notice, channel, moment.
pub(crate) fn to_deem<'a>(
    contract: &'a Contract,
    ladder: &'a Ladder,
) -> impl Iterator<Item = (&'a Notice, Channel, Moment)> {
    contract.notices.iter().flat_map(move |notice| {
        let channels = Channel::MESSAGES.iter().copied();
        channels.filter_map(move |channel| {
            Some((notice, channel, deemed_at(contract, ladder, notice, channel)?))
        })
    })
}

/// A message that time has delivered by a moment, and nobody has recorded it: what is to be.
pub(crate) fn deemed(contract: &Contract, ladder: &Ladder, now: Moment) -> Option<Delivery> {
    if !contract.is_active() {
        return None;
    }
    let due = |(notice, _, at): &(&Notice, Channel, Moment)| {
        *at <= now && says_the_truth(contract, ladder, notice, *at)
    };
    let (notice, channel, at) = to_deem(contract, ladder).find(due)?;
    let (k, state) = (notice.k, DeliveryState::Deemed);
    let days = ladder.notices.get(usize::from(k) - 1)?.deemed_after_days?;
    let evidence = format!("{days} whole days after it was accepted");
    Some(Delivery { notice: notice.id, k, channel, state, at, evidence })
}
