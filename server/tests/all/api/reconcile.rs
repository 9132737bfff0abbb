//! Reconciliation of a book small enough to add up by hand.

use formats::{
    SourceKind,
    directory::Role::{Payments, Viewer},
};
use serde_json::{Value, json};
use server::{app::manage_source::NewSource, intake::Secret};

use super::front::{Ask, Front, Reply, with};
use crate::{
    kit::{DAY, clerk},
    providers::{MPESA, SECRET, timed},
};

/// Two contracts, an unsigned source `till` whose account a bank tells of, and a signed one, `own`.
async fn book() -> Front {
    let front = Front::new().await;
    front.sign("EX-00001", 1).await;
    front.sign("EX-00002", 2).await;
    for (name, kind) in [("till", SourceKind::Mpesa), ("own", SourceKind::Generic)] {
        let signs = kind == SourceKind::Generic;
        let secret = signs.then(|| Secret::new(SECRET.as_bytes()));
        let new = NewSource { name: name.into(), kind, currency: None, time_zone: None, secret };
        front.house.app.add_source(front.house.tenant, new, clerk()).await.unwrap();
    }
    front
}

async fn call(front: &Front, path: &str, header: Option<(&str, &str)>, body: &[u8]) {
    let headers = header.into_iter().collect();
    let body = body.to_vec();
    let reply = front.ask(Ask { method: "POST", path, bearer: None, headers, body }).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
}

/// An unsigned call about money of 10 January.
async fn hint(front: &Front, id: &str, amount: &str, reference: &str) {
    let text = std::str::from_utf8(MPESA).unwrap();
    let text = text.replace("RKTQDM7W6S", id).replace("791.00", amount);
    let text = text.replace(" ex 00001 ", reference);
    call(front, "/v1/intake/till/mpesa", None, text.as_bytes()).await;
}

/// A signed call about money of 10 January.
async fn signed(front: &Front, id: &str, amount: &str, about: (&str, &str), after_s: i64) {
    let message = json!({
        "id": id, "amount": amount, "currency": "INR", "paid_at": "2026-01-10T04:00:00Z",
    });
    let body = json!({ "payments": [with(message, about.0, json!(about.1))] }).to_string();
    let header = timed(SECRET, after_s, body.as_bytes());
    let header = Some(("quittance-signature", header.as_str()));
    call(front, "/v1/intake/own/generic", header, body.as_bytes()).await;
}

/// A statement of credits: id, amount, day of January, what the payer wrote.
fn statement(message: &str, entries: &[(&str, u32, u32, &str)]) -> String {
    let sum: u32 = entries.iter().map(|(_, amount, ..)| amount).sum();
    let balance = |code: &str, amount: u32| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"INR\">{amount}</Amt>\
             <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-11</Dt></Dt></Bal>"
        )
    };
    let entry = |(id, amount, day, text): &(&str, u32, u32, &str)| {
        format!(
            "<Ntry><Amt Ccy=\"INR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd>\
             </Sts><BookgDt><Dt>2026-01-{day:02}</Dt></BookgDt><AcctSvcrRef>{id}</AcctSvcrRef>\
             <NtryDtls><TxDtls><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        )
    };
    let entries: String = entries.iter().map(entry).collect();
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt>\
         <GrpHdr><MsgId>{message}</MsgId><CreDtTm>2026-01-11T20:00:00+05:30</CreDtTm></GrpHdr>\
         <Stmt><Id>{message}</Id><Acct><Id><Othr><Id>TILL</Id></Othr></Id></Acct>{}{}{entries}\
         </Stmt></BkToCstmrStmt></Document>",
        balance("OPBD", 0),
        balance("CLBD", sum)
    )
}

async fn send(front: &Front, file: &str) -> Reply {
    let (path, bearer) = ("/v1/statements?provider=till", Some(front.key(Payments)));
    let headers = vec![("content-type", "application/xml")];
    let body = file.as_bytes().to_vec();
    front.ask(Ask { method: "POST", path, bearer, headers, body }).await
}

/// The rows without their currency.
async fn rows(front: &Front, query: &str) -> Vec<String> {
    let path = format!("/v1/reports/reconciliation?from=2026-01-01&{query}");
    let reply = front.get(Viewer, &path).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let columns = reply.json["columns"].as_array().unwrap();
    let cell = |item: &Value, name: &Value| match &item[name.as_str().unwrap()] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let row = |item: &Value| {
        assert_eq!(item["currency"], "INR");
        let sum = |names: &[&str]| -> f64 {
            names.iter().map(|name| item[*name].as_str().unwrap().parse::<f64>().unwrap()).sum()
        };
        let told = sum(&["settled", "unsettled"]);
        let became = sum(&["posted", "in_transit", "suspense", "taken_back", "hints"]);
        assert_eq!(told, became, "{item}");
        let shown = columns.iter().filter(|name| *name != "currency");
        shown.map(|name| cell(item, name)).collect::<Vec<_>>().join(" ")
    };
    reply.json["items"].as_array().unwrap().iter().map(row).collect()
}

