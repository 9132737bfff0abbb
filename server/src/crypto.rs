//! The wire's signatures over aws-lc-rs, under the same rules as the device's backend.

use aws_lc_rs::{
    digest, hmac,
    signature::{self, Ed25519KeyPair, KeyPair, UnparsedPublicKey},
};
use protocol::{
    ContentHash, PublicKey, Signature, Signer, Verifier, crypto::SignerFault,
};

/// Checks Ed25519 and P-256 signatures.
#[derive(Clone, Copy, Debug, Default)]
pub struct ServerVerifier;

impl Verifier for ServerVerifier {
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
        match key {
            PublicKey::Ed25519(point) => {
                let nonce: &[u8; 32] = signature[..32].try_into().expect("half of 64 bytes");
                !is_small_order(point)
                    && !is_small_order(nonce)
                    && UnparsedPublicKey::new(&signature::ED25519, point)
                        .verify(message, signature)
                        .is_ok()
            }
            PublicKey::P256(coordinates) => {
                let mut point = [4_u8; 65];
                point[1..].copy_from_slice(coordinates);
                UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point)
                    .verify(message, signature)
                    .is_ok()
            }
        }
    }
}

/// The y coordinates of the points whose order divides eight, little-endian, sign bit clear, in
/// canonical and non-canonical encodings (RFC 8032 clause 5.1.3 decoding of each).
const SMALL_ORDER: [[u8; 32]; 7] = [
    y_of(0),
    y_of(1),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
    near_prime(0xec),
    near_prime(0xed),
    near_prime(0xee),
];

const fn y_of(low: u8) -> [u8; 32] {
    let mut y = [0; 32];
    y[0] = low;
    y
}

const fn near_prime(low: u8) -> [u8; 32] {
    let mut y = [0xff; 32];
    y[0] = low;
    y[31] = 0x7f;
    y
}

fn is_small_order(point: &[u8; 32]) -> bool {
    let mut y = *point;
    y[31] &= 0x7f;
    SMALL_ORDER.contains(&y)
}

/// One of the server's Ed25519 keys.
pub struct ServerSigner {
    pair: Ed25519KeyPair,
    public: [u8; 32],
}

impl ServerSigner {
    /// The key of this seed.
    pub fn from_seed(seed: &[u8; 32]) -> ServerSigner {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).expect("any 32 bytes are a seed");
        let public = pair.public_key().as_ref().try_into().expect("a public key has 32 bytes");
        ServerSigner { pair, public }
    }

    /// The public key.
    pub fn public_bytes(&self) -> [u8; 32] {
        self.public
    }
}

impl Signer for ServerSigner {
    fn public_key(&self) -> PublicKey {
        PublicKey::Ed25519(self.public)
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SignerFault> {
        self.pair.sign(message).as_ref().try_into().map_err(|_| SignerFault)
    }
}

impl std::fmt::Debug for ServerSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ServerSigner({:?})", self.public_key())
    }
}

/// SHA-256 of the parts, one after the other.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    parts.iter().for_each(|part| context.update(part));
    context.finish().as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// SHA-256 as the wire's content hash.
pub fn content_hash(bytes: &[u8]) -> ContentHash {
    ContentHash(sha256(&[bytes]))
}

/// The installation's secret for keyed hashes and derived codes; kept outside the database.
pub struct Pepper(hmac::Key);

impl Pepper {
    /// A pepper of these bytes.
    pub fn new(secret: &[u8; 32]) -> Pepper {
        Pepper(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// HMAC-SHA256 over a purpose and length-prefixed parts.
    pub fn mac(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(purpose.as_bytes());
        for part in parts {
            let len = u32::try_from(part.len()).expect("inputs are bounded far below 4 GiB");
            context.update(&len.to_be_bytes());
            context.update(part);
        }
        context.sign().as_ref().try_into().expect("HMAC-SHA256 has 32 bytes")
    }
}

impl std::fmt::Debug for Pepper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pepper(..)")
    }
}

/// Whether two secrets are equal, in time that does not tell where they differ.
pub fn same(left: &[u8], right: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(left, right).is_ok()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
