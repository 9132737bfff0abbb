//! The disclosure as data and as a page, and the consent that names it.

use formats::directory::Role::{Operator, Viewer};
use serde_json::{Value, json};

use super::front::{Front, contract, with};

const PATH: &str = "/v1/contracts/EX-1/disclosure";
const CONSENT: &str = "/v1/contracts/EX-1/consent";

async fn front() -> Front {
    let front = Front::new().await;
    let body = with(contract("EX-1", 1), "language", json!("hi-IN"));
    let reply = front.post(Operator, "/v1/contracts", &body).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    front
}

#[tokio::test]
async fn the_disclosure_is_in_the_contracts_language_and_has_a_hash() {
    let front = front().await;
    let shown = front.get(Viewer, PATH).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    assert_eq!(shown.json["language"], "hi");
    let text = shown.json["text"].as_str().unwrap();
    assert!(text.starts_with("किस्तों पर यह फ़ोन लेते समय आप क्या मानते हैं\n"), "{text}");
    let hash = server::crypto::hex(&server::crypto::sha256(&[text.as_bytes()]));
    assert_eq!(shown.json["hash"], hash.as_str());
    let other = front.get(Viewer, "/v1/contracts/EX-9/disclosure").await;
    assert_eq!((other.status, &other.json["code"]), (404, &json!("not_found")));
}

#[tokio::test]
async fn a_consent_is_recorded_with_the_text_it_was_given_on() {
    let front = front().await;
    let hash = front.get(Viewer, PATH).await.json["hash"].clone();
    let body = json!({
        "form": "device-restriction", "version": "2", "at": "2026-01-09T10:00:00+05:30",
        "language": "hi", "hash": hash,
    });
    let cases = [
        ("hash", json!("abc"), (422, "bad_hash")),
        ("hash", json!("0".repeat(64)), (422, "disclosure_mismatch")),
        ("hash", Value::Null, (422, "empty")),
        ("language", Value::Null, (422, "empty")),
        ("language", json!("en"), (422, "consent_language")),
        ("form", json!(""), (422, "bad_text")),
        ("at", json!("yesterday"), (422, "bad_moment")),
        ("at", json!("2030-01-01T00:00:00Z"), (422, "consent_in_future")),
    ];
    for (number, (field, value, (status, code))) in cases.into_iter().enumerate() {
        let wrong = with(body.clone(), field, value);
        let reply = front.put(Operator, CONSENT, &format!("k-{number}"), &wrong).await;
        assert_eq!(reply.problem(), (status, code), "{field}: {}", reply.text);
    }
    let done = front.put(Operator, CONSENT, "k", &body).await;
    assert_eq!(done.status, 200, "{}", done.text);
    let again = front.put(Operator, CONSENT, "k", &body).await;
    assert!(again.replayed(), "{}", again.text);
}
