//! When to speak to the server, and what to say: one message at a time, its number saved before it
//! leaves, retries spread and growing.

use alloc::vec::Vec;

use protocol::{
    Kind, Message, Signer, Stage,
    check_in::{CheckIn, ClockReading},
    cose::sign1,
    lease::Stamp,
    limits::{COUNT_MAX, TIME_MAX},
    reply::Problem,
    request::{Request, RequestKind},
};

use crate::{
    agent::{Agent, Desk},
    clock::{Clock, Moment},
    io::{Door, Effect, Keys},
    state::{Confirming, Enrolled, Phase},
};

/// First and longest pause after a failure.
const RETRY_MIN_MS: u64 = 30_000;
const RETRY_MAX_MS: u64 = 3_600_000;
/// Least pause between two messages of the agent's own accord.
const GAP_MS: u64 = 2_000;
/// An answer that takes this much longer than the server may hold it is lost.
const ANSWER_MAX_MS: u64 = 120_000;
/// Longest pause a server can set: a week.
const NEXT_MAX_S: u32 = 7 * 86_400;
/// Pause after the server said that another key has taken this one's place. A refusal is not
/// signed, so it silences no device for good.
const REPLACED_MS: u64 = 86_400_000;
/// How far the numbering leaps when the server knows later numbers: an older state was put back.
const LEAP: u64 = 1_000;

/// The conversation. It begins afresh with each process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Talk {
    outstanding: Option<Outstanding>,
    /// Powered time of the next message.
    due_ms: Option<u64>,
    sent_ms: Option<u64>,
    failures: u32,
    /// Events up to this number were in a queue that was offered to the server.
    tried_no: u64,
    /// The server answered, so a `wait` makes sense.
    in_touch: bool,
}

#[derive(Clone, Copy, Debug)]
struct Outstanding {
    ask: Ask,
    msg_no: u64,
    /// Number of the youngest event it carried; 0 = none.
    carried_no: u64,
    lost_ms: u64,
}

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    Offer,
    Confirm,
    /// A no: whatever the answer, it is over.
    Decline,
    CheckIn,
    Wait,
    Removed,
}

impl Talk {
    /// What the message outstanding asked.
    pub(crate) fn asked(&self) -> Option<Ask> {
        self.outstanding.map(|outstanding| outstanding.ask)
    }

    /// Whether a stamp answers the message outstanding.
    pub(crate) fn is_answer(&self, stamp: &Stamp) -> bool {
        let asks = [Ask::Confirm, Ask::CheckIn, Ask::Wait];
        self.outstanding.is_some_and(|outstanding| {
            asks.contains(&outstanding.ask) && outstanding.msg_no == stamp.msg_no
        })
    }
}

impl Agent {
    /// The next message is due.
    pub(crate) fn talk_at_once(&mut self) {
        self.talk.due_ms = Some(self.state.clock.powered_ms);
        self.talk.failures = 0;
    }

    /// The network is back, or a hint came: a `wait` held over the old network may never end, so
    /// it is asked again.
    pub(crate) fn come_online(&mut self) {
        self.talk_at_once();
        if self.talk.asked() == Some(Ask::Wait) {
            let gap_ms = self.talk.sent_ms.unwrap_or(0).saturating_add(GAP_MS);
            self.talk.due_ms = Some(gap_ms.max(self.state.clock.powered_ms));
            self.talk.outstanding = None;
            self.talk.in_touch = false;
        }
    }

    /// No message is due.
    pub(crate) fn fall_silent(&mut self) {
        self.talk = Talk::default();
    }

    /// The message outstanding was answered by this stamp.
    pub(crate) fn answered(&mut self, stamp: &Stamp) {
        let powered_ms = self.state.clock.powered_ms;
        let Some(outstanding) = self.talk.outstanding.take() else { return };
        self.talk.failures = 0;
        self.talk.in_touch = true;
        let pause_ms = u64::from(stamp.next_s.clamp(1, NEXT_MAX_S)) * 1000;
        self.talk.due_ms = Some(powered_ms.saturating_add(pause_ms));
        let Phase::Enrolled(enrolled) = &self.state.phase else { return };
        if enrolled.events.urgent_no() > outstanding.carried_no {
            self.talk.due_ms = Some(powered_ms);
        } else if wants_wait(self.setup.wait_hold_s, enrolled) {
            let gap_ms = self.talk.sent_ms.unwrap_or(0).saturating_add(GAP_MS);
            self.talk.due_ms = Some(gap_ms.max(powered_ms));
        }
    }

