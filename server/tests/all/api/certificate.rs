//! The release certificate by the API.

use formats::directory::Role::*;
use server::certificate::Certificate;

use super::front::{Ask, Front, payment};

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
    let wrong = front.get(Viewer, &format!("{path}?link=javascript:1")).await;
    assert_eq!(wrong.problem(), (400, "bad_query"));
}
