//! What lowers a stage for a while without the server: the holder's emergency pass, and a token.

use protocol::{Rung, check_in::EventKind, token};

use crate::{
    agent::Agent,
    clock::Clock,
    io::{Effect, Keys, TokenAnswer},
    state::{Enrolled, Phase},
};

impl Agent {
    /// The holder's emergency button: it works offline and lowers to `notice` for its hours.
    pub(crate) fn use_pass(&mut self) {
        let powered_ms = self.state.clock.powered_ms;
        let Phase::Enrolled(enrolled) = &mut self.state.phase else { return };
        let hours = enrolled.held.content.passes.hours;
        if enrolled.in_force.stage.rung < Rung::Restrict
            || hours == 0
            || enrolled.passes_left() == 0
        {
            return;
        }
        let lasts_ms = u64::from(hours) * 3_600_000;
        enrolled.relief.pass_until_ms = Some(powered_ms.saturating_add(lasts_ms));
        let event_no = enrolled.events.push(EventKind::PassUsed { hours }, powered_ms);
        enrolled.relief.passes_used.push(event_no);
        self.dirty = true;
        self.brought.push(Effect::ScreenChanged);
    }

    /// A token that came by SMS, QR or link.
    pub(crate) fn take_token(&mut self, bytes: &[u8], keys: Keys<'_>) {
        let answer = self.try_token(bytes, keys);
        self.brought.push(Effect::TokenAnswer { answer });
        if answer == TokenAnswer::Accepted {
            self.dirty = true;
            self.brought.push(Effect::ScreenChanged);
        }
    }

    fn try_token(&mut self, bytes: &[u8], keys: Keys<'_>) -> TokenAnswer {
        let clock = &mut self.state.clock;
        let Phase::Enrolled(enrolled) = &mut self.state.phase else {
            return TokenAnswer::NotEnrolled;
        };
        let binding = &enrolled.binding;
        let bound_to = token::binding(&binding.uid(), binding.enrolment, binding.key_gen);
        let opened = enrolled.ring.open_token(bytes, keys.verifier);
        let Some(token) = opened.ok().filter(|token| token.binding == bound_to) else {
            return TokenAnswer::Wrong;
        };
        let relief = &enrolled.relief;
        if token.counter <= relief.token_counter {
            return TokenAnswer::AlreadyUsed;
        }
        // The token's minute counts to its end: a lease of the same minute is not later.
        let issued_at = u64::from(token.issued) * 60 + 59;
        let is_late = !clock.doubtful && clock.trusted_s() > u64::from(token.not_after) * 60;
        if is_late || enrolled.held.issued_at > issued_at {
            return TokenAnswer::Expired;
        }
        enrolled.report_silence(clock);
        clock.lift(u64::from(token.issued) * 60);
        let relief = &mut enrolled.relief;
        relief.token_counter = token.counter;
        relief.token_issued_at = relief.token_issued_at.max(issued_at);
        let until = u64::from(token.paid_through) * 60;
        relief.token_until = Some(relief.token_until.map_or(until, |before| before.max(until)));
        let accepted = EventKind::TokenAccepted { counter: token.counter };
        enrolled.events.push(accepted, clock.powered_ms);
        TokenAnswer::Accepted
    }

    /// Ends what has run out. After a token the stages above `notice` wait for contact unless the
    /// server was heard lately: the facts they rest on were older than the token.
    pub(crate) fn end_relief(&mut self) {
        let clock = self.state.clock;
        let Phase::Enrolled(enrolled) = &mut self.state.phase else { return };
        let pass_until_ms = enrolled.relief.pass_until_ms;
        if pass_until_ms.is_some_and(|until_ms| until_ms <= clock.powered_ms) {
            enrolled.relief.pass_until_ms = None;
            self.dirty = true;
        }
        if enrolled.token_in_ms(&clock) == Some(0) {
            enrolled.held.open &= enrolled.ground(&clock).is_recent(0);
            enrolled.relief.token_until = None;
            self.dirty = true;
        }
    }
}

impl Agent {
    /// For how long a restriction stood without a word of the server, if one is in force.
    pub(crate) fn silence_ended(&self) -> Option<u32> {
        let Phase::Enrolled(enrolled) = &self.state.phase else { return None };
        let silent_s = enrolled.silent_s(&self.state.clock)?;
        Some(u32::try_from(silent_s).unwrap_or(u32::MAX))
    }
}

impl Enrolled {
    /// Tells for how long a restriction that ends now stood without a word of the server.
    pub(crate) fn report_silence(&mut self, clock: &Clock) {
        if let Some(silent_s) = self.silent_s(clock) {
            self.events.push(EventKind::HeardAgain { silent_s }, clock.powered_ms);
        }
    }

    fn silent_s(&self, clock: &Clock) -> Option<u64> {
        let restricts = self.in_force.stage.rung >= Rung::Restrict;
        restricts.then(|| clock.trusted_ms.saturating_sub(self.heard_ms) / 1000)
    }

    /// Milliseconds until the token in force ends.
    pub(crate) fn token_in_ms(&self, clock: &Clock) -> Option<u64> {
        let until_ms = self.relief.token_until?.saturating_mul(1000);
        Some(until_ms.saturating_sub(clock.trusted_ms))
    }
}
