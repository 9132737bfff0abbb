//! The doors for providers of payments, the work list, and what a person does about it.

use axum::{body::Body, http::Request};
use formats::{
    SourceKind,
    directory::Role::{Operator, Payments, Support, Viewer},
};
use serde_json::{Value, json};
use server::{app::manage_source::NewSource, http::Remote, intake::Secret};
use tower::ServiceExt;

use super::front::{Ask, Front, Reply};
use crate::{
    kit::clerk,
    providers::{GENERIC, MPESA, MPESA_ASKED, SECRET, STRIPE, STRIPE_BACK, timed},
};

async fn front() -> Front {
    let front = Front::new().await;
    front.sign("EX-00001", 1).await;
    front.sign("EX-00002", 2).await;
    for (name, kind) in
        [("cards", SourceKind::Stripe), ("till", SourceKind::Mpesa), ("own", SourceKind::Generic)]
    {
        let signs = kind != SourceKind::Mpesa;
        let secret = signs.then(|| Secret::new(SECRET.as_bytes()));
        let new = NewSource { name: name.into(), kind, currency: None, time_zone: None, secret };
        front.house.app.add_source(front.house.tenant, new, clerk()).await.unwrap();
    }
    front
}

async fn call(front: &Front, path: &str, header: Option<(&str, &str)>, body: &[u8]) -> Reply {
    let mut headers = vec![("content-type", "application/json")];
    headers.extend(header);
    front.ask(Ask { method: "POST", path, bearer: None, headers, body: body.to_vec() }).await
}

#[tokio::test]
async fn a_signed_event_is_money_once() {
    let front = front().await;
    let path = "/v1/intake/cards/stripe";
    let header = timed(SECRET, 0, STRIPE);
    for _ in 0..3 {
        let reply = call(&front, path, Some(("stripe-signature", &header)), STRIPE).await;
        assert_eq!((reply.status, &reply.json), (200, &json!({ "received": true })));
    }
    assert_eq!(front.explain("EX-00001").await["paid"], "791.00");
    let list = front.get(Viewer, "/v1/payments?status=applied").await.json;
    assert_eq!(list["items"][0]["provider_id"], "pi_3QuitPaid");
    let forged = call(&front, path, Some(("stripe-signature", "t=1,v1=00")), STRIPE).await;
    assert_eq!(forged.problem(), (403, "signature_wrong"));
    let stale = timed(SECRET, -301, STRIPE);
    let stale = call(&front, path, Some(("stripe-signature", &stale)), STRIPE).await;
    assert_eq!(stale.problem(), (403, "signature_stale"));
    let other = String::from_utf8(STRIPE.to_vec()).unwrap().replace("79100", "100");
    let header = timed(SECRET, 0, other.as_bytes());
    let other = call(&front, path, Some(("stripe-signature", &header)), other.as_bytes()).await;
    assert_eq!(other.problem(), (409, "payment_id_reused"));
    let list = front.get(Viewer, "/v1/payments").await.json;
    assert_eq!(list["items"][0]["alarm"], true);
    let header = timed(SECRET, 0, STRIPE_BACK);
    let back = call(&front, path, Some(("stripe-signature", &header)), STRIPE_BACK).await;
    assert_eq!(back.status, 200, "{}", back.text);
    assert_eq!(front.explain("EX-00001").await["paid"], "0.00");
    front.house.check().await;
}

