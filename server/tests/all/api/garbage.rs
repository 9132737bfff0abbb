//! Whatever comes in gets a problem with a stable code.

use formats::directory::Role::{Operator, Payments};
use serde_json::json;

use super::front::{Ask, Front, contract, payment};

async fn raw(front: &Front, media: Option<&str>, body: &[u8]) -> (u16, String, serde_json::Value) {
    let headers = media.map(|media| ("content-type", media)).into_iter().collect();
    let (path, bearer) = ("/v1/payments", Some(front.key(Payments)));
    let reply = front.ask(Ask { method: "POST", path, bearer, headers, body: body.to_vec() }).await;
    (reply.status, reply.code().to_owned(), reply.json)
}

const JSON: Option<&str> = Some("application/json");

#[tokio::test]
async fn bodies_that_are_not_json_are_told() {
    let front = Front::new().await;
    let deep = "[".repeat(100_000);
    let closed = format!("{}{}", "{\"a\":".repeat(200), "}".repeat(200));
    let bodies: [&[u8]; 8] = [
        b"",
        b"{",
        b"{\"a\":1}x",
        b"\xff\xfe",
        b"{'a': 1}",
        b"\0\0\0\0",
        deep.as_bytes(),
        b"{\"amount\": 1e999}",
    ];
    for body in bodies {
        let (status, code, _) = raw(&front, JSON, body).await;
        let shown = String::from_utf8_lossy(&body[..body.len().min(20)]).into_owned();
        let known = [(400, "bad_json"), (422, "bad_field")].contains(&(status, code.as_str()));
        assert!(known, "{shown}: {status} {code}");
    }
    let (status, _, _) = raw(&front, JSON, closed.as_bytes()).await;
    assert!([400, 422].contains(&status));
}

#[tokio::test]
async fn a_fault_names_field_line_and_column() {
    let front = Front::new().await;
    let body = b"{\n  \"provider\": \"bank\",\n  \"amount\": 5\n}";
    let (status, code, json) = raw(&front, JSON, body).await;
    assert_eq!((status, code.as_str()), (422, "bad_field"));
    let error = &json["errors"][0];
    assert_eq!(error["field"], "amount");
    assert_eq!((&error["line"], &error["column"]), (&json!(3), &json!(13)));
    assert!(error["detail"].as_str().unwrap().contains("expected a string"), "{error}");
    let (_, _, json) = raw(&front, JSON, b"{\"colour\": 1}").await;
    assert!(json["detail"].as_str().unwrap().contains("unknown field `colour`"), "{json}");
    let (_, _, json) = raw(&front, JSON, b"{}").await;
    assert!(json["detail"].as_str().unwrap().contains("missing field `provider`"), "{json}");
    let twice = b"{\"provider\": \"a\", \"provider\": \"b\"}";
    let (_, _, json) = raw(&front, JSON, twice).await;
    assert!(json["detail"].as_str().unwrap().contains("duplicate field"), "{json}");
}

#[tokio::test]
async fn only_json_is_read() {
    let front = Front::new().await;
    for media in [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("é")] {
        let (status, code, _) = raw(&front, media, b"{}").await;
        assert_eq!((status, code.as_str()), (415, "unsupported_media_type"), "{media:?}");
    }
    let (status, ..) = raw(&front, Some("Application/JSON; charset=utf-8"), b"{}").await;
    assert_eq!(status, 422);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let front = Front::new().await;
    let body = vec![b' '; server::api::BODY_MAX + 1];
    let (status, code, _) = raw(&front, JSON, &body).await;
    assert_eq!((status, code.as_str()), (413, "body_too_large"));
}

#[tokio::test]
async fn numbers_stay_in_their_range() {
    let front = Front::new().await;
    for count in ["-1", "1.5", "4294967296", "1e3", "99999999999999999999999"] {
        let text =
            contract("EX-1", 1).to_string().replace("\"count\":3", &format!("\"count\":{count}"));
        let headers = vec![("content-type", "application/json")];
        let (path, bearer) = ("/v1/contracts", Some(front.key(Operator)));
        let body = text.into_bytes();
        let reply = front.ask(Ask { method: "POST", path, bearer, headers, body }).await;
        assert_eq!(reply.problem(), (422, "bad_field"), "{count}: {}", reply.text);
        assert_eq!(reply.json["errors"][0]["field"], "count");
    }
}

/// Money is taken at any time and opens at once; what must be signed waits until the clock is
/// right.
#[tokio::test]
async fn a_clock_in_doubt_takes_money_and_releases_later() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    front.house.clock.jump(3600);
    let body = payment("P-1", "EX-1", "3000.00");
    let reply = front.post(Payments, "/v1/payments", &body).await;
    assert_eq!((reply.status, &reply.json["status"]), (201, &json!("applied")), "{}", reply.text);
    let view = front.explain("EX-1").await;
    assert_eq!((&view["status"], &view["rung"]), (&json!("settled"), &json!("clear")));
    front.house.clock.jump(-3600);
    front.house.clock.pass(7200);
    front.house.app.sweep(1).await.unwrap();
    assert_eq!(front.explain("EX-1").await["release"]["cause"], "paid");
}
