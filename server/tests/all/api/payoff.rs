//! A payoff quoted, paid in time, and what is left over paid out.

use formats::directory::Role::{Operator, Payments, Support, Viewer};
use serde_json::{Value, json};

use super::front::{Front, contract, payment, with};

const PATH: &str = "/v1/contracts/EX-1/payoff";

/// Three weekly rows of 1100.00, a tenth of them interest.
async fn front() -> Front {
    let front = Front::new().await;
    let body = with(contract("EX-1", 1), "instalment", json!("1100.00"));
    let reply = front.post(Operator, "/v1/contracts", &body).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    front
}

#[tokio::test]
async fn a_quote_paid_in_time_ends_the_contract_and_forgoes_interest() {
    let front = front().await;
    let quote = front.put(Support, PATH, "q-1", &json!({ "on": "2026-01-17" })).await;
    assert_eq!(quote.status, 200, "{}", quote.text);
    assert_eq!(quote.json["principal"], "3000.00");
    assert_eq!(quote.json["interest"], "100.00", "the first week's");
    assert_eq!(quote.json["interest_forgone"], "200.00");
    assert_eq!(quote.json["total"], "3100.00");
    assert_eq!(quote.json["valid_until"], "2026-01-17T18:30:00.000000Z");
    let again = front.put(Support, PATH, "q-1", &json!({ "on": "2026-01-17" })).await;
    assert_eq!((again.replayed(), &again.json["id"]), (true, &quote.json["id"]), "{}", again.text);
    front.post(Payments, "/v1/payments", &payment("P-1", "EX-1", "3110.00")).await;
    let view = front.explain("EX-1").await;
    assert_eq!(
        (&view["status"], &view["standing"]["remaining"]),
        (&json!("archived"), &json!("0.00"))
    );
    let due = front.get(Operator, "/v1/refunds-due").await.json;
    assert_eq!(due["items"][0]["credit"], "10.00", "{due}");
    let refund = json!({ "amount": "10.00", "reason": "transfer 17" });
    let paid = front.put(Operator, "/v1/contracts/EX-1/refunds", "r-1", &refund).await;
    assert_eq!(paid.status, 200, "{}", paid.text);
    let due = front.get(Operator, "/v1/refunds-due").await.json;
    assert_eq!(due["items"], json!([]));
    front.house.check().await;
    let late = front.put(Support, PATH, "q-2", &json!({})).await;
    assert_eq!(late.problem(), (409, "contract_not_active"));
    let journal = front.get(Operator, "/v1/contracts/EX-1/journal").await.text;
    assert!(journal.contains("payoff_quoted") && journal.contains("paid_off"), "{journal}");
}

#[tokio::test]
async fn a_wrong_day_is_refused_and_too_little_is_a_payment() {
    let front = front().await;
    let cases = [
        (json!({ "on": "2026-01-09" }), (422, "payoff_out_of_range")),
        (json!({ "on": "2026-03-09" }), (422, "payoff_out_of_range")),
        (json!({ "on": "soon" }), (422, "bad_date")),
        (json!({ "day": "2026-01-17" }), (422, "bad_field")),
    ];
    for (number, (body, expected)) in cases.into_iter().enumerate() {
        let reply = front.put(Operator, PATH, &format!("k-{number}"), &body).await;
        assert_eq!(reply.problem(), expected, "{body}: {}", reply.text);
    }
    let viewer = front.put(Viewer, PATH, "k", &json!({})).await;
    assert_eq!(viewer.problem(), (403, "forbidden"));
    let quote = front.put(Operator, PATH, "q", &Value::Object(Default::default())).await;
    assert_eq!(quote.status, 200, "{}", quote.text);
    front.post(Payments, "/v1/payments", &payment("P-1", "EX-1", "2900.00")).await;
    assert_eq!(front.explain("EX-1").await["status"], "active");
    assert_eq!(front.explain("EX-1").await["standing"]["remaining"], "400.00");
}
