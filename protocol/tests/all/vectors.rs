//! The committed vectors are what the generator writes, and what they expect is what happens.

use std::path::Path;

use protocol::{
    Kind, Malformed, Message, PublicKey, TenantId, Verifier,
    cert::{KeyRing, open_terms},
    cose::{Mac0, Sign1},
    crypto::device::DeviceVerifier,
    token::{self, Token},
};
use serde_json::Value;

use crate::generate;

#[test]
fn the_committed_files_are_the_generated_ones() {
    for (name, content) in generate::files() {
        let committed = read(&name);
        assert!(committed == content, "{name} differs: run the example `vectors`");
    }
}

#[test]
fn messages_decode_or_complain_as_written() {
    let mut wrong = Vec::new();
    for case in load("messages") {
        let bytes = unhex(&case["hex"]);
        let found = match decode(text(&case["kind"]), &bytes) {
            Ok((again, noted)) => format!("encodes again: {}, noted: {noted}", again == bytes),
            Err(malformed) => malformed.to_string(),
        };
        let expected = match (case.get("error"), case["encodes_again"].as_bool()) {
            (Some(what), None) => format!("{} at byte {}", text(what), case["at"]),
            (None, Some(same)) => format!("encodes again: {same}, noted: {}", !same),
            other => panic!("neither valid nor invalid: {other:?}"),
        };
        if found != expected {
            wrong.push(format!("{}: expected {expected}; found {found}", case["name"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn envelopes_verify_as_written() {
    for case in load("envelopes") {
        let bytes = unhex(&case["hex"]);
        let aad = text(&case["external_aad"]);
        let kind = Kind::ALL.into_iter().find(|kind| kind.external_aad() == aad).unwrap();
        let verdict = match case["key"].get("hmac") {
            Some(key) => Mac0::parse(&bytes)
                .map_err(Into::into)
                .and_then(|mac| mac.verify(kind, &array(key))),
            None => Sign1::parse(&bytes)
                .map_err(Into::into)
                .and_then(|sign1| sign1.verify(kind, &public_key(&case["key"]), &DeviceVerifier)),
        };
        check(&case, verdict);
    }
}

#[test]
fn a_ring_opens_as_written() {
    for case in load("ring") {
        let bytes = unhex(&case["hex"]);
        let certs: Vec<Vec<u8>> = case["certs"].as_array().unwrap().iter().map(unhex).collect();
        let certs = || certs.iter().map(Vec::as_slice);
        let root = array(&case["root"]);
        let mut ring = KeyRing::new(TenantId(array(&case["tenant"])), root);
        assert_eq!(ring.add_all(certs(), &DeviceVerifier), 0, "{}", case["name"]);
        let verdict = match text(&case["open"]) {
            "lease" => ring.open_lease(&bytes, &DeviceVerifier).map(drop),
            "unchanged" => ring.open_unchanged(&bytes, &DeviceVerifier).map(drop),
            "release" => ring.open_release(&bytes, &DeviceVerifier).map(drop),
            "dispute" => ring.open_dispute(&bytes, &DeviceVerifier).map(drop),
            "journal-root" => ring.open_journal_root(&bytes, &DeviceVerifier).map(drop),
            "token" => ring.open_token(&bytes, &DeviceVerifier).map(drop),
            "terms" => open_terms(&bytes, certs(), None, &DeviceVerifier).map(drop),
            "assigned" => {
                let next: Vec<Vec<u8>> =
                    case["next_certs"].as_array().unwrap().iter().map(unhex).collect();
                let next = next.iter().map(Vec::as_slice);
                ring.open_assigned(&bytes, next, &DeviceVerifier).map(drop)
            }
            "certificate" => ring.add(&bytes, &DeviceVerifier).map(drop),
            other => panic!("unknown opening {other}"),
        };
        check(&case, verdict);
    }
}

#[test]
fn signatures_are_judged_as_written() {
    for case in load("signatures") {
        let key = public_key(&case["key"]);
        let message = unhex(&case["message"]);
        let valid = DeviceVerifier.verify(&key, &message, &array(&case["signature"]));
        assert_eq!(Some(valid), case["valid"].as_bool(), "{}", case["name"]);
    }
}

#[test]
fn tokens_are_read_as_written() {
    for case in load("token") {
        if case["name"] == "binding" {
            let enrolment = protocol::EnrolmentId(array(&case["enrolment"]));
            let key_gen = u32::try_from(case["key_gen"].as_u64().unwrap()).unwrap();
            let binding = token::binding(text(&case["uid"]), enrolment, key_gen);
            assert_eq!(generate::hex(&binding), text(&case["binding"]));
            continue;
        }
        let bytes = unhex(&case["hex"]);
        let key = PublicKey::Ed25519(array(&case["key"]));
        let verdict = Token::decode(&bytes)
            .map_err(Into::into)
            .and_then(|token| Token::verify(&bytes, &key, &DeviceVerifier).map(|()| token));
        if let (Ok(token), Some(fields)) = (&verdict, case.get("fields")) {
            assert_eq!(u64::from(token.counter), fields["counter"]);
            assert_eq!(u64::from(token.key_id), fields["key_id"]);
            assert_eq!(generate::hex(&token.binding), fields["binding"]);
            assert_eq!(u64::from(token.issued), fields["issued"]);
            assert_eq!(u64::from(token.paid_through), fields["paid_through"]);
            assert_eq!(u64::from(token.not_after), fields["not_after"]);
            assert_eq!(token::from_text(text(&case["text"])).unwrap()[..], bytes);
        }
        check(&case, verdict.map(drop));
    }
}

#[test]
fn a_text_that_is_no_token_is_refused() {
    let good = text(&load("token")[0]["text"]).to_owned();
    for (text, at) in [
        (good[1..].to_owned(), 127),
        (format!("{good}="), 129),
        (good.replace(&good[5..6], "+"), good.find(&good[5..6]).unwrap()),
        (format!("{}é", &good[..126]), 126),
        (String::new(), 0),
    ] {
        assert_eq!(token::from_text(&text).map_err(|malformed| malformed.at), Err(at), "{text}");
    }
}

#[test]
fn the_worked_example_of_the_documentation_is_true() {
    let example = &load("worked-example")[0];
    let document = String::from_utf8(read("../docs/protocol/envelopes.md")).unwrap();
    let document: String = document.split_whitespace().collect();
    for (name, value) in example.as_object().unwrap() {
        assert!(document.contains(text(value)), "{name} is not in the document: {value}");
    }
}

fn check(case: &Value, verdict: Result<(), protocol::Refused>) {
    let found = verdict.map_or_else(|refused| refused.to_string(), |()| "ok".to_owned());
    assert_eq!(found, text(&case["expected"]), "{}", case["name"]);
}

/// The bytes of the value encoded again, and whether keys were passed over.
fn decode(kind: &str, bytes: &[u8]) -> Result<(Vec<u8>, bool), Malformed> {
    fn of<M: Message>(bytes: &[u8]) -> Result<(Vec<u8>, bool), Malformed> {
        M::decode_noting(bytes).map(|(message, noted)| (message.encode(), noted))
    }
    match kind {
        "key-cert" => of::<protocol::cert::KeyCert>(bytes),
        "lease-content" => of::<protocol::lease::LeaseContent>(bytes),
        "lease" => of::<protocol::lease::SignedLease>(bytes),
        "unchanged" => of::<protocol::lease::Unchanged>(bytes),
        "check-in" => of::<protocol::check_in::CheckIn>(bytes),
        "release" => of::<protocol::release::Release>(bytes),
        "removed" => of::<protocol::release::Removed>(bytes),
        "sunset-dispute" => of::<protocol::sunset::SunsetDispute>(bytes),
        "succession" => of::<protocol::succession::Succession>(bytes),
        "assigned" => of::<protocol::succession::Assigned>(bytes),
        "journal-root" => of::<protocol::journal_root::JournalRoot>(bytes),
        "enrol-offer" => of::<protocol::enrol::Offer>(bytes),
        "enrol-terms" => of::<protocol::enrol::Terms>(bytes),
        "enrol-confirm" => of::<protocol::enrol::Confirm>(bytes),
        "request" => of::<protocol::request::Request>(bytes),
        "reply" => of::<protocol::reply::Reply>(bytes),
        "problem" => of::<protocol::reply::Problem>(bytes),
        other => panic!("unknown message {other}"),
    }
}

fn load(name: &str) -> Vec<Value> {
    serde_json::from_slice(&read(&format!("vectors/{name}.json"))).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the vectors are files of this crate")]
fn read(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn unhex(value: &Value) -> Vec<u8> {
    let pairs = text(value).as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

fn array<const N: usize>(value: &Value) -> [u8; N] {
    unhex(value).try_into().unwrap()
}

fn public_key(value: &Value) -> PublicKey {
    match value.get("ed25519") {
        Some(x) => PublicKey::Ed25519(array(x)),
        None => PublicKey::P256(array(&value["p256"])),
    }
}
