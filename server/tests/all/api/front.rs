//! A house with its API door open, and callers of every role.

use std::{collections::BTreeMap, sync::LazyLock};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, header},
};
use domain::TenantId;
use formats::directory::Role;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::kit::{House, LENDER, clerk};

/// The document, read once.
pub(crate) static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&server::api::openapi()).unwrap());

pub(crate) struct Front {
    pub(crate) house: House,
    pub(crate) router: Router,
    keys: BTreeMap<Role, String>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) json: Value,
}

impl Reply {
    /// The stable code of a problem.
    pub(crate) fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    /// Status and code together.
    pub(crate) fn problem(&self) -> (u16, &str) {
        (self.status, self.code())
    }

    pub(crate) fn replayed(&self) -> bool {
        self.headers.get("idempotent-replayed").is_some_and(|value| value == "true")
    }
}

/// A request to be made.
pub(crate) struct Ask<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) bearer: Option<&'a str>,
    pub(crate) headers: Vec<(&'a str, &'a str)>,
    pub(crate) body: Vec<u8>,
}

impl Front {
    pub(crate) async fn new() -> Front {
        let house = House::new().await;
        let mut keys = BTreeMap::new();
        for role in Role::ALL {
            let (tenant, actor) = (house.tenant, clerk());
            let made = house.app.add_key(tenant, role.name(), [role].into(), None, actor).await;
            keys.insert(role, made.unwrap().1);
        }
        let router = server::api::router(house.app.clone());
        Front { house, router, keys }
    }

    pub(crate) fn key(&self, role: Role) -> &str {
        &self.keys[&role]
    }

    /// Another lender on the same installation, with a key that may do everything.
    pub(crate) async fn rival(&self) -> (TenantId, String) {
        let text = LENDER.replace("\"example\"", "\"rival\"");
        let lender = formats::parse_lender(&text).unwrap();
        let app = &self.house.app;
        let (tenant, _) = app.add_tenant(&lender, clerk()).await.unwrap();
        app.add_programme(tenant, crate::kit::FAST, clerk()).await.unwrap();
        let roles = Role::ALL.into_iter().collect();
        let (_, key) = app.add_key(tenant, "all", roles, None, clerk()).await.unwrap();
        (tenant, key)
    }

    /// Asks, and holds the answer against the document.
    pub(crate) async fn ask(&self, ask: Ask<'_>) -> Reply {
        let mut request = Request::builder().method(ask.method).uri(ask.path);
        if let Some(bearer) = ask.bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {bearer}"));
        }
        for (name, value) in ask.headers {
            request = request.header(name, value);
        }
        let request = request.body(Body::from(ask.body)).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        let status = parts.status.as_u16();
        let reply = Reply { status, headers: parts.headers, text, json };
        documented(ask.method, ask.path, &reply);
        reply
    }

    pub(crate) async fn get(&self, role: Role, path: &str) -> Reply {
        let bearer = Some(self.key(role));
        self.ask(Ask { method: "GET", path, bearer, headers: Vec::new(), body: Vec::new() }).await
    }

    /// Posts JSON without an idempotency key.
    pub(crate) async fn post(&self, role: Role, path: &str, body: &Value) -> Reply {
        self.send(self.key(role), path, None, body).await
    }

    /// Posts JSON under an idempotency key.
    pub(crate) async fn put(&self, role: Role, path: &str, key: &str, body: &Value) -> Reply {
        self.send(self.key(role), path, Some(key), body).await
    }

    pub(crate) async fn send(
        &self,
        bearer: &str,
        path: &str,
        key: Option<&str>,
        body: &Value,
    ) -> Reply {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(key.map(|key| ("idempotency-key", key)));
        let body = serde_json::to_vec(body).unwrap();
        self.ask(Ask { method: "POST", path, bearer: Some(bearer), headers, body }).await
    }

    /// Signs a contract by the API.
    pub(crate) async fn sign(&self, reference: &str, number: u32) -> Reply {
        let reply = self.post(Role::Operator, "/v1/contracts", &contract(reference, number)).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply
    }

    pub(crate) async fn explain(&self, reference: &str) -> Value {
        let reply = self.get(Role::Viewer, &format!("/v1/contracts/{reference}")).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json
    }
}

