//! What a device sends: one signed part behind its kind.

use alloc::vec::Vec;

/// Body of every request of the device door: the CBOR array `[kind, COSE bytes]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What the signed part is.
    pub kind: RequestKind,
    /// The COSE_Sign1 bytes.
    pub signed: Vec<u8>,
}

/// The kinds of requests, and where each is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum RequestKind {
    /// `POST /d/1/checkin`.
    CheckIn = 1,
    /// `POST /d/1/wait`.
    Wait = 2,
    /// `POST /d/1/enrol`.
    Offer = 3,
    /// `POST /d/1/enrol`.
    Confirm = 4,
    /// `POST /d/1/checkin`, after release.
    Removed = 5,
}
