//! Payments by the API.

use formats::directory::Role::{Operator, Payments, Viewer};
use serde_json::{Value, json};

use super::front::{Front, payment, with};

#[tokio::test]
async fn a_payment_counts_once() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let body = payment("P-1", "EX-1", "1000.00");
    let first = front.post(Payments, "/v1/payments", &body).await;
    assert_eq!(first.status, 201, "{}", first.text);
    assert_eq!(
        (&first.json["status"], &first.json["amount"]),
        (&json!("applied"), &json!("1000.00"))
    );
    assert_eq!(first.json["contract"]["reference"], "EX-1");
    let again = front.post(Payments, "/v1/payments", &body).await;
    assert_eq!((again.status, again.replayed()), (200, true));
    assert_eq!(again.json, first.json);
    let other = front.post(Payments, "/v1/payments", &with(body, "amount", json!("2.00"))).await;
    assert_eq!(other.problem(), (409, "payment_id_reused"));
    assert_eq!(front.explain("EX-1").await["paid"], "1000.00");
    let id = first.json["id"].as_str().unwrap();
    let got = front.get(Viewer, &format!("/v1/payments/{id}")).await;
    assert_eq!(got.json, with(first.json.clone(), "alarm", json!(true)), "the other report shows");
    let list = front.get(Viewer, "/v1/payments?status=applied").await.json;
    assert_eq!(list["items"][0]["id"], id);
    let none = front.get(Viewer, "/v1/payments?status=suspense").await.json;
    assert_eq!(none["items"], json!([]));
}

#[tokio::test]
async fn a_day_is_read_in_the_contracts_calendar() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let body = with(payment("P-1", "EX-1", "1.00"), "paid_at", json!("2026-01-09"));
    let reply = front.post(Payments, "/v1/payments", &body).await;
    assert_eq!(reply.json["paid_at"], "2026-01-08T18:30:00.000000Z", "{}", reply.text);
}

#[tokio::test]
async fn wrong_payments_are_refused() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let cases = [
        ("reference", json!("EX-9"), (422, "unknown_reference")),
        ("reference", json!(""), (422, "empty")),
        ("amount", json!("0"), (422, "amount_not_positive")),
        ("amount", json!("-5.00"), (422, "bad_amount")),
        ("amount", json!("5.001"), (422, "amount_too_precise")),
        ("amount", json!("99999999999999999999"), (422, "amount_overflow")),
        ("amount", json!(5), (422, "bad_field")),
        ("currency", json!("EUR"), (422, "currency_mismatch")),
        ("paid_at", json!("2026-01-12T10:00:00Z"), (422, "paid_in_future")),
        ("paid_at", json!("noon"), (422, "bad_moment")),
        ("provider", json!(""), (422, "empty")),
        ("provider_id", json!("x".repeat(129)), (422, "too_long")),
    ];
    for (field, value, expected) in cases {
        let body = with(payment("P-1", "EX-1", "5.00"), field, value.clone());
        let reply = front.post(Payments, "/v1/payments", &body).await;
        assert_eq!(reply.problem(), expected, "{field} {value}: {}", reply.text);
    }
    assert_eq!(front.explain("EX-1").await["paid"], "0.00");
    let list = front.get(Viewer, "/v1/payments").await.json;
    assert_eq!(list["items"], json!([]), "nothing was taken in");
}

#[tokio::test]
async fn a_payment_is_taken_back_once() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let paid = front.post(Payments, "/v1/payments", &payment("P-1", "EX-1", "700.00")).await;
    let path = format!("/v1/payments/{}/reversal", paid.json["id"].as_str().unwrap());
    let first = front.post(Payments, &path, &json!({})).await;
    assert_eq!((first.status, &first.json["status"]), (200, &json!("reversed")), "{}", first.text);
    let again = front.post(Payments, &path, &json!({})).await;
    assert_eq!((again.status, again.replayed()), (200, true));
    assert_eq!(again.json, first.json);
    assert_eq!(front.explain("EX-1").await["paid"], "0.00");
    for id in ["nonsense", "01890000-0000-7000-8000-000000000000"] {
        let reply = front.post(Payments, &format!("/v1/payments/{id}/reversal"), &json!({})).await;
        assert_eq!(reply.problem(), (404, "not_found"));
        let reply = front.get(Viewer, &format!("/v1/payments/{id}")).await;
        assert_eq!(reply.problem(), (404, "not_found"));
    }
}

#[tokio::test]
async fn money_for_a_released_contract_waits_for_a_person() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    front.post(Payments, "/v1/payments", &payment("P-0", "EX-1", "3000.00")).await;
    let paid = front.post(Payments, "/v1/payments", &payment("P-1", "EX-1", "5.00")).await;
    assert_eq!((paid.status, &paid.json["status"]), (201, &json!("suspense")), "{}", paid.text);
    assert_eq!(paid.json["suspense_reason"], "contract_released");
    let path = format!("/v1/payments/{}/reversal", paid.json["id"].as_str().unwrap());
    let reply = front.post(Payments, &path, &json!({})).await;
    assert_eq!(reply.problem(), (409, "payment_not_posted"));
    assert_eq!(reply.json.get("state"), None::<&Value>);
}

