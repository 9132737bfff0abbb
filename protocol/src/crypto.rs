//! The two signature schemes of the wire, behind traits so that device and server bring their own.

use core::fmt;

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

/// Holds one private key and signs with it.
pub trait Signer {
    /// The matching public key.
    fn public_key(&self) -> PublicKey;
    /// Signs the bytes; hardware may fail.
    fn sign(&self, message: &[u8]) -> Result<Signature, SignerFault>;
}

/// Checks signatures. Ed25519 with a small-order key or nonce point is refused; P-256 accepts high s.
pub trait Verifier {
    /// Whether the signature is the key's over exactly these bytes.
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &Signature) -> bool;
}
