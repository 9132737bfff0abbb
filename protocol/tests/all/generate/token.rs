//! 96-byte tokens and their text.

use protocol::{
    EnrolmentId, Signer,
    token::{self, TOKEN_LEN, Token},
};
use serde_json::{Value, json};

use super::{hex, samples};

const UID: &str = "353879234252633";
const BAD: &str = "the signature does not match";

/// A token of the sample device.
pub(crate) fn sample() -> Token {
    Token {
        key_id: 2,
        binding: token::binding(UID, samples::ENROLMENT, 1),
        counter: 7,
        issued: (samples::NOW / 60) as u32,
        paid_through: ((samples::NOW + 30 * samples::DAY) / 60) as u32,
        not_after: ((samples::NOW + 10 * samples::DAY) / 60) as u32,
    }
}

/// Tokens to start fuzzing from: target, name, bytes.
pub(crate) fn seeds() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let bytes = sample().sign(&samples::server_key(2)).unwrap();
    vec![
        ("token", "open until", bytes.to_vec()),
        ("token_text", "open until", token::to_text(&bytes).into_bytes()),
    ]
}

/// All cases: signed tokens, changed ones, and bindings.
pub(crate) fn cases() -> Vec<Value> {
    let good = sample().sign(&samples::server_key(2)).unwrap();
    let key = hex(&samples::server_key(2).public_bytes());
    let fields = json!({
        "key_id": 2, "binding": hex(&sample().binding), "counter": 7,
        "issued": sample().issued, "paid_through": sample().paid_through,
        "not_after": sample().not_after,
    });
    let mut cases = vec![json!({
        "name": "open until", "key": key, "hex": hex(&good), "text": token::to_text(&good),
        "fields": fields, "expected": "ok",
    })];
    let mut add = |name: &str, key: &str, bytes: &[u8], expected: &str| {
        cases.push(json!({ "name": name, "key": key, "hex": hex(bytes), "expected": expected }));
    };
    let changed = |at: usize, value: u8| {
        let mut bytes = good;
        bytes[at] = value;
        bytes
    };
    add("version 2", &key, &changed(0, 2), "unknown message version");
    add("kind 2", &key, &changed(1, 2), "malformed: unknown token kind at byte 1");
    add(
        "policy step 1",
        &key,
        &changed(28, 1),
        "malformed: policy step in a token without one at byte 28",
    );
    add("flag set", &key, &changed(29, 1), "malformed: unknown token flag at byte 29");
    add("reserved byte 30", &key, &changed(30, 1), RESERVED_30);
    add(
        "reserved byte 31",
        &key,
        &changed(31, 1),
        "malformed: reserved byte is not zero at byte 31",
    );
    add("another counter", &key, &changed(15, 8), BAD);
    add("another binding", &key, &changed(4, good[4] ^ 1), BAD);
    add("signature changed", &key, &changed(TOKEN_LEN - 1, good[TOKEN_LEN - 1] ^ 1), BAD);
    add("95 bytes", &key, &good[..95], "malformed: a token has 96 bytes at byte 95");
    add(
        "97 bytes",
        &key,
        &[&good[..], &[0]].concat(),
        "malformed: a token has 96 bytes at byte 96",
    );
    let other = hex(&samples::server_key(1).public_bytes());
    add("wrong key", &other, &good, BAD);
    let undomained = samples::server_key(2).sign(&good[..32]).unwrap();
    add("signed without UT1", &key, &sample().with_signature(&undomained), BAD);
    cases.extend(bindings());
    cases
}

const RESERVED_30: &str = "malformed: reserved byte is not zero at byte 30";

/// Computed with another SHA-256 than ours: Python's hashlib.
fn bindings() -> Vec<Value> {
    let row = |uid: &str, enrolment: EnrolmentId, key_gen: u32, binding: &str| {
        json!({
            "name": "binding", "uid": uid, "enrolment": hex(&enrolment.0), "key_gen": key_gen,
            "binding": binding,
        })
    };
    let counted = EnrolmentId([
        0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee,
        0xff,
    ]);
    vec![
        row(UID, samples::ENROLMENT, 1, "f6d17e52be9a96b2"),
        row(UID, samples::ENROLMENT, 2, "d0408e20b0bcd94f"),
        row(UID, counted, 1, "725e93dc453e41e9"),
        row("353879234252641", counted, 1, "003a018e8db093a0"),
    ]
}
