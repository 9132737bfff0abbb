//! Many items in one call.

use formats::directory::Role::{Operator, Payments, Viewer};
use serde_json::{Value, json};

use super::front::{Ask, Front, contract, device, payment, with};

#[tokio::test]
async fn each_item_is_answered_by_itself_and_in_order() {
    let front = Front::new().await;
    let items = json!({ "items": [
        contract("EX-1", 1),
        with(contract("EX-2", 2), "unit", json!("years")),
        contract("EX-1", 1),
        5,
        with(contract("EX-3", 3), "colour", json!("red")),
        contract("EX-4", 1),
        contract("EX-5", 5),
    ] });
    let reply = front.post(Operator, "/v1/contracts/bulk", &items).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let results = reply.json["results"].as_array().unwrap();
    let codes: Vec<(u64, &str)> = results
        .iter()
        .map(|one| {
            let code = one["problem"]["code"].as_str().unwrap_or_default();
            (one["status"].as_u64().unwrap(), code)
        })
        .collect();
    assert_eq!(
        codes,
        [
            (201, ""),
            (422, "bad_unit"),
            (200, ""),
            (422, "bad_field"),
            (422, "bad_field"),
            (409, "device_already_financed"),
            (201, ""),
        ]
    );
    assert!(results.iter().enumerate().all(|(index, one)| one["index"] == index));
    assert_eq!(results[0]["id"], results[2]["id"]);
    let sums = ["created", "repeated", "failed"].map(|name| reply.json[name].as_u64().unwrap());
    assert_eq!(sums, [2, 1, 4]);
    let again = front.post(Operator, "/v1/contracts/bulk", &items).await.json;
    assert_eq!((&again["created"], &again["repeated"]), (&json!(0), &json!(3)));
}

#[tokio::test]
async fn payments_of_one_contract_are_counted_in_order() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let mut items: Vec<Value> =
        (0..30).map(|n| payment(&format!("P-{n}"), "EX-1", "100.00")).collect();
    items.push(payment("P-LATE", "EX-1", "7.00"));
    let reply = front.post(Payments, "/v1/payments/bulk", &json!({ "items": items })).await;
    assert_eq!(reply.json["created"], 31, "{}", reply.text);
    // The thirtieth settles and releases: what comes after it waits for a person.
    let id = reply.json["results"][30]["id"].as_str().unwrap();
    let late = front.get(Viewer, &format!("/v1/payments/{id}")).await.json;
    assert_eq!((&late["status"], &late["amount"]), (&json!("suspense"), &json!("7.00")));
}

#[tokio::test]
async fn too_many_items_change_nothing() {
    let front = Front::new().await;
    let items: Vec<Value> = (0..10_001).map(|_| json!(0)).collect();
    for (path, role) in [("devices", Operator), ("contracts", Operator), ("payments", Payments)] {
        let path = format!("/v1/{path}/bulk");
        let reply = front.post(role, &path, &json!({ "items": items })).await;
        assert_eq!(reply.problem(), (413, "too_many_items"), "{path}");
        let none = front.post(role, &path, &json!({ "items": [] })).await;
        assert_eq!((none.status, &none.json["results"]), (200, &json!([])));
    }
}

#[tokio::test]
async fn a_wrong_envelope_is_refused_whole() {
    let front = Front::new().await;
    for (body, expected) in [
        ("[]", (422, "bad_field")),
        ("{}", (422, "bad_field")),
        ("{\"items\": 5}", (422, "bad_field")),
        ("{\"items\": [], \"more\": 1}", (422, "bad_field")),
        ("{\"items\": [", (400, "bad_json")),
    ] {
        let headers = vec![("content-type", "application/json")];
        let (path, bearer) = ("/v1/devices/bulk", Some(front.key(Operator)));
        let ask = Ask { method: "POST", path, bearer, headers, body: body.as_bytes().to_vec() };
        assert_eq!(front.ask(ask).await.problem(), expected, "{body}");
    }
}

/// A full call of each kind is taken whole.
#[tokio::test]
async fn ten_thousand_items_are_taken() {
    let front = Front::new().await;
    let full = |item: &dyn Fn(u32) -> Value| {
        let items: Vec<Value> = (0..10_000).map(item).collect();
        json!({ "items": items })
    };
    let calls = [
        ("/v1/devices/bulk", Operator, full(&device)),
        ("/v1/contracts/bulk", Operator, full(&|n| contract(&format!("EX-{n}"), n))),
        (
            "/v1/payments/bulk",
            Payments,
            full(&|n| payment(&format!("P-{n}"), &format!("EX-{n}"), "1.00")),
        ),
    ];
    for (path, role, body) in calls {
        let reply = front.post(role, path, &body).await;
        assert_eq!(reply.json["created"], 10_000, "{path}: {}", &reply.text[..500]);
    }
    let counts = front.get(Viewer, "/v1/counts").await.json;
    assert_eq!(counts["counts"][0]["contracts"], 10_000);
}
