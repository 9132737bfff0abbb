//! What a device says to its server: check-in and wait carry the same envelope.

use alloc::{string::String, vec::Vec};

use crate::{ContentHash, EnrolmentId, NoticeId, Stage};

/// Most events one message carries; the rest follows with the next.
pub const EVENTS_MAX: usize = 32;

/// COSE_Sign1 by the device key, of kind `check-in`, or `wait` when it may be held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckIn {
    /// Key 1.
    pub enrolment: EnrolmentId,
    /// Key 2.
    pub key_gen: u32,
    /// Key 3: raised and saved before sending.
    pub msg_no: u64,
    /// Key 4: sequence of the lease held; 0 = none.
    pub applied_seq: u64,
    /// Key 5: content hash of that lease; absent with none.
    pub content_hash: Option<ContentHash>,
    /// Key 6: the stage in force on the device, `[rung, step]`.
    pub stage: Stage,
    /// Key 7: at most [`EVENTS_MAX`], rising numbers.
    pub events: Vec<Event>,
    /// Key 8.
    pub clock: ClockReading,
    /// Key 9.
    pub agent_version: String,
    /// Key 10: per cent, absent when unknown.
    pub battery: Option<u8>,
    /// Key 11: only in a wait: longest hold in seconds the device asks for.
    pub hold_max_s: Option<u32>,
}

/// The device's clocks, as evidence. No date here moves anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockReading {
    /// Key 1: powered seconds since boot, suspend included.
    pub uptime_s: u64,
    /// Key 2: trusted time, Unix seconds; 0 = none yet.
    pub trusted_s: u64,
    /// Key 3: the wall clock, Unix seconds, as the holder sees it.
    pub wall_s: u64,
    /// Key 4: the device doubts its trusted time (it was powered off).
    pub doubtful: bool,
}

/// Something that happened on the device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Key 1: rises by one for each event of this key generation, from 1.
    pub event_no: u64,
    /// Key 2: powered seconds since it happened, at sending.
    pub ago_s: u64,
    /// Key 3 = kind, keys 4… = its fields.
    pub what: EventKind,
}

/// The kinds of events. The number is the wire's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// 1: this stage took effect under this lease sequence. Keys 4 stage, 5 sequence.
    Applied {
        /// The stage that took effect.
        stage: Stage,
        /// The lease that said so.
        sequence: u64,
    },
    /// 2: the notice stood on the lit screen, in front, for three seconds. Keys 4 id, 5 text hash.
    NoticeShown {
        /// Which notice.
        id: NoticeId,
        /// SHA-256 of the text shown.
        text_hash: ContentHash,
    },
    /// 3: the holder acknowledged it. Keys 4 id, 5 text hash.
    NoticeAcked {
        /// Which notice.
        id: NoticeId,
        /// SHA-256 of the text shown.
        text_hash: ContentHash,
    },
    /// 4: the holder used an emergency pass. Key 4 hours.
    PassUsed {
        /// Hours it lasts.
        hours: u8,
    },
    /// 5: a code was typed. Key 4 result (0 accepted, 1 wrong, 2 already used, 3 wait).
    CodeTried {
        /// The answer the holder got.
        result: u8,
    },
    /// 6: a token was accepted. Key 4 counter.
    TokenAccepted {
        /// Its counter.
        counter: u32,
    },
    /// 7: a lease was refused. Keys 4 sequence, 5 reason code ([`crate::check_in::LeaseRefusal`]).
    LeaseRefused {
        /// Its sequence.
        sequence: u64,
        /// Why.
        reason: LeaseRefusal,
    },
    /// 8: a restriction code this device cannot apply. Key 4 code.
    Unsupported {
        /// The raw code.
        code: u16,
    },
    /// 9: the agent started after a boot.
    Booted,
    /// 10: wall clock and trusted time differ by more than a day. Key 4 seconds, key 5 ahead?
    ClockOff {
        /// By how much, seconds.
        by_s: u64,
        /// The wall clock is ahead.
        ahead: bool,
    },
}

/// Why a lease was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum LeaseRefusal {
    /// Same sequence, other content.
    Conflicting = 1,
    /// A lower sequence.
    Stale = 2,
    /// Signature, key or binding.
    Untrusted = 3,
    /// Not decodable.
    Malformed = 4,
}
