//! Notices on the screen: shown when they stood in front for three seconds, or acknowledged.

use protocol::{NoticeId, check_in::EventKind, crypto::sha256, lease::Notice};

use crate::{
    agent::Agent,
    clock::{Clock, Moment},
    io::Effect,
    state::{Enrolled, Phase},
};

/// How long a notice must stand on the lit screen, in front.
const SHOWN_MS: u64 = 3_000;
/// A wall clock this far from trusted time is reported, seconds.
const CLOCK_OFF_S: u64 = 86_400;

impl Agent {
    /// Another notice, or none, stands on the screen.
    pub(crate) fn screen_shows(&mut self, notice: Option<NoticeId>) {
        self.measure_notice();
        let clock = self.state.clock;
        let Phase::Enrolled(enrolled) = &self.state.phase else { return };
        let due = notice.filter(|id| enrolled.due_notice(id, &clock).is_some());
        if due != self.showing.map(|(id, _)| id) {
            self.showing = due.map(|id| (id, clock.powered_ms));
        }
    }

    /// Counts a notice as shown once its time in front is full.
    pub(crate) fn measure_notice(&mut self) {
        let Some((id, since_ms)) = self.showing else { return };
        let clock = self.state.clock;
        let Phase::Enrolled(enrolled) = &mut self.state.phase else { return };
        let Some(notice) = enrolled.due_notice(&id, &clock) else {
            self.showing = None;
            return;
        };
        let is_full = clock.powered_ms.saturating_sub(since_ms) >= SHOWN_MS;
        if is_full && !enrolled.is_delivered(&id) {
            let text_hash = sha256(notice.text.as_bytes());
            enrolled.events.push(EventKind::NoticeShown { id, text_hash }, clock.powered_ms);
            enrolled.shown.push(id);
            self.dirty = true;
        }
    }

    /// The holder acknowledged a notice that is due.
    pub(crate) fn acknowledge(&mut self, id: NoticeId) {
        let clock = self.state.clock;
        let Phase::Enrolled(enrolled) = &mut self.state.phase else { return };
        let Some(notice) = enrolled.due_notice(&id, &clock) else { return };
        if enrolled.acked.contains(&id) {
            return;
        }
        let text_hash = sha256(notice.text.as_bytes());
        enrolled.events.push(EventKind::NoticeAcked { id, text_hash }, clock.powered_ms);
        enrolled.acked.push(id);
        self.dirty = true;
        self.brought.push(Effect::ScreenChanged);
    }

    /// Powered time at which the notice in front has stood long enough.
    pub(crate) fn shown_ms(&self) -> Option<u64> {
        let (id, since_ms) = self.showing?;
        let Phase::Enrolled(enrolled) = &self.state.phase else { return None };
        (!enrolled.is_delivered(&id)).then(|| since_ms.saturating_add(SHOWN_MS))
    }

    /// Asks for a fresh screen when a notice has become due or has gone.
    pub(crate) fn announce_notices(&mut self) {
        let Phase::Enrolled(enrolled) = &self.state.phase else { return };
        let due = enrolled.due_notices(&self.state.clock).count();
        if due != self.notices_due {
            self.notices_due = due;
            self.brought.push(Effect::ScreenChanged);
        }
    }

    /// Reports a wall clock that is a day off, once until it comes back. While trusted time itself
    /// is in doubt there is nothing to compare with.
    pub(crate) fn watch_wall(&mut self, at: Moment) {
        let clock = self.state.clock;
        let Phase::Enrolled(enrolled) = &mut self.state.phase else { return };
        if clock.doubtful || clock.trusted_ms == 0 {
            return;
        }
        let wall_s = at.wall_s.min(protocol::limits::TIME_MAX);
        let by_s = wall_s.abs_diff(clock.trusted_s());
        let is_off = by_s > CLOCK_OFF_S;
        if is_off && !enrolled.clock_off {
            let ahead = wall_s > clock.trusted_s();
            enrolled.events.push(EventKind::ClockOff { by_s, ahead }, clock.powered_ms);
        }
        self.dirty |= is_off != enrolled.clock_off;
        enrolled.clock_off = is_off;
    }
}

impl Enrolled {
    /// The notices that are to be on the screen.
    pub(crate) fn due_notices(&self, clock: &Clock) -> impl Iterator<Item = &Notice> {
        let trusted_s = clock.trusted_s();
        self.held.content.notices.iter().filter(move |notice| notice.show_from <= trusted_s)
    }

    /// Milliseconds until the next notice comes due.
    pub(crate) fn notice_in_ms(&self, clock: &Clock) -> Option<u64> {
        let in_ms = |from: u64| from.saturating_mul(1000).saturating_sub(clock.trusted_ms);
        let notices = self.held.content.notices.iter().map(|notice| in_ms(notice.show_from));
        notices.filter(|in_ms| *in_ms > 0).min()
    }

    fn due_notice(&self, id: &NoticeId, clock: &Clock) -> Option<&Notice> {
        self.due_notices(clock).find(|notice| notice.id == *id)
    }
}
