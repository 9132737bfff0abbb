//! Enrolment: offer and confirm. The holder says yes on the device before anything binds.

use alloc::{string::String, vec::Vec};
use core::fmt;

use crate::{
    ContentHash, ContractId, EnrolmentId, PublicKey, TenantId,
    codec::{self, Blob, Codes, Hidden, List, Opt, Ordinal, Own, Seconds, Text},
    limits::{
        AGENT_VERSION_MAX, DISCLOSURE_MAX, ENROL_CODE_MAX, IMEIS_MAX, LANGUAGE_MAX, LENDER_MAX,
        OFFER_MAX, PHONE_MAX, SERIAL_MAX,
    },
};

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
#[derive(Clone, PartialEq, Eq)]
pub struct Offer {
    /// Key 1: single-use code made with the contract.
    pub code: String,
    /// Key 2: all IMEIs of the device, 14 to 16 digits each, one to four; the first is the primary.
    pub imeis: Vec<String>,
    /// Key 3.
    pub serial: Option<String>,
    /// Key 4: the device key as COSE_Key.
    pub key: PublicKey,
    /// Key 5: fresh.
    pub nonce: [u8; 16],
    /// Key 6.
    pub agent_version: String,
    /// Key 7. Key 8 is reserved.
    pub tier: Tier,
}

/// The server's answer: COSE_Sign1 of kind `enrol-terms` by a lease key.
#[derive(Clone, PartialEq, Eq)]
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
    /// Key 12: server time, Unix seconds. Keys 13 to 15 are reserved.
    pub issued_at: u64,
}

/// COSE_Sign1 of kind `enrol-confirm` by the device key.
#[derive(Clone, PartialEq, Eq)]
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

codec::wire_enum!(Tier: u8 { NotifyOnly, Cooperative, LockedImage, DeviceOwner, MakerModule });

codec::wire_map!(message Offer {
    1 code: Text<ENROL_CODE_MAX>,
    2 imeis: List<Text<IMEI_MAX>, IMEIS_MAX>,
    3 serial: Opt<Text<SERIAL_MAX>>,
    4 key: Own,
    5 nonce: Own,
    6 agent_version: Text<AGENT_VERSION_MAX>,
    7 tier: Own,
} |offer| {
    if offer.imeis.is_empty() || !offer.imeis.iter().all(|imei| is_imei(imei)) {
        return Err("IMEIs are one to four, of 14 to 16 digits");
    }
    Ok(())
});

codec::wire_map!(message Terms {
    1 offer_hash: Own,
    2 tenant: Own,
    3 contract: Own,
    4 enrolment: Own,
    5 key_gen: Own,
    6 lender: Text<LENDER_MAX>,
    7 lender_phone: Text<PHONE_MAX>,
    8 disclosure: Text<DISCLOSURE_MAX>,
    9 language: Text<LANGUAGE_MAX>,
    10 guards: Codes,
    11 root: Own,
    12 issued_at: Seconds,
} codec::no_check);

codec::wire_map!(message Confirm {
    1 enrolment: Own,
    2 key_gen: Own,
    3 offer: Blob<OFFER_MAX>,
    4 terms_hash: Own,
    5 disclosure_hash: Own,
    6 accepted: Own,
    7 msg_no: Ordinal,
} codec::no_check);

/// Longest IMEI, with its software version.
const IMEI_MAX: usize = 16;

fn is_imei(text: &str) -> bool {
    (14..=IMEI_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Identifiers and the code stay out of logs.
impl fmt::Debug for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Offer")
            .field("code", &Hidden(self.code.len()))
            .field("imeis", &Hidden(self.imeis.iter().map(String::len).sum()))
            .field("key", &self.key)
            .field("agent_version", &self.agent_version)
            .field("tier", &self.tier)
            .finish_non_exhaustive()
    }
}

/// The disclosure may name the holder and what he owes.
impl fmt::Debug for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terms")
            .field("tenant", &self.tenant)
            .field("contract", &self.contract)
            .field("enrolment", &self.enrolment)
            .field("key_gen", &self.key_gen)
            .field("lender", &self.lender)
            .field("disclosure", &Hidden(self.disclosure.len()))
            .field("guards", &self.guards)
            .field("issued_at", &self.issued_at)
            .finish_non_exhaustive()
    }
}

/// The offer inside holds identifiers and the code.
impl fmt::Debug for Confirm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Confirm")
            .field("enrolment", &self.enrolment)
            .field("key_gen", &self.key_gen)
            .field("offer", &Hidden(self.offer.len()))
            .field("accepted", &self.accepted)
            .field("msg_no", &self.msg_no)
            .finish_non_exhaustive()
    }
}
