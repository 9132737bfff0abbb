//! The end: a release certificate, and the device's confirmation that it removed itself.

use alloc::string::String;

use crate::{
    ContentHash, ContractId, EnrolmentId, TenantId,
    codec::{self, Opt, Own, Seconds, Text},
    crypto,
    limits::LENDER_MAX,
};

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
    /// Key 3: SHA-256 of the release certificate's COSE bytes; without one, at the sunset, of the
    /// content of the lease held.
    pub certificate_hash: ContentHash,
    /// Key 4: powered seconds since the last signed server data before the certificate, if that
    /// ended a restriction.
    pub silent_s: Option<u32>,
    /// Key 5: the sunset at which the device freed itself, Unix seconds; absent after a
    /// certificate.
    pub sunset: Option<u64>,
}

/// The hash by which a certificate names a device: a buyer who holds the phone can make it again,
/// a reader of the certificate does not learn the IMEI.
pub fn device_hash(salt: &[u8; 16], imei14: &str) -> ContentHash {
    crypto::sha256_parts(&[salt, imei14.as_bytes()])
}

codec::wire_map!(message Release {
    1 tenant: Own,
    2 lender: Text<LENDER_MAX>,
    3 contract: Own,
    4 enrolment: Own,
    5 device_hash: Own,
    6 salt: Own,
    7 released_at: Seconds,
} codec::no_check);

codec::wire_map!(message Removed {
    1 enrolment: Own,
    2 key_gen: Own,
    3 certificate_hash: Own,
    4 silent_s: Opt<Own>,
    5 sunset: Opt<Seconds>,
} codec::no_check);
