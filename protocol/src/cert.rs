//! Key certificates: the offline root says which key may sign what, for whom and until when.

use alloc::{string::String, vec::Vec};

use crate::{
    Rung, TenantId,
    codec::{self, List, Own, Seconds, Text},
    limits::LENDER_MAX,
};

pub use crate::ring::{KeyRing, OpenedLease, RING_MAX, open_terms};

/// What a certified key may sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum KeyKind {
    /// Leases, `unchanged` replies and enrolment terms.
    Lease = 1,
    /// 96-byte tokens.
    Token = 2,
    /// Release certificates.
    Release = 3,
    /// Roots of the log of journals. Nothing that a device reads.
    Journal = 4,
}

/// One certificate, signed by the tenant's root as COSE_Sign1 of kind `key-cert`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyCert {
    /// Key 1: whose keys these are.
    pub tenant: TenantId,
    /// Key 2: the lender's name, part of the public key history.
    pub lender: String,
    /// Key 3: the key's number; `kid` is its two big-endian bytes.
    pub key_id: u16,
    /// Key 4: sorted, unique, not empty.
    pub kinds: Vec<KeyKind>,
    /// Key 5: the highest rung this key may sign.
    pub rung_max: Rung,
    /// Key 6: first second of validity, Unix seconds.
    pub not_before: u64,
    /// Key 7: first second after validity, Unix seconds.
    pub not_after: u64,
    /// Key 8: the Ed25519 public key.
    pub public_key: [u8; 32],
}

/// The `kid` of a server message: the key's number, big-endian.
pub fn kid(key_id: u16) -> [u8; 2] {
    key_id.to_be_bytes()
}

codec::wire_enum!(KeyKind: u8 { Lease, Token, Release, Journal });

codec::wire_map!(message KeyCert {
    1 tenant: Own,
    2 lender: Text<LENDER_MAX>,
    3 key_id: Own,
    4 kinds: List<Own, 8>,
    5 rung_max: Own,
    6 not_before: Seconds,
    7 not_after: Seconds,
    8 public_key: Own,
} |cert| {
    if cert.kinds.is_empty() || !codec::is_rising(&cert.kinds) {
        return Err("key kinds empty or not rising");
    }
    if cert.not_before >= cert.not_after {
        return Err("the certificate is never valid");
    }
    Ok(())
});