#[tokio::test]
async fn an_unsigned_call_is_a_hint_until_it_is_confirmed() {
    let front = front().await;
    let asked = call(&front, "/v1/intake/till/mpesa/validation", None, MPESA_ASKED).await;
    assert_eq!(asked.json["ResultCode"], "0", "{}", asked.text);
    let strange = String::from_utf8(MPESA_ASKED.to_vec()).unwrap().replace("Ex-00001", "X");
    let asked = call(&front, "/v1/intake/till/mpesa/validation", None, strange.as_bytes()).await;
    assert_eq!(asked.json["ResultCode"], "C2B00012");
    let reply = call(&front, "/v1/intake/till/mpesa", None, MPESA).await;
    assert_eq!((reply.status, &reply.json["ResultCode"]), (200, &json!(0)));
    assert_eq!(front.explain("EX-00001").await["paid"], "0.00");
    let list = front.get(Viewer, "/v1/payments?status=hint").await.json;
    let id = list["items"][0]["id"].as_str().unwrap();
    let path = format!("/v1/payments/{id}/confirmation");
    assert_eq!(front.post(Support, &path, &json!({})).await.problem(), (403, "forbidden"));
    let done = front.post(Payments, &path, &json!({})).await;
    assert_eq!((done.status, &done.json["status"]), (200, &json!("applied")), "{}", done.text);
    assert!(front.post(Payments, &path, &json!({})).await.replayed());
    assert_eq!(front.explain("EX-00001").await["paid"], "791.00");
}

#[tokio::test]
async fn a_source_is_called_in_its_own_language_only() {
    let front = front().await;
    for path in ["/v1/intake/cards/mpesa", "/v1/intake/nobody/mpesa", "/v1/intake/till/stripe"] {
        assert_eq!(call(&front, path, None, MPESA).await.problem(), (404, "not_found"), "{path}");
    }
    let large = vec![b' '; 65 * 1024];
    let reply = call(&front, "/v1/intake/till/mpesa", None, &large).await;
    assert_eq!(reply.status, 413, "{}", reply.text);
    let reply = call(&front, "/v1/intake/till/mpesa", None, b"{").await;
    assert_eq!(reply.problem(), (400, "bad_json"));
}

/// Sends an unsigned call from an address; the status, and after how long to come again.
async fn from(front: &Front, remote: [u8; 4], number: u32) -> (u16, Option<u32>) {
    let body = String::from_utf8(MPESA.to_vec()).unwrap();
    let body = body.replace("RKTQDM7W6S", &format!("F{number}"));
    let mut request = Request::post("/v1/intake/till/mpesa").body(Body::from(body)).unwrap();
    request.extensions_mut().insert(Remote(Some(remote.into())));
    let response = front.router.clone().oneshot(request).await.unwrap();
    let after = response.headers().get("retry-after");
    (response.status().as_u16(), after.map(|value| value.to_str().unwrap().parse().unwrap()))
}

