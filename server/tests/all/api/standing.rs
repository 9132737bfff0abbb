//! Where accounts stand that the lender's own system keeps, by the API and on a phone.

use formats::directory::Role::{Operator, Payments, Viewer};
use serde_json::{Value, json};

use super::front::{Front, contract, payment, with};
use crate::{
    kit::{DAY, HOUR},
    phone::{Phone, pass},
};

fn outside(reference: &str, number: u32) -> Value {
    let mut body = contract(reference, number);
    for field in ["cash_price", "down_payment", "count", "unit", "every", "first_due"] {
        body = with(body, field, Value::Null);
    }
    with(body, "standing", json!("outside"))
}

/// 2026-01-10, 10:00 in India, and later.
fn owing(as_of: &str, past_due: &str) -> Value {
    json!({ "as_of": as_of, "past_due": past_due, "oldest_unpaid": "2026-01-09" })
}

async fn signed() -> Front {
    let front = Front::new().await;
    let reply = front.post(Operator, "/v1/contracts", &outside("EX-1", 1)).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let again = front.post(Operator, "/v1/contracts", &outside("EX-1", 1)).await;
    assert_eq!((again.status, again.replayed()), (200, true));
    front
}

const PATH: &str = "/v1/contracts/EX-1/standing";

#[tokio::test]
async fn a_standing_is_taken_once_and_an_older_one_changes_nothing() {
    let front = signed().await;
    let body = with(
        with(owing("2026-01-10T04:00:00Z", "791.00"), "remaining", json!("3955.00")),
        "next_due",
        json!({ "due": "2026-02-05", "amount": "791.00" }),
    );
    let first = front.post(Payments, PATH, &body).await;
    assert_eq!((first.status, &first.json["outcome"]), (200, &json!("taken")), "{}", first.text);
    assert_eq!(first.json["contract"]["rung"], "remind");
    let again = front.post(Operator, PATH, &body).await;
    assert_eq!((again.replayed(), &again.json["outcome"]), (true, &json!("repeated")));
    let older = front.post(Payments, PATH, &owing("2026-01-10T03:00:00Z", "5.00")).await;
    assert_eq!((older.status, &older.json["outcome"]), (200, &json!("older")));
    let view = front.explain("EX-1").await;
    assert_eq!(view["terms"]["servicing"], "outside");
    let standing = &view["standing"];
    assert_eq!(
        [&standing["past_due"], &standing["remaining"], &standing["next_due"]["due"]],
        ["791.00", "3955.00", "2026-02-05"]
    );
    assert_eq!(standing["as_of"], "2026-01-10T04:00:00.000000Z");
    assert_eq!(standing["fresh_until"], "2026-01-12T04:00:00.000000Z");
    assert_eq!(view["version"], first.json["contract"]["version"], "one change in all");
    front.house.check().await;
}

#[tokio::test]
async fn wrong_standings_are_refused_and_money_goes_to_suspense() {
    let front = signed().await;
    front.sign("EX-2", 2).await;
    let good = owing("2026-01-10T04:00:00Z", "791.00");
    let cases = [
        ("as_of", json!("2026-01-10T04:32:00Z"), (422, "standing_in_future")),
        ("as_of", json!("noon"), (422, "bad_moment")),
        ("past_due", json!("-1"), (422, "bad_amount")),
        ("past_due", json!("1.005"), (422, "amount_too_precise")),
        ("past_due", json!(5), (422, "bad_field")),
        ("oldest_unpaid", json!("9 January"), (422, "bad_date")),
        ("oldest_unpaid", json!("2026-01-10"), (422, "standing_contradicts")),
        ("oldest_unpaid", Value::Null, (422, "oldest_unpaid_missing")),
        ("settled", json!(true), (422, "standing_contradicts")),
        ("remaining", json!("1.00"), (422, "standing_contradicts")),
        ("next_due", json!({ "due": "2026-01-01", "amount": "1" }), (422, "standing_contradicts")),
        ("currency", json!("EUR"), (422, "currency_mismatch")),
        ("colour", json!("red"), (422, "bad_field")),
    ];
    for (field, value, expected) in cases {
        let reply = front.post(Payments, PATH, &with(good.clone(), field, value.clone())).await;
        assert_eq!(reply.problem(), expected, "{field} {value}: {}", reply.text);
    }
    let own = front.post(Payments, "/v1/contracts/EX-2/standing", &good).await;
    assert_eq!(own.problem(), (409, "serviced_here"));
    assert_eq!(own.json["state"]["reference"], "EX-2");
    assert_eq!(front.post(Viewer, PATH, &good).await.problem(), (403, "forbidden"));
    let none = front.post(Payments, "/v1/contracts/EX-9/standing", &good).await;
    assert_eq!(none.problem(), (404, "not_found"));
    assert_eq!(front.explain("EX-1").await["version"], 1, "nothing changed");

    let paid = front.post(Payments, "/v1/payments", &payment("P-1", "EX-1", "791.00")).await;
    assert_eq!(paid.json["status"], "suspense", "{}", paid.text);
    assert_eq!(paid.json["suspense_reason"], "serviced_outside");
    let fee = json!({ "amount": "5.00", "reason": "cable" });
    let fee = front.put(Operator, "/v1/contracts/EX-1/fees", "k-1", &fee).await;
    assert_eq!(fee.problem(), (409, "serviced_outside"));
    front.house.check().await;
}

