//! Journals as typed: exported here, checked elsewhere.

use std::os::unix::fs::PermissionsExt;

use crate::{
    kit::{House, first_rows},
    serve::serve,
};

fn with_contract() -> House {
    let house = House::founded();
    house.ok(&[
        "import",
        "contracts",
        &house.file("contracts.csv", &first_rows("contracts.csv", 1)),
    ]);
    house
}

#[test]
fn an_exported_journal_is_checked_without_the_data() {
    let house = with_contract();
    let file = house.folder.path().join("journal.jsonl").display().to_string();
    let made = house.json(&["journal", "export", "EX-00001", "--with-rules", "--out", &file]);
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let elsewhere = House::empty();
    let checked = elsewhere.json(&["journal", "verify", &file]);
    assert_eq!((&checked["holds"], &checked["hash"]), (&true.into(), &made["hash"]));
    assert_eq!(checked["reference"], "EX-00001");
    assert_eq!(checked["attached"][1]["kind"], "programme");
    let told = elsewhere.ok(&["journal", "verify", &file]).out;
    assert!(told.contains("is as it was written"), "{told}");
    let printed = house.ok(&["journal", "export", "EX-00001"]).out;
    let whole = std::fs::read_to_string(&file).unwrap();
    let entries = |text: &str| -> Vec<String> {
        text.lines().filter(|line| line.contains("\"entry\"")).skip(1).map(str::to_owned).collect()
    };
    assert_eq!(entries(&printed), entries(&whole));
}

#[test]
fn what_was_done_to_a_file_is_named() {
    let house = with_contract();
    let text = house.ok(&["journal", "export", "EX-00001"]).out;
    let changed = text.replacen("\"kind\\\":\\\"fact", "\"kind\\\":\\\"fack", 1);
    assert_ne!(changed, text);
    let file = house.file("changed.jsonl", &changed);
    let ran = house.run(&["journal", "verify", &file, "--json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let found = ran.json();
    assert_eq!((&found["holds"], &found["line"]), (&false.into(), &2.into()));
    assert_eq!((&found["entry"], &found["code"]), (&1.into(), &"entry_changed".into()));
    let short: String = text.lines().take(2).map(|line| format!("{line}\n")).collect();
    let ran = house.run(&["journal", "verify", &house.file("short.jsonl", &short)]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("line 3, entry 2: entry 2 is missing"), "{}", ran.out);
    let other = text.replacen("quittance-journal/1", "another/9", 1);
    assert_eq!(house.run(&["journal", "verify", &house.file("other.jsonl", &other)]).code, 2);
    assert_eq!(house.run(&["journal", "verify", "no-such-file"]).code, 2);
    assert_eq!(house.run(&["journal", "export", "EX-404"]).code, 1);
    assert_eq!(house.run(&["journal", "export", "EX-00001", "--json"]).code, 2);
}

#[test]
fn a_server_gives_the_same_file() {
    let house = with_contract();
    let key = house.folder.path().join("all.key").display().to_string();
    house.ok(&["admin", "key", "add", "all", "--role", "operator", "--to", &key]);
    let args = ["journal", "export", "EX-00001", "--for-borrower"];
    let here = house.ok(&args).out;
    let (server, url) = serve(&house, &[]);
    let there = house.ok(&[&args[..], &["--server", &url, "--key-file", &key]].concat()).out;
    assert_eq!(here, there);
    assert!(here.contains("\"attached\":\"personal\""), "{here}");
    server.stop();
}

#[test]
fn a_journal_is_held_against_a_published_root() {
    let house = with_contract();
    let root = house.ok(&["journal", "root"]).out;
    let root = house.file("root.json", &root);
    let file = house.file("j.jsonl", &house.ok(&["journal", "export", "EX-00001"]).out);
    let stands = house.json(&["journal", "verify", &file, "--root", &root]);
    assert_eq!(stands["root"]["size"], 1, "{stands}");
    assert_eq!(stands["root"]["keys_given"], false);
    let other = House::founded();
    let strange = other.file("root.json", &other.ok(&["journal", "root"]).out);
    let ran = house.run(&["journal", "verify", &file, "--root", &strange, "--json"]);
    assert_eq!((ran.code, ran.json()["error"]["code"].as_str()), (1, Some("root_of_another")));
    let text = std::fs::read_to_string(&root).unwrap();
    let forged = house.file("forged.json", &text.replacen("\"size\":1", "\"size\":2", 1));
    let ran = house.run(&["journal", "verify", &file, "--root", &forged, "--json"]);
    assert_eq!((ran.code, ran.json()["error"]["code"].as_str()), (1, Some("root_untrusted")));
    let none = house.file("none.json", "{}");
    assert_eq!(house.run(&["journal", "verify", &file, "--root", &none]).code, 2);
}
