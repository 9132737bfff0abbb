//! Exchange of a device and transfer to another borrower by the API.

use formats::directory::Role::{Operator, Support};
use serde_json::{Value, json};

use super::front::{Front, with};
use crate::kit::imei;

const EXCHANGE: &str = "/v1/contracts/EX-1/device-exchange";
const TRANSFER: &str = "/v1/contracts/EX-1/transfer";

fn phone(number: u32) -> Value {
    json!({ "imei": imei(number).with_check_digit(), "reason": "repair" })
}

fn sale() -> Value {
    let consent = json!({ "form": "sale", "version": "1", "at": "2026-01-10T04:00:00Z" });
    json!({
        "borrower_name": "Ravi Kumar",
        "borrower_phone": "+91 98 5550 0200",
        "buyer_consent": consent,
        "seller_consent": consent,
        "reason": "sold to his brother",
    })
}

#[tokio::test]
async fn a_device_is_exchanged_once() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let code = |view: &Value| view["enrolment_code"].clone();
    let operators = async || front.get(Operator, "/v1/contracts/EX-1").await.json;
    let before = code(&operators().await);
    let first = front.put(Operator, EXCHANGE, "k-1", &phone(2)).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let again = front.put(Operator, EXCHANGE, "k-1", &phone(2)).await;
    assert!(again.replayed(), "{}", again.text);
    assert_eq!(code(&operators().await), before, "no code was used");
    let made = with(with(phone(3), "make", json!("Nimbus")), "model", json!("N4"));
    let registered = front.put(Operator, EXCHANGE, "k-2", &made).await;
    assert_eq!(registered.status, 200, "{}", registered.text);
    let device = front.get(Operator, &format!("/v1/devices/{}", imei(3).digits())).await;
    assert_eq!(device.json["contract"], "EX-1", "{}", device.text);
    front.house.check().await;
}

#[tokio::test]
async fn wrong_exchanges_are_refused_and_change_nothing() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    front.sign("EX-2", 2).await;
    let cases = [
        (phone(1), (409, "same_device")),
        (phone(2), (409, "device_already_financed")),
        (with(phone(3), "imei", json!("12")), (422, "bad_imei")),
        (with(phone(3), "make", json!("M")), (422, "empty")),
        (with(phone(3), "reason", json!("")), (422, "bad_text")),
        (with(phone(3), "colour", json!("red")), (422, "bad_field")),
    ];
    for (index, (body, expected)) in cases.into_iter().enumerate() {
        let reply = front.put(Operator, EXCHANGE, &format!("k-{index}"), &body).await;
        assert_eq!(reply.problem(), expected, "{body}: {}", reply.text);
    }
    assert_eq!(front.explain("EX-1").await["version"], 1);
    assert_eq!(front.put(Support, EXCHANGE, "k", &phone(3)).await.problem(), (403, "forbidden"));
    let keyless = front.post(Operator, EXCHANGE, &phone(3)).await;
    assert_eq!(keyless.problem(), (400, "idempotency_key_missing"));
}

#[tokio::test]
async fn star_debt_transfer_with_the_consent_of_all_three() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let before = front.explain("EX-1").await;
    let done = front.put(Operator, TRANSFER, "k-1", &sale()).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert!(front.put(Operator, TRANSFER, "k-1", &sale()).await.replayed());
    let after = front.explain("EX-1").await;
    assert_eq!(after["account"], before["account"]);
    assert!(!after.to_string().contains("Ravi"), "no personal data: {after}");
    let cases = [
        ("borrower_name", json!(" "), (422, "empty")),
        ("borrower_phone", json!("x".repeat(201)), (422, "bad_text")),
        ("buyer_consent", Value::Null, (422, "bad_field")),
        ("seller_consent", json!({ "form": "f", "version": "1" }), (422, "bad_field")),
        (
            "seller_consent",
            json!({ "form": "f", "version": "1", "at": "2026-02-01T00:00:00Z" }),
            (422, "consent_in_future"),
        ),
        (
            "buyer_consent",
            json!({ "form": "", "version": "1", "at": "2026-01-01T00:00:00Z" }),
            (422, "bad_text"),
        ),
        ("reason", json!(""), (422, "bad_text")),
    ];
    for (index, (field, value, expected)) in cases.into_iter().enumerate() {
        let body = with(sale(), field, value);
        let reply = front.put(Operator, TRANSFER, &format!("w-{index}"), &body).await;
        assert_eq!(reply.problem(), expected, "{field}: {}", reply.text);
    }
    assert_eq!(front.explain("EX-1").await["version"], after["version"]);
    front.house.check().await;
}
