//! The document and the router know the same.

use axum::{
    body::Body,
    http::{Method, Request},
};
use formats::directory::Role;
use serde_json::Value;
use tower::ServiceExt;

use super::front::{Ask, DOCUMENT, Front};

#[tokio::test]
async fn the_document_is_served_to_everybody() {
    let front = Front::new().await;
    let (headers, body) = (Vec::new(), Vec::new());
    let reply =
        front.ask(Ask { method: "GET", path: "/openapi.json", bearer: None, headers, body });
    let reply = reply.await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json, *DOCUMENT);
    assert_eq!(reply.json["openapi"], "3.1.0");
}

/// Asking every address of the document with every method: those of the document reach a handler,
/// all others are answered 405.
#[tokio::test]
async fn routes_and_document_are_the_same() {
    let front = Front::new().await;
    for (path, methods) in DOCUMENT["paths"].as_object().unwrap() {
        let uri = path.replace(['{', '}'], "");
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let request = Request::builder().method(&method).uri(&uri).body(Body::empty()).unwrap();
            let status = front.router.clone().oneshot(request).await.unwrap().status().as_u16();
            let known = methods.get(method.as_str().to_ascii_lowercase()).is_some();
            let open = path == "/openapi.json";
            let doors = ["/v1/intake/", "/v1/receipts/"];
            let door = doors.iter().any(|door| path.starts_with(door));
            let expected = match known {
                true if open => 200,
                // Nobody's door: the source or sender of this name is not there.
                true if door => 404,
                true => 401,
                false => 405,
            };
            assert_eq!(status, expected, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems() {
    let front = Front::new().await;
    for path in ["/v1", "/v1/nothing", "/v1/contracts/EX-1/nothing", "/v1/payments/a/b/c"] {
        assert_eq!(front.get(Role::Admin, path).await.problem(), (404, "not_found"), "{path}");
    }
    let (headers, body) = (Vec::new(), Vec::new());
    let ask = Ask { method: "PUT", path: "/v1/contracts", bearer: None, headers, body };
    assert_eq!(front.ask(ask).await.problem(), (405, "method_not_allowed"));
}

/// Every reference leads somewhere, every operation has its own name, every code is known.
#[test]
fn the_document_holds_together() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|inner| references(inner, found));
            }
            Value::Array(items) => items.iter().for_each(|inner| references(inner, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    references(&DOCUMENT, &mut found);
    assert!(found.len() > 50);
    for reference in found {
        assert!(DOCUMENT.pointer(&reference[1..]).is_some(), "{reference} leads nowhere");
    }
    let mut names = std::collections::BTreeSet::new();
    for methods in DOCUMENT["paths"].as_object().unwrap().values() {
        for operation in methods.as_object().unwrap().values() {
            assert!(names.insert(operation["operationId"].as_str().unwrap()), "{operation}");
        }
    }
    for code in server::api::CODES {
        let used = server::api::openapi().contains(&format!("\"{}\"", code.code));
        let outside = ["method_not_allowed"].contains(&code.code);
        assert!(used || outside, "{} is answered by no endpoint", code.code);
    }
}

/// What a person writes to say why he acts.
const GROUNDS: [&str; 4] = ["reason", "cause", "evidence", "grade"];

/// Calls that are no manual act on a contract, or whose ground is another one.
const NO_MANUAL_ACT: [(&str, &str); 23] = [
    ("/v1/assignments/accept", "the reason of the offer goes on with the contract"),
    ("/v1/contracts", "what was signed"),
    ("/v1/contracts/bulk", "what was signed"),
    ("/v1/contracts/{reference}/consent", "the borrower's own act, by form and version"),
    ("/v1/contracts/{reference}/contact", "where he is written to: no fact"),
    ("/v1/contracts/{reference}/payment-claims", "the borrower's own word, a transaction"),
    ("/v1/contracts/{reference}/payoff", "a quote: it is asked for and binds the lender alone"),
    ("/v1/contracts/{reference}/restructure", "needed unless it is a preview"),
    ("/v1/contracts/{reference}/standing", "the lender's own system"),
    ("/v1/devices", "an inventory"),
    ("/v1/devices/bulk", "an inventory"),
    ("/v1/feeds/{feed}/heartbeat", "a machine"),
    ("/v1/payments", "whoever has the money"),
    ("/v1/payments/bulk", "whoever has the money"),
    ("/v1/payments/{id}/chargeback", "whoever has the money"),
    ("/v1/payments/{id}/chargeback-won", "whoever has the money"),
    ("/v1/payments/{id}/confirmation", "whoever has the money"),
    ("/v1/payments/{id}/reversal", "whoever has the money"),
    ("/v1/programmes/preview", "changes nothing"),
    ("/v1/proposals/{id}/approve", "what was asked for has its reason"),
    ("/v1/proposals/{id}/reject", "nothing happens"),
    ("/v1/standing/bulk", "the lender's own system"),
    ("/v1/statements", "a bank"),
];

/// Every manual act on a contract says why, or is named above with what speaks for it.
#[test]
fn every_manual_act_needs_a_reason() {
    let mut without = Vec::new();
    for (path, methods) in DOCUMENT["paths"].as_object().unwrap() {
        let Some(post) = methods.get("post") else { continue };
        let schema = &post["requestBody"]["content"]["application/json"]["schema"]["$ref"];
        let required = schema
            .as_str()
            .and_then(|schema| DOCUMENT.pointer(&schema[1..])?["required"].as_array().cloned());
        let names = required.unwrap_or_default();
        let ground = |name: &Value| GROUNDS.contains(&name.as_str().unwrap());
        let machines = ["/v1/intake/", "/v1/receipts/"];
        let by_machine = machines.iter().any(|door| path.starts_with(door));
        if !by_machine && !names.iter().any(ground) {
            without.push(path.as_str());
        }
    }
    without.sort_unstable();
    let known: Vec<&str> = NO_MANUAL_ACT.iter().map(|(path, _)| *path).collect();
    assert_eq!(without, known);
}

/// The guide's tables are those of the code.
#[test]
fn the_guide_names_every_code_and_every_call() {
    let guide = include_str!("../../../../docs/api.md");
    for code in server::api::CODES {
        let row = format!("| {} | `{}` | {} |", code.status, code.code, code.title);
        assert!(guide.contains(&row), "docs/api.md lacks: {row}");
    }
    let rows = guide.lines().filter(|line| line.ends_with('|') && line.starts_with("| 4")).count()
        + guide.lines().filter(|line| line.ends_with('|') && line.starts_with("| 5")).count();
    assert_eq!(rows, server::api::CODES.len(), "docs/api.md has a row too many");
    let names: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
    for line in server::api::roles_table().lines() {
        let mut words = line.split_whitespace();
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let roles: Vec<&str> = words.collect();
        let cells = names.iter().map(|name| if roles.contains(name) { "yes" } else { "" });
        let cells = cells.collect::<Vec<_>>().join(" | ");
        let row = format!("| `{method} {path}` | {cells} |");
        assert!(guide.contains(&row), "docs/api.md lacks: {row}");
    }
}

/// Codes of refusals are written where they are decided. Each must have a status here, unless it
/// belongs to the device door or the command line.
#[test]
fn every_refusal_of_the_use_cases_has_a_status() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut texts = Vec::new();
    for folder in ["domain/src", "server/src/app", "formats/src/book"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|end| end == "rs") {
                texts.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut found = 0;
    for text in &texts {
        for opening in ["Refusal::new(", "refused(", ".fail(", ".fail::<()>("] {
            for part in text.split(opening).skip(1) {
                let quoted = part.split('"').nth(1).unwrap_or_default();
                let near = part.find('"').is_some_and(|at| at < 60);
                let code = quoted.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
                if near && code && quoted.contains('_') {
                    found += 1;
                    let known = server::api::CODES.iter().any(|known| known.code == quoted);
                    assert!(known || OTHERS.contains(&quoted), "{quoted} has no status");
                }
            }
        }
    }
    assert!(found > 60, "{found}");
}

/// Codes that no call of the API can meet: the device door's, the command line's, those of files,
/// of what time alone asks for, and of money that waits in suspense.
const OTHERS: &[&str] = &[
    "bad_name",
    "bad_pack",
    "bad_programme",
    "bad_secret",
    "bad_sender",
    "bad_signature",
    "contract_released",
    "bad_flag",
    "duplicate_payment",
    "duplicate_standing",
    "enrolment_code_used",
    "holder_refused",
    "key_exists",
    "lender_in_use",
    "lender_text_long",
    "no_role",
    "no_tenant",
    "not_released",
    "not_settled",
    "notice_amount",
    "notice_too_early",
    "offer_mismatch",
    "pack_version_exists",
    "payment_unconfirmed",
    "programme_version_exists",
    "programme_version_old",
    "replayed_envelope",
    "stale_key_generation",
    "tenant_not_named",
    "unknown_enrolment",
    "unknown_key",
    "unknown_tenant",
    "wrong_enrolment_code",
];
