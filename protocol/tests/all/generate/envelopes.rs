//! COSE_Sign1 and COSE_Mac0: what verifies, and what only looks as if it did.

use protocol::{
    Alg, EnrolmentId, Kind, Message, PublicKey, Signer,
    cose::{mac0, sign1, to_be_signed},
    crypto::sha256,
    release::Removed,
};
use serde_json::{Value, json};

use super::{hex, samples};

const BAD: &str = "the signature does not match";
const MAC_KEY: [u8; 32] = [0x0a; 32];

/// All cases.
pub(crate) fn cases() -> Vec<Value> {
    let mut cases = signed();
    cases.extend(misshapen());
    cases.extend(authenticated());
    cases
}

/// Envelopes to start fuzzing from: target, name, bytes.
pub(crate) fn seeds() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let ed25519 = removed_by(&samples::device_key());
    let p256 = removed_by(&samples::device_key_p256());
    let mac = mac0(Kind::CheckInMac, &samples::ENROLMENT.0, &payload(), &MAC_KEY);
    vec![("sign1", "ed25519", ed25519), ("sign1", "p256", p256), ("mac0", "mac", mac)]
}

fn payload() -> Vec<u8> {
    let certificate_hash = sha256(b"certificate");
    let (enrolment, key_gen) = (samples::ENROLMENT, 1);
    Removed { enrolment, key_gen, certificate_hash, silent_s: None, sunset: None }.encode()
}

fn removed_by(signer: &impl Signer) -> Vec<u8> {
    sign1(Kind::Removed, &samples::ENROLMENT.0, &payload(), signer).unwrap()
}

fn case(name: &str, kind: Kind, key: &PublicKey, bytes: &[u8], expected: &str) -> Value {
    let key = match key {
        PublicKey::Ed25519(x) => json!({ "ed25519": hex(x) }),
        PublicKey::P256(point) => json!({ "p256": hex(point) }),
    };
    let mut case = json!({
        "name": name, "external_aad": kind.external_aad(), "key": key, "hex": hex(bytes),
        "expected": expected,
    });
    if expected == "ok" {
        case["diagnostic"] = minicbor::display(bytes).to_string().into();
    }
    case
}

fn signed() -> Vec<Value> {
    let ed_signer = samples::device_key();
    let p_signer = samples::device_key_p256();
    let (ed_key, p_key) = (ed_signer.public_key(), p_signer.public_key());
    let (ed, p) = (removed_by(&ed_signer), removed_by(&p_signer));
    let other = samples::server_key(1).public_key();
    let mut forged = ed.clone();
    let last = forged.len() - 1;
    forged[last] ^= 1;
    let mut changed = ed.clone();
    let in_payload = changed.iter().position(|byte| *byte == 0x58).unwrap() + 5;
    changed[in_payload] ^= 1;
    let offer = samples::offer().encode();
    let no_kid = sign1(Kind::EnrolOffer, &[], &offer, &p_signer).unwrap();
    vec![
        case("Ed25519", Kind::Removed, &ed_key, &ed, "ok"),
        case("P-256", Kind::Removed, &p_key, &p, "ok"),
        case("offer without a kid", Kind::EnrolOffer, &p_key, &no_kid, "ok"),
        case("wrong domain: the kind swapped", Kind::CheckIn, &ed_key, &ed, BAD),
        case("wrong domain, P-256", Kind::EnrolConfirm, &p_key, &p, BAD),
        case("wrong key", Kind::Removed, &other, &ed, BAD),
        case("key of the other scheme", Kind::Removed, &p_key, &ed, BAD),
        case("signature changed", Kind::Removed, &ed_key, &forged, BAD),
        case("payload changed", Kind::Removed, &ed_key, &changed, BAD),
        case("s of P-256 negated", Kind::Removed, &p_key, &negate_s(&p), "ok"),
        neutral_key(),
    ]
}

/// The neutral point as key: base point and scalar 1 satisfy the equation for any message.
fn neutral_key() -> Value {
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let mut bytes = removed_by(&samples::device_key());
    let signature = bytes.len() - 64;
    bytes[signature..].fill(0x66);
    bytes[signature] = 0x58;
    bytes[signature + 32..].fill(0);
    bytes[signature + 32] = 1;
    let name = "small-order Ed25519 key";
    case(name, Kind::Removed, &PublicKey::Ed25519(neutral), &bytes, BAD)
}

