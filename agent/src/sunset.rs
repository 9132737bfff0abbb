//! The sunset: the day on which the device frees itself, whoever is left to ask.
//!
//! **Invariant:** only trusted or powered time brings it, so that no wall clock frees a device
//! early and no server that holds its own clock back holds it off.
//! **Invariant:** the first lease of an enrolment fixes the day; after that a release key alone
//! moves it, at most four times and at most ninety days each.
//! **Invariant:** it ends as a release does: one save of a tombstone, and no way back.

use alloc::{string::String, vec::Vec};

use protocol::{
    EnrolmentId, Verifier,
    cose::Sign1,
    lease::LeaseContent,
    release::Removed,
    sunset::{DISPUTE_S_MAX, DISPUTES_MAX, SunsetDispute},
};

use crate::{
    agent::Agent,
    clock::Clock,
    hear::removal,
    io::Keys,
    state::{Enrolled, Phase, Tombstone},
};

/// When the device frees itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sunset {
    /// Trusted Unix seconds.
    pub(crate) at: u64,
    /// Powered time by which that day has come in any case.
    pub(crate) powered_ms: u64,
    /// Number of the last dispute taken; 0 = none.
    pub(crate) disputes: u8,
}

impl Sunset {
    /// The day that an enrolment begins with. Powered time never runs faster than true time, so
    /// what is left of it at this moment is over no earlier than the day itself.
    pub(crate) fn fixed(at: u64, clock: &Clock) -> Sunset {
        let left_ms = at.saturating_mul(1000).saturating_sub(clock.trusted_ms);
        Sunset { at, powered_ms: clock.powered_ms.saturating_add(left_ms), disputes: 0 }
    }

    /// Milliseconds of powered time until then.
    pub(crate) fn in_ms(&self, clock: &Clock) -> u64 {
        let trusted_ms = self.at.saturating_mul(1000).saturating_sub(clock.trusted_ms);
        trusted_ms.min(self.powered_ms.saturating_sub(clock.powered_ms))
    }

    /// Takes a dispute that is signed and addressed as it must be; whether it moved anything. One
    /// that was never heard leaves its days to the next.
    fn disputed(&mut self, dispute: &SunsetDispute) -> bool {
        let number = dispute.number.min(DISPUTES_MAX);
        let more = u64::from(number.saturating_sub(self.disputes));
        let later_s = dispute.until.saturating_sub(self.at);
        if later_s == 0 || later_s > more.saturating_mul(DISPUTE_S_MAX) {
            return false;
        }
        self.at = dispute.until;
        self.powered_ms = self.powered_ms.saturating_add(later_s.saturating_mul(1000));
        self.disputes = number;
        true
    }
}

impl Enrolled {
    /// Takes the dispute that a lease carries, if it is a release key's and meant for this device;
    /// whether it moved anything. Any other changes nothing.
    pub(crate) fn take_dispute(&mut self, content: &LeaseContent, verifier: &dyn Verifier) -> bool {
        let (Some(sunset), Some(bytes)) = (&mut self.sunset, &content.dispute) else {
            return false;
        };
        let Ok(dispute) = self.ring.open_dispute(bytes, verifier) else { return false };
        let binding = &self.binding;
        let is_ours = (dispute.contract, dispute.enrolment, dispute.key_gen)
            == (binding.contract, binding.enrolment, binding.key_gen);
        is_ours && sunset.disputed(&dispute)
    }
}

impl Enrolled {
    /// What the dispute of the lease held says; empty when that lease carries none.
    pub(crate) fn dispute_reason(&self) -> String {
        let bytes = self.held.content.dispute.as_deref();
        let sign1 = bytes.and_then(|bytes| Sign1::parse(bytes).ok());
        let dispute = sign1.and_then(|sign1| sign1.decode::<SunsetDispute>().ok());
        dispute.map(|dispute| dispute.reason).unwrap_or_default()
    }
}

impl Agent {
    /// The day that the first lease names.
    pub(crate) fn fix_sunset(&mut self, content: &LeaseContent) {
        let clock = self.state.clock;
        if let Phase::Enrolled(enrolled) = &mut self.state.phase {
            enrolled.sunset = content.sunset.map(|at| Sunset::fixed(at, &clock));
        }
    }

    /// Frees the device once its sunset has come; whether it did.
    pub(crate) fn free_at_sunset(&mut self, keys: Keys<'_>) -> bool {
        let Phase::Enrolled(enrolled) = &self.state.phase else { return false };
        let due = enrolled.sunset.filter(|sunset| sunset.in_ms(&self.state.clock) == 0);
        let Some(sunset) = due else { return false };
        let enrolment: EnrolmentId = enrolled.binding.enrolment;
        let removed = Removed {
            enrolment,
            key_gen: enrolled.binding.key_gen,
            certificate_hash: enrolled.held.hash,
            silent_s: None,
            sunset: Some(sunset.at),
        };
        let body = removal(&removed, enrolment, keys);
        self.state.phase = Phase::Released(Tombstone {
            lender: enrolled.held.content.screen.lender.clone(),
            released_at: sunset.at,
            certificate: Vec::new(),
            recorded: body.is_empty(),
            body,
        });
        self.dirty = true;
        self.be_free();
        true
    }
}
