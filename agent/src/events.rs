//! What happened on the device, numbered and kept until the server has it.

use alloc::vec::Vec;

use protocol::check_in::{EVENTS_MAX, Event, EventKind};

/// Most events kept. Beyond it the oldest goes that is worth no message of its own, then the oldest
/// that is not `Applied`, then the oldest: the stages that took effect are what the next step rests
/// on, and noise must not push out what the holder did or saw.
pub(crate) const KEPT_MAX: usize = 256;

/// One event with the powered time at which it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) event_no: u64,
    pub(crate) powered_ms: u64,
    pub(crate) what: EventKind,
}

/// The events of one key generation, by rising number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Events {
    /// Number of the youngest event ever made.
    pub(crate) last_no: u64,
    pub(crate) kept: Vec<Kept>,
}

impl Events {
    /// Adds an event. A refusal, a sign or an objection that repeats the youngest event adds
    /// nothing: noise from outside must not push out what matters.
    pub(crate) fn push(&mut self, what: EventKind, powered_ms: u64) -> u64 {
        let repeats = self.kept.last().is_some_and(|last| last.what == what);
        if repeats && adds_nothing_twice(&what) {
            return self.last_no;
        }
        self.last_no += 1;
        self.kept.push(Kept { event_no: self.last_no, powered_ms, what });
        if self.kept.len() > KEPT_MAX {
            let noise = self.kept.iter().position(|kept| !is_urgent(&kept.what));
            let minor = self.kept.iter().position(|kept| !is_applied(&kept.what));
            self.kept.remove(noise.or(minor).unwrap_or(0));
        }
        self.last_no
    }

    /// Forgets what the server has recorded. A server that knows later numbers than this state
    /// (an older state was put back) moves the numbering on, so that no event is taken for old.
    pub(crate) fn recorded(&mut self, through: u64) -> bool {
        let before = self.kept.len();
        self.kept.retain(|kept| kept.event_no > through);
        let moved = through > self.last_no;
        self.last_no = self.last_no.max(through);
        moved || self.kept.len() != before
    }

    /// The oldest events, as many as one message carries, with their age at `powered_ms`.
    pub(crate) fn batch(&self, powered_ms: u64) -> Vec<Event> {
        let oldest = self.kept.iter().take(EVENTS_MAX);
        let age_s = |kept: &Kept| powered_ms.saturating_sub(kept.powered_ms) / 1000;
        oldest
            .map(|kept| Event {
                event_no: kept.event_no,
                ago_s: age_s(kept),
                what: kept.what.clone(),
            })
            .collect()
    }

    /// Number of the youngest kept event that is worth a message of its own; 0 = none.
    pub(crate) fn urgent_no(&self) -> u64 {
        let urgent = self.kept.iter().rev().find(|kept| is_urgent(&kept.what));
        urgent.map_or(0, |kept| kept.event_no)
    }

    /// The youngest `Applied` happened at `powered_ms`: the process died before acting on it.
    pub(crate) fn redate_applied(&mut self, powered_ms: u64) {
        if let Some(kept) = self.kept.iter_mut().rev().find(|kept| is_applied(&kept.what)) {
            kept.powered_ms = powered_ms;
        }
    }
}

fn adds_nothing_twice(what: &EventKind) -> bool {
    matches!(
        what,
        EventKind::LeaseRefused { .. } | EventKind::Tampered { .. } | EventKind::Objected
    )
}

fn is_applied(what: &EventKind) -> bool {
    matches!(what, EventKind::Applied { .. })
}

fn is_urgent(what: &EventKind) -> bool {
    match what {
        EventKind::Applied { .. }
        | EventKind::NoticeShown { .. }
        | EventKind::NoticeAcked { .. }
        | EventKind::PassUsed { .. }
        | EventKind::HeardAgain { .. }
        | EventKind::Objected
        | EventKind::TokenAccepted { .. } => true,
        EventKind::CodeTried { .. }
        | EventKind::LeaseRefused { .. }
        | EventKind::Unsupported { .. }
        | EventKind::Booted
        | EventKind::Tampered { .. }
        | EventKind::ClockOff { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use protocol::{Stage, check_in::LeaseRefusal};

    use super::*;

    const APPLIED: EventKind = EventKind::Applied { stage: Stage::CLEAR, sequence: 1 };

    fn numbers(events: &Events) -> Vec<u64> {
        events.kept.iter().map(|kept| kept.event_no).collect()
    }

    #[test]
    fn numbers_rise_and_recorded_events_go() {
        let mut events = Events::default();
        assert_eq!(events.push(APPLIED, 0), 1);
        assert_eq!(events.push(EventKind::Booted, 5_000), 2);
        assert!(events.recorded(1));
        assert!(!events.recorded(1));
        assert_eq!(numbers(&events), [2]);
        assert_eq!(events.batch(65_999)[0].ago_s, 60);
        assert!(events.recorded(40));
        assert_eq!(events.push(EventKind::Booted, 0), 41);
    }

    #[test]
    fn a_full_queue_drops_noise_then_what_is_not_applied_then_the_oldest() {
        let mut events = Events::default();
        events.push(APPLIED, 0);
        events.push(EventKind::PassUsed { hours: 24 }, 0);
        events.push(EventKind::Booted, 0);
        (0..KEPT_MAX - 3).for_each(|_| {
            events.push(APPLIED, 0);
        });
        let first_three = |events: &Events| numbers(events)[..3].to_vec();
        for expected in [[1, 2, 4], [1, 4, 5], [4, 5, 6]] {
            events.push(APPLIED, 0);
            assert_eq!((numbers(&events).len(), first_three(&events)), (KEPT_MAX, expected.into()));
        }
    }

    #[test]
    fn a_message_carries_the_oldest_thirty_two() {
        let mut events = Events::default();
        (0..40).for_each(|_| {
            events.push(EventKind::Booted, 0);
        });
        let batch = events.batch(0);
        assert_eq!((batch.len(), batch[0].event_no, batch[31].event_no), (32, 1, 32));
    }

    #[test]
    fn repeated_refusals_are_one_event() {
        let refused = EventKind::LeaseRefused { sequence: 0, reason: LeaseRefusal::Malformed };
        let mut events = Events::default();
        events.push(refused.clone(), 0);
        events.push(refused, 0);
        assert_eq!(numbers(&events), [1]);
        assert_eq!(events.urgent_no(), 0);
    }
}
