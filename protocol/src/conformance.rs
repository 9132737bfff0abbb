//! Signature cases that every backend must answer alike: device and server run the same list.

use alloc::{vec, vec::Vec};

use crate::{PublicKey, Signature};

/// One question to a [`crate::Verifier`], with its only right answer.
#[derive(Clone, Debug)]
pub struct SignatureCase {
    /// What it is about.
    pub name: &'static str,
    /// The key it is verified with.
    pub key: PublicKey,
    /// The signed bytes.
    pub message: &'static [u8],
    /// The signature.
    pub signature: Signature,
    /// Whether it must be accepted.
    pub valid: bool,
}

/// All cases.
pub fn signature_cases() -> Vec<SignatureCase> {
    let mut cases = ed25519_cases();
    cases.extend(ed25519_low_order_cases());
    cases.extend(p256_cases());
    cases
}

/// The public key of RFC 8032 §7.1, test 1.
const ED_KEY: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
/// The nonce point of the signature over `quittance` by that key, and its scalar.
const ED_R: &str = "174e9e0951a78ca5fb85954e7d48378ec823e63080e408d4889e756f09956586";
const ED_S: &str = "812a6bbb285f6ddf027d68a11b960793b88ceeee93f464aa67f44054926c9003";
/// The base point: with the scalar 1 a signature of its own under the neutral key.
const ED_BASE: &str = "5866666666666666666666666666666666666666666666666666666666666666";
const ONE: &str = "0100000000000000000000000000000000000000000000000000000000000000";
const ZERO: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// The field prime plus one: a second name for the neutral point.
const NEUTRAL_UNREDUCED: &str = "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f";
/// The same key plus a point of order 8.
const ED_KEY_MIXED: &str = "5ca7ced5657291c4cb376e2929ebbb0747dee3aee81452ea424f42974f81fdba";
/// A point of order 8.
const ORDER_8: &str = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a";

/// The key of RFC 6979 §A.2.5 and its signature over `sample`, whose s is high; and the low one.
const P_X: &str = "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6";
const P_Y: &str = "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
const P_R: &str = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716";
const P_S_HIGH: &str = "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
const P_S_LOW: &str = "0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9";
/// The order of the group of P-256.
const P_ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

type Row = (&'static str, [&'static str; 2], &'static [u8], [&'static str; 2], bool);

fn ed25519_cases() -> Vec<SignatureCase> {
    let rows: Vec<Row> = vec![
        ("ed25519 valid", [ED_KEY, ""], b"quittance", [ED_R, ED_S], true),
        ("ed25519 other message", [ED_KEY, ""], b"quittancf", [ED_R, ED_S], false),
        ("ed25519 empty message", [ED_KEY, ""], b"", [ED_R, ED_S], false),
        ("ed25519 other key", [ED_BASE, ""], b"quittance", [ED_R, ED_S], false),
        ("ed25519 halves swapped", [ED_KEY, ""], b"quittance", [ED_S, ED_R], false),
        ("ed25519 all zero", [ED_KEY, ""], b"quittance", [ZERO, ZERO], false),
        (
            "ed25519 scalar not reduced",
            [ED_KEY, ""],
            b"quittance",
            [ED_R, "6efe601843c27f37d9196044fa8fe6a7b88ceeee93f464aa67f44054926c9013"],
            false,
        ),
        (
            "ed25519 key with a part of order 8, equation without cofactor holds",
            [ED_KEY_MIXED, ""],
            b"quittance 6",
            [ED_R, "c100609947c73f081c33aad3e500187d5179e9ba4449e2659b4434be26ce960a"],
            true,
        ),
        (
            "ed25519 key with a part of order 8, equation holds only with cofactor",
            [ED_KEY_MIXED, ""],
            b"quittance 7",
            [ED_R, "af075f3408eb99fafc77cebe8a3c7046128466190471430ee9c2af1c06142701"],
            false,
        ),
    ];
    rows.into_iter().map(case).collect()
}

fn ed25519_low_order_cases() -> Vec<SignatureCase> {
    let rows: Vec<Row> = vec![
        ("ed25519 neutral key signs anything", [ONE, ""], b"quittance", [ED_BASE, ONE], false),
        (
            "ed25519 neutral key under its other name",
            [NEUTRAL_UNREDUCED, ""],
            b"quittance",
            [ED_BASE, ONE],
            false,
        ),
        ("ed25519 key of order 8", [ORDER_8, ""], b"quittance 5", [ED_BASE, ONE], false),
        ("ed25519 key and nonce neutral", [ONE, ""], b"quittance", [ONE, ZERO], false),
        (
            "ed25519 nonce point neutral",
            [ED_KEY, ""],
            b"quittance",
            [ONE, "44a727110a2cf1cfb57135cab5dda283347f32830f3e00b250c85034ea5c470f"],
            false,
        ),
        (
            "ed25519 nonce point neutral under its other name",
            [ED_KEY, ""],
            b"quittance",
            [NEUTRAL_UNREDUCED, "89d7b50490d78eac1d45ab54c86fa783d73ff030208eaadb2674e5f14bab0007"],
            false,
        ),
    ];
    rows.into_iter().map(case).collect()
}

fn p256_cases() -> Vec<SignatureCase> {
    let rows: Vec<Row> = vec![
        ("p256 valid, high s", [P_X, P_Y], b"sample", [P_R, P_S_HIGH], true),
        ("p256 valid, low s", [P_X, P_Y], b"sample", [P_R, P_S_LOW], true),
        ("p256 other message", [P_X, P_Y], b"sampled", [P_R, P_S_HIGH], false),
        ("p256 key not on the curve", [P_X, P_X], b"sample", [P_R, P_S_HIGH], false),
        ("p256 key zero", [ZERO, ZERO], b"sample", [P_R, P_S_HIGH], false),
        ("p256 r zero", [P_X, P_Y], b"sample", [ZERO, P_S_HIGH], false),
        ("p256 s zero", [P_X, P_Y], b"sample", [P_R, ZERO], false),
        ("p256 r the group order", [P_X, P_Y], b"sample", [P_ORDER, P_S_HIGH], false),
        ("p256 s the group order", [P_X, P_Y], b"sample", [P_R, P_ORDER], false),
        ("p256 halves swapped", [P_X, P_Y], b"sample", [P_S_HIGH, P_R], false),
    ];
    rows.into_iter().map(case).collect()
}

/// A row's key is Ed25519 when its second half is empty.
fn case((name, key, message, signature, valid): Row) -> SignatureCase {
    let key = match key {
        [key, ""] => PublicKey::Ed25519(half(key)),
        [x, y] => PublicKey::P256(join(half(x), half(y))),
    };
    let signature = join(half(signature[0]), half(signature[1]));
    SignatureCase { name, key, message, signature, valid }
}

fn join(first: [u8; 32], second: [u8; 32]) -> [u8; 64] {
    let mut both = [0; 64];
    both[..32].copy_from_slice(&first);
    both[32..].copy_from_slice(&second);
    both
}

fn half(hex: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks(2)) {
        *byte = pair.iter().fold(0, |value, digit| value << 4 | nibble(*digit));
    }
    bytes
}

fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => digit - b'a' + 10,
    }
}
