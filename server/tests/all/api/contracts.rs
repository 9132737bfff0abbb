//! Contracts and devices by the API.

use formats::directory::Role::{Admin, Operator, Support, Viewer};
use serde_json::{Value, json};

use super::front::{Front, contract, device, with};

#[tokio::test]
async fn a_contract_is_signed_listed_and_explained() {
    let front = Front::new().await;
    let signed = front.sign("EX-1", 1).await;
    let state = &signed.json["contract"];
    assert_eq!(state["reference"], "EX-1");
    assert_eq!((&state["status"], &state["rung"]), (&json!("active"), &json!("clear")));
    let view = front.explain("EX-1").await;
    assert_eq!(view["terms"]["total"], "3000.00");
    let row = json!({ "due": "2026-01-31", "amount": "1000.00", "interest": "0.00" });
    assert_eq!(view["terms"]["rows"][2], row);
    assert_eq!(view["standing"]["next_due"], json!({ "due": "2026-01-17", "amount": "1000.00" }));
    assert_eq!(view["reasons"][0]["code"], "in_good_standing");
    assert_eq!(view["terms"]["programme"], json!({ "id": "fast", "version": 1 }));
    let list = front.get(Viewer, "/v1/contracts?status=active").await.json;
    assert_eq!(list["items"][0]["reference"], "EX-1");
    let counts = front.get(Viewer, "/v1/counts").await.json;
    assert_eq!(counts["counts"][0]["contracts"], 1);
}

#[tokio::test]
async fn the_enrolment_code_is_shown_to_those_who_hand_it_out() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    for (role, shown) in [(Operator, true), (Support, true), (Viewer, false), (Admin, false)] {
        let view = front.get(role, "/v1/contracts/EX-1").await.json;
        assert_eq!(view.get("enrolment_code").is_some(), shown, "{role:?}");
    }
}

#[tokio::test]
async fn instalments_may_be_given_one_by_one() {
    let front = Front::new().await;
    let mut body = contract("EX-1", 1);
    for field in ["count", "unit", "every", "first_due"] {
        body = with(body, field, Value::Null);
    }
    let rows = json!([
        { "due": "2026-01-20", "amount": "500.00" },
        { "due": "2026-03-01", "amount": "2600.50" },
    ]);
    let body = with(body, "rows", rows.clone());
    let reply = front.post(Operator, "/v1/contracts", &body).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let view = front.explain("EX-1").await;
    assert_eq!(view["terms"]["rows"][1]["amount"], rows[1]["amount"]);
    assert_eq!(view["terms"]["rows"][1]["interest"], "84.30");
    assert_eq!(view["terms"]["finance_charge"], "100.50");
    let both = with(contract("EX-2", 2), "rows", rows);
    let reply = front.post(Operator, "/v1/contracts", &both).await;
    assert_eq!(reply.problem(), (422, "schedule_twice"));
    let cases = [
        (json!([]), "schedule_count", "rows"),
        (json!([{ "due": "2026-01-20", "amount": "1.00" }]), "schedule_short", "rows"),
        (json!([{ "due": "20.1.2026", "amount": "1.00" }]), "bad_date", "rows[0].due"),
        (json!([{ "due": "2026-01-20", "amount": "1,00" }]), "bad_amount", "rows[0].amount"),
        (
            json!([
                { "due": "2026-02-20", "amount": "1500.00" },
                { "due": "2026-01-20", "amount": "1500.00" },
            ]),
            "schedule_order",
            "rows",
        ),
    ];
    for (rows, code, field) in cases {
        let reply = front.post(Operator, "/v1/contracts", &with(body.clone(), "rows", rows)).await;
        assert_eq!(reply.problem(), (422, code), "{}", reply.text);
        assert_eq!(reply.json["errors"][0]["field"], field);
    }
}

