//! A programme tried on today's book, through the door, before anybody approves it.

use formats::directory::Role::{self, Admin, Approver, Operator, Payments};
use serde_json::{Value, json};

use super::front::{Front, payment};
use crate::kit::{DAY, FAST, clerk};

/// The fast programme in a version whose reminder comes on another day.
fn text(version: u32, remind: u32) -> String {
    let own = format!("version = {version}");
    let remind = format!("[remind]\ndays_past_due = {remind}");
    FAST.replace("version = 1", &own).replace("[remind]\ndays_past_due = 1", &remind)
}

async fn preview(front: &Front, toml: &str) -> Value {
    let reply = front.post(Operator, "/v1/programmes/preview", &json!({ "toml": toml })).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json
}

/// EX-1 and EX-2 were signed under a late reminder, EX-3 under an early one; EX-2 has paid.
async fn book() -> Front {
    let front = Front::new().await;
    front.sign("EX-3", 3).await;
    let app = &front.house.app;
    app.add_programme(front.house.tenant, &text(2, 4), clerk()).await.unwrap();
    front.sign("EX-1", 1).await;
    front.sign("EX-2", 2).await;
    front.post(Payments, "/v1/payments", &payment("P-1", "EX-2", "1000.00")).await;
    front.house.clock.pass(9 * DAY);
    for (reference, rung) in [("EX-1", "clear"), ("EX-2", "clear"), ("EX-3", "remind")] {
        assert_eq!(front.explain(reference).await["rung"], rung, "{reference}");
    }
    front
}

#[tokio::test]
async fn a_change_is_tried_on_the_book_and_touches_nothing() {
    let front = book().await;
    let (app, tenant) = (&front.house.app, front.house.tenant);
    let mut rows = Vec::new();
    for reference in ["EX-1", "EX-2", "EX-3"] {
        let unit = app.by_reference(tenant, reference).await.unwrap().unwrap();
        rows.push((unit, front.house.row(unit).await));
    }
    let stricter = preview(&front, &text(3, 1)).await;
    assert_eq!(
        (&stricter["programme"], &stricter["version"], &stricter["contracts"]),
        (&json!("fast"), &json!(3), &json!(3))
    );
    assert_eq!((&stricter["up"], &stricter["down"]), (&json!(1), &json!(0)));
    let moved = json!([{ "from": "clear", "to": "remind", "contracts": 1 }]);
    assert_eq!(stricter["moves"], moved);
    let rising = json!([{ "reference": "EX-1", "from": "clear", "to": "remind" }]);
    assert_eq!(stricter["rising"], rising);
    let milder = preview(&front, &text(3, 4)).await;
    assert_eq!((&milder["up"], &milder["down"]), (&json!(0), &json!(1)));
    assert_eq!(milder["rising"], json!([]));
    let other = preview(&front, &text(3, 1).replace("\"fast\"", "\"other\"")).await;
    assert_eq!((&other["contracts"], &other["moves"]), (&json!(0), &json!([])));
    for (unit, row) in rows {
        assert_eq!(front.house.row(unit).await, row);
    }
    assert_eq!(app.directory.programme_in_force(tenant, "fast").unwrap().1, 2);
}

#[tokio::test]
async fn whoever_approves_a_programme_sees_what_it_would_move() {
    let front = book().await;
    let (app, tenant) = (&front.house.app, front.house.tenant);
    let mut keys = Vec::new();
    for name in ["Asha", "Ravi"] {
        let roles: std::collections::BTreeSet<Role> = [Operator, Approver, Admin].into();
        let person = app.add_person(tenant, name, roles.clone(), clerk()).await.unwrap().unit;
        let key = app.add_key(tenant, name, roles, Some(person), clerk()).await;
        keys.push(key.unwrap().1);
    }
    let body = json!({ "kind": "programme", "toml": text(3, 1), "reason": "earlier reminders" });
    let asked = front.send(&keys[0], "/v1/proposals", Some("p-1"), &body).await;
    let path = format!("/v1/proposals/{}", asked.json["id"].as_str().unwrap());
    let shown = front.get(Approver, &path).await;
    assert_eq!(shown.json["preview"]["rising"][0]["reference"], "EX-1", "{}", shown.text);
    let approve = format!("{path}/approve");
    assert_eq!(front.send(&keys[1], &approve, None, &json!({})).await.status, 200);
    assert_eq!(front.get(Approver, &path).await.json["preview"], Value::Null);
    assert_eq!(front.explain("EX-1").await["rung"], "clear", "a running contract keeps its own");
}

#[tokio::test]
async fn what_is_no_programme_is_not_tried() {
    let front = Front::new().await;
    let path = "/v1/programmes/preview";
    for (body, expected) in [
        (json!({ "toml": "id = 1" }), (422, "bad_programme")),
        (json!({ "toml": text(2, 1).replace("test-fast", "no-such") }), (422, "unknown_pack")),
        (json!({ "toml": text(2, 1), "rising": 1_001 }), (422, "bad_number")),
        (json!({ "toml": text(2, 1), "mood": 1 }), (422, "bad_field")),
    ] {
        let reply = front.post(Operator, path, &body).await;
        assert_eq!(reply.problem(), expected, "{body}: {}", reply.text);
    }
    let reply = front.post(Payments, path, &json!({ "toml": text(2, 1) })).await;
    assert_eq!(reply.problem(), (403, "forbidden"));
}