#[tokio::test]
async fn a_flood_without_proof_is_refused_and_starves_nobody() {
    let front = front().await;
    let most = u64::from(front.house.app.throttle.rates().remote.burst);
    let mut taken = 0;
    for number in 0..1_300 {
        match from(&front, [192, 0, 2, 1], number).await {
            (200, None) => taken += 1,
            (429, Some(1)) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(taken, most);
    let kind = store::UnitKind::Intake;
    let query = store::Query::Units { tenant: None, kind, status: None, rung_min: 0 };
    let items = store::walk::entries(&*front.house.app.store, query).await.unwrap().len();
    assert_eq!(items as u64, most, "a refused call leaves nothing");
    assert_eq!(from(&front, [192, 0, 2, 2], 5_000).await, (200, None), "another address");
    let header = timed(SECRET, 0, STRIPE);
    let header = Some(("stripe-signature", header.as_str()));
    let reply = call(&front, "/v1/intake/cards/stripe", header, STRIPE).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    front.house.clock.pass(1);
    for expected in [200, 200, 429] {
        assert_eq!(from(&front, [192, 0, 2, 1], 6_000 + expected).await.0 as u32, expected);
    }
    let padded = [b" ".repeat(9 * 1024), MPESA.to_vec()].concat();
    let reply = call(&front, "/v1/intake/till/mpesa", None, &padded).await;
    assert_eq!(reply.problem(), (413, "body_too_large"));
}

#[tokio::test]
async fn money_in_suspense_is_matched_with_one_call() {
    let front = front().await;
    let body = String::from_utf8(GENERIC.to_vec()).unwrap();
    let body =
        body.replace("EX-00001", "my phone").replace("\"reverses\": \"T-1\"", "\"text\": \"?\"");
    let header = timed(SECRET, 0, body.as_bytes());
    let header = Some(("quittance-signature", header.as_str()));
    let reply = call(&front, "/v1/intake/own/generic", header, body.as_bytes()).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(front.get(Viewer, "/v1/suspense").await.problem(), (403, "forbidden"));
    let list = front.get(Operator, "/v1/suspense").await.json;
    let item = list["items"].as_array().unwrap();
    let item = item.iter().find(|item| item["payment"]["provider_id"] == "T-1").unwrap();
    assert_eq!((&item["payer"], &item["remittance"]), (&json!("Asha Devi"), &json!("my phone")));
    assert_eq!(item["payment"]["suspense_reason"], "no_reference");
    let path = format!("/v1/suspense/{}/match", item["payment"]["id"].as_str().unwrap());
    let wrong = front.post(Payments, &path, &named("EX-9")).await;
    assert_eq!(wrong.problem(), (422, "unknown_reference"));
    for (reason, problem) in [(json!(" "), "bad_text"), (json!("x".repeat(501)), "bad_text")] {
        let body = json!({ "reference": "EX-00002", "reason": reason });
        assert_eq!(front.post(Payments, &path, &body).await.problem(), (422, problem));
    }
    let nothing = front.post(Payments, &path, &json!({ "reference": "EX-00002" })).await;
    assert_eq!(nothing.problem(), (422, "bad_field"), "a reason is needed");
    let done = front.post(Payments, &path, &named("EX-00002")).await;
    assert_eq!((done.status, &done.json["status"]), (200, &json!("applied")), "{}", done.text);
    assert_eq!(front.explain("EX-00002").await["paid"], "791.00");
    let again = front.post(Payments, &path, &named("EX-00002")).await;
    assert!(again.replayed(), "{}", again.text);
    let other = front.post(Payments, &path, &named("EX-00001")).await;
    assert_eq!(other.problem(), (409, "payment_not_in_suspense"));
    front.house.check().await;
}

#[tokio::test]
async fn i_have_paid_is_said_with_a_number() {
    let front = front().await;
    let path = "/v1/contracts/EX-00001/payment-claims";
    let said = json!({ "transaction": "RKT QDM" });
    assert_eq!(front.post(Payments, path, &said).await.problem(), (403, "forbidden"));
    let first = front.post(Support, path, &said).await;
    assert_eq!((first.status, &first.json["status"]), (201, &json!("awaited")), "{}", first.text);
    assert_eq!(first.json.get("open_until"), None, "nothing is restricted");
    let again = front.post(Support, path, &said).await;
    assert_eq!((again.status, again.replayed()), (200, true), "{}", again.text);
    let other = "/v1/contracts/EX-00002/payment-claims";
    assert_eq!(front.post(Support, other, &said).await.problem(), (409, "transaction_claimed"));
    let long = json!({ "transaction": "x".repeat(129) });
    assert_eq!(front.post(Support, path, &long).await.problem(), (422, "bad_text"));
    let unknown = front.post(Support, "/v1/contracts/EX-9/payment-claims", &said).await;
    assert_eq!(unknown.problem(), (404, "not_found"));
    let unlocks = &front.explain("EX-00001").await["unlocks"];
    assert_eq!(*unlocks, json!({ "used": 0, "count": 2, "hours": 24, "period_days": 30 }));
    let body = String::from_utf8(GENERIC.to_vec()).unwrap();
    let body = body.replace("EX-00001", "my phone").replace("T-1", "RKTQDM");
    let body = body.replace("\"reverses\": \"RKTQDM\"", "\"text\": \"?\"");
    let header = timed(SECRET, 0, body.as_bytes());
    let header = Some(("quittance-signature", header.as_str()));
    call(&front, "/v1/intake/own/generic", header, body.as_bytes()).await;
    assert_eq!(front.explain("EX-00001").await["paid"], "791.00");
    let known = front.post(Support, path, &said).await;
    assert_eq!((known.status, &known.json["status"]), (200, &json!("counted")), "{}", known.text);
    front.house.check().await;
}

/// Whose money it is, and how that is known.
fn named(reference: &str) -> Value {
    json!({ "reference": reference, "reason": "he showed the receipt" })
}