#[tokio::test]
async fn every_fault_of_a_contract_is_told_at_once_and_changes_nothing() {
    let front = Front::new().await;
    let cases = [
        ("reference", json!(""), "empty"),
        ("reference", json!("x".repeat(65)), "too_long"),
        ("imei", json!("351163520096209"), "bad_imei"),
        ("currency", json!("RUPEE"), "unknown_currency"),
        ("cash_price", json!("12.345"), "amount_too_precise"),
        ("cash_price", json!("99999999999999999999"), "amount_overflow"),
        ("down_payment", json!("3500.00"), "nothing_financed"),
        ("count", json!(0), "bad_number"),
        ("count", json!(521), "bad_number"),
        ("unit", json!("years"), "bad_unit"),
        ("every", json!(367), "bad_number"),
        ("instalment", json!("1.00"), "schedule_short"),
        ("first_due", json!("2026-02-30"), "bad_date"),
        ("time_zone", json!("Mars/Olympus"), "unknown_time_zone"),
        ("language", json!("English"), "bad_language"),
        ("programme", json!("slow"), "unknown_programme"),
        ("borrower_name", json!(""), "empty"),
        ("borrower_phone", json!("call me"), "bad_phone"),
        ("consent_version", Value::Null, "empty"),
        ("consent_at", json!("yesterday"), "bad_moment"),
        ("consent_at", json!("2030-01-01"), "consent_in_future"),
        ("consent_language", json!("en"), "empty"),
        ("consent_hash", json!("0".repeat(63)), "empty"),
        ("colour", json!("red"), "bad_field"),
        ("count", json!("3"), "bad_field"),
        ("cash_price", json!(3500), "bad_field"),
        ("currency", Value::Null, "bad_field"),
    ];
    for (field, value, code) in cases {
        let body = with(contract("EX-1", 1), field, value.clone());
        let reply = front.post(Operator, "/v1/contracts", &body).await;
        assert_eq!(reply.problem(), (422, code), "{field} {value}: {}", reply.text);
    }
    let bad = with(with(contract("EX-1", 1), "imei", json!("1")), "unit", json!("years"));
    let reply = front.post(Operator, "/v1/contracts", &bad).await;
    let fields: Vec<&Value> =
        reply.json["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
    assert_eq!(fields, ["imei", "unit"]);
    let list = front.get(Viewer, "/v1/contracts").await.json;
    assert_eq!(list["items"], json!([]));
}

#[tokio::test]
async fn faults_hide_personal_data() {
    let front = Front::new().await;
    let body = with(contract("EX-1", 1), "imei", json!("351163520096209"));
    let reply =
        front.post(Operator, "/v1/contracts", &with(body, "borrower_phone", json!("x"))).await;
    assert!(!reply.text.contains("351163520096209"), "{}", reply.text);
    assert!(!reply.text.contains("Asha"), "{}", reply.text);
}

#[tokio::test]
async fn taken_names_say_where_their_contract_stands() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let other = with(contract("EX-1", 2), "cash_price", json!("4000.00"));
    let reply = front.post(Operator, "/v1/contracts", &other).await;
    assert_eq!(reply.problem(), (409, "duplicate_reference"), "{}", reply.text);
    assert_eq!(reply.json["state"]["status"], "active");
    let reply = front.post(Operator, "/v1/contracts", &contract("EX-2", 1)).await;
    assert_eq!(reply.problem(), (409, "device_already_financed"));
}

#[tokio::test]
async fn a_reference_may_hold_any_letters() {
    let front = Front::new().await;
    for (number, reference, path) in [
        (1, "A/B c?", "A%2FB%20c%3F"),
        (2, "договор-1", "%D0%B4%D0%BE%D0%B3%D0%BE%D0%B2%D0%BE%D1%80-1"),
    ] {
        front.sign(reference, number).await;
        let view = front.get(Viewer, &format!("/v1/contracts/{path}")).await;
        assert_eq!(view.json["reference"], reference, "{}", view.text);
    }
    let reply = front.get(Viewer, "/v1/contracts/%FF").await;
    assert_eq!(reply.problem(), (404, "not_found"));
}

