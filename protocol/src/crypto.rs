//! The two signature schemes of the wire, behind traits so that device and server bring their own.

use core::fmt;

use sha2::{Digest, Sha256};

use crate::ContentHash;

#[cfg(feature = "device")]
pub mod device;

/// A signature: Ed25519, or ECDSA P-256 as raw `r ‖ s`. Nothing is ever keyed on these bytes.
pub type Signature = [u8; 64];

/// COSE algorithm of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alg {
    /// EdDSA over Ed25519; COSE −8.
    EdDsa,
    /// ECDSA over P-256 with SHA-256; COSE −7.
    Es256,
}

/// A public key of one of the two schemes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum PublicKey {
    /// The compressed Edwards point.
    Ed25519([u8; 32]),
    /// The affine coordinates `x ‖ y`.
    P256([u8; 64]),
}

impl PublicKey {
    /// The algorithm this key verifies.
    pub fn alg(&self) -> Alg {
        match self {
            PublicKey::Ed25519(_) => Alg::EdDsa,
            PublicKey::P256(_) => Alg::Es256,
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, bytes): (&str, &[u8]) = match self {
            PublicKey::Ed25519(bytes) => ("Ed25519", bytes),
            PublicKey::P256(bytes) => ("P256", bytes),
        };
        write!(f, "{name}(")?;
        bytes.iter().take(8).try_for_each(|byte| write!(f, "{byte:02x}"))?;
        write!(f, "..)")
    }
}

/// The key store could not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignerFault;

impl fmt::Display for SignerFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the key store could not sign")
    }
}

impl core::error::Error for SignerFault {}

/// Holds one private key and signs with it.
pub trait Signer {
    /// The matching public key.
    fn public_key(&self) -> PublicKey;
    /// Signs the bytes; hardware may fail.
    fn sign(&self, message: &[u8]) -> Result<Signature, SignerFault>;
}

/// Checks signatures. Ed25519 with a small-order key or nonce point is refused (see
/// [`ed25519_points_are_strict`]); P-256 accepts high s.
pub trait Verifier {
    /// Whether the signature is the key's over exactly these bytes.
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &Signature) -> bool;
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> ContentHash {
    sha256_parts(&[bytes])
}

/// SHA-256 of several parts, one after the other.
pub fn sha256_parts(parts: &[&[u8]]) -> ContentHash {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    ContentHash(hash.finalize().into())
}

/// Whether the two points of an Ed25519 signature may be believed at all: the public key A and the
/// nonce point R are encoded with their least y, and neither is of small order. Every [`Verifier`]
/// asks this before its own arithmetic, so that all of them take exactly the same signatures.
pub fn ed25519_points_are_strict(key: &[u8; 32], signature: &Signature) -> bool {
    let mut nonce_point = [0; 32];
    nonce_point.copy_from_slice(&signature[..32]);
    is_strict_point(key) && is_strict_point(&nonce_point)
}

/// The field prime 2^255 − 19, little-endian.
const PRIME: [u8; 32] = {
    let mut prime = [0xff; 32];
    prime[0] = 0xed;
    prime[31] = 0x7f;
    prime
};

/// The y coordinates of the eight points of small order, little-endian: 1 and −1 (orders 1 and 2),
/// 0 (order 4), and the two of order 8.
const SMALL_ORDER: [[u8; 32]; 5] = [
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    {
        let mut minus_one = PRIME;
        minus_one[0] = 0xec;
        minus_one
    },
    [0; 32],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
];

/// Nothing here is secret, so the time taken may tell.
fn is_strict_point(encoded: &[u8; 32]) -> bool {
    let mut y = *encoded;
    y[31] &= 0x7f;
    let is_reduced = y.iter().rev().lt(PRIME.iter().rev());
    is_reduced && !SMALL_ORDER.contains(&y)
}
