//! The envelopes: COSE_Sign1 and COSE_Mac0 (RFC 9052), in the one shape this wire has.
//!
//! A Sign1 is tag 18 around `[{1: alg}, {4: kid}, payload, signature]`, a Mac0 tag 17 around
//! `[{1: 5}, {4: kid}, payload, tag]`. The `external_aad` is the message kind's, so that bytes
//! signed as one kind are never taken for another.

use alloc::vec::Vec;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::{
    Alg, Kind, Malformed, Message, PublicKey, Refused, Signature, Signer, Verifier,
    cbor::{Reader, Writer},
    crypto::SignerFault,
    limits::SIGNED_MAX,
};

/// Longest key identifier.
pub const KID_MAX: usize = 16;

/// Signs a payload as COSE_Sign1. `kid`: a device's enrolment id (empty in an offer), a server
/// key's two bytes, empty for the root.
pub fn sign1(
    kind: Kind,
    kid: &[u8],
    payload: &[u8],
    signer: &(impl Signer + ?Sized),
) -> Result<Vec<u8>, SignerFault> {
    let alg = signer.public_key().alg();
    let signature = signer.sign(&to_be_signed(kind, alg, payload))?;
    Ok(envelope(TAG_SIGN1, protected(alg), kid, payload, &signature))
}

/// A parsed, not yet verified COSE_Sign1.
#[derive(Clone, Copy)]
pub struct Sign1<'a> {
    alg: Alg,
    kid: &'a [u8],
    payload: &'a [u8],
    signature: Signature,
}

impl<'a> Sign1<'a> {
    /// Takes the envelope apart. Nothing in it is to be believed before [`Sign1::verify`].
    pub fn parse(bytes: &'a [u8]) -> Result<Sign1<'a>, Malformed> {
        let (at, parts) = parse::<64>(bytes, TAG_SIGN1)?;
        let alg = match parts.protected {
            PROTECTED_EDDSA => Alg::EdDsa,
            PROTECTED_ES256 => Alg::Es256,
            _ => return Err(Malformed { what: "unknown signature algorithm", at }),
        };
        Ok(Sign1 { alg, kid: parts.kid, payload: parts.payload, signature: parts.proof })
    }

    /// The algorithm it names.
    pub fn alg(&self) -> Alg {
        self.alg
    }

    /// The key it names.
    pub fn kid(&self) -> &'a [u8] {
        self.kid
    }

    /// What it says.
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// The payload as a message.
    pub fn decode<M: Message>(&self) -> Result<M, Malformed> {
        M::decode(self.payload)
    }

    /// Whether `key` signed this payload as this kind.
    pub fn verify(
        &self,
        kind: Kind,
        key: &PublicKey,
        verifier: &(impl Verifier + ?Sized),
    ) -> Result<(), Refused> {
        let message = to_be_signed(kind, self.alg, self.payload);
        let valid = key.alg() == self.alg && verifier.verify(key, &message, &self.signature);
        if valid { Ok(()) } else { Err(Refused::BadSignature) }
    }
}

impl core::fmt::Debug for Sign1<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let hidden = crate::codec::Hidden(self.payload.len());
        f.debug_struct("Sign1").field("alg", &self.alg).field("payload", &hidden).finish()
    }
}

/// The bytes a signature of this kind covers: the Sig_structure.
pub fn to_be_signed(kind: Kind, alg: Alg, payload: &[u8]) -> Vec<u8> {
    structure("Signature1", protected(alg), kind, payload)
}

/// Authenticates a payload as COSE_Mac0 with HMAC 256/256.
pub fn mac0(kind: Kind, kid: &[u8], payload: &[u8], key: &[u8; 32]) -> Vec<u8> {
    let tag = mac_tag(kind, payload, key);
    envelope(TAG_MAC0, PROTECTED_HMAC, kid, payload, &tag)
}

/// A parsed, not yet verified COSE_Mac0.
#[derive(Clone, Copy)]
pub struct Mac0<'a> {
    kid: &'a [u8],
    payload: &'a [u8],
    tag: [u8; 32],
}

impl<'a> Mac0<'a> {
    /// Takes the envelope apart. Nothing in it is to be believed before [`Mac0::verify`].
    pub fn parse(bytes: &'a [u8]) -> Result<Mac0<'a>, Malformed> {
        let (at, parts) = parse::<32>(bytes, TAG_MAC0)?;
        if parts.protected != PROTECTED_HMAC {
            return Err(Malformed { what: "unknown MAC algorithm", at });
        }
        Ok(Mac0 { kid: parts.kid, payload: parts.payload, tag: parts.proof })
    }

    /// The key it names.
    pub fn kid(&self) -> &'a [u8] {
        self.kid
    }

    /// What it says.
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// Whether the holder of `key` made this payload as this kind; takes the same time either way.
    pub fn verify(&self, kind: Kind, key: &[u8; 32]) -> Result<(), Refused> {
        let expected = mac_tag(kind, self.payload, key);
        if bool::from(expected.ct_eq(&self.tag)) { Ok(()) } else { Err(Refused::BadSignature) }
    }
}

impl core::fmt::Debug for Mac0<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let hidden = crate::codec::Hidden(self.payload.len());
        f.debug_struct("Mac0").field("payload", &hidden).finish_non_exhaustive()
    }
}

