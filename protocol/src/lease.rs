//! The lease: what the device is to do now, and what follows if nothing changes.

use alloc::{string::String, vec::Vec};

use crate::{ContentHash, ContractId, EnrolmentId, NoticeId, Stage, TenantId};

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
    /// Key 7: raw restriction codes of that stage, sorted and unique.
    pub restrictions: Vec<u16>,
    /// Key 8: future steps, already justified by the facts at signing; rising stages.
    pub timetable: Vec<Step>,
    /// Key 9: raw guard codes, sorted and unique.
    pub guards: Vec<u16>,
    /// Key 10: above `notice` a step fires alone only while the last signed server data is at most
    /// this old, in seconds; 0 = never alone.
    pub offline_step_max_age_s: u32,
    /// Key 11: what long silence does, where a law pack allows anything.
    pub silence: Option<Silence>,
    /// Key 12: at most two.
    pub notices: Vec<Notice>,
    /// Key 13.
    pub screen: Screen,
    /// Key 14: the holder's emergency passes.
    pub passes: Passes,
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

/// What the pack lets long silence do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Key 1: seconds since the last signed server data.
    pub after_s: u32,
    /// Key 2: `[rung, step]`.
    pub stage: Stage,
    /// Key 3: restriction codes, sorted and unique.
    pub restrictions: Vec<u16>,
}

/// A formal notice the screen shows.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// Key 4: come back in this many seconds.
    pub next_s: u32,
}
