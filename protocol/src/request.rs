//! What a device sends: one signed part behind its kind.

use alloc::vec::Vec;
use core::fmt;

use crate::{
    Kind, Malformed,
    cbor::{Reader, Writer},
    codec::{self, Blob, Codec, Hidden, Wire},
    limits::SIGNED_MAX,
};

/// Body of every request of the device door: the CBOR array `[kind, COSE bytes]`.
#[derive(Clone, PartialEq, Eq)]
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

impl RequestKind {
    /// The kind its signed part is signed as.
    pub fn kind(self) -> Kind {
        match self {
            RequestKind::CheckIn => Kind::CheckIn,
            RequestKind::Wait => Kind::Wait,
            RequestKind::Offer => Kind::EnrolOffer,
            RequestKind::Confirm => Kind::EnrolConfirm,
            RequestKind::Removed => Kind::Removed,
        }
    }
}

codec::wire_enum!(RequestKind: u8 { CheckIn, Wait, Offer, Confirm, Removed });

type Signed = Blob<SIGNED_MAX>;

impl Wire for Request {
    fn write(&self, w: &mut Writer) {
        w.array(2);
        self.kind.write(w);
        Signed::write(&self.signed, w);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        r.tuple(2, |r| Ok(Request { kind: Wire::read(r)?, signed: Signed::read(r)? }))
    }
}

/// Lengths only: an offer holds the device's identifiers.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("kind", &self.kind)
            .field("signed", &Hidden(self.signed.len()))
            .finish()
    }
}
