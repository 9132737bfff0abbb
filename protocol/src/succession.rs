//! A lender passes a contract on to another one: what makes its phone follow.
//!
//! A *succession* says once, for all contracts of a lender, which root comes after his own. An
//! *assignment* says of one enrolment that it goes on under that root. Neither does anything alone.

use alloc::{string::String, vec::Vec};

use crate::{
    ContentHash, ContractId, EnrolmentId, TenantId,
    codec::{self, Blob, Own, Seconds, Text},
    limits::{HOW_TO_MAX, LENDER_MAX, PHONE_MAX, SUCCESSION_MAX},
};

/// COSE_Sign1 of kind `succession` by the root of the lender who passes contracts on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Succession {
    /// Key 1: whose root signs.
    pub tenant: TenantId,
    /// Key 2: his lender's name.
    pub lender: String,
    /// Key 3: who comes after him; another one.
    pub to_tenant: TenantId,
    /// Key 4: that lender's name.
    pub to_lender: String,
    /// Key 5: that lender's root, Ed25519; another one.
    pub to_root: [u8; 32],
    /// Key 6: first second of validity, Unix seconds.
    pub not_before: u64,
    /// Key 7: first second after validity, Unix seconds.
    pub not_after: u64,
}

/// COSE_Sign1 of kind `assigned` by a release key of the lender who passes the contract on: it ends
/// his claim on the phone, as a release does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// Key 1: whose the contract was.
    pub tenant: TenantId,
    /// Key 2: the contract as it was.
    pub contract: ContractId,
    /// Key 3: the enrolment as it was.
    pub enrolment: EnrolmentId,
    /// Key 4: its key generation; the device keeps key and number.
    pub key_gen: u32,
    /// Key 5: SHA-256(salt ‖ primary IMEI as 14 ASCII digits).
    pub device_hash: ContentHash,
    /// Key 6.
    pub salt: [u8; 16],
    /// Key 7: whose it is from here on.
    pub to_tenant: TenantId,
    /// Key 8: the contract there.
    pub to_contract: ContractId,
    /// Key 9: the enrolment there.
    pub to_enrolment: EnrolmentId,
    /// Key 10: that lender's telephone number.
    pub lender_phone: String,
    /// Key 11: how to pay him.
    pub how_to_pay: String,
    /// Key 12: who manages the phone and what they can do; names both lenders.
    pub managed_by: String,
    /// Key 13: Unix seconds.
    pub assigned_at: u64,
    /// Key 14: the succession's COSE bytes.
    pub succession: Vec<u8>,
}

codec::wire_map!(message Succession {
    1 tenant: Own,
    2 lender: Text<LENDER_MAX>,
    3 to_tenant: Own,
    4 to_lender: Text<LENDER_MAX>,
    5 to_root: Own,
    6 not_before: Seconds,
    7 not_after: Seconds,
} |succession| {
    if succession.tenant == succession.to_tenant {
        return Err("nobody comes after himself");
    }
    if succession.not_before >= succession.not_after {
        return Err("the succession is never valid");
    }
    Ok(())
});

codec::wire_map!(message Assigned {
    1 tenant: Own,
    2 contract: Own,
    3 enrolment: Own,
    4 key_gen: Own,
    5 device_hash: Own,
    6 salt: Own,
    7 to_tenant: Own,
    8 to_contract: Own,
    9 to_enrolment: Own,
    10 lender_phone: Text<PHONE_MAX>,
    11 how_to_pay: Text<HOW_TO_MAX>,
    12 managed_by: Text<HOW_TO_MAX>,
    13 assigned_at: Seconds,
    14 succession: Blob<SUCCESSION_MAX>,
} codec::no_check);
