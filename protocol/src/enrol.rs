//! Enrolment: offer and confirm. The holder says yes on the device before anything binds.

use alloc::{string::String, vec::Vec};

use crate::{ContentHash, ContractId, EnrolmentId, PublicKey, TenantId};

/// What a platform can really enforce; shown to its holder and its lender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Tier {
    /// It can only show messages.
    #[default]
    NotifyOnly = 1,
    /// It enforces while its holder leaves it in place.
    Cooperative = 2,
    /// A Linux image whose boot is locked.
    LockedImage = 3,
    /// Android device owner.
    DeviceOwner = 4,
    /// A module of the phone's maker.
    MakerModule = 5,
}

/// COSE_Sign1 of kind `enrol-offer`, signed by the very key it offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Key 1: single-use code made with the contract.
    pub code: String,
    /// Key 2: all IMEIs of the device, digits only, one to four.
    pub imeis: Vec<String>,
    /// Key 3.
    pub serial: Option<String>,
    /// Key 4: the device key as COSE_Key.
    pub key: PublicKey,
    /// Key 5: fresh.
    pub nonce: [u8; 16],
    /// Key 6.
    pub agent_version: String,
    /// Key 7.
    pub tier: Tier,
}

/// The server's answer: COSE_Sign1 of kind `enrol-terms` by a lease key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Key 1: SHA-256 of the offer's COSE bytes.
    pub offer_hash: ContentHash,
    /// Key 2.
    pub tenant: TenantId,
    /// Key 3.
    pub contract: ContractId,
    /// Key 4.
    pub enrolment: EnrolmentId,
    /// Key 5.
    pub key_gen: u32,
    /// Key 6.
    pub lender: String,
    /// Key 7.
    pub lender_phone: String,
    /// Key 8: what the holder is asked to accept, in his language.
    pub disclosure: String,
    /// Key 9: BCP 47 tag.
    pub language: String,
    /// Key 10: guard codes, sorted and unique.
    pub guards: Vec<u16>,
    /// Key 11: the tenant's root, Ed25519.
    pub root: [u8; 32],
    /// Key 12: server time, Unix seconds.
    pub issued_at: u64,
}

/// COSE_Sign1 of kind `enrol-confirm` by the device key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirm {
    /// Key 1.
    pub enrolment: EnrolmentId,
    /// Key 2.
    pub key_gen: u32,
    /// Key 3: the offer's exact COSE bytes, so that the server need not remember them.
    pub offer: Vec<u8>,
    /// Key 4: SHA-256 of the terms' COSE bytes.
    pub terms_hash: ContentHash,
    /// Key 5: SHA-256 of the disclosure text shown.
    pub disclosure_hash: ContentHash,
    /// Key 6: the holder's answer; `false` binds nothing.
    pub accepted: bool,
    /// Key 7: message number, as in a check-in.
    pub msg_no: u64,
}
