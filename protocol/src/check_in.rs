//! What a device says to its server: check-in and wait carry the same envelope.

use alloc::{string::String, vec::Vec};

use crate::{
    ContentHash, EnrolmentId, Malformed, NoticeId, Stage,
    cbor::{Reader, Writer},
    codec::{self, Codec, Count, List, Opt, Ordinal, Own, Seconds, Text, Wire},
    limits::AGENT_VERSION_MAX,
};

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
    /// Key 10: per cent, 0 to 100, absent when unknown.
    pub battery: Option<u8>,
    /// Key 11: only in a wait: longest hold in seconds the device asks for. Keys 12 to 14 are
    /// reserved.
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
    /// 5: a code was typed. Key 4 result: 0 accepted, 1 wrong, 2 already used, 3 wait.
    CodeTried {
        /// The answer the holder got.
        result: u8,
    },
    /// 6: a token was accepted. Key 4 counter.
    TokenAccepted {
        /// Its counter.
        counter: u32,
    },
    /// 7: a lease was refused. Keys 4 sequence, 5 reason code ([`LeaseRefusal`]).
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
    /// 11: a lease or a token ended a restriction on a device that had heard nothing signed for so
    /// long, in powered seconds: for no longer was it restricted without need. Key 4 seconds.
    HeardAgain {
        /// Powered seconds since the last signed server data before it.
        silent_s: u64,
    },
    /// 12: the platform saw a sign of tampering. Key 4 sign ([`Sign`]).
    Tampered {
        /// Of what.
        sign: Sign,
    },
    /// 13: the holder says that something is wrong.
    Objected,
}

/// A sign of tampering: evidence, and no verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Sign {
    /// The system was rooted.
    Root = 1,
    /// The bootloader is unlocked.
    BootloaderUnlocked = 2,
    /// The patch level fell.
    PatchDowngraded = 3,
    /// Another SIM card is in the phone.
    SimChanged = 4,
}

codec::wire_enum!(Sign: u8 { Root, BootloaderUnlocked, PatchDowngraded, SimChanged });

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

codec::wire_enum!(LeaseRefusal: u8 { Conflicting, Stale, Untrusted, Malformed });

codec::wire_map!(message CheckIn {
    1 enrolment: Own,
    2 key_gen: Own,
    3 msg_no: Ordinal,
    4 applied_seq: Count,
    5 content_hash: Opt<Own>,
    6 stage: Own,
    7 events: List<Own, EVENTS_MAX>,
    8 clock: Own,
    9 agent_version: Text<AGENT_VERSION_MAX>,
    10 battery: Opt<Own>,
    11 hold_max_s: Opt<Own>,
} |check_in| {
    if (check_in.applied_seq == 0) != check_in.content_hash.is_none() {
        return Err("sequence and content hash go together");
    }
    if check_in.battery.is_some_and(|percent| percent > 100) {
        return Err("battery above 100 per cent");
    }
    if !check_in.events.windows(2).all(|pair| pair[0].event_no < pair[1].event_no) {
        return Err("event numbers not rising");
    }
    Ok(())
});

codec::wire_map!(part ClockReading {
    1 uptime_s: Seconds,
    2 trusted_s: Seconds,
    3 wall_s: Own,
    4 doubtful: Own,
} codec::no_check);

