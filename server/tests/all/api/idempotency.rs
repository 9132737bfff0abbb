//! Commands under an idempotency key, and what the state refuses.

use formats::directory::Role::{Operator, Support, Viewer};
use serde_json::{Value, json};

use super::front::{Front, Reply};
use crate::kit::DAY;

const HOLDS: &str = "/v1/contracts/EX-1/holds";

fn hold() -> Value {
    json!({ "kind": "dispute", "cause": "says that the phone is broken" })
}

/// Ends a hold with an answer.
async fn end(front: &Front, path: &str, key: Option<&str>) -> Reply {
    let body = json!({ "answer": "upheld", "reason": "the phone is broken" });
    front.send(front.key(Operator), &format!("{path}/end"), key, &body).await
}

#[tokio::test]
async fn star_idempotency_keys_make_one_command() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let credit = json!({ "amount": "10.00", "reason": "sorry" });
    let path = "/v1/contracts/EX-1/credits";
    let first = front.put(Operator, path, "k-1", &credit).await;
    assert_eq!((first.status, first.replayed()), (200, false), "{}", first.text);
    let again = front.put(Operator, path, "k-1", &credit).await;
    assert_eq!((again.status, again.replayed()), (200, true));
    assert_eq!(again.json, first.json);
    let other = json!({ "amount": "11.00", "reason": "sorry" });
    let reused = front.put(Operator, path, "k-1", &other).await;
    assert_eq!(reused.problem(), (409, "idempotency_key_reused"));
    assert_eq!(reused.json["state"]["reference"], "EX-1");
    assert_eq!(front.explain("EX-1").await["paid"], "10.00");
    front.put(Operator, path, "k-2", &credit).await;
    assert_eq!(front.explain("EX-1").await["paid"], "20.00");
}

fn back() -> Value {
    json!({ "reason": "could not pay" })
}

#[tokio::test]
async fn one_key_for_two_commands_is_refused() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    front.put(Operator, HOLDS, "k-1", &hold()).await;
    let reply = front.put(Operator, "/v1/contracts/EX-1/return", "k-1", &back()).await;
    assert_eq!(reply.problem(), (409, "idempotency_key_reused"));
    let view = front.explain("EX-1").await;
    assert_eq!(view["status"], "active");
}

#[tokio::test]
async fn keys_of_different_callers_are_different() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let one = front.put(Operator, HOLDS, "k-1", &hold()).await;
    let two = front.put(Support, HOLDS, "k-1", &hold()).await;
    assert!(!two.replayed());
    assert_ne!(one.json["hold"], two.json["hold"]);
}

#[tokio::test]
async fn commands_need_a_key() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let acts = [
        ("holds", hold()),
        ("credits", json!({ "amount": "1.00", "reason": "x" })),
        ("return", back()),
        ("write-off", json!({ "release": true, "reason": "x" })),
        ("write-off/undo", json!({ "reason": "x" })),
        ("release", json!({ "reason": "x" })),
        ("return/grade", json!({ "grade": "A", "value": "1.00", "shortfall": "keep" })),
        ("return/undo", json!({ "reason": "x" })),
        ("notices/1/delivery", json!({ "delivered_at": "2026-01-10T00:00:00Z", "evidence": "x" })),
    ];
    for (path, body) in acts {
        let path = format!("/v1/contracts/EX-1/{path}");
        let reply = front.post(Operator, &path, &body).await;
        assert_eq!(reply.problem(), (400, "idempotency_key_missing"), "{path}");
        for key in ["", "with blank", &"x".repeat(129)] {
            let reply = front.put(Operator, &path, key, &body).await;
            assert_eq!(reply.problem(), (400, "bad_idempotency_key"), "{path} {key:?}");
        }
    }
    assert_eq!(front.explain("EX-1").await["version"], 1);
}

