//! The day on which a device frees itself, and what alone can move it.
//!
//! A lease names the day; the first lease of an enrolment fixes it. From then on only a *dispute*
//! moves it: signed by a release key, a few days at a time and a few times in all.

use alloc::string::String;

use crate::{
    ContractId, EnrolmentId, TenantId,
    codec::{self, Own, Seconds, Text},
    limits::DISPUTE_REASON_MAX,
};

/// Most times a sunset can be disputed.
pub const DISPUTES_MAX: u8 = 4;
/// Most seconds by which one dispute moves it: ninety days.
pub const DISPUTE_S_MAX: u64 = 90 * 86_400;

/// COSE_Sign1 of kind `sunset-dispute` by a release key, and by no other: who holds a lease key
/// alone can keep no phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SunsetDispute {
    /// Key 1.
    pub tenant: TenantId,
    /// Key 2.
    pub contract: ContractId,
    /// Key 3.
    pub enrolment: EnrolmentId,
    /// Key 4.
    pub key_gen: u32,
    /// Key 5: 1 = the first of this contract; at most [`DISPUTES_MAX`].
    pub number: u8,
    /// Key 6: the sunset that is disputed, Unix seconds.
    pub sunset: u64,
    /// Key 7: the sunset from here on; at most [`DISPUTE_S_MAX`] later.
    pub until: u64,
    /// Key 8: why, for the device's holder to read.
    pub reason: String,
    /// Key 9: server time, Unix seconds; before the sunset.
    pub issued_at: u64,
}

codec::wire_map!(message SunsetDispute {
    1 tenant: Own,
    2 contract: Own,
    3 enrolment: Own,
    4 key_gen: Own,
    5 number: Own,
    6 sunset: Seconds,
    7 until: Seconds,
    8 reason: Text<DISPUTE_REASON_MAX>,
    9 issued_at: Seconds,
} |dispute| {
    if !(1..=DISPUTES_MAX).contains(&dispute.number) {
        return Err("disputes of a sunset are one to four");
    }
    if dispute.issued_at >= dispute.sunset {
        return Err("the sunset has passed");
    }
    if dispute.until <= dispute.sunset || dispute.until - dispute.sunset > DISPUTE_S_MAX {
        return Err("a dispute moves a sunset by at most ninety days");
    }
    Ok(())
});