    /// The message outstanding has served: what it was about is over.
    pub(crate) fn end_exchange(&mut self) {
        self.talk.outstanding = None;
    }

    /// The message outstanding got no usable answer.
    pub(crate) fn send_failed(&mut self) {
        match self.talk.outstanding.take() {
            Some(Outstanding { ask: Ask::Decline, .. }) => self.fall_silent(),
            Some(_) => self.retry_later(0),
            None => {}
        }
    }

    /// The server refused the message outstanding. A refusal is not signed: it can end an enrolment
    /// that has not begun, and change when the next message goes out.
    pub(crate) fn hear_problem(&mut self, bytes: Option<&[u8]>) {
        let problem = bytes.and_then(|bytes| Problem::decode(bytes).ok());
        let Some(problem) = problem else { return self.send_failed() };
        let Some(ask) = self.talk.asked() else { return };
        let code = problem.code.as_str();
        let ends = problem.retry_s.is_none() && ENDS_ENROLMENT.contains(&code);
        let mut least_ms = u64::from(problem.retry_s.unwrap_or(0)).saturating_mul(1000);
        least_ms = least_ms.min(RETRY_MAX_MS);
        match (ask, &mut self.state.phase) {
            (Ask::Decline, _) => return self.fall_silent(),
            (Ask::Offer, _) | (_, Phase::Confirming(_)) if ends => {
                return self.end_enrolment(problem.code);
            }
            (_, Phase::Released(tombstone)) if code == "unknown_enrolment" => {
                tombstone.recorded = true;
                self.dirty = true;
                return self.fall_silent();
            }
            (_, Phase::Enrolled(enrolled)) if code == "replayed_envelope" => {
                enrolled.msg_no = enrolled.msg_no.saturating_add(LEAP).min(COUNT_MAX);
            }
            (_, Phase::Enrolled(_)) if code == "stale_key_generation" => least_ms = REPLACED_MS,
            _ => {}
        }
        self.talk.outstanding = None;
        self.retry_later(least_ms);
    }

    /// Powered time at which the conversation wants to wake.
    pub(crate) fn talk_ms(&self) -> Option<u64> {
        match self.talk.outstanding {
            Some(outstanding) => Some(outstanding.lost_ms),
            None => self.talk.due_ms,
        }
    }

    /// Sends what is due.
    pub(crate) fn speak(&mut self, at: Moment, keys: Keys<'_>) {
        let powered_ms = self.state.clock.powered_ms;
        if self.talk.outstanding.is_some_and(|outstanding| outstanding.lost_ms <= powered_ms) {
            self.send_failed();
        }
        let is_due = self.talk.due_ms.is_some_and(|due_ms| due_ms <= powered_ms);
        let is_free = self.talk.outstanding.is_none();
        match &self.state.phase {
            Phase::Unenrolled => {
                if let (Desk::Offering(offering), true, true) = (&self.desk, is_free, is_due) {
                    let signed = offering.offer.clone();
                    let body = Request { kind: RequestKind::Offer, signed }.encode();
                    self.send(Ask::Offer, 0, body);
                }
            }
            Phase::Confirming(Confirming { body, msg_no, .. }) if is_free && is_due => {
                let (msg_no, body) = (*msg_no, body.clone());
                self.send(Ask::Confirm, msg_no, body);
            }
            Phase::Enrolled(enrolled) => {
                let urgent = enrolled.events.urgent_no() > self.talk.tried_no;
                let interrupts = urgent && self.talk.asked() == Some(Ask::Wait);
                if interrupts || is_free && (is_due || urgent) {
                    self.check_in(at, keys, urgent);
                }
            }
            Phase::Released(tombstone) if is_free && is_due && !tombstone.recorded => {
                let body = tombstone.body.clone();
                self.send(Ask::Removed, 0, body);
            }
            _ => {}
        }
    }

