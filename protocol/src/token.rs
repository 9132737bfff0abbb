//! The lease's compact form: 96 bytes that open a phone by SMS, QR or link.

use alloc::{string::String, vec::Vec};

use crate::{
    EnrolmentId, Malformed, PublicKey, Refused, Signature, Signer, Verifier,
    crypto::{self, SignerFault},
};

/// Bytes of a token: 32 of fields, 64 of Ed25519 signature.
pub const TOKEN_LEN: usize = 96;
/// Characters of its text form: base64url without padding.
pub const TOKEN_TEXT_LEN: usize = 128;

/// A token of kind 1, OPEN_UNTIL: it only lowers, and rules until a lease issued later arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// The signing key's number.
    pub key_id: u16,
    /// `SHA-256("UT1b" ‖ u8(len uid) ‖ uid ‖ enrolment_id ‖ be32(key_gen))[0..8]`.
    pub binding: [u8; 8],
    /// Rises with each token of this key generation.
    pub counter: u32,
    /// Unix minutes.
    pub issued: u32,
    /// Open until, Unix minutes.
    pub paid_through: u32,
    /// Not accepted after, Unix minutes.
    pub not_after: u32,
}

impl Token {
    /// The signed 96 bytes.
    pub fn sign(&self, signer: &(impl Signer + ?Sized)) -> Result<[u8; TOKEN_LEN], SignerFault> {
        let fields = self.fields();
        let signature = signer.sign(&to_be_signed(&fields))?;
        Ok(self.with_signature(&signature))
    }

    /// The 96 bytes with a signature made elsewhere.
    pub fn with_signature(&self, signature: &Signature) -> [u8; TOKEN_LEN] {
        let mut bytes = [0; TOKEN_LEN];
        bytes[..FIELDS_LEN].copy_from_slice(&self.fields());
        bytes[FIELDS_LEN..].copy_from_slice(signature);
        bytes
    }

    /// The fields, signature unchecked: to find the key that [`Token::verify`] needs.
    pub fn decode(bytes: &[u8]) -> Result<Token, Malformed> {
        let (fields, _) = split(bytes)?;
        if fields[0] != VERSION {
            return Err(Malformed { what: crate::error::UNKNOWN_VERSION, at: 0 });
        }
        if fields[1] != KIND_OPEN_UNTIL {
            return Err(Malformed { what: "unknown token kind", at: 1 });
        }
        for (at, what) in [
            (28, "policy step in a token without one"),
            (29, "unknown token flag"),
            (30, "reserved byte is not zero"),
            (31, "reserved byte is not zero"),
        ] {
            if fields[at] != 0 {
                return Err(Malformed { what, at });
            }
        }
        Ok(Token {
            key_id: u16::from_be_bytes(take(&fields, 2)),
            binding: take(&fields, 4),
            counter: u32::from_be_bytes(take(&fields, 12)),
            issued: u32::from_be_bytes(take(&fields, 16)),
            paid_through: u32::from_be_bytes(take(&fields, 20)),
            not_after: u32::from_be_bytes(take(&fields, 24)),
        })
    }

    /// Whether `key`, which must be Ed25519, signed these 96 bytes.
    pub fn verify(
        bytes: &[u8],
        key: &PublicKey,
        verifier: &(impl Verifier + ?Sized),
    ) -> Result<(), Refused> {
        let (fields, signature) = split(bytes)?;
        let is_ed25519 = matches!(key, PublicKey::Ed25519(_));
        if is_ed25519 && verifier.verify(key, &to_be_signed(&fields), &signature) {
            Ok(())
        } else {
            Err(Refused::BadSignature)
        }
    }

    fn fields(&self) -> [u8; FIELDS_LEN] {
        let mut fields = [0; FIELDS_LEN];
        fields[0] = VERSION;
        fields[1] = KIND_OPEN_UNTIL;
        fields[2..4].copy_from_slice(&self.key_id.to_be_bytes());
        fields[4..12].copy_from_slice(&self.binding);
        fields[12..16].copy_from_slice(&self.counter.to_be_bytes());
        fields[16..20].copy_from_slice(&self.issued.to_be_bytes());
        fields[20..24].copy_from_slice(&self.paid_through.to_be_bytes());
        fields[24..28].copy_from_slice(&self.not_after.to_be_bytes());
        fields
    }
}

/// The binding of a token to a device, its enrolment and its key generation. `uid` is the primary
/// IMEI as 15 ASCII digits; of a longer text only the first 255 bytes count.
pub fn binding(uid: &str, enrolment: EnrolmentId, key_gen: u32) -> [u8; 8] {
    let uid = uid.as_bytes();
    let len = u8::try_from(uid.len()).unwrap_or(u8::MAX);
    let uid = &uid[..usize::from(len)];
    let parts: [&[u8]; 5] = [b"UT1b", &[len], uid, &enrolment.0, &key_gen.to_be_bytes()];
    take(&crypto::sha256_parts(&parts).0, 0)
}

/// The text form: 128 characters of base64url.
pub fn to_text(bytes: &[u8; TOKEN_LEN]) -> String {
    let mut text = String::with_capacity(TOKEN_TEXT_LEN);
    for chunk in bytes.chunks_exact(3) {
        let bits = u32::from_be_bytes([0, chunk[0], chunk[1], chunk[2]]);
        for shift in [18, 12, 6, 0] {
            text.push(char::from(ALPHABET[(bits >> shift & 63) as usize]));
        }
    }
    text
}

/// The bytes of a text form; white space around it is not part of it and is refused.
pub fn from_text(text: &str) -> Result<[u8; TOKEN_LEN], Malformed> {
    if text.len() != TOKEN_TEXT_LEN {
        return Err(Malformed { what: "a token has 128 characters", at: text.len() });
    }
    let mut bytes = Vec::with_capacity(TOKEN_LEN);
    let mut bits = 0;
    for (at, byte) in text.bytes().enumerate() {
        let value = ALPHABET.iter().position(|letter| *letter == byte);
        let value = value.ok_or(Malformed { what: "not a base64url character", at })?;
        bits = bits << 6 | value as u32;
        if at % 4 == 3 {
            bytes.extend_from_slice(&bits.to_be_bytes()[1..]);
            bits = 0;
        }
    }
    Ok(bytes.try_into().expect("128 characters of six bits are 96 bytes"))
}

const VERSION: u8 = 1;
const KIND_OPEN_UNTIL: u8 = 1;
const FIELDS_LEN: usize = 32;
const DOMAIN: &[u8] = b"UT1";
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn split(bytes: &[u8]) -> Result<([u8; FIELDS_LEN], Signature), Malformed> {
    if bytes.len() != TOKEN_LEN {
        return Err(Malformed { what: "a token has 96 bytes", at: bytes.len().min(TOKEN_LEN) });
    }
    Ok((take(bytes, 0), take(bytes, FIELDS_LEN)))
}

fn take<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut taken = [0; N];
    taken.copy_from_slice(&bytes[at..at + N]);
    taken
}

fn to_be_signed(fields: &[u8; FIELDS_LEN]) -> Vec<u8> {
    [DOMAIN, fields].concat()
}
