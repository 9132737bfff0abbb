//! A lender's book from three files.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::kit::{House, first_rows};

const ROWS: usize = 40;

/// A house with the first rows of the example book.
fn with_book() -> (House, [String; 3]) {
    let house = House::founded();
    let devices = house.file("devices.csv", &first_rows("devices.csv", ROWS));
    let contracts = house.file("contracts.csv", &first_rows("contracts.csv", ROWS));
    let payments = house.file("payments.csv", &own_payments(ROWS));
    (house, [devices, contracts, payments])
}

/// The example payments of the first contracts.
fn own_payments(contracts: usize) -> String {
    let all = first_rows("payments.csv", usize::MAX - 1);
    let own = |line: &&str| {
        let reference = line.split(',').nth(2).and_then(|text| text.strip_prefix("EX-"));
        reference.and_then(|text| text.parse::<usize>().ok()).is_none_or(|no| no <= contracts)
    };
    all.lines().filter(own).map(|line| format!("{line}\n")).collect()
}

fn counts(value: &Value) -> [u64; 3] {
    ["new", "known", "rejected"].map(|name| value[name].as_u64().unwrap())
}

#[test]
fn a_book_is_taken_in_once() {
    let (house, [devices, contracts, payments]) = with_book();
    let rows = u64::try_from(own_payments(ROWS).lines().count() - 1).unwrap();
    assert!(rows > 100, "the cut has payments");
    let files =
        [("devices", &devices, 40), ("contracts", &contracts, 40), ("payments", &payments, rows)];
    for (kind, file, rows) in files {
        let checked = house.json(&["import", kind, file, "--check"]);
        assert_eq!(counts(&checked), [rows, 0, 0], "{kind} checked: {checked}");
        assert_eq!(checked["written"], false);
        assert_eq!(counts(&house.json(&["import", kind, file])), [rows, 0, 0], "{kind}");
    }
    let before = house.json(&["status", "EX-00001"]);
    for (kind, file, rows) in files {
        assert_eq!(counts(&house.json(&["import", kind, file])), [0, rows, 0], "{kind} again");
    }
    let after = house.json(&["status", "EX-00001"]);
    assert_eq!(before["version"], after["version"], "importing again changes nothing");
    assert_eq!(before["paid"], after["paid"]);
    assert_eq!(house.run(&["status", "EX-99999"]).code, 1);
}

