//! Past decisions made again, as typed.

use crate::kit::{House, first_rows};

fn with_book() -> House {
    let house = House::founded();
    let contracts = house.file("contracts.csv", &first_rows("contracts.csv", 3));
    house.ok(&["import", "contracts", &contracts]);
    house
}

#[test]
fn a_contracts_past_comes_out_again() {
    let house = with_book();
    let document = house.json(&["replay", "EX-00001"]);
    assert_eq!(document["reproduced"], true, "{document}");
    assert_eq!(document["findings"].as_array().unwrap().len(), 0);
    let turns = document["timeline"].as_array().unwrap();
    assert_eq!(document["decisions"], turns.len());
    assert!(turns[0]["reasons"][0]["text"].as_str().unwrap().len() > 5, "{document}");
    let page = house.ok(&["replay", "EX-00001"]).out;
    assert!(page.contains("decisions come out again, byte for byte."), "{page}");
    assert!(page.contains(turns[0]["local"].as_str().unwrap()), "{page}");
}

/// Somebody with the database rewrites what was decided: the replay names the entry.
#[test]
fn a_decision_edited_in_the_database_is_found() {
    let house = with_book();
    let database = house.data().join("quittance.db");
    let mut bytes = std::fs::read(&database).unwrap();
    let said = b"\"rules\":1";
    let places: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(said)).collect();
    assert!(places.len() >= 3, "a decision for each contract");
    places.iter().for_each(|at| bytes[at + said.len() - 1] = b'2');
    std::fs::write(&database, bytes).unwrap();
    let ran = house.run(&["replay", "EX-00002", "--json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let findings = ran.json()["findings"].clone();
    let told = findings.to_string();
    assert!(told.contains("was changed: its hash does not match"), "{told}");
    assert!(told.contains("rules 2"), "{told}");
    let page = house.run(&["replay", "EX-00002"]);
    assert_eq!(page.code, 1);
    assert!(page.out.contains("NOT reproduced"), "{}", page.out);
}

#[test]
fn an_unknown_contract_is_refused() {
    let house = with_book();
    let ran = house.run(&["replay", "EX-99999"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("[unknown_reference]"), "{}", ran.err);
    assert_eq!(house.run(&["replay"]).code, 2);
}