#[tokio::test]
async fn pages_are_stable_while_contracts_come_and_change() {
    let front = Front::new().await;
    for number in 0..7 {
        front.house.clock.pass(1);
        front.sign(&format!("EX-{number}"), number).await;
    }
    let mut seen = Vec::new();
    let mut path = "/v1/contracts?limit=3".to_owned();
    loop {
        let page = front.get(Viewer, &path).await.json;
        for item in page["items"].as_array().unwrap() {
            seen.push(item["reference"].as_str().unwrap().to_owned());
        }
        let number = 100 + u32::try_from(seen.len()).unwrap();
        front.house.pay(&format!("P-{number}"), "EX-0", "1.00").await;
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/contracts?limit=3&cursor={next}");
    }
    assert_eq!(seen, ["EX-0", "EX-1", "EX-2", "EX-3", "EX-4", "EX-5", "EX-6"]);
}

#[tokio::test]
async fn wrong_queries_are_told() {
    let front = Front::new().await;
    let cases = [
        ("limit=0", "bad_query"),
        ("limit=1001", "bad_query"),
        ("limit=ten", "bad_query"),
        ("status=open", "bad_query"),
        ("rung_min=9", "bad_query"),
        ("colour=red", "bad_query"),
        ("limit=1&limit=2", "bad_query"),
        ("cursor=!", "bad_cursor"),
        ("cursor=AAAA", "bad_cursor"),
    ];
    for (query, code) in cases {
        let reply = front.get(Viewer, &format!("/v1/contracts?{query}")).await;
        assert_eq!(reply.problem(), (400, code), "{query}");
    }
}

#[tokio::test]
async fn rungs_filter_the_list() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    front.house.clock.pass(9 * crate::kit::DAY);
    front.house.app.sweep(1).await.unwrap();
    let young = with(contract("EX-2", 2), "first_due", json!("2026-03-01"));
    assert_eq!(front.post(Operator, "/v1/contracts", &young).await.status, 201);
    let late = front.get(Viewer, "/v1/contracts?rung_min=remind").await.json;
    assert_eq!(late["items"].as_array().unwrap().len(), 1, "{late}");
    assert_eq!(late["items"][0]["rung"], "remind");
    let none = front.get(Viewer, "/v1/contracts?rung_min=lock").await.json;
    assert_eq!(none["items"], json!([]));
}

#[tokio::test]
async fn devices_are_registered_and_found() {
    let front = Front::new().await;
    let body = with(device(1), "serial", json!("SN-1"));
    let made = front.post(Operator, "/v1/devices", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert!(!made.replayed());
    let again = front.post(Operator, "/v1/devices", &body).await;
    assert_eq!((again.status, again.replayed()), (200, true));
    assert_eq!(again.json, made.json);
    let other = front.post(Operator, "/v1/devices", &with(body, "model", json!("N5"))).await;
    assert_eq!(other.problem(), (409, "duplicate_imei"));
    front.sign("EX-1", 1).await;
    let imei = crate::kit::imei(1);
    for text in [imei.digits().to_owned(), imei.with_check_digit()] {
        let found = front.get(Operator, &format!("/v1/devices/{text}")).await.json;
        assert_eq!(found["contract"], "EX-1");
        assert_eq!(found["imeis"][0], imei.with_check_digit());
    }
    let list = front.get(Operator, "/v1/devices").await.json;
    assert_eq!(list["items"][0]["serial"], "SN-1");
    let missing = front.get(Operator, "/v1/devices/351163520096209").await;
    assert_eq!(missing.problem(), (404, "not_found"));
    let twin = with(device(3), "imei2", json!(crate::kit::imei(3).digits()));
    let reply = front.post(Operator, "/v1/devices", &twin).await;
    assert_eq!(reply.problem(), (409, "duplicate_imei"));
    let reply = front.post(Operator, "/v1/devices", &with(device(3), "make", json!(""))).await;
    assert_eq!(reply.problem(), (422, "empty"));
}
