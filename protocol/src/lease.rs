//! The lease: what the device is to do now, and what follows if nothing changes.

use alloc::{string::String, vec::Vec};
use core::fmt;

use crate::{
    ContentHash, ContractId, EnrolmentId, NoticeId, Restriction, Rung, Stage, TenantId,
    codec::{self, Blob, Codes, Count, Hidden, List, Opt, Ordinal, Own, Seconds, Text},
    crypto,
    limits::{
        AMOUNT_MAX, CONTENT_MAX, DISPUTE_MAX, HOW_TO_MAX, LANGUAGE_MAX, LENDER_MAX, NUMBERS_MAX,
        PHONE_MAX, REASON_MAX,
    },
};

/// Most notices a lease carries.
pub const NOTICES_MAX: usize = 2;
/// Longest notice text in bytes of UTF-8.
pub const NOTICE_TEXT_MAX: usize = 1536;
/// Most future steps a lease carries.
pub const TIMETABLE_MAX: usize = 16;

/// What a version of a contract says to its device. Its bytes are the same at every signing; their
/// SHA-256 is the content hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseContent {
    /// Key 1.
    pub tenant: TenantId,
    /// Key 2.
    pub contract: ContractId,
    /// Key 3.
    pub enrolment: EnrolmentId,
    /// Key 4: rises with every new device key of this contract.
    pub key_gen: u32,
    /// Key 5: the contract's row version; only rises.
    pub sequence: u64,
    /// Key 6: the stage that holds as soon as the lease is taken; `[rung, step]`.
    pub stage: Stage,
    /// Key 7: raw restriction codes of that stage, sorted and unique. Below `restrict` only the
    /// reminding wallpaper is possible, so that a key capped there can take nothing away.
    pub restrictions: Vec<u16>,
    /// Key 8: future steps, already justified by the facts at signing; each stage above the one
    /// before, the first above `stage`.
    pub timetable: Vec<Step>,
    /// Key 9: raw guard codes, sorted and unique.
    pub guards: Vec<u16>,
    /// Key 10: above `notice` a step fires alone only while the last signed server data is at most
    /// this old, in seconds; 0 = never alone.
    pub offline_step_max_age_s: u32,
    /// Key 11: what long silence does, where a law pack allows anything.
    pub silence: Option<Silence>,
    /// Key 12: at most two, with different ids.
    pub notices: Vec<Notice>,
    /// Key 13.
    pub screen: Screen,
    /// Key 14: the holder's emergency passes. Keys 15 and 16 are reserved.
    pub passes: Passes,
    /// Key 17: from then on the device is free, Unix seconds. The first lease of an enrolment fixes
    /// it; a later one repeats it.
    pub sunset: Option<u64>,
    /// Key 18: the COSE bytes of the [`crate::sunset::SunsetDispute`] that moved it last.
    pub dispute: Option<Vec<u8>>,
}

/// One future step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Key 1: `[rung, step]`.
    pub stage: Stage,
    /// Key 2: absolute Unix seconds, rounded up.
    pub at: u64,
    /// Key 3: least seconds since the previous entry took effect on this device.
    pub after_s: u32,
    /// Key 4: restriction codes, sorted and unique.
    pub restrictions: Vec<u16>,
    /// Key 5: the sentence the screen shows from then on.
    pub reason: String,
    /// Key 6: the notice this step rests on.
    pub notice: Option<NoticeId>,
}

/// What the pack lets long silence do: entries of the timetable up to a stage need no contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Key 1: seconds since the last signed server data.
    pub after_s: u32,
    /// Key 2: `[rung, step]`.
    pub stage: Stage,
}

/// A formal notice the screen shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Notice {
    /// Key 1.
    pub id: NoticeId,
    /// Key 2: 1 = first formal notice of the ladder, 2 = second, …
    pub k: u8,
    /// Key 3: not shown before, Unix seconds.
    pub show_from: u64,
    /// Key 4: BCP 47 tag.
    pub language: String,
    /// Key 5: at most [`NOTICE_TEXT_MAX`] bytes.
    pub text: String,
}

/// What the screen says besides notices. Lender, payment, dispute and emergency are always visible;
/// amount and reason sit behind one tap, since bystanders look.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Screen {
    /// Key 1: BCP 47 tag of all texts here.
    pub language: String,
    /// Key 2.
    pub lender: String,
    /// Key 3.
    pub lender_phone: String,
    /// Key 4.
    pub how_to_pay: String,
    /// Key 5.
    pub how_to_dispute: String,
    /// Key 6: who manages this phone and what they can do; always reachable.
    pub managed_by: String,
    /// Key 7: why this stage holds.
    pub reason: String,
    /// Key 8: what is owed now, with currency; empty when nothing is past due.
    pub amount_due: String,
    /// Key 9: next due date and amount; empty when none.
    pub next_due: String,
    /// Key 10: numbers that can always be called besides emergency.
    pub allowed_numbers: Vec<String>,
}

/// The holder's emergency button.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passes {
    /// Key 1: passes left in this spell of arrears.
    pub left: u8,
    /// Key 2: hours each lasts.
    pub hours: u8,
}

/// The signed part of a lease reply: COSE_Sign1 of kind `lease` by a lease key.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedLease {
    /// Key 1: the content's exact bytes.
    pub content: Vec<u8>,
    /// Key 2.
    pub stamp: Stamp,
}

/// `unchanged`: COSE_Sign1 of kind `unchanged` by a lease key. Counts as hearing the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unchanged {
    /// Key 1.
    pub enrolment: EnrolmentId,
    /// Key 2.
    pub key_gen: u32,
    /// Key 3.
    pub sequence: u64,
    /// Key 4.
    pub content_hash: ContentHash,
    /// Key 5.
    pub stamp: Stamp,
}