/// The other signature of the same equation: n − s. One of the two is high.
fn negate_s(bytes: &[u8]) -> Vec<u8> {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
        0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let mut negated = bytes.to_vec();
    let start = bytes.len() - 32;
    let mut borrow = false;
    for at in (0..32).rev() {
        let (difference, under) = ORDER[at].overflowing_sub(bytes[start + at]);
        let (difference, under_again) = difference.overflowing_sub(borrow.into());
        negated[start + at] = difference;
        borrow = under || under_again;
    }
    assert!(!borrow, "s is below the order");
    negated
}

fn misshapen() -> Vec<Value> {
    let key = samples::device_key().public_key();
    let good = removed_by(&samples::device_key());
    let bad = |name: &str, what: &str, change: fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        change(&mut bytes);
        case(name, Kind::Removed, &key, &bytes, what)
    };
    let another_tag = "malformed: expected another tag at byte 0";
    let unknown_alg = "malformed: unknown signature algorithm at byte 2";
    vec![
        bad("no tag", another_tag, |b| {
            b.remove(0);
        }),
        bad("tag of a Mac0", another_tag, |b| b[0] = 0xd1),
        bad("another algorithm", unknown_alg, |b| b[5] = 0x28),
        bad(
            "algorithm in the unprotected header too",
            "malformed: expected a map of another length at byte 6",
            |b| drop(b.splice(6..7, [0xa2, 0x01, 0x27])),
        ),
        bad(
            "another unprotected header",
            "malformed: expected the key identifier at byte 7",
            |b| b[7] = 5,
        ),
        bad("kid of 17 bytes", "malformed: string too long at byte 8", |b| {
            b[8] = 0x51;
            b.insert(9, 0);
        }),
        bad(
            "detached payload",
            "malformed: float or simple value where none is expected at byte 25",
            |b| b[25] = 0xf6,
        ),
        bad(
            "signature of 63 bytes",
            "malformed: byte string of the wrong length at byte 85",
            |b| {
                b.pop();
                b[86] = 63;
            },
        ),
        bad("trailing byte", "malformed: trailing bytes at byte 151", |b| b.push(0)),
    ]
}

fn authenticated() -> Vec<Value> {
    let good = mac0(Kind::CheckInMac, &samples::ENROLMENT.0, &payload(), &MAC_KEY);
    let mut forged = good.clone();
    let last = forged.len() - 1;
    forged[last] ^= 0x80;
    let case = |name: &str, kind: Kind, key: [u8; 32], bytes: &[u8], expected: &str| {
        json!({
            "name": name, "external_aad": kind.external_aad(), "key": { "hmac": hex(&key) },
            "hex": hex(bytes), "expected": expected,
        })
    };
    let bad_alg = "malformed: unknown MAC algorithm at byte 2";
    let mut other_alg = good.clone();
    other_alg[5] = 6;
    vec![
        case("Mac0", Kind::CheckInMac, MAC_KEY, &good, "ok"),
        case("Mac0, wrong domain", Kind::UnchangedMac, MAC_KEY, &good, BAD),
        case("Mac0, wrong key", Kind::CheckInMac, [0x0b; 32], &good, BAD),
        case("Mac0, tag changed", Kind::CheckInMac, MAC_KEY, &forged, BAD),
        case("Mac0, another algorithm", Kind::CheckInMac, MAC_KEY, &other_alg, bad_alg),
    ]
}

/// The worked example of the documentation: every intermediate value of one signature.
pub(crate) fn worked_example() -> Value {
    let payload = payload();
    let signer = samples::device_key();
    json!({
        "seed": hex(&[0x02; 32]),
        "public_key": hex(&signer.public_bytes()),
        "kid": hex(&EnrolmentId([0x33; 16]).0),
        "external_aad": Kind::Removed.external_aad(),
        "payload": hex(&payload),
        "sig_structure": hex(&to_be_signed(Kind::Removed, Alg::EdDsa, &payload)),
        "hex": hex(&removed_by(&signer)),
    })
}
