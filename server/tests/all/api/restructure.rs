//! A restructure by the API: previewed, refused, carried out once.

use formats::directory::Role::{Operator, Payments, Viewer};
use serde_json::{Value, json};

use super::front::{Front, payment, with};

const PATH: &str = "/v1/contracts/EX-1/restructure";

fn extend() -> Value {
    json!({
        "kind": "extend",
        "count": 3,
        "consent_form": "change",
        "consent_version": "1",
        "consent_at": "2026-01-09T10:00:00Z",
        "reason": "lost his job",
    })
}

#[tokio::test]
async fn a_restructure_is_previewed_and_then_done_once() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let before = front.explain("EX-1").await;
    let preview = json!({ "kind": "extend", "count": 3, "preview": true });
    let shown = front.put(Operator, PATH, "k-0", &preview).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    assert_eq!(shown.json["old"][2]["amount"], "1000.00");
    assert_eq!(shown.json["rows"].as_array().unwrap().len(), 6);
    assert_eq!((&shown.json["added"], &shown.json["preview"]), (&json!("0.00"), &json!(true)));
    let same = front.explain("EX-1").await;
    assert_eq!(same["version"], before["version"], "nothing changed");
    let done = front.put(Operator, PATH, "k-1", &extend()).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(
        (&done.json["rows"], &done.json["terms_hash"]),
        (&shown.json["rows"], &shown.json["terms_hash"])
    );
    let again = front.put(Operator, PATH, "k-1", &extend()).await;
    assert!(again.replayed(), "{}", again.text);
    let view = front.explain("EX-1").await;
    assert_eq!(view["terms"]["hash"], done.json["terms_hash"]);
    assert_eq!(view["terms"]["before"], before["terms"]["hash"]);
    assert_eq!(view["standing"]["next_due"], json!({ "due": "2026-01-17", "amount": "500.00" }));
    let journal = front.get(Operator, "/v1/contracts/EX-1/journal").await.text;
    assert!(journal.contains("restructured") && journal.contains("lost his job"), "{journal}");
    front.post(Payments, "/v1/payments", &payment("P-1", "EX-1", "3000.00")).await;
    front.house.check().await;
    assert_eq!(front.get(Viewer, "/v1/contracts/EX-1").await.json["status"], "archived");
    let late = front.put(Operator, PATH, "k-2", &extend()).await;
    assert_eq!(late.problem(), (409, "contract_not_active"));
}

#[tokio::test]
async fn what_is_no_restructure_is_refused_with_its_field() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let cases = [
        ("kind", json!("shrink"), (422, "bad_restructure")),
        ("count", json!(0), (422, "restructure_count")),
        ("count", Value::Null, (422, "restructure_count")),
        ("first_due", json!("2026-03-01"), (422, "restructure_dates")),
        ("first_due", json!("soon"), (422, "bad_date")),
        ("unit", json!("years"), (422, "bad_unit")),
        ("consent_form", Value::Null, (422, "empty")),
        ("reason", Value::Null, (422, "empty")),
        ("reason", json!(" "), (422, "empty")),
        ("reason", json!("x".repeat(501)), (422, "bad_text")),
        ("consent_at", json!("noon"), (422, "bad_moment")),
        ("consent_at", json!("2027-01-01T00:00:00Z"), (422, "consent_in_future")),
        ("colour", json!("red"), (422, "bad_field")),
    ];
    for (number, (field, value, expected)) in cases.into_iter().enumerate() {
        let body = with(extend(), field, value.clone());
        let reply = front.put(Operator, PATH, &format!("k-{number}"), &body).await;
        assert_eq!(reply.problem(), expected, "{field} {value}: {}", reply.text);
    }
    let other = front.put(Operator, "/v1/contracts/EX-9/restructure", "k", &extend()).await;
    assert_eq!(other.problem(), (404, "not_found"));
    let viewer = front.put(Viewer, PATH, "k", &extend()).await;
    assert_eq!(viewer.problem(), (403, "forbidden"));
    assert_eq!(front.explain("EX-1").await["terms"]["rows"].as_array().unwrap().len(), 3);
}
