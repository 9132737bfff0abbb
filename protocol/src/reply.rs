//! What a server answers: exactly one signed part, and certificates of keys the device may lack.

use alloc::{string::String, vec::Vec};
use core::fmt;

use crate::{
    Malformed,
    cbor::{Reader, Writer},
    codec::{self, Blob, Codec, Hidden, List, Opt, Own, Text, Wire},
    limits::{CERT_MAX, CERTS_MAX, PROBLEM_CODE_MAX, PROBLEM_DETAIL_MAX, SIGNED_MAX},
};

/// Body of every 200 answer of the device door: the CBOR array `[kind, COSE bytes, [cert, …]]`.
#[derive(Clone, PartialEq, Eq)]
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
    /// The contract goes on under another lender.
    Assigned = 7,
}

/// Body of every refusal of the device door: the CBOR map
/// `{0: version, 1: code, 2: detail, 3: retry seconds}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Key 1: stable code, one of [`codes`], for example `replayed_envelope`.
    pub code: String,
    /// Key 2: a sentence for a log.
    pub detail: String,
    /// Key 3: try again after this many seconds; absent = not with these bytes.
    pub retry_s: Option<u32>,
}

/// The stable codes of the device door. A client meets an unknown one as it meets `internal`.
pub mod codes {
    /// The bytes are not a message of this version.
    pub const MALFORMED: &str = "malformed";
    /// The signature does not match the device's key.
    pub const BAD_SIGNATURE: &str = "bad_signature";
    /// No such enrolment.
    pub const UNKNOWN_ENROLMENT: &str = "unknown_enrolment";
    /// No contract waits for this enrolment code and device.
    pub const WRONG_ENROLMENT_CODE: &str = "wrong_enrolment_code";
    /// The enrolment code has done its work.
    pub const ENROLMENT_CODE_USED: &str = "enrolment_code_used";
    /// The device is tied to another contract.
    pub const DEVICE_ALREADY_FINANCED: &str = "device_already_financed";
    /// The borrower's consent is not on record: no device is bound.
    pub const NO_CONSENT: &str = "no_consent";
    /// The lender lacks a name, phone or complaint address: no device is bound.
    pub const LENDER_NOT_NAMED: &str = "lender_not_named";
    /// The confirmation does not fit the offer or the terms.
    pub const OFFER_MISMATCH: &str = "offer_mismatch";
    /// The holder said no: nothing is bound.
    pub const HOLDER_REFUSED: &str = "holder_refused";
    /// A confirmation of removal from a device whose enrolment is not released.
    pub const NOT_RELEASED: &str = "not_released";
    /// A message number below the last one kept.
    pub const REPLAYED_ENVELOPE: &str = "replayed_envelope";
    /// A key that a later enrolment of the same contract replaced.
    pub const STALE_KEY_GENERATION: &str = "stale_key_generation";
    /// The server doubts its own clock and signs nothing.
    pub const CLOCK_REFUSED: &str = "clock_refused";
    /// The body is above the limit.
    pub const TOO_LARGE: &str = "too_large";
    /// Too many requests at once.
    pub const BUSY: &str = "busy";
    /// No such path.
    pub const NOT_FOUND: &str = "not_found";
    /// The server failed.
    pub const INTERNAL: &str = "internal";

    /// All of them.
    pub const ALL: [&str; 18] = [
        MALFORMED,
        BAD_SIGNATURE,
        UNKNOWN_ENROLMENT,
        WRONG_ENROLMENT_CODE,
        ENROLMENT_CODE_USED,
        DEVICE_ALREADY_FINANCED,
        NO_CONSENT,
        LENDER_NOT_NAMED,
        OFFER_MISMATCH,
        HOLDER_REFUSED,
        NOT_RELEASED,
        REPLAYED_ENVELOPE,
        STALE_KEY_GENERATION,
        CLOCK_REFUSED,
        TOO_LARGE,
        BUSY,
        NOT_FOUND,
        INTERNAL,
    ];
}

codec::wire_enum!(ReplyKind: u8 { Lease, Unchanged, Release, Terms, RemovalRecorded, Assigned });

codec::wire_map!(message Problem {
    1 code: Text<PROBLEM_CODE_MAX>,
    2 detail: Text<PROBLEM_DETAIL_MAX>,
    3 retry_s: Opt<Own>,
} codec::no_check);

type Signed = Blob<SIGNED_MAX>;
type Certs = List<Blob<CERT_MAX>, CERTS_MAX>;

impl Wire for Reply {
    fn write(&self, w: &mut Writer) {
        w.array(3);
        self.kind.write(w);
        Signed::write(&self.signed, w);
        Certs::write(&self.certs, w);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        let at = r.position();
        let reply = r.tuple(3, |r| {
            Ok(Reply { kind: Wire::read(r)?, signed: Signed::read(r)?, certs: Certs::read(r)? })
        })?;
        if (reply.kind == ReplyKind::RemovalRecorded) != reply.signed.is_empty() {
            return Err(Malformed { what: "signed part missing, or where none belongs", at });
        }
        Ok(reply)
    }
}

/// Lengths only: the signed part may hold what does not belong in a log.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("kind", &self.kind)
            .field("signed", &Hidden(self.signed.len()))
            .field("certs", &self.certs.len())
            .finish()
    }
}
