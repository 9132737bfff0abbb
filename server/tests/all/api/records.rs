//! Journal and lease by the API.

use formats::directory::Role::{Auditor, Viewer};

use super::front::{Ask, Front};
use crate::{kit::new_contract, phone::Phone};

#[tokio::test]
async fn the_journal_can_be_checked_from_the_answers_alone() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    for number in 0..5 {
        front.house.clock.pass(60);
        front.house.pay(&format!("P-{number}"), "EX-1", "1.00").await;
    }
    let (tenant, id) = (front.house.tenant, front.explain("EX-1").await["id"].clone());
    let unit = id.as_str().unwrap().parse().unwrap();
    let mut lines = Vec::new();
    let mut path = "/v1/contracts/EX-1/journal?limit=2".to_owned();
    loop {
        let page = front.get(Auditor, &path).await;
        // The bytes of a line are those that were hashed: they are taken as they stand.
        for part in page.text.split("\"line\":").skip(1) {
            let mut values =
                serde_json::Deserializer::from_str(part).into_iter::<serde_json::Value>();
            values.next().unwrap().unwrap();
            lines.push(part[..values.byte_offset()].to_owned());
        }
        let Some(next) = page.json["next"].as_str() else { break };
        path = format!("/v1/contracts/EX-1/journal?limit=2&cursor={next}");
    }
    let stored = front.house.journal(unit).await;
    assert_eq!(lines.len(), stored.len());
    let entries = (1..).zip(&lines).zip(&stored).map(|((n, line), e)| (n, line.as_str(), e.hash));
    formats::verify_chain(tenant, unit, entries, None).unwrap();
    let bad = front.get(Auditor, "/v1/contracts/EX-1/journal?cursor=AA").await;
    assert_eq!(bad.problem(), (400, "bad_cursor"));
}

#[tokio::test]
async fn the_journal_comes_as_lines_too() {
    let front = Front::new().await;
    front.sign("EX-1", 1).await;
    let ask = |path| Ask {
        method: "GET",
        path,
        bearer: Some(front.key(Auditor)),
        headers: vec![("accept", "application/x-ndjson")],
        body: Vec::new(),
    };
    let all = front.ask(ask("/v1/contracts/EX-1/journal")).await;
    assert_eq!(all.headers["content-type"], "application/x-ndjson");
    assert!(!all.headers.contains_key("link"));
    let first: serde_json::Value = serde_json::from_str(all.text.lines().next().unwrap()).unwrap();
    assert_eq!(first["entry"], 1);
    assert_eq!(first["kind"], "fact");
    let part = front.ask(ask("/v1/contracts/EX-1/journal?limit=1")).await;
    assert_eq!(part.text.lines().count(), 1);
    let link = part.headers["link"].to_str().unwrap();
    let next = link.strip_prefix('<').unwrap().split('>').next().unwrap();
    let rest = front.ask(ask(&format!("/v1/contracts/EX-1/journal{next}"))).await;
    assert_eq!(all.text, format!("{}{}", part.text, rest.text));
}

#[tokio::test]
async fn a_lease_is_shown_once_a_device_is_enrolled() {
    let front = Front::new().await;
    let unit = front.house.sign(new_contract("EX-1", 1)).await;
    let path = "/v1/contracts/EX-1/lease";
    assert_eq!(front.get(Viewer, path).await.problem(), (404, "not_found"));
    let mut phone = Phone::new(1);
    phone.enrol(&front.house, unit).await;
    phone.check_in(&front.house.app).await;
    let lease = front.get(Viewer, path).await;
    assert_eq!(lease.status, 200, "{}", lease.text);
    let row = front.house.row(unit).await;
    assert_eq!(lease.json["sequence"], row.version);
    let loaded = front.house.app.open_contract(row.clone()).unwrap();
    let hash = server::app::lease::content_hash(
        &loaded.contract,
        &loaded.ladder,
        &formats::words::Words::builtin(),
        row.version,
    );
    assert_eq!(lease.json["content_hash"], server::crypto::hex(&hash.unwrap()));
    assert_eq!(lease.json["rung"], "clear");
    let view = front.explain("EX-1").await;
    assert_eq!(view["device"]["key_gen"], 1);
    assert!(view["last_contact"]["at"].is_string(), "{view}");
}