impl Wire for Event {
    fn write(&self, w: &mut Writer) {
        let (kind, fields) = kind_and_fields(&self.what);
        w.map(3 + fields);
        w.uint(1);
        w.uint(self.event_no);
        w.uint(2);
        w.uint(self.ago_s);
        w.uint(3);
        w.uint(kind);
        match &self.what {
            EventKind::Applied { stage, sequence } => pair(w, stage, sequence),
            EventKind::NoticeShown { id, text_hash } | EventKind::NoticeAcked { id, text_hash } => {
                pair(w, id, text_hash);
            }
            EventKind::PassUsed { hours: byte } | EventKind::CodeTried { result: byte } => {
                field(w, 4, byte);
            }
            EventKind::TokenAccepted { counter } => field(w, 4, counter),
            EventKind::LeaseRefused { sequence, reason } => pair(w, sequence, reason),
            EventKind::Unsupported { code } => field(w, 4, code),
            EventKind::Booted | EventKind::Objected => {}
            EventKind::ClockOff { by_s, ahead } => pair(w, by_s, ahead),
            EventKind::HeardAgain { silent_s } => field(w, 4, silent_s),
            EventKind::Tampered { sign } => field(w, 4, sign),
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        let at = r.position();
        let fail = |what| Malformed { what, at };
        let (mut event_no, mut ago_s, mut kind) = (None, None, None);
        let mut fields = Fields::default();
        r.map(|key, r| {
            match (key, kind) {
                (1, _) => event_no = Some(Ordinal::read(r)?),
                (2, _) => ago_s = Some(Seconds::read(r)?),
                (3, _) => kind = Some(u8::read(r)?),
                (4 | 5, Some(kind)) => return fields.read(kind, key, r),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        let kind = kind.ok_or(fail("Event lacks key 3"))?;
        Ok(Event {
            event_no: event_no.ok_or(fail("Event lacks key 1"))?,
            ago_s: ago_s.ok_or(fail("Event lacks key 2"))?,
            what: fields.into_kind(kind).ok_or(fail("unknown event kind, or it lacks a key"))?,
        })
    }
}

/// The wire's number of an event kind, and how many fields follow it.
fn kind_and_fields(what: &EventKind) -> (u64, usize) {
    match what {
        EventKind::Applied { .. } => (1, 2),
        EventKind::NoticeShown { .. } => (2, 2),
        EventKind::NoticeAcked { .. } => (3, 2),
        EventKind::PassUsed { .. } => (4, 1),
        EventKind::CodeTried { .. } => (5, 1),
        EventKind::TokenAccepted { .. } => (6, 1),
        EventKind::LeaseRefused { .. } => (7, 2),
        EventKind::Unsupported { .. } => (8, 1),
        EventKind::Booted => (9, 0),
        EventKind::ClockOff { .. } => (10, 2),
        EventKind::HeardAgain { .. } => (11, 1),
        EventKind::Tampered { .. } => (12, 1),
        EventKind::Objected => (13, 0),
    }
}

fn field(w: &mut Writer, key: u64, value: &impl Wire) {
    w.uint(key);
    value.write(w);
}

fn pair(w: &mut Writer, first: &impl Wire, second: &impl Wire) {
    field(w, 4, first);
    field(w, 5, second);
}

/// Largest `result` of [`EventKind::CodeTried`].
const CODE_RESULT_MAX: u64 = 3;

/// The fields of an event while its map is read.
#[derive(Default)]
struct Fields {
    stage: Option<Stage>,
    id: Option<NoticeId>,
    hash: Option<ContentHash>,
    number: Option<u64>,
    sequence: Option<u64>,
    reason: Option<LeaseRefusal>,
    ahead: Option<bool>,
    sign: Option<Sign>,
}

impl Fields {
    /// Reads the value of key 4 or 5 of an event of this kind; `false` when it has no such key.
    fn read(&mut self, kind: u8, key: u64, r: &mut Reader<'_>) -> Result<bool, Malformed> {
        match (kind, key) {
            (1, 4) => self.stage = Some(Stage::read(r)?),
            (1, 5) | (7, 4) => self.sequence = Some(Count::read(r)?),
            (2 | 3, 4) => self.id = Some(NoticeId::read(r)?),
            (2 | 3, 5) => self.hash = Some(ContentHash::read(r)?),
            (4, 4) => self.number = Some(r.uint_to(u8::MAX.into())?),
            (5, 4) => self.number = Some(r.uint_to(CODE_RESULT_MAX)?),
            (6, 4) => self.number = Some(r.uint_to(u32::MAX.into())?),
            (7, 5) => self.reason = Some(LeaseRefusal::read(r)?),
            (8, 4) => self.number = Some(r.uint_to(u16::MAX.into())?),
            (10 | 11, 4) => self.number = Some(Seconds::read(r)?),
            (10, 5) => self.ahead = Some(bool::read(r)?),
            (12, 4) => self.sign = Some(Sign::read(r)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The event, if the kind is known and all its fields were there.
    fn into_kind(self, kind: u8) -> Option<EventKind> {
        let byte = self.number.and_then(|number| u8::try_from(number).ok());
        let number = self.number;
        Some(match kind {
            1 => EventKind::Applied { stage: self.stage?, sequence: self.sequence? },
            2 => EventKind::NoticeShown { id: self.id?, text_hash: self.hash? },
            3 => EventKind::NoticeAcked { id: self.id?, text_hash: self.hash? },
            4 => EventKind::PassUsed { hours: byte? },
            5 => EventKind::CodeTried { result: byte? },
            6 => EventKind::TokenAccepted { counter: u32::try_from(number?).ok()? },
            7 => EventKind::LeaseRefused { sequence: self.sequence?, reason: self.reason? },
            8 => EventKind::Unsupported { code: u16::try_from(number?).ok()? },
            9 => EventKind::Booted,
            10 => EventKind::ClockOff { by_s: number?, ahead: self.ahead? },
            11 => EventKind::HeardAgain { silent_s: number? },
            12 => EventKind::Tampered { sign: self.sign? },
            13 => EventKind::Objected,
            _ => return None,
        })
    }
}