const TAG_SIGN1: u64 = 18;
const TAG_MAC0: u64 = 17;
/// `{1: -8}`.
const PROTECTED_EDDSA: &[u8] = &[0xa1, 0x01, 0x27];
/// `{1: -7}`.
const PROTECTED_ES256: &[u8] = &[0xa1, 0x01, 0x26];
/// `{1: 5}`.
const PROTECTED_HMAC: &[u8] = &[0xa1, 0x01, 0x05];
/// The unprotected header of the key identifier.
const HEADER_KID: u64 = 4;

struct Parts<'a, const N: usize> {
    protected: &'a [u8],
    kid: &'a [u8],
    payload: &'a [u8],
    proof: [u8; N],
}

/// The parts, and the offset of the protected header for a complaint about it.
fn parse<const N: usize>(bytes: &[u8], tag: u64) -> Result<(usize, Parts<'_, N>), Malformed> {
    let mut r = Reader::new(bytes);
    r.tag(tag)?;
    let parsed = r.tuple(4, |r| {
        let at = r.position();
        let protected = r.bytes(PROTECTED_HMAC.len())?;
        let kid = r.record(1, |r| {
            let at = r.position();
            if r.uint()? != HEADER_KID {
                return Err(Malformed { what: "expected the key identifier", at });
            }
            r.bytes(KID_MAX)
        })?;
        let payload = r.bytes(SIGNED_MAX)?;
        Ok((at, Parts { protected, kid, payload, proof: r.fixed()? }))
    })?;
    r.end()?;
    Ok(parsed)
}

fn envelope(tag: u64, protected: &[u8], kid: &[u8], payload: &[u8], proof: &[u8]) -> Vec<u8> {
    let mut w = Writer::new();
    w.tag(tag);
    w.array(4);
    w.bytes(protected);
    w.map(1);
    w.uint(HEADER_KID);
    w.bytes(kid);
    w.bytes(payload);
    w.bytes(proof);
    w.into_bytes()
}

fn protected(alg: Alg) -> &'static [u8] {
    match alg {
        Alg::EdDsa => PROTECTED_EDDSA,
        Alg::Es256 => PROTECTED_ES256,
    }
}

fn structure(context: &str, protected: &[u8], kind: Kind, payload: &[u8]) -> Vec<u8> {
    let mut w = Writer::new();
    w.array(4);
    w.text(context);
    w.bytes(protected);
    w.bytes(kind.external_aad().as_bytes());
    w.bytes(payload);
    w.into_bytes()
}

fn mac_tag(kind: Kind, payload: &[u8], key: &[u8; 32]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(&structure("MAC0", PROTECTED_HMAC, kind, payload));
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ContentHash, EnrolmentId,
        crypto::device::{DeviceVerifier, Ed25519Signer, P256Signer},
        release::Removed,
    };

    const REMOVED: Removed = Removed {
        enrolment: EnrolmentId([7; 16]),
        key_gen: 1,
        certificate_hash: ContentHash([9; 32]),
        silent_s: None,
        sunset: None,
    };

    fn check_round_trip(signer: &impl Signer) {
        let payload = REMOVED.encode();
        let bytes = sign1(Kind::Removed, &REMOVED.enrolment.0, &payload, signer).unwrap();
        let sign1 = Sign1::parse(&bytes).unwrap();
        assert_eq!(sign1.kid(), REMOVED.enrolment.0);
        assert_eq!(sign1.decode::<Removed>(), Ok(REMOVED));
        let key = signer.public_key();
        assert_eq!(sign1.alg(), key.alg());
        assert_eq!(sign1.verify(Kind::Removed, &key, &DeviceVerifier), Ok(()));
        let as_wait = sign1.verify(Kind::Wait, &key, &DeviceVerifier);
        assert_eq!(as_wait, Err(Refused::BadSignature));
    }

    #[test]
    fn what_one_key_signs_it_verifies_as_that_kind_alone() {
        check_round_trip(&Ed25519Signer::from_seed(&[1; 32]));
        check_round_trip(&P256Signer::from_secret(&[1; 32]).unwrap());
    }

    #[test]
    fn a_key_of_the_other_scheme_verifies_nothing() {
        let ed25519 = Ed25519Signer::from_seed(&[1; 32]);
        let p256 = P256Signer::from_secret(&[1; 32]).unwrap();
        let bytes = sign1(Kind::Removed, &[], b"x", &ed25519).unwrap();
        let verdict = Sign1::parse(&bytes).unwrap().verify(
            Kind::Removed,
            &p256.public_key(),
            &DeviceVerifier,
        );
        assert_eq!(verdict, Err(Refused::BadSignature));
    }

    #[test]
    fn a_mac_binds_kind_key_and_payload() {
        let bytes = mac0(Kind::CheckInMac, &[1; 16], b"payload", &[2; 32]);
        let mac = Mac0::parse(&bytes).unwrap();
        assert_eq!((mac.kid(), mac.payload()), (&[1; 16][..], &b"payload"[..]));
        assert_eq!(mac.verify(Kind::CheckInMac, &[2; 32]), Ok(()));
        assert_eq!(mac.verify(Kind::UnchangedMac, &[2; 32]), Err(Refused::BadSignature));
        assert_eq!(mac.verify(Kind::CheckInMac, &[3; 32]), Err(Refused::BadSignature));
    }
}
