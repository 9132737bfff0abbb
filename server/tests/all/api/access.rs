//! Who may call what.

use formats::directory::Role;
use serde_json::{Value, json};

use super::front::{Ask, DOCUMENT, Front, contract, device, payment};

/// Every endpoint: method and address with its parameters filled in.
fn endpoints() -> Vec<(String, String, String)> {
    let mut endpoints = Vec::new();
    for (path, methods) in DOCUMENT["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys().filter(|_| !open(path)) {
            let uri = path
                .replace("{reference}", "EX-404")
                .replace("{imei}", "351163520096208")
                .replace("{k}", "1")
                .replace("{report}", "par")
                .replace("{feed}", "bank")
                .replace("{id}", "01890000-0000-7000-8000-000000000000");
            endpoints.push((method.to_ascii_uppercase(), path.clone(), uri));
        }
    }
    endpoints
}

/// Addresses that no key opens.
fn open(path: &str) -> bool {
    let doors = ["/v1/intake/", "/v1/receipts/"];
    path == "/openapi.json" || doors.iter().any(|door| path.starts_with(door))
}

fn ask<'a>(method: &'a str, path: &'a str, bearer: Option<&'a str>) -> Ask<'a> {
    let headers = vec![("content-type", "application/json"), ("idempotency-key", "k")];
    Ask { method, path, bearer, headers, body: b"[]".to_vec() }
}

#[tokio::test]
async fn roles_are_those_of_the_table() {
    let front = Front::new().await;
    let mut text = String::new();
    for (method, path, uri) in endpoints() {
        let mut roles = Vec::new();
        for role in Role::ALL {
            let reply = front.ask(ask(&method, &uri, Some(front.key(role)))).await;
            assert_ne!(reply.status, 401, "{method} {uri}");
            if reply.status != 403 {
                roles.push(role.name());
            }
        }
        text.push_str(&format!("{method:6} {path:50} {}\n", roles.join(" ")));
    }
    let mut found: Vec<&str> = text.lines().collect();
    found.sort_unstable();
    let golden = include_str!("roles.txt");
    let mut expected: Vec<&str> = golden.lines().collect();
    expected.sort_unstable();
    assert_eq!(found, expected, "what is answered is not roles.txt:\n{text}");
    let table = server::api::roles_table();
    let mut table: Vec<&str> = table.lines().collect();
    table.sort_unstable();
    assert_eq!(table, expected, "the table in code is not roles.txt");
}

#[tokio::test]
async fn nobody_comes_in_without_a_key() {
    let front = Front::new().await;
    let right = front.key(Role::Admin).to_owned();
    let wrong = [
        String::new(),
        "qk_".into(),
        "qk_abcdefgh_".into(),
        right[..right.len() - 1].to_owned(),
        format!("{right}a"),
        right.to_uppercase(),
    ];
    for (method, _, uri) in endpoints() {
        let reply = front.ask(ask(&method, &uri, None)).await;
        assert_eq!(reply.problem(), (401, "unauthenticated"), "{method} {uri}");
        assert!(reply.headers.contains_key("www-authenticate"));
    }
    for key in &wrong {
        let reply = front.ask(ask("GET", "/v1/whoami", Some(key))).await;
        assert_eq!(reply.problem(), (401, "unauthenticated"), "{key}");
    }
    let basic = Ask {
        headers: vec![("authorization", "Basic cWs6cWs=")],
        ..ask("GET", "/v1/whoami", None)
    };
    assert_eq!(front.ask(basic).await.status, 401);
}

#[tokio::test]
async fn a_revoked_key_opens_nothing() {
    let front = Front::new().await;
    assert_eq!(front.get(Role::Viewer, "/v1/whoami").await.json["roles"], json!(["viewer"]));
    let (tenant, actor) = (front.house.tenant, crate::kit::clerk());
    front.house.app.revoke_key(tenant, "viewer", actor).await.unwrap();
    assert_eq!(front.get(Role::Viewer, "/v1/whoami").await.status, 401);
}

#[tokio::test]
async fn whoami_names_tenant_and_key() {
    let front = Front::new().await;
    let who = front.get(Role::Payments, "/v1/whoami").await.json;
    assert_eq!((&who["tenant_name"], &who["key_name"]), (&json!("example"), &json!("payments")));
    assert_eq!(who["tenant"], front.house.tenant.to_string());
}

#[tokio::test]
async fn another_tenants_things_are_not_found() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    front.post(Role::Operator, "/v1/devices", &device(1)).await;
    let paid = front.post(Role::Payments, "/v1/payments", &payment("P-1", "EX-1", "5.00")).await;
    let id = paid.json["id"].as_str().unwrap();
    let (_, rival) = front.rival().await;
    let reads = [
        "/v1/contracts/EX-1".to_owned(),
        "/v1/contracts/EX-1/journal".to_owned(),
        "/v1/contracts/EX-1/lease".to_owned(),
        format!("/v1/payments/{id}"),
        format!("/v1/devices/{}", crate::kit::imei(1).digits()),
    ];
    for path in &reads {
        let reply = front.ask(ask("GET", path, Some(&rival))).await;
        assert_eq!(reply.problem(), (404, "not_found"), "{path}");
    }
    let body = json!({});
    let write_off = json!({ "release": true, "reason": "x" });
    let back = json!({ "reason": "x" });
    for (path, body) in [("return", &back), ("write-off", &write_off)] {
        let path = format!("/v1/contracts/EX-1/{path}");
        let reply = front.send(&rival, &path, Some("k"), body).await;
        assert_eq!(reply.problem(), (404, "not_found"), "{path}");
    }
    let reply = front.send(&rival, &format!("/v1/payments/{id}/reversal"), None, &body).await;
    assert_eq!(reply.problem(), (404, "not_found"));
    for list in ["contracts", "payments", "devices"] {
        let page = front.ask(ask("GET", &format!("/v1/{list}"), Some(&rival))).await;
        assert_eq!(page.json["items"], json!([]), "{list}");
    }
    let counts = front.ask(ask("GET", "/v1/counts", Some(&rival))).await;
    assert_eq!(counts.json["counts"], json!([]));
    let reply = front.send(&rival, "/v1/payments", None, &payment("P-1", "EX-1", "5.00")).await;
    assert_eq!(reply.problem(), (422, "unknown_reference"), "the id is the other tenant's own");
    let same = front.send(&rival, "/v1/contracts", None, &contract("EX-1", 2)).await;
    assert_eq!(same.status, 201, "a reference is unique per tenant: {}", same.text);
    let taken = front.send(&rival, "/v1/contracts", None, &contract("EX-9", 1)).await;
    assert_eq!(taken.problem(), (409, "device_already_financed"));
    assert_eq!(taken.json["state"], Value::Null, "the other tenant's state stays hidden");
}
