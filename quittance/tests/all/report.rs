//! Reports as typed.

use crate::kit::{House, first_rows};

fn with_book() -> House {
    let house = House::founded();
    let contracts = house.file("contracts.csv", &first_rows("contracts.csv", 40));
    house.ok(&["import", "contracts", &contracts]);
    house
}

#[test]
fn a_report_is_a_table_a_document_or_csv() {
    let house = with_book();
    let document = house.json(&["report", "par"]);
    assert_eq!(document["report"], "par");
    let csv = house.ok(&["report", "par", "--csv"]).out;
    assert!(csv.starts_with("currency,contracts,outstanding,par1_contracts,"), "{csv}");
    let items = document["items"].as_array().unwrap();
    assert_eq!(csv.lines().count(), items.len() + 1);
    let contracts: u64 = items.iter().map(|item| item["contracts"].as_u64().unwrap()).sum();
    assert_eq!(contracts, 40);
    let table = house.ok(&["report", "par"]).out;
    assert!(table.starts_with("CURRENCY"), "{table}");
    assert_eq!(table.lines().count(), csv.lines().count());
    let none = house.ok(&["report", "par", "--as-of", "2001-01-01"]).out;
    assert!(none.contains("nothing to report"), "{none}");
}

#[test]
fn received_money_is_reconciled_by_source_and_day() {
    let house = with_book();
    let payments = "provider,provider_id,reference,amount,paid_at\n\
                    desk,D-1,EX-00001,10.00,2026-01-10\ndesk,D-2,EX-00001,5.50,2026-01-10\n";
    let file = house.file("payments.csv", payments);
    house.ok(&["import", "payments", &file]);
    let asked = ["report", "reconciliation", "--from", "2026-01-01", "--to", "2026-01-31", "--csv"];
    let csv = house.ok(&asked).out;
    let mut lines = csv.lines();
    assert!(lines.next().unwrap().starts_with("day,source,currency,payments,notified,settled,"));
    let row = lines.next().unwrap();
    assert!(row.starts_with("2026-01-10,desk,INR,2,0.00,15.50,15.50,"), "{csv}");
}

#[test]
fn buckets_come_from_a_file() {
    let house = with_book();
    let own = house.file("own.toml", "[[bucket]]\nfrom = 0\nrate = \"100%\"\n");
    let document = house.json(&["report", "provisions", "--buckets", &own]);
    let items = document["items"].as_array().unwrap();
    assert!(items.iter().any(|item| item["bucket"] == "0+"), "{document}");
    assert!(items.iter().all(|item| item["provision"] == item["outstanding"]), "{document}");
    let wrong = house.file("wrong.toml", "[[bucket]]\nfrom = 5\nrate = \"1%\"\n");
    let ran = house.run(&["report", "provisions", "--buckets", &wrong]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("wrong.toml: line 2"), "{}", ran.err);
}

#[test]
fn what_a_report_does_not_take_is_refused() {
    let house = with_book();
    let ran = house.run(&["report", "par", "--from", "2026-01-01"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("report par takes --as-of"), "{}", ran.err);
    assert_eq!(house.run(&["report", "nothing"]).code, 2);
    let ran = house.run(&["report", "par", "--as-of", "2999-01-01", "--json"]);
    assert_eq!((ran.code, ran.json()["error"]["code"].as_str()), (2, Some("bad_period")));
}
