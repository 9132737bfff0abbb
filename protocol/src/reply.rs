//! What a server answers: exactly one signed part, and certificates of keys the device may lack.

use alloc::{string::String, vec::Vec};

/// Body of every 200 answer of the device door: the CBOR array `[kind, COSE bytes, [cert, …]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// What the signed part is.
    pub kind: ReplyKind,
    /// The COSE_Sign1 bytes.
    pub signed: Vec<u8>,
    /// Key certificates, COSE_Sign1 of kind `key-cert`; at most four.
    pub certs: Vec<Vec<u8>>,
}

/// The kinds of replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ReplyKind {
    /// A lease.
    Lease = 1,
    /// Nothing new.
    Unchanged = 2,
    /// The release certificate.
    Release = 3,
    /// Enrolment terms.
    Terms = 4,
    /// The removal is recorded; the device may forget its confirmation. The signed part is empty:
    /// the device holds no key any more, and a forged answer only stops its re-sending.
    RemovalRecorded = 5,
}

/// Body of every refusal of the device door: the CBOR map `{1: code, 2: detail, 3: retry seconds}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Stable code, for example `replayed_envelope`.
    pub code: String,
    /// A sentence for a log.
    pub detail: String,
    /// Try again after this many seconds; absent = not with these bytes.
    pub retry_s: Option<u32>,
}
