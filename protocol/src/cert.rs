//! Key certificates: the offline root says which key may sign what, for whom and until when.

use alloc::{string::String, vec::Vec};

use crate::{Rung, TenantId};

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
