//! A book passed on to another lender by the API.

use std::collections::BTreeSet;

use formats::directory::Role::{Admin, Approver, Operator, Viewer};
use serde_json::{Value, json};

use super::front::{Ask, Front, payment, with};
use crate::kit::clerk;

const OFFER: &str = "/v1/assignments";
const ACCEPT: &str = "/v1/assignments/accept";

/// Two contracts of one lender, whose phones are not enrolled, and another lender's key.
async fn front() -> (Front, String) {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    front.sign("EX-2", 2).await;
    let (_, rival) = front.rival().await;
    (front, rival)
}

fn offer(contracts: Value) -> Value {
    json!({ "to": "rival", "reason": "the book is sold", "contracts": contracts })
}

fn accept(contracts: Value) -> Value {
    json!({ "from": "example", "contracts": contracts })
}

async fn get(front: &Front, bearer: &str, path: &str) -> super::front::Reply {
    let (bearer, headers) = (Some(bearer), Vec::new());
    front.ask(Ask { method: "GET", path, bearer, headers, body: Vec::new() }).await
}

fn codes(reply: &Value) -> Vec<Option<&str>> {
    let results = reply["results"].as_array().unwrap();
    results.iter().map(|item| item["problem"]["code"].as_str()).collect()
}

#[tokio::test]
async fn a_book_goes_over_when_both_lenders_say_so() {
    let (front, rival) = front().await;
    let book = offer(json!(["EX-1", "EX-2", "EX-9"]));
    let looked = front.post(Approver, OFFER, &with(book.clone(), "preview", json!(true))).await;
    assert_eq!(looked.json["created"], 2, "{}", looked.text);
    assert!(front.explain("EX-1").await["assignment"].is_null(), "a look changes nothing");
    let offered = front.post(Approver, OFFER, &book).await;
    assert_eq!(offered.status, 200, "{}", offered.text);
    assert_eq!((&offered.json["created"], &offered.json["failed"]), (&json!(2), &json!(1)));
    assert_eq!(codes(&offered.json), [None, None, Some("unknown_reference")]);
    let again = front.post(Approver, OFFER, &book).await;
    assert_eq!(again.json["repeated"], 2, "{}", again.text);

    let list = get(&front, &rival, "/v1/assignments?lender=example").await;
    let items = list.json["items"].as_array().unwrap();
    let named =
        |key: &str| items.iter().map(|item| item[key].as_str().unwrap()).collect::<BTreeSet<_>>();
    assert_eq!(named("reference"), BTreeSet::from(["EX-1", "EX-2"]));
    assert_eq!(items.len(), 2);
    assert_eq!(named("programme"), BTreeSet::from(["fast@1"]));
    assert_eq!(named("open"), BTreeSet::from(["3000.00"]));
    assert!(!list.text.contains("Asha"), "no personal data before it is theirs");
    let own = front.get(Viewer, "/v1/assignments?lender=rival").await;
    assert_eq!(own.json["items"], json!([]));

    let taken = accept(json!([{ "reference": "EX-1", "as": "R-1" }, { "reference": "EX-2" }]));
    let looked = with(taken.clone(), "preview", json!(true));
    let looked = front.send(&rival, ACCEPT, None, &looked).await;
    assert_eq!(looked.json["created"], 2, "{}", looked.text);
    assert_eq!(front.explain("EX-1").await["status"], "active", "a look changes nothing");
    let done = front.send(&rival, ACCEPT, None, &taken).await;
    assert_eq!(done.json["created"], 2, "{}", done.text);
    let ids = |reply: &Value| {
        let results = reply["results"].as_array().unwrap();
        results.iter().map(|item| item["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&looked.json), ids(&done.json), "a look says what will be");
    let again = front.send(&rival, ACCEPT, None, &taken).await;
    assert_eq!((&again.json["repeated"], ids(&again.json)), (&json!(2), ids(&done.json)));

    let old = front.explain("EX-1").await;
    assert_eq!((&old["status"], &old["rung"]), (&json!("assigned"), &json!("clear")));
    assert_eq!(old["reasons"][0]["code"], "assigned");
    let new = get(&front, &rival, "/v1/contracts/R-1").await.json;
    assert_eq!(
        (&new["status"], &new["account"]["principal"]),
        (&json!("active"), &old["account"]["principal"])
    );
    assert_eq!(new["assignment"]["taken_over_from"], "Example Handset Finance Ltd.");
    assert_eq!(new["terms"]["hash"], old["terms"]["hash"]);
    front.house.check().await;
}

#[tokio::test]
async fn nobody_is_given_a_contract_and_nobody_takes_one() {
    let (front, rival) = front().await;
    let taken = accept(json!([{ "reference": "EX-1" }]));
    let before = front.send(&rival, ACCEPT, None, &taken).await;
    assert_eq!(codes(&before.json), [Some("not_offered")], "{}", before.text);
    front.post(Admin, OFFER, &offer(json!(["EX-1"]))).await;
    assert_eq!(front.explain("EX-1").await["status"], "active", "an offer passes nothing on");
    let withdraw = "/v1/contracts/EX-1/assignment/withdraw";
    let reason = json!({ "reason": "not sold" });
    let gone = front.put(Approver, withdraw, "w-1", &reason).await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    assert!(front.put(Approver, withdraw, "w-1", &reason).await.replayed());
    let twice = front.put(Approver, withdraw, "w-2", &reason).await;
    assert_eq!(twice.problem(), (409, "not_offered"));
    let after = front.send(&rival, ACCEPT, None, &taken).await;
    assert_eq!(codes(&after.json), [Some("not_offered")]);
    assert_eq!(front.post(Operator, OFFER, &offer(json!([]))).await.problem(), (403, "forbidden"));
    front.house.check().await;
}

#[tokio::test]
async fn wrong_books_are_refused() {
    let (front, rival) = front().await;
    let cases = [
        (with(offer(json!(["EX-1"])), "to", json!("nobody")), (422, "unknown_lender")),
        (with(offer(json!(["EX-1"])), "to", Value::Null), (422, "bad_field")),
        (with(offer(json!(["EX-1"])), "colour", json!("red")), (422, "bad_field")),
        (offer(json!(vec!["x"; 10_001])), (413, "too_many_items")),
    ];
    for (body, expected) in cases {
        assert_eq!(front.post(Approver, OFFER, &body).await.problem(), expected);
    }
    let own = with(offer(json!(["EX-1"])), "to", json!("example"));
    assert_eq!(codes(&front.post(Approver, OFFER, &own).await.json), [Some("same_tenant")]);
    let mute = with(offer(json!(["EX-1"])), "reason", json!(""));
    assert_eq!(codes(&front.post(Approver, OFFER, &mute).await.json), [Some("bad_text")]);
    let nobody = with(accept(json!([])), "from", json!("nobody"));
    let reply = front.send(&rival, ACCEPT, None, &nobody).await;
    assert_eq!(reply.problem(), (422, "unknown_lender"));
    let missing = get(&front, &rival, "/v1/assignments").await;
    assert_eq!(missing.problem(), (400, "bad_query"));
    let unknown = get(&front, &rival, "/v1/assignments?lender=nobody").await;
    assert_eq!(unknown.problem(), (422, "unknown_lender"));
}

#[tokio::test]
async fn what_was_passed_on_says_so_and_forwards_its_money() {
    let (front, rival) = front().await;
    front.post(Approver, OFFER, &offer(json!(["EX-1"]))).await;
    front.send(&rival, ACCEPT, None, &accept(json!([{ "reference": "EX-1" }]))).await;
    let hold = json!({ "kind": "dispute", "cause": "?" });
    let refused = front.put(Operator, "/v1/contracts/EX-1/holds", "h-1", &hold).await;
    assert_eq!(refused.problem(), (409, "contract_assigned"), "{}", refused.text);
    assert!(refused.text.contains("Example Handset Finance"), "it says who has it");
    let role = formats::directory::Role::Payments;
    let paid = front.post(role, "/v1/payments", &payment("p-1", "EX-1", "1000.00")).await;
    assert_eq!(paid.json["status"], "suspense", "{}", paid.text);
    assert_eq!(paid.json["suspense_reason"], "contract_assigned");
    let there = get(&front, &rival, "/v1/contracts/EX-1").await.json;
    assert_eq!(there["paid"], "1000.00");
    let roles = [Admin].into();
    let made = front.house.app.add_key(front.house.tenant, "k", roles, None, clerk()).await;
    assert!(get(&front, &made.unwrap().1, "/v1/contracts/EX-1").await.json["paid"] == "0.00");
    front.house.check().await;
}
