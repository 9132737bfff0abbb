//! Past decisions made again, as typed.

use crate::kit::{House, example, first_rows};

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

/// A dry run needs no data directory and makes none.
#[test]
fn a_dry_run_touches_nothing() {
    let house = House::empty();
    let (programme, facts) = (example("programme.toml"), example("facts.json"));
    let dry = ["replay", "--programme", &programme, "--facts", &facts];
    let document = house.json(&dry);
    let turns = document["timeline"].as_array().unwrap();
    let top = turns.iter().find(|turn| turn["stage"] == "restrict/4").unwrap();
    assert_eq!(
        (top["local"].as_str(), top["days_past_due"].as_u64()),
        (Some("2026-04-19 08:15"), Some(104))
    );
    assert_eq!(document["assumed"].as_array().unwrap().len(), 0);
    let page = house.ok(&[&dry[..], &["--until", "2026-03-30"]].concat()).out;
    assert!(
        page.starts_with("standard@1 within in-rbi-draft-2026@1, times of Asia/Kolkata\n"),
        "{page}"
    );
    assert!(
        page.contains("2026-03-06 00:00   60  notice      The instalment due on 2026-01-05"),
        "{page}"
    );
    assert!(page.contains("Happened: notice_delivered, stage_applied."), "{page}");
    assert!(!page.contains("restrict/1  "), "{page}");
    assert!(page.ends_with("Nothing was assumed.\n"), "{page}");
    assert!(!house.data().exists(), "a dry run makes nothing");
}

#[test]
fn a_dry_run_says_what_it_assumes_and_what_cannot_be() {
    let house = House::empty();
    let (programme, facts) = (example("programme-fast.toml"), example("facts.json"));
    let told = std::fs::read_to_string(&facts).unwrap();
    let cut = told.find(",\n    {\"at\": \"2026-03-06").unwrap();
    let silent = house.file("silent.json", &format!("{}]}}", &told[..cut]));
    let dry = ["replay", "--programme", &programme, "--facts", &silent];
    let page = house.ok(&[&dry[..], &["--assume", "delivered,reported"]].concat()).out;
    assert!(page.contains("  lock  "), "{page}");
    assert!(page.contains("Assumed: delivered, reported ("), "{page}");
    let page = house.ok(&dry).out;
    assert!(!page.contains("  lock  "), "nothing is delivered by itself: {page}");
    let early = house.file("early.json", &told.replace("2026-03-06 09:30", "2026-01-20 09:30"));
    let ran = house.run(&["replay", "--programme", &example("programme.toml"), "--facts", &early]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("early.json: facts[1]: notice 1 is not prepared"), "{}", ran.err);
    let ran = house.run(&["replay", "--programme", &programme]);
    assert_eq!(ran.code, 2, "facts are needed");
}

#[test]
fn a_programme_is_checked_before_it_is_added() {
    let house = House::empty();
    let page = house.ok(&["programme", "check", &example("programme.toml")]).out;
    assert!(
        page.contains("90   restrict/1") && page.contains("The packs change nothing"),
        "{page}"
    );
    let text = std::fs::read_to_string(example("programme.toml")).unwrap();
    let hasty = text.replace("days_past_due = 90\n", "days_past_due = 61\n");
    let hasty = house.file("hasty.toml", &format!("{hasty}\n[lock]\ndays_past_due = 110\n"));
    let document = house.json(&["programme", "check", &hasty]);
    let warnings: Vec<&str> =
        document["warnings"].as_array().unwrap().iter().filter_map(|one| one.as_str()).collect();
    assert_eq!(
        warnings,
        ["restrict/1: from 90 days past due, not from 61", "lock: the packs do not allow it",]
    );
    let broken =
        house.file("broken.toml", &text.replace("days_past_due = 97", "days_past_due = 9"));
    let ran = house.run(&["programme", "check", &broken]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("broken.toml: line "), "{}", ran.err);
    assert!(ran.err.contains("steps.days_past_due"), "{}", ran.err);
    let elsewhere = house.file("elsewhere.toml", &text.replace("in-rbi-draft-2026", "nowhere"));
    let ran = house.run(&["programme", "check", &elsewhere]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("no policy pack \"nowhere\""), "{}", ran.err);
}