    fn check_in(&mut self, at: Moment, keys: Keys<'_>, urgent: bool) {
        let clock = self.state.clock;
        let hold_s = self.setup.wait_hold_s;
        let Phase::Enrolled(enrolled) = &mut self.state.phase else { return };
        let waits = self.talk.in_touch && !urgent && wants_wait(hold_s, enrolled);
        enrolled.msg_no = enrolled.msg_no.saturating_add(1).min(COUNT_MAX);
        self.dirty = true;
        let message = CheckIn {
            enrolment: enrolled.binding.enrolment,
            key_gen: enrolled.binding.key_gen,
            msg_no: enrolled.msg_no,
            applied_seq: if enrolled.inherited { 0 } else { enrolled.held.content.sequence },
            content_hash: (!enrolled.inherited).then_some(enrolled.held.hash),
            stage: enrolled.in_force.stage,
            events: enrolled.events.batch(clock.powered_ms),
            clock: reading(&clock, at),
            agent_version: self.setup.agent_version.clone(),
            battery: self.battery,
            hold_max_s: waits.then_some(hold_s),
        };
        self.talk.tried_no = enrolled.events.last_no;
        self.talk.due_ms = None;
        let (ask, kind, request) = match waits {
            true => (Ask::Wait, Kind::Wait, RequestKind::Wait),
            false => (Ask::CheckIn, Kind::CheckIn, RequestKind::CheckIn),
        };
        let carried_no = message.events.last().map_or(0, |event| event.event_no);
        let kid = enrolled.binding.enrolment.0;
        match sign(kind, &kid, &message.encode(), keys.signer) {
            Some(signed) => {
                self.send(ask, message.msg_no, Request { kind: request, signed }.encode());
                if let Some(outstanding) = &mut self.talk.outstanding {
                    outstanding.carried_no = carried_no;
                }
            }
            None => self.retry_later(0),
        }
    }

    fn send(&mut self, ask: Ask, msg_no: u64, body: Vec<u8>) {
        let powered_ms = self.state.clock.powered_ms;
        let (to, hold_s) = match ask {
            Ask::Offer | Ask::Confirm | Ask::Decline => (Door::Enrol, 0),
            Ask::CheckIn | Ask::Removed => (Door::CheckIn, 0),
            Ask::Wait => (Door::Wait, self.setup.wait_hold_s),
        };
        let lost_ms = powered_ms.saturating_add(ANSWER_MAX_MS + u64::from(hold_s) * 1000);
        self.talk.outstanding = Some(Outstanding { ask, msg_no, carried_no: 0, lost_ms });
        self.talk.sent_ms = Some(powered_ms);
        self.talk.due_ms = None;
        self.brought.push(Effect::Send { to, body, hold_s });
    }

    /// Tells the server the holder's no.
    pub(crate) fn send_decline(&mut self, body: Vec<u8>) {
        self.send(Ask::Decline, 0, body);
    }

    fn retry_later(&mut self, least_ms: u64) {
        self.talk.in_touch = false;
        let doubled_ms = RETRY_MIN_MS << self.talk.failures.min(7);
        self.talk.failures = self.talk.failures.saturating_add(1);
        let base_ms = doubled_ms.min(RETRY_MAX_MS * 2 / 3);
        let salt = u64::from(self.talk.failures) ^ self.state.clock.powered_ms.rotate_left(16);
        let spread_ms = spread(self.setup.seed ^ salt) % (base_ms / 2 + 1);
        let pause_ms = (base_ms + spread_ms).max(least_ms);
        self.talk.due_ms = Some(self.state.clock.powered_ms.saturating_add(pause_ms));
    }
}

/// Signs a message with the device key; `None` when the key store will not.
pub(crate) fn sign(
    kind: Kind,
    kid: &[u8],
    payload: &[u8],
    signer: Option<&dyn Signer>,
) -> Option<Vec<u8>> {
    sign1(kind, kid, payload, signer?).ok()
}

/// A device that is warned or restricted, or has a notice to show, opens or hears at once.
fn wants_wait(wait_hold_s: u32, enrolled: &Enrolled) -> bool {
    let notices = &enrolled.held.content.notices;
    let undelivered = notices.iter().any(|notice| !enrolled.is_delivered(&notice.id));
    wait_hold_s > 0
        && !enrolled.inherited
        && (enrolled.in_force.stage != Stage::CLEAR || undelivered)
}

/// Refusals after which the same offer or confirm never succeeds. Any other is worth a retry.
const ENDS_ENROLMENT: [&str; 12] = [
    "bad_signature",
    "device_already_financed",
    "enrolment_code_used",
    "holder_refused",
    "lender_not_named",
    "malformed",
    "no_consent",
    "offer_mismatch",
    "stale_key_generation",
    "too_large",
    "unknown_enrolment",
    "wrong_enrolment_code",
];

fn reading(clock: &Clock, at: Moment) -> ClockReading {
    ClockReading {
        uptime_s: (at.uptime_ms / 1000).min(TIME_MAX),
        trusted_s: clock.trusted_s().min(TIME_MAX),
        wall_s: at.wall_s.min(TIME_MAX),
        doubtful: clock.doubtful,
    }
}

/// SplitMix64: spreads retries, keeps no secret.
fn spread(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
