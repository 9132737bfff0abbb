//! The end: a release certificate, and the device's confirmation that it removed itself.

use alloc::string::String;

use crate::{ContentHash, ContractId, EnrolmentId, TenantId};

/// COSE_Sign1 of kind `release` by a release key, and by no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Key 1.
    pub tenant: TenantId,
    /// Key 2.
    pub lender: String,
    /// Key 3.
    pub contract: ContractId,
    /// Key 4.
    pub enrolment: EnrolmentId,
    /// Key 5: SHA-256(salt ‖ primary IMEI as 14 ASCII digits).
    pub device_hash: ContentHash,
    /// Key 6.
    pub salt: [u8; 16],
    /// Key 7: Unix seconds.
    pub released_at: u64,
}

/// COSE_Sign1 of kind `removed` by the device key, made before the key is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// Key 1.
    pub enrolment: EnrolmentId,
    /// Key 2.
    pub key_gen: u32,
    /// Key 3: SHA-256 of the release certificate's COSE bytes.
    pub certificate_hash: ContentHash,
}
