//! Endings by the API: the phone handed back, the debt written off.

use formats::directory::Role::{Operator, Payments, Viewer};
use serde_json::{Value, json};

use super::front::{Front, Reply, payment, with};

async fn act(front: &Front, path: &str, key: &str, body: Value) -> Reply {
    front.put(Operator, &format!("/v1/contracts/EX-1/{path}"), key, &body).await
}

fn reason() -> Value {
    json!({ "reason": "as agreed" })
}

fn grading(value: &str, shortfall: &str) -> Value {
    json!({ "grade": "B", "value": value, "shortfall": shortfall })
}

fn written_off(release: bool) -> Value {
    json!({ "release": release, "reason": "not found" })
}

async fn status(front: &Front) -> Value {
    front.explain("EX-1").await["status"].clone()
}

#[tokio::test]
async fn a_phone_is_handed_back_paid_for_graded_and_released() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let handed = act(&front, "return", "k-1", json!({ "reason": "no charger" })).await;
    assert_eq!(handed.status, 200, "{}", handed.text);
    assert_eq!(handed.json["contract"]["status"], "returning");
    let view = front.explain("EX-1").await;
    assert_eq!(view["reasons"][0]["code"], "handed_over");
    front.post(Payments, "/v1/payments", &payment("P-1", "EX-1", "500.00")).await;
    let graded = act(&front, "return/grade", "k-2", grading("2000.00", "waive")).await;
    assert_eq!(graded.json["contract"]["status"], "archived", "{}", graded.text);
    let again = act(&front, "return/grade", "k-2", grading("2000.00", "waive")).await;
    assert!(again.replayed(), "{}", again.text);
    let view = front.explain("EX-1").await;
    assert_eq!(view["release"]["cause"], "returned");
    assert_eq!(view["account"]["phone_value"], "2000.00");
    assert_eq!(view["account"]["shortfall_waived"], "500.00");
    assert_eq!(view["standing"]["remaining"], "0.00");
    front.house.check().await;
}

#[tokio::test]
async fn a_phone_is_graded_on_the_spot_and_its_shortfall_collected() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let (at, grading) = ("2026-01-10T04:00:00Z", grading("0", "keep"));
    let body = json!({ "reason": "gave up", "value_at": at, "grading": grading });
    let returned = act(&front, "return", "k-1", body).await;
    assert_eq!(returned.json["contract"]["status"], "archived", "{}", returned.text);
    let paid = front.post(Payments, "/v1/payments", &payment("P-1", "EX-1", "3000.00")).await;
    assert_eq!(paid.json["status"], "applied", "{}", paid.text);
    let more = front.post(Payments, "/v1/payments", &payment("P-2", "EX-1", "1.00")).await;
    assert_eq!(more.json["suspense_reason"], "contract_released");
    front.house.check().await;
}

#[tokio::test]
async fn a_hand_over_is_taken_back() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let before = front.explain("EX-1").await["account"].clone();
    act(&front, "return", "k-1", reason()).await;
    let undone = act(&front, "return/undo", "k-2", reason()).await;
    assert_eq!(undone.json["contract"]["status"], "active", "{}", undone.text);
    assert_eq!(front.explain("EX-1").await["account"], before);
    front.house.check().await;
}

#[tokio::test]
async fn a_debt_is_written_off_recovered_and_undone() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let off = act(&front, "write-off", "k-1", written_off(false)).await;
    assert_eq!(off.json["contract"]["status"], "written_off", "{}", off.text);
    front.post(Payments, "/v1/payments", &payment("P-1", "EX-1", "500.00")).await;
    assert_eq!(front.house.balance().await["recovery_income"], -50_000);
    assert_eq!(front.explain("EX-1").await["account"]["written_off"], "3000.00");
    let undone = act(&front, "write-off/undo", "k-2", reason()).await;
    assert_eq!(undone.json["contract"]["status"], "active", "{}", undone.text);
    let balance = front.house.balance().await;
    assert_eq!((balance["recovery_income"], balance["bad_debt"]), (0, 0));
    assert_eq!(balance["receivable_principal"], 250_000);
    act(&front, "write-off", "k-3", written_off(false)).await;
    front.post(Payments, "/v1/payments", &payment("P-2", "EX-1", "2500.00")).await;
    assert_eq!(status(&front).await, "archived", "paid in full: released");
    assert_eq!(front.explain("EX-1").await["release"]["cause"], "paid");
    front.house.check().await;
}

