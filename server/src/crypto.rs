//! The wire's signatures over aws-lc-rs, under the same rules as the device's backend.

use aws_lc_rs::{
    digest, hmac,
    signature::{self, Ed25519KeyPair, KeyPair, UnparsedPublicKey},
};
use protocol::{ContentHash, PublicKey, Signature, Signer, Verifier, crypto::SignerFault};

/// Checks Ed25519 and P-256 signatures.
#[derive(Clone, Copy, Debug, Default)]
pub struct ServerVerifier;

impl Verifier for ServerVerifier {
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
        match key {
            PublicKey::Ed25519(point) => {
                protocol::crypto::ed25519_points_are_strict(point, signature)
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
