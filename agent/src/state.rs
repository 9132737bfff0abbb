//! Everything a device knows across a crash.

use alloc::{boxed::Box, string::String, vec::Vec};

use protocol::{
    ContractId, EnrolmentId, NoticeId, Restriction, Stage, TenantId, cert::KeyRing, crypto::sha256,
};

use crate::{
    clock::Clock,
    events::Events,
    ladder::{Ground, Held, NOTICE, Place, Since},
    sunset::Sunset,
};

/// The saved state: one value, written whole.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) clock: Clock,
    pub(crate) phase: Phase,
}

/// Where the device is in its life under a contract.
#[derive(Clone)]
pub(crate) enum Phase {
    /// Not tied to anything.
    Unenrolled,
    /// The holder said yes; the server may or may not know.
    Confirming(Confirming),
    /// Tied to a contract.
    Enrolled(Box<Enrolled>),
    /// Free for ever. There is no way out of this phase.
    Released(Tombstone),
}

/// Whose device this is, and which messages are meant for it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Binding {
    pub(crate) tenant: TenantId,
    pub(crate) contract: ContractId,
    pub(crate) enrolment: EnrolmentId,
    pub(crate) key_gen: u32,
    /// The primary one first; digits only.
    pub(crate) imeis: Vec<String>,
}

/// A consent on its way to the server.
#[derive(Clone)]
pub(crate) struct Confirming {
    pub(crate) binding: Binding,
    pub(crate) ring: KeyRing,
    pub(crate) lender: String,
    pub(crate) lender_phone: String,
    /// The request, sent again byte by byte until it is answered.
    pub(crate) body: Vec<u8>,
    pub(crate) msg_no: u64,
}

/// A device under a contract.
#[derive(Clone)]
pub(crate) struct Enrolled {
    pub(crate) binding: Binding,
    pub(crate) ring: KeyRing,
    /// Number of the youngest message that may have been sent.
    pub(crate) msg_no: u64,
    pub(crate) held: Held,
    /// Trusted time of the last signed server data.
    pub(crate) heard_ms: u64,
    pub(crate) since: Since,
    pub(crate) in_force: InForce,
    pub(crate) events: Events,
    pub(crate) relief: Relief,
    /// Notices of the lease held that stood on the screen, and that were acknowledged.
    pub(crate) shown: Vec<NoticeId>,
    pub(crate) acked: Vec<NoticeId>,
    /// Restriction codes already reported as unsupported.
    pub(crate) unsupported: Vec<u16>,
    /// The wall clock was reported as off and did not come back since.
    pub(crate) clock_off: bool,
    /// What is held is the word of a lender who passed the contract on: the first lease of the next
    /// one takes its place, whatever its sequence.
    pub(crate) inherited: bool,
    /// When the device frees itself, if its enrolment began with such a day.
    pub(crate) sunset: Option<Sunset>,
}

/// What the shell was told to apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InForce {
    pub(crate) stage: Stage,
    pub(crate) codes: Vec<u16>,
    pub(crate) guards: Vec<u16>,
    /// The shell has come back since, so it has acted on it.
    pub(crate) settled: bool,
}

/// What lowers the stage for a while.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Relief {
    /// Powered time at which the running emergency pass ends.
    pub(crate) pass_until_ms: Option<u64>,
    /// Event numbers of passes used that the lease held does not count yet.
    pub(crate) passes_used: Vec<u64>,
    /// Highest token counter taken; 0 = none.
    pub(crate) token_counter: u32,
    /// When that token was issued, Unix seconds.
    pub(crate) token_issued_at: u64,
    /// Trusted Unix seconds until which that token keeps the device open.
    pub(crate) token_until: Option<u64>,
}

/// What is left after a release: a witness, and nothing that could verify or restrict.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Tombstone {
    pub(crate) lender: String,
    pub(crate) released_at: u64,
    /// The release certificate, for its holder to show; empty after a sunset.
    pub(crate) certificate: Vec<u8>,
    /// The signed confirmation as a request; empty when the key could not sign.
    pub(crate) body: Vec<u8>,
    /// The server has it, or there is nobody to tell.
    pub(crate) recorded: bool,
}

impl Relief {
    /// What the stage is lowered to.
    pub(crate) fn cap(&self) -> Option<Stage> {
        match (self.token_until, self.pass_until_ms) {
            (Some(_), _) => Some(Stage::CLEAR),
            (None, Some(_)) => Some(NOTICE),
            (None, None) => None,
        }
    }
}

impl Enrolled {
    /// What the stage in force follows from.
    pub(crate) fn ground<'a>(&'a self, clock: &'a Clock) -> Ground<'a> {
        let token_ms = self.relief.token_issued_at.saturating_mul(1000);
        Ground {
            held: &self.held,
            clock,
            heard_ms: self.heard_ms,
            silent_from_ms: self.heard_ms.max(token_ms),
            cap: self.relief.cap(),
            since: &self.since,
        }
    }

    /// Where the device stands with the timetable as far as it was walked.
    pub(crate) fn place(&self, clock: &Clock) -> Place {
        self.ground(clock).place(self.held.fired)
    }

    /// Passes the holder can still use.
    pub(crate) fn passes_left(&self) -> u8 {
        let used = u8::try_from(self.relief.passes_used.len()).unwrap_or(u8::MAX);
        self.held.content.passes.left.saturating_sub(used)
    }

    /// A notice of the lease held was shown or acknowledged.
    pub(crate) fn is_delivered(&self, id: &NoticeId) -> bool {
        self.shown.contains(id) || self.acked.contains(id)
    }
}

impl Binding {
    /// The primary IMEI as 15 digits; what a token is bound to.
    pub(crate) fn uid(&self) -> String {
        self.imeis.first().map(|imei| with_check_digit(imei)).unwrap_or_default()
    }

    /// Whether a release certificate names one of this device's IMEIs.
    pub(crate) fn is_device(&self, salt: &[u8; 16], device_hash: &protocol::ContentHash) -> bool {
        self.imeis.iter().any(|imei| {
            let mut named = Vec::from(salt.as_slice());
            named.extend(imei.bytes().take(14));
            sha256(&named) == *device_hash
        })
    }
}

/// The codes this platform can apply.
pub(crate) fn applicable(codes: &[u16], supported: &[Restriction]) -> Vec<Restriction> {
    let known = codes.iter().filter_map(|code| Restriction::from_code(*code));
    known.filter(|restriction| supported.contains(restriction)).collect()
}

/// The first 14 digits and their Luhn digit: an IMEI has it, a bare 14-digit or a 16-digit software
/// version number does not.
fn with_check_digit(imei: &str) -> String {
    if imei.len() == 15 {
        return String::from(imei);
    }
    let mut uid: String = imei.chars().take(14).collect();
    let sum: u32 = uid
        .bytes()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit.wrapping_sub(b'0') % 10);
            let weighed = digit * (1 + u32::from(place % 2 == 1));
            weighed / 10 + weighed % 10
        })
        .sum();
    uid.push(char::from(b'0' + ((10 - sum % 10) % 10) as u8));
    uid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_uid_has_fifteen_digits() {
        for given in ["490154203237518", "49015420323751", "4901542032375100"] {
            assert_eq!(with_check_digit(given), "490154203237518");
        }
    }
}
