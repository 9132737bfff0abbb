//! The device's own signature backend, for agents whose keys live in software and for tests.

use core::fmt;

use ed25519_dalek::Signer as _;
use p256::ecdsa;
use zeroize::Zeroizing;

use super::{PublicKey, Signature, Signer, SignerFault, Verifier, ed25519_points_are_strict};

/// Verifies both schemes in pure Rust.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeviceVerifier;

impl Verifier for DeviceVerifier {
    fn verify(&self, key: &PublicKey, message: &[u8], signature: &Signature) -> bool {
        match key {
            PublicKey::Ed25519(key) => verify_ed25519(key, message, signature),
            PublicKey::P256(key) => verify_p256(key, message, signature),
        }
    }
}

/// An Ed25519 key in software.
#[derive(Clone)]
pub struct Ed25519Signer(ed25519_dalek::SigningKey);

impl Ed25519Signer {
    /// The key of a 32-byte seed (RFC 8032). The caller wipes his copy.
    pub fn from_seed(seed: &[u8; 32]) -> Ed25519Signer {
        Ed25519Signer(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The public key's bytes.
    pub fn public_bytes(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// The seed, to keep it.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }
}

impl Signer for Ed25519Signer {
    fn public_key(&self) -> PublicKey {
        PublicKey::Ed25519(self.public_bytes())
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SignerFault> {
        Ok(self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for Ed25519Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ed25519Signer({:?})", self.public_key())
    }
}

/// A P-256 key in software; its signatures are deterministic (RFC 6979).
#[derive(Clone)]
pub struct P256Signer(ecdsa::SigningKey);

impl P256Signer {
    /// The key of a 32-byte big-endian secret; `None` for 0 and for the group order and above,
    /// which a random secret hits once in 2^32 times. The caller wipes his copy.
    pub fn from_secret(secret: &[u8; 32]) -> Option<P256Signer> {
        ecdsa::SigningKey::from_slice(secret).ok().map(P256Signer)
    }

    /// The secret, to keep it.
    pub fn secret(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes().into())
    }
}

impl Signer for P256Signer {
    fn public_key(&self) -> PublicKey {
        let point = self.0.verifying_key().to_sec1_point(false);
        let mut coordinates = [0; 64];
        coordinates.copy_from_slice(&point.as_bytes()[1..]);
        PublicKey::P256(coordinates)
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, SignerFault> {
        let signature: ecdsa::Signature = self.0.try_sign(message).map_err(|_| SignerFault)?;
        Ok(signature.to_bytes().into())
    }
}

impl fmt::Debug for P256Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "P256Signer({:?})", self.public_key())
    }
}

fn verify_ed25519(key: &[u8; 32], message: &[u8], signature: &Signature) -> bool {
    if !ed25519_points_are_strict(key, signature) {
        return false;
    }
    let signature = ed25519_dalek::Signature::from_bytes(signature);
    ed25519_dalek::VerifyingKey::from_bytes(key)
        .is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
}

fn verify_p256(key: &[u8; 64], message: &[u8], signature: &Signature) -> bool {
    use ecdsa::signature::Verifier as _;
    let mut point = [UNCOMPRESSED; 65];
    point[1..].copy_from_slice(key);
    let key = ecdsa::VerifyingKey::from_sec1_bytes(&point);
    let signature = ecdsa::Signature::from_slice(signature);
    match (key, signature) {
        (Ok(key), Ok(signature)) => key.verify(message, &signature).is_ok(),
        _ => false,
    }
}

/// The first byte of an uncompressed SEC1 point.
const UNCOMPRESSED: u8 = 4;

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[cfg(feature = "vectors")]
    #[test]
    fn every_conformance_case_gets_its_answer() {
        for case in crate::conformance::signature_cases() {
            let valid = DeviceVerifier.verify(&case.key, case.message, &case.signature);
            assert_eq!(valid, case.valid, "{}", case.name);
        }
    }

    #[test]
    fn the_strict_points_are_those_the_curve_library_calls_strong() {
        let orders_1_to_8 = [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0000000000000000000000000000000000000000000000000000000000000080",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        ];
        for hex in orders_1_to_8 {
            let mut point = [0; 32];
            for (at, byte) in point.iter_mut().enumerate() {
                *byte = u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap();
            }
            let key = ed25519_dalek::VerifyingKey::from_bytes(&point).unwrap();
            assert!(key.is_weak(), "{hex}");
            assert!(!ed25519_points_are_strict(&point, &[2; 64]), "{hex}");
        }
        let strong = Ed25519Signer::from_seed(&[3; 32]).public_bytes();
        assert!(ed25519_points_are_strict(&strong, &[2; 64]));
    }

    #[test]
    fn secrets_do_not_show() {
        let seed = [0xab; 32];
        let shown = format!("{:?}", Ed25519Signer::from_seed(&seed));
        assert!(shown.starts_with("Ed25519Signer(Ed25519(") && !shown.contains("abab"), "{shown}");
        let shown = format!("{:?}", P256Signer::from_secret(&seed).unwrap());
        assert!(shown.starts_with("P256Signer(P256(") && !shown.contains("abab"), "{shown}");
    }

    #[test]
    fn a_p256_secret_outside_the_group_is_refused() {
        assert!(P256Signer::from_secret(&[0; 32]).is_none());
        assert!(P256Signer::from_secret(&[0xff; 32]).is_none());
    }

    #[test]
    fn a_kept_secret_makes_the_same_key_again() {
        let ed25519 = Ed25519Signer::from_seed(&[5; 32]);
        assert_eq!(Ed25519Signer::from_seed(&ed25519.seed()).public_key(), ed25519.public_key());
        let p256 = P256Signer::from_secret(&[5; 32]).unwrap();
        let again = P256Signer::from_secret(&p256.secret()).unwrap();
        assert_eq!(again.public_key(), p256.public_key());
    }
}
