//! Contracts on terms from which a rule set computes the instalments.

use formats::directory::Role::{Operator, Viewer};
use serde_json::{Value, json};

use super::front::{Front, contract, with};

/// A level schedule of three months at 24 % a year.
fn terms() -> Value {
    json!({
        "principal": "3000.00",
        "start_date": "2026-01-10",
        "count": 3,
        "annual_rate_percent": "24",
    })
}

fn signed(reference: &str, n: u32, terms: &Value) -> Value {
    let mut body = contract(reference, n);
    for field in ["count", "unit", "every", "first_due", "down_payment"] {
        body = with(body, field, Value::Null);
    }
    with(with(body, "cash_price", json!("3000.00")), "terms", terms.clone())
}

#[tokio::test]
async fn a_contract_is_signed_on_computed_terms_and_bears_their_hash() {
    let front = Front::new().await;
    let body = signed("EX-1", 1, &terms());
    let reply = front.post(Operator, "/v1/contracts", &body).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let again = front.post(Operator, "/v1/contracts", &body).await;
    assert_eq!((again.status, again.replayed()), (200, true), "{}", again.text);
    let view = front.explain("EX-1").await["terms"].clone();
    let alone = with(terms(), "currency", json!("INR")).to_string();
    let alone = formats::schedules(&alone, None, true).unwrap().document;
    assert_eq!(view["hash"], alone["terms_hash"]);
    for (row, computed) in view["rows"].as_array().unwrap().iter().zip(0..3) {
        let computed = &alone["rows"][computed];
        assert_eq!((&row["due"], &row["amount"]), (&computed["due"], &computed["total"]));
        assert_eq!(row["interest"], computed["interest"]);
    }
    assert_eq!(view["rules"], json!({ "id": "progressive", "version": 1 }));
    assert_eq!(
        (&view["allocation"], &view["advance"], &view["payoff"]),
        (&json!("default"), &json!("next"), &json!("payoff_day"))
    );
    let journal = front.get(Operator, "/v1/contracts/EX-1/journal?limit=1").await.text;
    assert!(journal.contains(view["hash"].as_str().unwrap()), "{journal}");
}

#[tokio::test]
async fn an_order_is_named_and_used() {
    let front = Front::new().await;
    let named = with(terms(), "allocation", json!("mifos-standard-strategy"));
    let named = with(named, "advance", json!("last"));
    let named = with(named, "payoff", json!("period_end"));
    let reply = front.post(Operator, "/v1/contracts", &signed("EX-1", 1, &named)).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    front.sign("EX-2", 2).await;
    let view = front.explain("EX-1").await["terms"].clone();
    assert_eq!(view["allocation"], "mifos-standard-strategy");
    assert_eq!((&view["advance"], &view["payoff"]), (&json!("last"), &json!("period_end")));
    assert_ne!(view["hash"], front.explain("EX-2").await["terms"]["hash"]);
}

#[tokio::test]
async fn terms_without_a_schedule_are_refused_with_their_field() {
    let front = Front::new().await;
    let cases = [
        ("annual_rate_percent", json!("1001"), "rate_absurd", "terms"),
        ("fixed_payment", json!("1.00"), "schedule_not_amortising", "terms"),
        ("count", json!(0), "schedule_count", "terms"),
        ("principal", json!("3000.01"), "price_mismatch", "cash_price"),
        ("principal", json!("1.005"), "bad_terms", "terms.principal"),
        ("currency", json!("USD"), "bad_terms", "terms.currency"),
        ("allocation", json!("mine"), "bad_terms", "terms.allocation"),
        ("colour", json!("red"), "bad_terms", "terms.colour"),
        ("events", json!([{ "type": "overdue", "on": "2026-03-01" }]), "bad_terms", "terms.events"),
    ];
    for (name, value, code, field) in cases {
        let body = signed("EX-1", 1, &with(terms(), name, value));
        let reply = front.post(Operator, "/v1/contracts", &body).await;
        assert_eq!(reply.problem(), (422, code), "{name}: {}", reply.text);
        assert_eq!(reply.json["errors"][0]["field"], field, "{}", reply.text);
    }
    let both = with(signed("EX-1", 1, &terms()), "count", json!(3));
    let reply = front.post(Operator, "/v1/contracts", &both).await;
    assert_eq!(reply.problem(), (422, "schedule_twice"));
    let down = with(signed("EX-1", 1, &terms()), "down_payment", json!("1.00"));
    let reply = front.post(Operator, "/v1/contracts", &down).await;
    assert_eq!(reply.problem(), (422, "price_mismatch"));
    let list = front.get(Viewer, "/v1/contracts").await.json;
    assert_eq!(list["items"], json!([]), "nothing was signed");
}

#[tokio::test]
async fn rows_may_say_their_interest() {
    let front = Front::new().await;
    let mut body = signed("EX-1", 1, &Value::Null);
    let rows = json!([
        { "due": "2026-01-20", "principal": "1000.00", "interest": "60.00" },
        { "due": "2026-02-20", "principal": "2000.00", "interest": "40.00" },
    ]);
    body = with(body, "rows", rows);
    let reply = front.post(Operator, "/v1/contracts", &body).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    let view = front.explain("EX-1").await["terms"].clone();
    let row = json!({ "due": "2026-01-20", "amount": "1060.00", "interest": "60.00" });
    assert_eq!(view["rows"][0], row);
    let short = json!([{ "due": "2026-01-20", "principal": "1000.00", "interest": "2000.01" }]);
    let body = with(with(body, "reference", json!("EX-2")), "rows", short);
    let reply = front.post(Operator, "/v1/contracts", &body).await;
    assert_eq!(reply.problem(), (422, "schedule_interest"), "{}", reply.text);
    let amount = json!([{ "due": "2026-01-20", "amount": "1.00", "interest": "1.00" }]);
    let reply = front.post(Operator, "/v1/contracts", &with(body, "rows", amount)).await;
    assert_eq!(reply.problem(), (422, "schedule_amount"), "{}", reply.text);
}
