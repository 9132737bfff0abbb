//! What all messages share: their bytes, and the kind that a signature binds them to.

use alloc::vec::Vec;

use crate::{
    Malformed,
    cbor::{Reader, Writer},
    cert::KeyCert,
    check_in::CheckIn,
    codec::Wire,
    enrol::{Confirm, Offer, Terms},
    journal_root::JournalRoot,
    lease::{LeaseContent, SignedLease, Unchanged},
    release::{Release, Removed},
    reply::{Problem, Reply},
    request::Request,
    succession::{Assigned, Succession},
    sunset::SunsetDispute,
};

/// A value with exactly one byte form.
pub trait Message: Sized {
    /// The bytes. Limits and order are the sender's duty: see [`Message::check`].
    fn encode(&self) -> Vec<u8>;
    /// The value, or what is wrong with the bytes.
    fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        Self::decode_noting(bytes).map(|(value, _)| value)
    }
    /// The value, and whether keys from 64 on were passed over: those, and those alone,
    /// [`Message::encode`] does not bring back.
    fn decode_noting(bytes: &[u8]) -> Result<(Self, bool), Malformed>;
    /// Whether every reader would take what [`Message::encode`] makes of this value.
    fn check(&self) -> Result<(), Malformed> {
        Self::decode(&self.encode()).map(drop)
    }
}

/// A message that travels as the payload of a COSE_Sign1.
pub trait SignedMessage: Message {
    /// What its signature is bound to. A check-in that may be held is signed as [`Kind::Wait`].
    const KIND: Kind;
}

/// What a signature or a MAC says its payload is: the domain separation of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A key certificate, by the root.
    KeyCert,
    /// A lease, by a lease key.
    Lease,
    /// "Nothing new", by a lease key.
    Unchanged,
    /// A check-in, by the device key.
    CheckIn,
    /// A check-in that may be held, by the device key.
    Wait,
    /// An enrolment offer, by the key it offers.
    EnrolOffer,
    /// Enrolment terms, by a lease key.
    EnrolTerms,
    /// The holder's answer, by the device key.
    EnrolConfirm,
    /// A release certificate, by a release key.
    Release,
    /// The device's confirmation of its removal, by the device key.
    Removed,
    /// Who comes after a lender, by his root.
    Succession,
    /// A contract passed on to him, by a release key.
    Assigned,
    /// The root of a lender's log of journals, by a journal key.
    JournalRoot,
    /// A sunset moved, by a release key.
    SunsetDispute,
    /// Reserved: a check-in under a session key.
    CheckInMac,
    /// Reserved: "nothing new" under a session key.
    UnchangedMac,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 16] = [
        Kind::KeyCert,
        Kind::Lease,
        Kind::Unchanged,
        Kind::CheckIn,
        Kind::Wait,
        Kind::EnrolOffer,
        Kind::EnrolTerms,
        Kind::EnrolConfirm,
        Kind::Release,
        Kind::Removed,
        Kind::Succession,
        Kind::Assigned,
        Kind::JournalRoot,
        Kind::SunsetDispute,
        Kind::CheckInMac,
        Kind::UnchangedMac,
    ];

    /// The `external_aad` of this kind, as ASCII.
    pub fn external_aad(self) -> &'static str {
        match self {
            Kind::KeyCert => "quittance/1/key-cert",
            Kind::Lease => "quittance/1/lease",
            Kind::Unchanged => "quittance/1/unchanged",
            Kind::CheckIn => "quittance/1/check-in",
            Kind::Wait => "quittance/1/wait",
            Kind::EnrolOffer => "quittance/1/enrol-offer",
            Kind::EnrolTerms => "quittance/1/enrol-terms",
            Kind::EnrolConfirm => "quittance/1/enrol-confirm",
            Kind::Release => "quittance/1/release",
            Kind::Removed => "quittance/1/removed",
            Kind::Succession => "quittance/1/succession",
            Kind::Assigned => "quittance/1/assigned",
            Kind::JournalRoot => "quittance/1/journal-root",
            Kind::SunsetDispute => "quittance/1/sunset-dispute",
            Kind::CheckInMac => "quittance/1/check-in-mac",
            Kind::UnchangedMac => "quittance/1/unchanged-mac",
        }
    }
}

macro_rules! messages {
    ($($type:ident $(signed as $kind:ident)?),* $(,)?) => {$(
        impl Message for $type {
            fn encode(&self) -> Vec<u8> {
                let mut w = Writer::new();
                self.write(&mut w);
                w.into_bytes()
            }
            fn decode_noting(bytes: &[u8]) -> Result<(Self, bool), Malformed> {
                let mut r = Reader::new(bytes);
                let value = <$type as Wire>::read(&mut r)?;
                r.end()?;
                Ok((value, r.has_skipped()))
            }
        }
        $(impl SignedMessage for $type {
            const KIND: Kind = Kind::$kind;
        })?
    )*};
}

messages!(
    KeyCert signed as KeyCert,
    LeaseContent,
    SignedLease signed as Lease,
    Unchanged signed as Unchanged,
    CheckIn signed as CheckIn,
    Offer signed as EnrolOffer,
    Terms signed as EnrolTerms,
    Confirm signed as EnrolConfirm,
    Release signed as Release,
    Removed signed as Removed,
    Succession signed as Succession,
    Assigned signed as Assigned,
    JournalRoot signed as JournalRoot,
    SunsetDispute signed as SunsetDispute,
    Reply,
    Request,
    Problem,
);
