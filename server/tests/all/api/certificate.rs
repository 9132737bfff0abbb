//! The release certificate by the API.

use formats::directory::Role::*;
use serde_json::json;
use server::certificate::Certificate;

use super::front::{Ask, Front, payment};
use crate::{
    kit::{imei, new_contract},
    phone::Phone,
};

#[tokio::test]
async fn a_certificate_comes_as_document_text_and_page() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let path = "/v1/contracts/EX-1/certificate";
    assert_eq!(front.get(Viewer, path).await.problem(), (404, "not_found"));
    front.post(Payments, "/v1/payments", &payment("T-1", "EX-1", "3000.00")).await;
    let document = front.get(Viewer, path).await;
    assert_eq!(document.status, 200, "{}", document.text);
    let certificate = Certificate::of_json(&document.json).unwrap();
    let ask = |accept| Ask {
        method: "GET",
        path,
        bearer: Some(front.key(Viewer)),
        headers: vec![("accept", accept)],
        body: Vec::new(),
    };
    assert_eq!(front.ask(ask("text/plain")).await.text, certificate.text());
    let page = front.ask(ask("text/html")).await;
    assert!(page.text.contains("<svg") && page.headers.contains_key("content-security-policy"));
    for wrong in ["link=javascript:1", "enrolment=1", "phone=1"] {
        let wrong = front.get(Viewer, &format!("{path}?{wrong}")).await;
        assert_eq!(wrong.problem(), (400, "bad_query"));
    }
}

#[tokio::test]
async fn an_exchanged_phone_has_its_certificate_through_the_door() {
    let front = Front::new().await;
    let unit = front.house.sign(new_contract("EX-1", 1)).await;
    Phone::new(1).enrol(&front.house, unit).await;
    let body = json!({ "imei": imei(2).with_check_digit(), "reason": "repair" });
    front.put(Operator, "/v1/contracts/EX-1/device-exchange", "k-1", &body).await;
    let freed = front.explain("EX-1").await["freed"][0].clone();
    assert_eq!(freed["removed"], false, "the phone has not been heard since");
    let path = |id: &str| format!("/v1/contracts/EX-1/certificate?enrolment={id}");
    let document = front.get(Viewer, &path(freed["enrolment"].as_str().unwrap())).await;
    assert_eq!(document.status, 200, "{}", document.text);
    assert!(Certificate::of_json(&document.json).unwrap().is_of(&imei(1)));
    let unknown = "01890000-0000-7000-8000-000000000000";
    assert_eq!(front.get(Viewer, &path(unknown)).await.problem(), (404, "not_found"));
    assert_eq!(front.get(Viewer, "/v1/contracts/EX-1/certificate").await.status, 404);
}
