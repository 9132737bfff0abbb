//! Bank files by the API.

use formats::directory::Role::{Payments, Viewer};
use serde_json::json;

use super::front::{Ask, Front, Reply};

const TRAPS: &str = include_str!("../../../../formats/tests/data/camt/traps.v08.xml");
const UNBALANCED: &str = include_str!("../../../../formats/tests/data/camt/unbalanced.v08.xml");

const GOOD: &str = "provider,provider_id,reference,amount,paid_at\n\
                    desk,D-1,EX-00001,10.00,2026-01-09\n\
                    desk,D-2,EX-00001,5.50,2026-01-10T09:00:00+05:30\n\
                    desk,D-3,EX-9,1.00,2026-01-09\n";
const BAD: &str = "provider,provider_id,reference,amount,paid_at\n\
                   desk,D-1,EX-00001,10.00,2026-01-09\n\
                   desk,D-2,EX-00001,ten,2026-01-09\n";

async fn send(front: &Front, query: &str, body: &str) -> Reply {
    let path = format!("/v1/statements{query}");
    let bearer = Some(front.key(Payments));
    let headers = vec![("content-type", "application/xml")];
    let body = body.as_bytes().to_vec();
    front.ask(Ask { method: "POST", path: &path, bearer, headers, body }).await
}

#[tokio::test]
async fn a_file_is_taken_in_once() {
    let front = Front::new().await;
    front.sign("EX-00001", 1).await;
    let file = TRAPS.replace("EUR", "INR");
    let first = send(&front, "?format=camt053", &file).await;
    assert_eq!(first.status, 201, "{}", first.text);
    for (field, count) in [
        ("counted", 1),
        ("suspense", 1),
        ("pending", 1),
        ("passed", 1),
        ("known", 0),
        ("reversed", 0),
        ("refused", 0),
    ] {
        assert_eq!(first.json[field], count, "{field}: {}", first.text);
    }
    assert_eq!(front.explain("EX-00001").await["paid"], "100.00");
    let again = send(&front, "", &file).await;
    assert_eq!((again.status, again.replayed()), (200, true));
    assert_eq!(again.json, first.json);
    let overlapping = send(&front, "", &file.replace("M-1", "M-2")).await;
    assert_eq!((overlapping.status, &overlapping.json["known"]), (201, &json!(2)));
    let unit = first.json["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(front.house.personal(unit).await["raw"], file, "the bytes as they came");
    let list = front.get(Viewer, "/v1/payments?status=applied").await.json;
    assert_eq!(list["items"][0]["provider"], "DE02100500000054540402");
    front.house.check().await;
}

#[tokio::test]
async fn a_table_is_taken_in_once_and_its_rows_by_themselves() {
    let front = Front::new().await;
    front.sign("EX-00001", 1).await;
    let first = send(&front, "?format=csv", GOOD).await;
    assert_eq!((first.status, &first.json["format"]), (201, &json!("csv")), "{}", first.text);
    let counts = ["counted", "known", "refused"].map(|name| first.json[name].clone());
    assert_eq!(counts, [json!(2), json!(0), json!(1)]);
    let refusal = &first.json["refusals"][0];
    let told = ["line", "provider_id", "code"].map(|name| refusal[name].clone());
    assert_eq!(told, [json!(4), json!("D-3"), json!("unknown_reference")]);
    assert_eq!(front.explain("EX-00001").await["paid"], "15.50");
    let again = send(&front, "?format=csv", GOOD).await;
    assert_eq!((again.status, again.replayed()), (200, true));
    front.sign("EX-9", 9).await;
    let longer = format!("{GOOD}\n");
    let reply = send(&front, "?format=csv", &longer).await;
    let counts = ["counted", "known", "refused"].map(|name| reply.json[name].clone());
    assert_eq!(counts, [json!(1), json!(2), json!(0)], "what was refused may come again");
    let unit = first.json["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(front.house.personal(unit).await["raw"], GOOD, "the bytes as they came");
    front.house.check().await;
}

#[tokio::test]
async fn an_entry_that_contradicts_what_is_known_is_told() {
    let front = Front::new().await;
    front.sign("EX-00001", 1).await;
    let file = TRAPS.replace("EUR", "INR");
    send(&front, "?provider=house", &file).await;
    let other = file.replace(">50.00", ">51.00").replace("1130.00", "1131.00");
    let reply = send(&front, "?provider=house", &other).await;
    assert_eq!((reply.status, &reply.json["refused"]), (201, &json!(1)), "{}", reply.text);
    let refusal = &reply.json["refusals"][0];
    assert_eq!(
        (&refusal["provider_id"], &refusal["code"]),
        (&json!("BANK-2"), &json!("payment_id_reused"))
    );
    front.house.check().await;
}

#[tokio::test]
async fn what_is_no_statement_changes_nothing() {
    let front = Front::new().await;
    front.sign("EX-00001", 1).await;
    let unbalanced = UNBALANCED.replace("EUR", "INR");
    let cases = [
        ("", unbalanced.as_str(), (422, "statement_out_of_balance")),
        ("?format=camt054", TRAPS, (422, "wrong_format")),
        ("?format=csv", TRAPS, (422, "bad_field")),
        ("?format=csv&provider=x", GOOD, (400, "bad_query")),
        ("?format=csv", BAD, (422, "bad_amount")),
        ("?format=csv", "", (422, "bad_field")),
        ("?format=xml", TRAPS, (400, "bad_query")),
        ("?provider=", TRAPS, (400, "bad_query")),
        ("?account=1", TRAPS, (400, "bad_query")),
        ("", "<Document/>", (422, "not_camt")),
        ("", "", (422, "not_camt")),
        ("", "<!DOCTYPE x><Document/>", (422, "unreadable")),
    ];
    for (query, body, expected) in cases {
        let reply = send(&front, query, body).await;
        assert_eq!(reply.problem(), expected, "{query} {}", reply.text);
    }
    let list = front.get(Viewer, "/v1/payments").await.json;
    assert_eq!(list["items"], json!([]), "nothing was taken in");
    let path = "/v1/statements";
    assert_eq!(front.post(Viewer, path, &json!({})).await.problem(), (403, "forbidden"));
}