#[tokio::test]
async fn the_last_payment_releases() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let paid = front.post(Payments, "/v1/payments", &payment("P-1", "EX-1", "3000.00")).await;
    let status = paid.json["contract"]["status"].as_str().unwrap();
    assert!(["settled", "released", "archived"].contains(&status), "{}", paid.text);
    let view = front.explain("EX-1").await;
    assert_eq!(view["standing"]["remaining"], "0.00");
    assert_eq!(view["release"]["cause"], "paid", "{view}");
}

/// What is open by component, and the credit.
async fn account(front: &Front) -> [String; 5] {
    let account = front.explain("EX-1").await["account"].clone();
    ["principal", "interest", "fees", "late_fees", "credit"]
        .map(|field| account[field].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_fee_is_charged_paid_and_given_up() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let before = account(&front).await;
    let fee = json!({ "amount": "50.00", "reason": "a case" });
    let path = "/v1/contracts/EX-1/fees";
    let charged = front.put(Operator, path, "k-1", &fee).await;
    assert_eq!(charged.status, 200, "{}", charged.text);
    let again = front.put(Operator, path, "k-1", &fee).await;
    assert!(again.replayed(), "{}", again.text);
    assert_eq!(account(&front).await[2], "50.00");
    let view = front.explain("EX-1").await;
    assert_eq!(view["standing"]["past_due"], "0.00", "a fee is no arrears");
    let waivers = "/v1/contracts/EX-1/waivers";
    let more = json!({ "amount": "50.01", "reason": "sorry" });
    let refused = front.put(Operator, waivers, "k-2", &more).await;
    assert_eq!(refused.problem(), (409, "waiver_exceeds_fees"));
    let all = json!({ "amount": "50.00", "reason": "sorry" });
    let waived = front.put(Operator, waivers, "k-3", &all).await;
    assert_eq!(waived.status, 200, "{}", waived.text);
    assert_eq!(account(&front).await, before);
    let ahead = json!({ "amount": "1.00", "reason": "x", "value_at": "2036-01-01T00:00:00Z" });
    let refused = front.put(Operator, path, "k-4", &ahead).await;
    assert_eq!(refused.problem(), (422, "value_in_future"));
    let keyless = front.post(Operator, path, &fee).await;
    assert_eq!(keyless.problem(), (400, "idempotency_key_missing"));
}

#[tokio::test]
async fn a_chargeback_is_a_debt_until_it_is_won() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let paid = front.post(Payments, "/v1/payments", &payment("P-1", "EX-1", "700.00")).await;
    let before = account(&front).await;
    let path = |act: &str| format!("/v1/payments/{}/{act}", paid.json["id"].as_str().unwrap());
    let never = front.post(Payments, &path("chargeback-won"), &json!({})).await;
    assert_eq!(never.problem(), (409, "no_chargeback"));
    let taken = front.post(Payments, &path("chargeback"), &json!({})).await;
    assert_eq!(taken.status, 200, "{}", taken.text);
    let with_debt = account(&front).await;
    assert_ne!(with_debt, before);
    front.post(Payments, &path("chargeback"), &json!({})).await;
    assert_eq!(account(&front).await, with_debt, "once");
    let twice = front.post(Payments, &path("reversal"), &json!({})).await;
    assert_eq!(twice.problem(), (409, "payment_charged_back"));
    let won = front.post(Payments, &path("chargeback-won"), &json!({})).await;
    assert_eq!(won.status, 200, "{}", won.text);
    assert_eq!(account(&front).await, before);
    assert_eq!(front.explain("EX-1").await["paid"], "700.00", "the payment stands");
    front.post(Payments, &path("reversal"), &json!({})).await;
    let again = front.post(Payments, &path("chargeback"), &json!({})).await;
    assert_eq!(again.problem(), (409, "payment_not_posted"));
}

#[tokio::test]
async fn no_more_credit_is_paid_out_than_there_is() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let refund = json!({ "amount": "0.01", "reason": "bank transfer" });
    let refused = front.put(Operator, "/v1/contracts/EX-1/refunds", "k-1", &refund).await;
    assert_eq!(refused.problem(), (409, "refund_exceeds_credit"));
    front.post(Payments, "/v1/payments", &payment("P-1", "EX-1", "3000.01")).await;
    assert_eq!(account(&front).await[4], "0.01");
    let paid = front.put(Operator, "/v1/contracts/EX-1/refunds", "k-2", &refund).await;
    assert_eq!(paid.status, 200, "{}", paid.text);
    assert_eq!(account(&front).await[4], "0.00");
}