#[tokio::test]
async fn the_phone_goes_with_the_write_off_or_later_by_decision() {
    for path in ["write-off", "release"] {
        let front = Front::new().await;
        front.sign("EX-1", 1).await;
        let release = path == "write-off";
        act(&front, "write-off", "k-1", written_off(release)).await;
        if !release {
            act(&front, "release", "k-2", reason()).await;
        }
        assert_eq!(front.explain("EX-1").await["release"]["cause"], "written_off", "{path}");
        let undo = act(&front, "write-off/undo", "k-3", reason()).await;
        assert_eq!(undo.problem(), (409, "write_off_final"));
        assert_eq!(undo.json["state"]["status"], "archived");
        let paid = front.post(Payments, "/v1/payments", &payment("P-1", "EX-1", "5.00")).await;
        assert_eq!(paid.json["status"], "applied", "a recovery: {}", paid.text);
        let id = paid.json["id"].as_str().unwrap();
        let back = format!("/v1/payments/{id}/chargeback");
        assert_eq!(front.post(Payments, &back, &json!({})).await.status, 200);
        assert_eq!(status(&front).await, "archived", "a claim for money, never a lock");
        front.house.check().await;
    }
}

#[tokio::test]
async fn wrong_endings_are_refused_and_change_nothing() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let grade = |field: &str, value: Value| with(grading("1.00", "keep"), field, value);
    let cases = [
        ("return", json!({ "reason": "x", "value_at": "noon" }), (422, "bad_moment")),
        (
            "return",
            json!({ "reason": "x", "value_at": "2026-01-12T00:00:00Z" }),
            (422, "value_out_of_range"),
        ),
        (
            "return",
            json!({ "reason": "x", "value_at": "2025-01-12T00:00:00Z" }),
            (422, "value_out_of_range"),
        ),
        ("return", json!({ "reason": "x".repeat(501) }), (422, "bad_text")),
        ("return", json!({ "reason": " " }), (422, "bad_text")),
        ("return", json!({}), (422, "bad_field")),
        ("return", json!({ "reason": "x", "grading": { "grade": "A" } }), (422, "bad_field")),
        (
            "return",
            json!({ "reason": "x", "grading": grading("-1", "keep") }),
            (422, "amount_not_positive"),
        ),
        ("return", json!({ "colour": "red" }), (422, "bad_field")),
        ("return/grade", grade("grade", json!("B")), (409, "not_returning")),
        ("return/grade", grade("value", json!("1.001")), (422, "amount_too_precise")),
        ("return/grade", grade("shortfall", json!("sell")), (422, "bad_shortfall")),
        ("return/undo", reason(), (409, "not_returning")),
        ("write-off", json!({ "reason": "x" }), (422, "bad_field")),
        ("write-off", json!({ "release": true, "reason": "" }), (422, "bad_text")),
        ("write-off/undo", reason(), (409, "not_written_off")),
        ("release", reason(), (409, "not_written_off")),
    ];
    for (index, (path, body, expected)) in cases.into_iter().enumerate() {
        let reply = act(&front, path, &format!("k-{index}"), body.clone()).await;
        assert_eq!(reply.problem(), expected, "{path} {body}: {}", reply.text);
    }
    assert_eq!(front.explain("EX-1").await["version"], 1);
    let viewer = front.put(Viewer, "/v1/contracts/EX-1/return", "k", &json!({})).await;
    assert_eq!(viewer.problem(), (403, "forbidden"));
}