#[tokio::test]
async fn an_ending_is_answered_again_and_refused_under_another_key() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let path = "/v1/contracts/EX-1/return";
    let first = front.put(Operator, path, "k-1", &back()).await;
    assert_eq!(first.status, 200, "{}", first.text);
    let again = front.put(Operator, path, "k-1", &back()).await;
    assert_eq!((again.status, again.replayed()), (200, true), "{}", again.text);
    let other = front.put(Operator, path, "k-2", &back()).await;
    assert_eq!(other.problem(), (409, "contract_not_active"));
    let status = other.json["state"]["status"].as_str().unwrap();
    assert_eq!(status, "returning");
    let held = front.put(Operator, HOLDS, "k-3", &hold()).await;
    assert_eq!(held.problem(), (409, "contract_not_active"));
}

#[tokio::test]
async fn holds_open_and_close_once() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let opened = front.put(Operator, HOLDS, "k-1", &hold()).await;
    assert_eq!(opened.status, 200, "{}", opened.text);
    let again = front.put(Operator, HOLDS, "k-1", &hold()).await;
    assert_eq!((again.replayed(), &again.json), (true, &opened.json));
    let view = front.explain("EX-1").await;
    assert_eq!(view["holds"].as_array().unwrap().len(), 1);
    assert_eq!(view["holds"][0]["kind"], "dispute");
    let path = format!("{HOLDS}/{}", opened.json["hold"].as_str().unwrap());
    let closed = end(&front, &path, Some("k-2")).await;
    assert_eq!((closed.status, closed.replayed()), (200, false), "{}", closed.text);
    assert_eq!(front.explain("EX-1").await["holds"], json!([]));
    let again = end(&front, &path, Some("k-2")).await;
    assert_eq!((again.status, again.replayed()), (200, true));
    for key in [Some("k-3"), None] {
        assert_eq!(end(&front, &path, key).await.problem(), (404, "not_found"));
    }
    let reopened = front.put(Operator, HOLDS, "k-1", &hold()).await;
    assert!(reopened.replayed(), "the hold stays closed");
    assert_eq!(front.explain("EX-1").await["holds"], json!([]));
}

#[tokio::test]
async fn holds_stay_in_their_bounds() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let cases = [
        (json!({ "kind": "mood", "cause": "x" }), (422, "bad_hold_kind")),
        (json!({ "kind": "promise", "cause": "x" }), (422, "hold_needs_end")),
        (json!({ "kind": "dispute", "cause": "" }), (422, "bad_text")),
        (
            json!({ "kind": "promise", "cause": "x", "until": "2026-01-01T00:00:00Z" }),
            (422, "hold_out_of_range"),
        ),
        (json!({ "kind": "promise", "cause": "x", "until": "soon" }), (422, "bad_moment")),
    ];
    for (index, (body, expected)) in cases.into_iter().enumerate() {
        let reply = front.put(Operator, HOLDS, &format!("k-{index}"), &body).await;
        assert_eq!(reply.problem(), expected, "{body}: {}", reply.text);
    }
    let stay = json!({ "kind": "legal_stay", "cause": "court" });
    assert_eq!(front.put(Support, HOLDS, "s-1", &stay).await.problem(), (403, "forbidden"));
    assert_eq!(front.put(Operator, HOLDS, "s-1", &stay).await.status, 200);
    let promise =
        json!({ "kind": "promise", "cause": "the 15th", "until": "2026-01-15T00:00:00Z" });
    assert_eq!(front.put(Support, HOLDS, "s-2", &promise).await.status, 200);
    let breaker = json!({ "kind": "breaker", "cause": "x" });
    let refused = front.put(Operator, HOLDS, "s-3", &breaker).await;
    assert_eq!(refused.problem(), (422, "bad_hold_kind"), "it is nobody's to open by hand");
}