#[tokio::test]
async fn a_nights_standings_are_answered_one_by_one() {
    let front = signed().await;
    front.post(Operator, "/v1/contracts", &outside("EX-2", 2)).await;
    let item = |reference: &str, as_of: &str, past_due: &str| {
        with(owing(as_of, past_due), "reference", json!(reference))
    };
    let items = [
        item("EX-1", "2026-01-10T02:00:00Z", "791.00"),
        item("EX-1", "2026-01-10T01:00:00Z", "5.00"),
        item("EX-1", "2026-01-10T02:00:00Z", "791.00"),
        item("EX-9", "2026-01-10T02:00:00Z", "1"),
        json!({ "reference": "EX-2", "as_of": "2026-01-10", "past_due": "0", "settled": true }),
        json!({ "reference": "EX-2" }),
    ];
    let reply = front.post(Payments, "/v1/standing/bulk", &json!({ "items": items })).await;
    let told = |index: usize| {
        let one = &reply.json["results"][index];
        (one["status"].as_u64().unwrap(), one["repeated"] == true, one["older"] == true)
    };
    assert_eq!(told(0), (201, false, false), "{}", reply.text);
    assert_eq!(told(1), (200, true, true));
    assert_eq!(told(2), (200, true, false));
    assert_eq!(told(3), (422, false, false));
    assert_eq!(told(4), (201, false, false));
    assert_eq!(reply.json["results"][5]["problem"]["code"], "bad_field");
    let released = front.explain("EX-2").await;
    assert_eq!(released["status"], "archived", "settled there, released here");
    front.house.check().await;
}

/// The lender's system tells every night, then falls silent: the phone climbs, stays where it is,
/// and opens with the next word.
#[tokio::test]
async fn a_phone_follows_the_lenders_own_system() {
    let front = signed().await;
    let house = &front.house;
    let unit = house.app.by_reference(house.tenant, "EX-1").await.unwrap().unwrap();
    let mut phone = Phone::new(1);
    phone.enrol(house, unit).await;
    let push = async |past_due: &str| {
        let body = owing(&house.app.now().rfc3339(), past_due);
        let reply = front.post(Payments, PATH, &body).await;
        assert_eq!(reply.json["outcome"], "taken", "{}", reply.text);
    };
    for _ in 0..8 {
        push("791.00").await;
        pass(house, &mut phone, 24).await;
    }
    let climbed = phone.stage();
    assert_eq!(climbed.rung, protocol::Rung::Restrict, "{:?}", phone.history);
    let silent = phone.history.len();
    let contract = house.contract(unit).await;
    let fresh_until = contract.outside.as_ref().unwrap().as_of.plus_seconds(2 * DAY);
    assert!(contract.decision.timetable.iter().all(|step| step.at < fresh_until));
    // The last day of freshness may still bring a step, no later one does.
    pass(house, &mut phone, 24 + 1).await;
    let stays = phone.stage();
    pass(house, &mut phone, 20 * 24).await;
    assert_eq!(phone.stage(), stays, "{:?}", &phone.history[silent..]);
    let view = front.explain("EX-1").await;
    let codes: Vec<&Value> =
        view["reasons"].as_array().unwrap().iter().map(|reason| &reason["code"]).collect();
    assert!(codes.contains(&&json!("standing_stale")), "{codes:?}");
    push("0").await;
    phone.check_in(&house.app).await;
    assert_eq!(phone.stage(), protocol::Stage::CLEAR);
    house.clock.pass(HOUR);
    let done = json!({ "as_of": house.app.now().rfc3339(), "past_due": "0", "settled": true });
    front.post(Payments, PATH, &done).await;
    phone.check_in(&house.app).await;
    assert!(phone.agent.is_released(), "{:?}", phone.problems);
    assert_eq!(house.balance().await.values().filter(|minor| **minor != 0).count(), 0);
    house.check().await;
}