/// 10 January: two hints, three signed payments, one of them told twice and one for nobody.
async fn first_day(front: &Front) {
    hint(front, "m-1", "100.00", "EX-00001").await;
    hint(front, "m-2", "70.00", "EX-00002").await;
    for _ in 0..2 {
        signed(front, "g-1", "200", ("reference", "EX-00001"), 0).await;
    }
    signed(front, "g-2", "300", ("reference", "EX-00002"), 0).await;
    signed(front, "g-3", "120", ("text", "my phone"), 0).await;
}

#[tokio::test]
async fn what_was_told_stands_beside_what_became_of_it() {
    let front = book().await;
    first_day(&front).await;
    // day source payments | notified settled | posted in_transit suspense taken_back hints |
    // unsettled | alarms to_check
    let first = [
        "2026-01-10 own 3 620.00 0.00 500.00 0.00 120.00 0.00 0.00 620.00 0 3",
        "2026-01-10 till 2 170.00 0.00 0.00 0.00 0.00 0.00 170.00 170.00 0 2",
    ];
    assert_eq!(rows(&front, "").await, first);
    front.house.clock.pass(DAY);

    // The bank tells of m-1, of 50.00 that names nobody, and of 40.00 that nobody announced.
    let entries = [("m-1", 100, 10, "-"), ("B-7", 50, 10, "my phone"), ("B-8", 40, 11, "EX-00001")];
    for message in ["S-1", "S-2"] {
        let reply = send(&front, &statement(message, &entries)).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
    }
    // A person gives the 50.00 to EX-00002; the lender's books have g-2, and it is taken back.
    let waits = front.get(Payments, "/v1/suspense").await.json;
    let waits = waits["items"].as_array().unwrap();
    let own = waits.iter().find(|item| item["payment"]["provider_id"] == "B-7").unwrap();
    let path = format!("/v1/suspense/{}/match", own["payment"]["id"].as_str().unwrap());
    front.post(Payments, &path, &json!({ "reference": "EX-00002", "reason": "his name" })).await;
    let report = json!({
        "provider": "own", "provider_id": "g-2", "reference": "EX-00002", "amount": "300.00",
        "paid_at": "2026-01-10T04:00:00Z",
    });
    for _ in 0..2 {
        let reply = front.post(Payments, "/v1/payments", &report).await;
        assert_eq!((reply.status, reply.replayed()), (200, true), "{}", reply.text);
    }
    let other = with(report, "amount", json!("301.00"));
    let reply = front.post(Payments, "/v1/payments", &other).await;
    assert_eq!(reply.problem(), (409, "payment_id_reused"));
    signed(&front, "g-4", "300", ("reverses", "g-2"), DAY).await;

    let second = [
        "2026-01-10 own 3 620.00 300.00 200.00 0.00 120.00 300.00 0.00 320.00 1 3",
        "2026-01-10 till 3 170.00 150.00 150.00 0.00 0.00 0.00 70.00 70.00 0 1",
        "2026-01-11 till 1 0.00 40.00 40.00 0.00 0.00 0.00 0.00 0.00 0 0",
    ];
    assert_eq!(rows(&front, "").await, second);
    assert_eq!(rows(&front, "as_of=2026-01-10").await, first, "as it was that night");
    assert_eq!(rows(&front, "to=2026-01-09").await, Vec::<String>::new());
    front.house.check().await;
}

#[tokio::test]
async fn a_call_that_comes_after_the_statement_is_the_same_money() {
    let front = book().await;
    let entries = [("g-1", 200, 10, "EX-00001")];
    let file = statement("S-1", &entries);
    let reply = send(&front, &file).await;
    assert_eq!(reply.json["counted"], 1, "{}", reply.text);
    hint(&front, "g-1", "200.00", "EX-00001").await;
    hint(&front, "g-1", "200.00", "EX-00001").await;
    let found = rows(&front, "").await;
    let row = "2026-01-10 till 1 200.00 200.00 200.00 0.00 0.00 0.00 0.00 0.00 0 0";
    assert_eq!(found, [row]);
    assert_eq!(front.explain("EX-00001").await["paid"], "200.00");
    let list = front.get(Viewer, "/v1/payments").await.json;
    let item = &list["items"][0];
    assert_eq!(item["settled_at"], item["received_at"]);
    assert!(item["notified_at"].as_str() >= item["settled_at"].as_str(), "{item}");
    front.house.check().await;
}