/// What every signed reply says about time and the exchange it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Key 1: the server's time at signing, Unix seconds.
    pub issued_at: u64,
    /// Key 2: the message number answered; 0 when none was asked.
    pub msg_no: u64,
    /// Key 3: the device's events up to this number are recorded.
    pub events_through: u64,
    /// Key 4: come back in this many seconds. Keys 5 to 63 are reserved.
    pub next_s: u32,
}

impl SignedLease {
    /// SHA-256 of the content: what `unchanged` and a check-in name it by.
    pub fn content_hash(&self) -> ContentHash {
        crypto::sha256(&self.content)
    }
}

impl Notice {
    /// SHA-256 of the text: what the device reports as shown.
    pub fn text_hash(&self) -> ContentHash {
        crypto::sha256(self.text.as_bytes())
    }
}

codec::wire_map!(message LeaseContent {
    1 tenant: Own,
    2 contract: Own,
    3 enrolment: Own,
    4 key_gen: Own,
    5 sequence: Ordinal,
    6 stage: Own,
    7 restrictions: Codes,
    8 timetable: List<Own, TIMETABLE_MAX>,
    9 guards: Codes,
    10 offline_step_max_age_s: Own,
    11 silence: Opt<Own>,
    12 notices: List<Own, NOTICES_MAX>,
    13 screen: Own,
    14 passes: Own,
    17 sunset: Opt<Seconds>,
    18 dispute: Opt<Blob<DISPUTE_MAX>>,
} check_content);

codec::wire_map!(part Step {
    1 stage: Own,
    2 at: Seconds,
    3 after_s: Own,
    4 restrictions: Codes,
    5 reason: Text<REASON_MAX>,
    6 notice: Opt<Own>,
} |step| check_restrictions(step.stage, &step.restrictions));

codec::wire_map!(part Silence {
    1 after_s: Own,
    2 stage: Own,
} codec::no_check);

codec::wire_map!(part Notice {
    1 id: Own,
    2 k: Own,
    3 show_from: Seconds,
    4 language: Text<LANGUAGE_MAX>,
    5 text: Text<NOTICE_TEXT_MAX>,
} |notice| if notice.k == 0 { Err("notices count from 1") } else { Ok(()) });

codec::wire_map!(part Screen {
    1 language: Text<LANGUAGE_MAX>,
    2 lender: Text<LENDER_MAX>,
    3 lender_phone: Text<PHONE_MAX>,
    4 how_to_pay: Text<HOW_TO_MAX>,
    5 how_to_dispute: Text<HOW_TO_MAX>,
    6 managed_by: Text<HOW_TO_MAX>,
    7 reason: Text<REASON_MAX>,
    8 amount_due: Text<AMOUNT_MAX>,
    9 next_due: Text<AMOUNT_MAX>,
    10 allowed_numbers: List<Text<PHONE_MAX>, NUMBERS_MAX>,
} codec::no_check);

codec::wire_map!(part Passes {
    1 left: Own,
    2 hours: Own,
} codec::no_check);

codec::wire_map!(message SignedLease {
    1 content: Blob<CONTENT_MAX>,
    2 stamp: Own,
} codec::no_check);

codec::wire_map!(message Unchanged {
    1 enrolment: Own,
    2 key_gen: Own,
    3 sequence: Ordinal,
    4 content_hash: Own,
    5 stamp: Own,
} codec::no_check);

codec::wire_map!(part Stamp {
    1 issued_at: Seconds,
    2 msg_no: Count,
    3 events_through: Count,
    4 next_s: Own,
} codec::no_check);

fn check_content(content: &LeaseContent) -> Result<(), &'static str> {
    check_restrictions(content.stage, &content.restrictions)?;
    let mut below = content.stage;
    for step in &content.timetable {
        if step.stage <= below {
            return Err("the timetable does not rise");
        }
        below = step.stage;
    }
    if content.dispute.is_some() && content.sunset.is_none() {
        return Err("a dispute of no sunset");
    }
    match content.notices.as_slice() {
        [first, second] if first.id == second.id => Err("two notices with one id"),
        _ => Ok(()),
    }
}

fn check_restrictions(stage: Stage, codes: &[u16]) -> Result<(), &'static str> {
    let only_reminds = codes.iter().all(|code| *code == Restriction::Wallpaper.code());
    if stage.rung < Rung::Restrict && !only_reminds {
        return Err("restrictions below the rung restrict");
    }
    Ok(())
}

/// The content holds what [`Screen`] and [`Notice`] hide.
impl fmt::Debug for SignedLease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let content = Hidden(self.content.len());
        f.debug_struct("SignedLease")
            .field("content", &content)
            .field("stamp", &self.stamp)
            .finish()
    }
}

/// The text may name its reader, so logs do not.
impl fmt::Debug for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notice")
            .field("id", &self.id)
            .field("k", &self.k)
            .field("show_from", &self.show_from)
            .field("language", &self.language)
            .field("text", &Hidden(self.text.len()))
            .finish()
    }
}

/// What somebody owes, and whom he calls, stays out of logs.
impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Screen")
            .field("language", &self.language)
            .field("lender", &self.lender)
            .field("lender_phone", &self.lender_phone)
            .field("reason", &self.reason)
            .field("amount_due", &Hidden(self.amount_due.len()))
            .field("next_due", &Hidden(self.next_due.len()))
            .field("allowed_numbers", &Hidden(self.allowed_numbers.len()))
            .finish_non_exhaustive()
    }
}
