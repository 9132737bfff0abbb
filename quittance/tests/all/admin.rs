//! Acts on the data directory: a programme tried on the book, a sunset disputed.

use serde_json::{Value, json};

use crate::kit::{House, Ran, example};

/// EX-1 has owed for years; EX-2 begins in 2030, and its phone goes free on 24 March 2031.
const BOOK: &str = "reference,imei,currency,cash_price,down_payment,count,unit,every,instalment,\
first_due,time_zone,language,programme,borrower_name,borrower_phone,consent_form,consent_version,\
consent_at\n\
EX-1,001010020079198,INR,1200.00,0,12,weeks,1,,2020-01-06,Asia/Kolkata,en,standard,Asha,,form,1,\
2019-12-30\n\
EX-2,001010020158380,INR,1200.00,0,12,weeks,1,,2030-01-06,Asia/Kolkata,en,standard,Budi,,form,1,\
2019-12-30\n";

/// The example programme in a version, whose reminder and notices wait for ten years if `late`.
fn programme(version: u32, late: bool) -> String {
    let text = std::fs::read_to_string(example("programme.toml")).unwrap();
    let text = text.replacen("version = 1", &format!("version = {version}"), 1);
    if !late {
        return text;
    }
    let days = ["1", "60", "90", "93", "97", "104"];
    days.iter().fold(text, |text, days| {
        let from = format!("days_past_due = {days}\n");
        text.replace(&from, "days_past_due = 3660\n")
    })
}

/// A book that was signed under a late programme.
fn house() -> House {
    let house = House::empty();
    house.ok(&["admin", "tenant", "add", "--from", &example("lender.toml")]);
    house.ok(&["admin", "programme", "add", &house.file("late.toml", &programme(1, true))]);
    house.ok(&["import", "contracts", &house.file("book.csv", BOOK)]);
    house.ok(&["admin", "person", "add", "Asha Rao", "--role", "approver"]);
    house
}

/// Exit code and stable code of what was refused.
fn refused(ran: &Ran) -> (i32, String) {
    let code = ran.json()["error"]["code"].as_str().unwrap().to_owned();
    (ran.code, code)
}

fn row(house: &House, reference: &str) -> (Value, Value) {
    let view = house.json(&["status", reference]);
    (view["version"].clone(), view["rung"].clone())
}

#[test]
fn a_programme_is_tried_on_the_book_and_not_added() {
    let house = house();
    let before = [row(&house, "EX-1"), row(&house, "EX-2")];
    assert_eq!(before.each_ref().map(|(_, rung)| rung), ["clear", "clear"]);
    let early = house.file("early.toml", &programme(2, false));
    let add = ["admin", "programme", "add"];
    let told = house.json(&[&add[..], &[&early, "--preview"]].concat());
    let heads = ["programme", "version", "contracts", "up", "down"].map(|name| told[name].clone());
    assert_eq!(heads, [json!("standard"), json!(2), json!(2), json!(1), json!(0)], "{told}");
    assert_eq!(told["rising"][0]["reference"], "EX-1");
    let (from, to) = (&told["moves"][0]["from"], &told["moves"][0]["to"]);
    assert!(from == "clear" && to != "clear", "{told}");
    let none = house.json(&[&add[..], &[&early, "--preview", "--rising", "0"]].concat());
    assert_eq!((&none["up"], &none["rising"]), (&json!(1), &json!([])));
    let page = house.ok(&[&add[..], &[&early, "--preview"]].concat()).out;
    for said in ["1 would stand higher, 0 lower", "EX-1", "none of them moves"] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let known = house.json(&["admin", "programme", "list"]);
    assert_eq!(known["programmes"].as_array().unwrap().len(), 1, "it was not added: {known}");
    assert_eq!([row(&house, "EX-1"), row(&house, "EX-2")], before);

    let misspelt = programme(2, false).replacen("version", "vresion", 1);
    let lawless = programme(2, false).replacen("in-rbi-draft-2026", "nowhere", 1);
    let wrong = [
        (house.file("misspelt.toml", &misspelt), (2, "bad_programme")),
        (house.file("lawless.toml", &lawless), (1, "unknown_pack")),
        ("no-such-file.toml".to_owned(), (2, "file")),
    ];
    for (file, (exit, code)) in wrong {
        let ran = house.run(&[&add[..], &[&file, "--preview", "--json"]].concat());
        assert_eq!(refused(&ran), (exit, code.to_owned()), "{file}: {ran:?}");
    }
    let alone = house.run(&[&add[..], &[&early, "--rising", "3"]].concat());
    assert_eq!(alone.code, 2, "--rising is of a preview: {alone:?}");
    let misspelt = house.run(&[&add[..], &["misspelt.toml", "--preview"]].concat());
    assert!(misspelt.err.contains("misspelt.toml: line"), "{}", misspelt.err);
}

#[test]
fn a_sunset_is_disputed_with_name_and_reason_within_its_bounds() {
    let house = house();
    let dispute = |reference: &str, until: &str, more: &[&str]| {
        let args = ["admin", "sunset", "dispute", reference, "--until", until, "--json"];
        house.run(&[&args[..], more].concat())
    };
    let why = ["--reason", "the court decides in May", "--as", "Asha Rao"];
    let before = row(&house, "EX-2");
    let long = "x".repeat(201);
    let wrong = [
        ("EX-2", "2031-03-24", &why[..], (1, "sunset_out_of_range")),
        ("EX-2", "2031-06-23", &why[..], (1, "sunset_out_of_range")),
        ("EX-1", "2031-06-23", &why[..], (1, "sunset_out_of_range")),
        ("EX-9", "2031-05-01", &why[..], (1, "unknown_reference")),
        ("EX-2", "2031-05-01", &["--reason", " "], (2, "bad_text")),
        ("EX-2", "2031-05-01", &["--reason", &long], (2, "bad_text")),
        ("EX-2", "2031-05-01", &["--reason", "x", "--as", "Nobody"], (2, "unknown_person")),
    ];
    for (reference, until, more, (exit, code)) in wrong {
        let ran = dispute(reference, until, more);
        assert_eq!(refused(&ran), (exit, code.to_owned()), "{reference} {until} {more:?}");
    }
    assert_eq!(dispute("EX-2", "soon", &why).code, 2);
    assert_eq!(dispute("EX-2", "2031-05-01", &[]).code, 2, "a reason is needed");
    assert_eq!(row(&house, "EX-2"), before, "what is refused changes nothing");

    let done = dispute("EX-2", "2031-05-01", &why);
    let told = json!({ "reference": "EX-2", "sunset": "2031-05-01", "disputes": 1 });
    assert_eq!((done.code, done.json()), (0, told));
    let said = house.ok(&[
        "admin",
        "sunset",
        "dispute",
        "EX-2",
        "--until",
        "2031-06-01",
        "--reason",
        "adjourned",
    ]);
    assert!(said.out.contains("goes free on 2031-06-01; moved 2 of 4 times"), "{}", said.out);
    let view = house.json(&["status", "EX-2"]);
    assert_eq!(
        (&view["sunset"]["disputes"], &view["sunset"]["reason"]),
        (&json!(2), &json!("adjourned"))
    );
    let journal = house.ok(&["journal", "export", "EX-2"]).out;
    assert!(
        journal.contains("the court decides in May") && journal.contains("person"),
        "{journal}"
    );
    house.ok(&["replay", "EX-2"]);
}
