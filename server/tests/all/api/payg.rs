//! Phones sold by days, and part payments, by the API and on a phone.

use formats::directory::Role::{Operator, Payments};
use serde_json::{Value, json};

use super::front::{Front, contract, payment, with};
use crate::{
    kit::DAY,
    phone::{Phone, pass, pass_until},
};

fn sold(reference: &str, number: u32) -> Value {
    let mut body = contract(reference, number);
    for field in ["count", "unit", "every", "first_due"] {
        body = with(body, field, Value::Null);
    }
    let payg = json!({ "day_price": "100.00", "free_days": 2, "notice_days": 2 });
    with(body, "payg", payg)
}

async fn pay(front: &Front, id: &str, amount: &str) -> Value {
    let at = json!(front.house.app.now().rfc3339());
    let body = with(payment(id, "EX-1", amount), "paid_at", at);
    let reply = front.post(Payments, "/v1/payments", &body).await;
    assert_eq!(reply.json["status"], "applied", "{}", reply.text);
    reply.json
}

#[tokio::test]
async fn days_are_signed_shown_and_sold_to_the_last() {
    let front = Front::new().await;
    let signed = front.post(Operator, "/v1/contracts", &sold("EX-1", 1)).await;
    assert_eq!(signed.status, 201, "{}", signed.text);
    let again = front.post(Operator, "/v1/contracts", &sold("EX-1", 1)).await;
    assert_eq!((again.status, again.replayed()), (200, true));
    pay(&front, "P-1", "550.00").await;
    let view = front.explain("EX-1").await;
    assert_eq!(view["terms"]["servicing"], "payg");
    assert_eq!(view["terms"]["total"], "3000.00");
    let credit = &view["time_credit"];
    let told = ["carry", "next_day", "paid", "total"].map(|name| credit[name].as_str().unwrap());
    assert_eq!(told, ["50.00", "50.00", "550.00", "3000.00"]);
    assert_eq!(credit["credit_until"], "2026-01-17T04:30:00.000000Z");
    assert_eq!(credit["days_bought"], 5);
    let asked = json!({ "on": "2026-01-12" });
    let quote = front.put(Operator, "/v1/contracts/EX-1/payoff", "k-1", &asked).await;
    assert_eq!(quote.problem(), (409, "sold_by_days"), "{}", quote.text);
    pay(&front, "P-2", "2500.00").await;
    let view = front.explain("EX-1").await;
    assert_eq!(
        (&view["status"], &view["account"]["credit"]),
        (&json!("archived"), &json!("50.00"))
    );
    for (field, value, code) in [
        ("day_price", json!("0"), "amount_not_positive"),
        ("day_price", json!("9999.00"), "schedule_amount"),
        ("total_price", json!("5.00"), "schedule_short"),
        ("max_ahead_days", json!(0), "bad_number"),
    ] {
        let payg = with(json!({ "day_price": "100.00" }), field, value);
        let body = with(sold("EX-2", 2), "payg", payg);
        let reply = front.post(Operator, "/v1/contracts", &body).await;
        assert_eq!(reply.problem(), (422, code), "{}", reply.text);
    }
    front.house.check().await;
}

/// The phone goes dark by the timetable it holds, without network, and opens with a day.
#[tokio::test]
async fn a_phone_without_network_goes_dark_at_its_moment_and_opens_with_a_payment() {
    let front = Front::new().await;
    front.post(Operator, "/v1/contracts", &sold("EX-1", 1)).await;
    let house = &front.house;
    let unit = house.app.by_reference(house.tenant, "EX-1").await.unwrap().unwrap();
    let mut phone = Phone::new(1);
    phone.enrol(house, unit).await;
    let restrict = |step: u8| protocol::Stage { rung: protocol::Rung::Restrict, step };
    pass_until(house, &mut phone, restrict(1), 20).await;
    let planned = house.contract(unit).await.decision.timetable;
    assert_eq!(planned[0].stage, domain::Stage::restrict(2), "{planned:?}");
    let wait = planned[0].at.seconds_since(house.app.now());
    assert!((0..3 * DAY).contains(&wait));
    phone.tick(wait - 60);
    assert_eq!(phone.stage(), restrict(1));
    phone.tick(121);
    assert_eq!(phone.stage(), restrict(2), "by itself, at its moment");
    house.clock.pass(wait + 61);
    pay(&front, "P-1", "100.00").await;
    phone.check_in(&house.app).await;
    assert_eq!(phone.stage(), protocol::Stage::CLEAR, "{:?}", phone.problems);
    // A day later the credit is used up again: messages first, then notices of their own.
    pass(house, &mut phone, 48).await;
    assert_eq!(phone.stage().rung, protocol::Rung::Remind, "{:?}", phone.history);
    house.check().await;
}

/// A part payment opens a phone that is past due; it restricts again when its days end.
#[tokio::test]
async fn a_part_payment_opens_a_phone_for_its_days() {
    let front = Front::new().await;
    let eased = json!({ "day_price": "100.00", "max_days": 5 });
    let body = with(contract("EX-1", 1), "partial_unlock", eased);
    let signed = front.post(Operator, "/v1/contracts", &body).await;
    assert_eq!(signed.status, 201, "{}", signed.text);
    let house = &front.house;
    let unit = house.app.by_reference(house.tenant, "EX-1").await.unwrap().unwrap();
    let mut phone = Phone::new(1);
    phone.enrol(house, unit).await;
    let restrict = protocol::Stage { rung: protocol::Rung::Restrict, step: 1 };
    pass_until(house, &mut phone, restrict, 30).await;
    pay(&front, "P-1", "200.00").await;
    phone.check_in(&house.app).await;
    assert_eq!(phone.stage().rung, protocol::Rung::Notice);
    let view = front.explain("EX-1").await;
    let codes: Vec<&Value> =
        view["reasons"].as_array().unwrap().iter().map(|reason| &reason["code"]).collect();
    assert!(codes.contains(&&json!("partly_paid")), "{codes:?}");
    phone.tick(2 * DAY - 60);
    assert_eq!(phone.stage().rung, protocol::Rung::Notice);
    phone.tick(121);
    assert_eq!(phone.stage().rung, protocol::Rung::Restrict, "by itself, without network");
    house.check().await;
}