/// A contract of three weekly instalments of 1000.00 INR, the first a week after the start.
pub(crate) fn contract(reference: &str, number: u32) -> Value {
    json!({
        "reference": reference,
        "imei": crate::kit::imei(number).with_check_digit(),
        "currency": "INR",
        "cash_price": "3500.00",
        "down_payment": "500.00",
        "count": 3,
        "unit": "weeks",
        "every": 1,
        "first_due": "2026-01-17",
        "time_zone": "Asia/Kolkata",
        "language": "en",
        "programme": "fast",
        "borrower_name": "Asha Devi",
        "borrower_phone": "+91 98 5550 0100",
        "consent_form": "app",
        "consent_version": "1",
        "consent_at": "2026-01-09T10:00:00+05:30",
    })
}

pub(crate) fn payment(id: &str, reference: &str, amount: &str) -> Value {
    json!({
        "provider": "bank",
        "provider_id": id,
        "reference": reference,
        "amount": amount,
        "paid_at": "2026-01-10T04:00:00Z",
    })
}

pub(crate) fn device(number: u32) -> Value {
    let imei = crate::kit::imei(number).with_check_digit();
    json!({ "imei": imei, "make": "Nimbus", "model": "N4" })
}

/// The same with one field replaced, or removed by null.
pub(crate) fn with(mut body: Value, field: &str, value: Value) -> Value {
    let object = body.as_object_mut().unwrap();
    match value {
        Value::Null => object.remove(field),
        value => object.insert(field.to_owned(), value),
    };
    body
}

/// Every answer is one that the document names: its status, its media type, its shape, its code.
fn documented(method: &str, uri: &str, reply: &Reply) {
    let path = uri.split('?').next().unwrap();
    let Some(operation) = operation(method, path) else {
        assert!([404, 405].contains(&reply.status), "{method} {uri} {reply:?}");
        return;
    };
    let response = &operation["responses"][reply.status.to_string()];
    assert!(response.is_object(), "{method} {uri}: {} is not documented", reply.text);
    let media = reply.headers[header::CONTENT_TYPE].to_str().unwrap();
    let schema = &response["content"][media]["schema"];
    assert!(schema.is_object(), "{method} {uri}: {media} is not documented");
    if media == "application/x-ndjson" {
        for line in reply.text.lines() {
            fits(schema, &serde_json::from_str(line).unwrap(), uri);
        }
        return;
    }
    if media.starts_with("text/") {
        return fits(schema, &Value::String(reply.text.clone()), uri);
    }
    fits(schema, &reply.json, uri);
}

/// The operation of an address.
fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let matches = |template: &str| {
        let (left, right) = (template.split('/'), path.split('/'));
        left.clone().count() == right.clone().count()
            && left.zip(right).all(|(left, right)| left == right || left.starts_with('{'))
    };
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let mut found: Vec<(&String, &Value)> =
        paths.iter().filter(|(template, _)| matches(template)).collect();
    found.sort_by_key(|(template, _)| template.contains('{'));
    found.first()?.1.get(method.to_ascii_lowercase())
}

/// Holds a value against a schema of the document: types, required and known fields, lists.
fn fits(schema: &Value, value: &Value, place: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = DOCUMENT.pointer(&reference[1..]);
        return fits(target.unwrap_or_else(|| panic!("{reference} leads nowhere")), value, place);
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        fits(part, value, place);
    }
    if let Some(known) = schema["enum"].as_array() {
        assert!(known.contains(value), "{place}: {value} is not one of {known:?}");
    }
    let right = match schema["type"].as_str() {
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64() || value.is_i64(),
        Some("boolean") => value.is_boolean(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => schema["allOf"].is_array() || schema["enum"].is_array(),
    };
    assert!(right, "{place}: {value} against {schema}");
    for item in value.as_array().into_iter().flatten() {
        fits(&schema["items"], item, place);
    }
    let Some(properties) = schema["properties"].as_object() else { return };
    for name in schema["required"].as_array().into_iter().flatten() {
        assert!(value.get(name.as_str().unwrap()).is_some(), "{place}: {name} is missing");
    }
    let closed = schema["required"].is_array();
    for (name, inner) in value.as_object().into_iter().flatten() {
        let place = format!("{place} {name}");
        match properties.get(name) {
            Some(schema) => fits(schema, inner, &place),
            None => assert!(!closed, "{place} is not documented"),
        }
    }
}