#[test]
fn status_explains_in_words_and_numbers() {
    let (house, [devices, contracts, payments]) = with_book();
    house.ok(&["import", "devices", &devices]);
    house.ok(&["import", "contracts", &contracts]);
    house.ok(&["import", "payments", &payments]);
    let page = house.ok(&["status", "EX-00001", "--code"]).out;
    for part in ["EX-00001  active", "Rung", "Because", "Past due", "Asia/Kolkata", "no device yet"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(page.contains("single use, enrols its next device"), "{page}");
    let value = house.json(&["status", "EX-00001"]);
    assert_eq!(value["terms"]["currency"], "INR");
    assert_eq!(value["terms"]["programme"]["id"], "standard");
    assert!(value.get("enrolment_code").is_none(), "only where it is asked for");
    let code = &house.json(&["status", "EX-00001", "--code"])["enrolment_code"];
    assert_eq!(code.as_str().map(str::len), Some(12));
}

#[test]
fn every_fault_is_told_at_once_and_nothing_changes() {
    let (house, [devices, contracts, _]) = with_book();
    house.ok(&["import", "devices", &devices]);
    house.ok(&["import", "contracts", &contracts]);
    let bad = house.file(
        "bad.csv",
        "provider,provider_id,reference,amount,paid_at\n\
         desk,A1,EX-00001,791.00,2026-09-05\n\
         desk,A2,NO-SUCH,791.00,2026-09-05\n\
         desk,A3,EX-00001,7.919,2026-09-05T10:00:00Z\n\
         desk,A4,EX-00001,-5,2026-09-05\n\
         desk,A1,EX-00001,12.00,2026-09-05\n",
    );
    for extra in [&[][..], &["--check"]] {
        let ran = house.run(&[&["import", "payments", &bad], extra].concat());
        assert_eq!(ran.code, 2, "{ran:?}");
        let told = ["line 3, reference", "line 4, amount", "line 5, amount", "line 6, provider_id"];
        assert!(told.iter().all(|part| ran.err.contains(part)), "{}", ran.err);
        assert_eq!(ran.err.lines().count(), 4, "no more than that: {}", ran.err);
    }
    assert_eq!(house.json(&["status", "EX-00001"])["paid"], "0.00");

    let ran = house.run(&["import", "payments", &bad, "--keep-good", "--json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let value = ran.json();
    assert_eq!(counts(&value), [1, 0, 4]);
    assert_eq!(value["errors"][0]["line"], 3);
    assert_eq!(house.json(&["status", "EX-00001"])["paid"], "791.00");
    let rejects = value["reject_file"].as_str().unwrap();
    let text = std::fs::read_to_string(rejects).unwrap();
    assert_eq!(text.lines().count(), 5, "header and four rows: {text}");
    assert!(text.starts_with("provider,provider_id,reference,amount,paid_at,error\n"));
    let mode = std::fs::metadata(rejects).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "others cannot read it");
}

#[test]
fn a_contract_that_cannot_be_is_found_by_the_check() {
    let (house, [devices, contracts, _]) = with_book();
    house.ok(&["import", "devices", &devices]);
    house.ok(&["import", "contracts", &contracts]);
    let text = first_rows("contracts.csv", 1).replace(",standard,", ",other,");
    let file = house.file("other.csv", &text.replace("EX-00001", "EX-77777"));
    let ran = house.run(&["import", "contracts", &file, "--check", "--json"]);
    assert_eq!(ran.code, 2);
    assert_eq!(ran.json()["errors"][0]["code"], "unknown_programme");
    assert_eq!(ran.json()["errors"][0]["column"], "programme");
    let text = first_rows("contracts.csv", 1).replace("EX-00001", "EX-77777");
    let ran = house.run(&["import", "contracts", &house.file("twice.csv", &text), "--json"]);
    assert_eq!(
        (ran.code, &ran.json()["errors"][0]["code"]),
        (2, &"device_already_financed".into())
    );
    let text = first_rows("contracts.csv", 1).replace("9500.00", "9600.00");
    let ran = house.run(&["import", "contracts", &house.file("else.csv", &text), "--json"]);
    assert_eq!((ran.code, &ran.json()["errors"][0]["code"]), (2, &"duplicate_reference".into()));
}

#[test]
fn the_directory_is_managed_by_people_with_names() {
    let house = House::founded();
    house.ok(&["admin", "person", "add", "Asha Rao", "--role", "admin"]);
    assert_eq!(house.run(&["admin", "key", "add", "k", "--role", "king"]).code, 2);
    let made = house.json(&["admin", "key", "add", "k", "--role", "payments", "--as", "Asha Rao"]);
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("qk_"));
    let list = house.ok(&["admin", "key", "list", "--json"]);
    assert!(!list.out.contains(&secret[12..]), "a key is shown once");
    assert_eq!(house.run(&["admin", "key", "add", "k", "--role", "payments"]).code, 1);
    house.ok(&["admin", "key", "revoke", "k"]);
    assert!(house.json(&["admin", "key", "list"])["keys"][0]["revoked_at"].is_string());
    assert_eq!(house.run(&["admin", "person", "list", "--as", "Nobody"]).code, 0);
    assert_eq!(house.run(&["admin", "key", "revoke", "k", "--as", "Nobody"]).code, 2);

    let root = house.folder.path().join("root.key").display().to_string();
    assert_eq!(house.json(&["admin", "signing-key", "list"])["keys"].as_array().unwrap().len(), 4);
    assert_eq!(house.json(&["admin", "signing-key", "rotate", "--kind", "lease"])["id"], 5);
    house.ok(&["admin", "key", "export-root", "--to", &root]);
    let ran = house.run(&["admin", "key", "rotate", "--kind", "lease"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("root_absent"), "{}", ran.err);
    let other = std::fs::read_to_string(crate::kit::example("lender.toml")).unwrap();
    let other = house.file("other.toml", &other.replace("id = \"example\"", "id = \"other\""));
    house.ok(&["admin", "tenant", "add", "--from", &other]);
    let succession = ["admin", "signing-key", "succession", "--tenant", "example", "--to", "other"];
    let ran = house.run(&succession);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("root_absent") && ran.err.contains("--root"), "{}", ran.err);
    let to = &house.json(&["admin", "tenant", "list"])["tenants"][1]["id"];
    let named = [&succession[..], &["--root", &root]].concat();
    assert_eq!(&house.json(&named)["to"], to);
    let mode = std::fs::metadata(house.data()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "the data directory is its owner's alone");
}

#[test]
fn files_of_settings_are_told_by_name_line_and_field() {
    let house = House::founded();
    let bad =
        house.file("p.toml", "id = \"x\"\nversion = 1\npacks = [\"test-fast\"]\nsurprise = 1\n");
    let ran = house.run(&["admin", "programme", "add", &bad]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("p.toml: line 4: surprise"), "{}", ran.err);
    let shown = house.ok(&["admin", "programme", "show", "standard"]).out;
    assert!(shown.contains("packs = [\"in-rbi-draft-2026\"]") && shown.contains("formal notice 1"));
}

/// A lender who keeps his own accounts imports contracts without schedules, and nightly standings.
#[test]
fn standings_are_imported_row_by_row_and_once() {
    let house = House::founded();
    let contracts = first_rows("contracts.csv", 2);
    let mut lines = contracts.lines();
    let header = lines.next().unwrap();
    let outside = |line: &str| {
        let mut cells: Vec<&str> = line.split(',').collect();
        (3..10).for_each(|place| cells[place] = "");
        cells.join(",") + ",outside\n"
    };
    let rows: String = lines.map(outside).collect();
    let file = house.file("outside.csv", &format!("{header},standing\n{rows}"));
    assert_eq!(counts(&house.json(&["import", "contracts", &file])), [2, 0, 0]);
    assert_eq!(counts(&house.json(&["import", "contracts", &file])), [0, 2, 0]);

    let head = "reference,as_of,past_due,oldest_unpaid\n";
    let night = |name: &str, rows: &str| house.file(name, &format!("{head}{rows}"));
    let bad = night(
        "bad.csv",
        "EX-00001,2026-01-10,5.001,2026-01-05\nEX-00001,2090-01-01,5,2026-01-05\n\
         NO-SUCH,2026-01-10,0,\nEX-00002,2026-01-10,5,\n",
    );
    let ran = house.run(&["import", "standing", &bad]);
    assert_eq!(ran.code, 2, "{ran:?}");
    let told = ["line 2, past_due", "line 3, as_of", "line 4, reference", "line 5, oldest_unpaid"];
    assert!(told.iter().all(|part| ran.err.contains(part)), "{}", ran.err);

    let first = night(
        "first.csv",
        "EX-00001,2026-01-10,791.00,2026-01-05\nEX-00002,2026-01-10T04:00:00+05:30,0,\n",
    );
    assert_eq!(counts(&house.json(&["import", "standing", &first, "--check"])), [2, 0, 0]);
    assert_eq!(counts(&house.json(&["import", "standing", &first])), [2, 0, 0]);
    assert_eq!(counts(&house.json(&["import", "standing", &first])), [0, 2, 0]);
    let later = night("later.csv", "EX-00001,2026-01-11,0,\n");
    assert_eq!(counts(&house.json(&["import", "standing", &later])), [1, 0, 0]);
    let again = house.json(&["import", "standing", &first]);
    assert_eq!((counts(&again), &again["older"]), ([0, 1, 0], &Value::from(1)));
    assert_eq!(house.json(&["status", "EX-00001"])["standing"]["past_due"], "0.00");
}

/// A consent may name the text it was given on: the one that this contract discloses, wherever the
/// book is taken in.
#[test]
fn a_consent_on_another_text_is_refused_with_line_and_column() {
    let book = first_rows("contracts.csv", 2);
    let of_first = |told: &str| {
        let lines = book.lines().enumerate().map(|(line, text)| match line {
            0 => format!("{text},consent_language,consent_hash\n"),
            1 => format!("{text},{told}\n"),
            _ => format!("{text},,\n"),
        });
        lines.collect::<String>()
    };
    let before = House::founded();
    before.ok(&["import", "contracts", &before.file("contracts.csv", &book)]);
    let shown = before.json(&["disclosure", "EX-00001"]);
    let (language, hash) = (shown["language"].as_str().unwrap(), shown["hash"].as_str().unwrap());

    let house = House::founded();
    let other = "0".repeat(64);
    let cases = [
        (format!("{language},{other}"), "line 2, consent_hash"),
        (format!("{language},{hash}0"), "line 2, consent_hash"),
        (format!(",{hash}"), "line 2, consent_language"),
        (format!("zz-ZZ,{other}"), "line 2, consent_"),
    ];
    for (told, place) in cases {
        let file = house.file("contracts.csv", &of_first(&told));
        for extra in [&["--check"][..], &[]] {
            let ran = house.run(&[&["import", "contracts", &file], extra].concat());
            assert_eq!(ran.code, 2, "{ran:?}");
            assert!(ran.err.contains(place), "{told}: {}", ran.err);
        }
    }
    assert_eq!(house.run(&["status", "EX-00001"]).code, 1, "nothing was taken in");
    let right = house.file("contracts.csv", &of_first(&format!("{language},{hash}")));
    assert_eq!(counts(&house.json(&["import", "contracts", &right])), [2, 0, 0]);
    assert_eq!(counts(&house.json(&["import", "contracts", &right])), [0, 2, 0], "again");
    let told = house.ok(&["journal", "export", "EX-00001"]).out.replace('\\', "");
    assert!(told.contains("\"told\":{\"hash\":"), "it stands in the signing: {told}");
}