/// A dispute is answered, an answer is owed by a day, and what stopped the ladder does not start
/// it again by one person's word.
#[tokio::test]
async fn a_hold_ends_with_a_reason_and_a_dispute_with_its_answer() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let opened = front.put(Support, HOLDS, "k-1", &hold()).await;
    let path = format!("{HOLDS}/{}/end", opened.json["hold"].as_str().unwrap());
    let cases = [
        (json!({ "reason": "x" }), (409, "hold_needs_answer")),
        (json!({ "answer": "upheld", "reason": " " }), (422, "bad_text")),
        (json!({ "answer": "upheld" }), (422, "bad_field")),
        (json!({ "answer": "maybe", "reason": "x" }), (422, "bad_answer")),
    ];
    for (index, (body, expected)) in cases.into_iter().enumerate() {
        let reply = front.put(Operator, &path, &format!("e-{index}"), &body).await;
        assert_eq!(reply.problem(), expected, "{body}: {}", reply.text);
    }
    let held = front.explain("EX-1").await["holds"][0].clone();
    assert_eq!(held["answer_by"], "2026-02-09T18:30:00.000000Z", "30 whole local days");
    assert_eq!(held["late"], Value::Null);
    front.house.clock.pass(40 * DAY);
    assert_eq!(front.explain("EX-1").await["holds"][0]["late"], true, "it stays, and is late");
    let refusal = json!({ "answer": "refused", "reason": "another shop's receipt" });
    let reply = front.put(Operator, &path, "e-9", &refusal).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let held = front.explain("EX-1").await["holds"][0].clone();
    assert_eq!(held["until"], "2026-03-05T18:30:00.000000Z", "14 whole local days");
    let journal = front.get(Operator, "/v1/contracts/EX-1/journal").await;
    assert!(journal.text.contains("another shop's receipt"), "{}", journal.text);
    let stay = json!({ "kind": "legal_stay", "cause": "court" });
    let stay = front.put(Operator, HOLDS, "k-2", &stay).await;
    let path = format!("{HOLDS}/{}/end", stay.json["hold"].as_str().unwrap());
    let alone = front.put(Operator, &path, "e-10", &json!({ "reason": "over" })).await;
    assert_eq!(alone.problem(), (409, "second_person_needed"));
    let area = json!({ "area": "IN-KL", "reason": "address" });
    front.put(Operator, "/v1/contracts/EX-1/area", "a-1", &area).await;
    assert_eq!(front.explain("EX-1").await["area"], "IN-KL");
    front.house.check().await;
}

#[tokio::test]
async fn a_delivery_is_declared_when_a_notice_runs() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let path = "/v1/contracts/EX-1/notices/1/delivery";
    let early = json!({ "delivered_at": "2026-01-10T04:00:00Z", "evidence": "R-1" });
    let reply = front.put(Operator, path, "k-1", &early).await;
    assert_eq!(reply.problem(), (409, "notice_not_due"));
    assert_eq!(reply.json["state"]["rung"], "clear");
    front.house.clock.pass(11 * DAY);
    front.house.app.sweep(1).await.unwrap();
    let view = front.explain("EX-1").await;
    assert_eq!((&view["rung"], &view["notices"][0]["k"]), (&json!("notice"), &json!(1)), "{view}");
    let late = json!({ "delivered_at": front.house.app.now().rfc3339(), "evidence": "R-1" });
    let reply = front.put(Operator, path, "k-2", &late).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let view = front.explain("EX-1").await;
    assert_eq!(view["notices"][0]["delivered"][0]["channel"], "declared");
    let future = json!({ "delivered_at": "2027-01-10T04:00:00Z", "evidence": "R-1" });
    let reply = front.put(Operator, path, "k-3", &future).await;
    assert_eq!(reply.problem(), (422, "delivery_out_of_range"));
    for k in ["0", "256", "one"] {
        let path = format!("/v1/contracts/EX-1/notices/{k}/delivery");
        let reply = front.put(Operator, &path, "k-4", &late).await;
        assert_eq!(reply.problem(), (404, "not_found"), "{k}");
    }
    let codes: Vec<Value> = front.get(Viewer, "/v1/contracts/EX-1").await.json["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reason| reason["code"].clone())
        .collect();
    assert!(codes.contains(&json!("past_due")), "{codes:?}");
}
