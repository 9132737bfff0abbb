//! Policy packs as files: which are loaded, which are refused, and what later law does to
//! contracts.

use std::{fs, path::Path};

use domain::{Day, Rung};
use server::{
    App,
    app::{Pace, load_packs::PacksRead},
    keys::Keys,
    packs::{Added, PackDir, add_signature, public_line, sign},
};
use store::{Entry, MemoryStore, Query, UnitKind};
use tempfile::TempDir;

use crate::{
    kit::*,
    phone::{Phone, pass, pass_until},
};

const COUNSEL: [u8; 32] = [5; 32];
const BENCH: [u8; 32] = [4; 32];
const BOTH: [[u8; 32]; 2] = [COUNSEL, BENCH];
const STRANGER: [u8; 32] = [6; 32];

fn fast() -> &'static str {
    formats::packs::builtin().iter().find(|(id, _)| *id == "test-fast").unwrap().1
}

/// The fast pack's second version, from a day on, with another least of days past due.
fn second(from: &str, min_dpd: u32) -> String {
    fast()
        .replacen("version = 1", &format!("version = 2\neffective_from = \"{from}\""), 1)
        .replacen("min_dpd_restrict = 6", &format!("min_dpd_restrict = {min_dpd}"), 1)
}

/// A data directory that trusts two publishers.
fn data() -> TempDir {
    let data = TempDir::new().unwrap();
    let trusted = data.path().join("packs/trusted");
    fs::create_dir_all(&trusted).unwrap();
    fs::write(trusted.join("counsel.pub"), public_line(&COUNSEL)).unwrap();
    fs::write(trusted.join("bench.pub"), public_line(&BENCH)).unwrap();
    fs::write(trusted.join("notes.pub"), "no key").unwrap();
    data
}

fn put(data: &Path, name: &str, text: &str, seeds: &[[u8; 32]]) {
    let file = data.join("packs").join(name);
    fs::write(&file, text).unwrap();
    if !seeds.is_empty() {
        let lines: Vec<String> =
            seeds.iter().map(|seed| sign(seed, text.as_bytes()).unwrap()).collect();
        fs::write(data.join("packs").join(format!("{name}.sig")), lines.join("\n")).unwrap();
    }
}

async fn read(app: &App, data: &TempDir) -> PacksRead {
    let dir = std::sync::Arc::new(PackDir::below(data.path()));
    app.read_packs(&dir).await.unwrap().unwrap()
}

fn codes(read: &PacksRead) -> Vec<(&str, &str)> {
    let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned().leak() as &str;
    read.refused.iter().map(|refused| (name(&refused.file), refused.code)).collect()
}

/// A text is a pack here only if trusted publishers signed exactly it; whatever else lies there
/// disturbs nothing.
#[tokio::test]
async fn only_what_trusted_publishers_signed_is_loaded() {
    let house = House::new().await;
    let before = house.app.directory.packs().len();
    let data = data();
    let own = |id: &str| fast().replacen("\"test-fast\"", &format!("\"{id}\""), 1);
    put(data.path(), "a-good.toml", &own("good"), &BOTH);
    put(data.path(), "b-unsigned.toml", &own("unsigned"), &[]);
    put(data.path(), "c-stranger.toml", &own("stranger"), &[STRANGER]);
    put(data.path(), "d-changed.toml", &own("changed"), &BOTH);
    put(data.path(), "d-changed.toml", &own("changed-since"), &[]);
    let wrong = own("wrong").replacen("min_dpd_restrict = 6", "min_dpd_restrict = 1", 1);
    put(data.path(), "e-wrong.toml", &wrong, &BOTH);
    let other = fast().replacen("hours = 24", "hours = 48", 1);
    put(data.path(), "f-other-text.toml", &other, &BOTH);
    let orphan = own("orphan").replacen("version = 1", "version = 1\nparent = \"nobody\"", 1);
    put(data.path(), "g-orphan.toml", &orphan, &BOTH);
    // A child may stand before its parent; one that is milder is refused all the same.
    let child = own("child").replacen("version = 1", "version = 1\nparent = \"good\"", 1);
    put(data.path(), "a-child.toml", &child, &BOTH);
    let mild = child.replacen("\"child\"", "\"mild\"", 1);
    let mild = mild.replacen("removal_hours = 24", "removal_hours = 25", 1);
    put(data.path(), "h-mild.toml", &mild, &BOTH);
    put(data.path(), "notes.txt", "no pack", &[]);

    let loaded = read(&house.app, &data).await;
    assert_eq!(loaded.added, [("good".to_owned(), 1), ("child".to_owned(), 1)]);
    let mut refused = codes(&loaded);
    refused.sort_unstable();
    let expected = [
        ("b-unsigned", "pack_unsigned"),
        ("c-stranger", "pack_untrusted"),
        ("d-changed", "pack_signature"),
        ("e-wrong", "bad_pack"),
        ("f-other-text", "pack_version_exists"),
        ("g-orphan", "pack_parent"),
        ("h-mild", "bad_pack"),
    ];
    assert_eq!(refused, expected);
    let told = |code: &str| {
        loaded.refused.iter().find(|refused| refused.code == code).unwrap().detail.clone()
    };
    assert!(told("bad_pack").contains("line 14: min_dpd_restrict"), "{}", told("bad_pack"));
    assert_eq!(house.app.directory.packs().len(), before + 2);
    assert!(house.app.metrics.text(&house.app).contains("quittance_packs{state=\"refused\"} 7"));
    // Read again, and by another process on the same store: known for ever, file or no file.
    assert!(read(&house.app, &data).await.added.is_empty());
    fs::remove_file(data.path().join("packs/a-good.toml")).unwrap();
    house.app.load_directory().await.unwrap();
    assert!(house.app.directory.pack(&("good".into(), 1)).is_some());
    let programme = FAST.replace("\"fast\"", "\"mine\"").replace("test-fast", "child");
    house.app.add_programme(house.tenant, &programme, clerk()).await.unwrap();
    house.check().await;
}

/// One publisher makes no law, under however many names he is trusted and however often he signs.
#[tokio::test]
async fn a_pack_takes_two_publishers() {
    let house = House::new().await;
    let data = data();
    let twin = data.path().join("packs/trusted/a-twin.pub");
    fs::write(twin, public_line(&COUNSEL).to_uppercase()).unwrap();
    let own = fast().replacen("\"test-fast\"", "\"own\"", 1);
    let cases: [(&[[u8; 32]], &str, &str); 5] = [
        (&[COUNSEL], "pack_second_signature", "signed by a-twin alone: another trusted publisher"),
        (&[COUNSEL, COUNSEL], "pack_second_signature", "signed by a-twin alone"),
        (&[STRANGER, BENCH], "pack_second_signature", "signed by bench alone"),
        (&[STRANGER, [9; 32]], "pack_untrusted", "whom nobody trusts here"),
        (&[COUNSEL; 17], "pack_signature", "at most 16 signatures"),
    ];
    for (seeds, expected, words) in cases {
        put(data.path(), "own.toml", &own, seeds);
        let loaded = read(&house.app, &data).await;
        assert!(loaded.added.is_empty(), "{expected}");
        assert_eq!(codes(&loaded), [("own", expected)]);
        assert!(loaded.refused[0].detail.contains(words), "{}", loaded.refused[0].detail);
    }
    // A true signature beside one over another text: not what was signed.
    let beside = data.path().join("packs/own.toml.sig");
    let other = sign(&BENCH, b"another text").unwrap();
    fs::write(&beside, format!("{}\n{other}\n", sign(&COUNSEL, own.as_bytes()).unwrap())).unwrap();
    assert_eq!(codes(&read(&house.app, &data).await), [("own", "pack_signature")]);

    let dir = std::sync::Arc::new(PackDir::below(data.path()));
    put(data.path(), "own.toml", &own, &[COUNSEL]);
    house.app.read_packs(&dir).await.unwrap().unwrap();
    assert!(house.app.read_packs(&dir).await.unwrap().is_none(), "nothing new");
    let there = fs::read_to_string(&beside).unwrap();
    let added = add_signature(&there, &BENCH, own.as_bytes()).unwrap();
    let lines: Vec<String> = added.signatures.iter().map(|one| one.line.clone()).collect();
    fs::write(&beside, lines.join("\n") + "\n").unwrap();
    let loaded = house.app.read_packs(&dir).await.unwrap().unwrap();
    assert_eq!(loaded.added, [("own".to_owned(), 1)], "as soon as the second one signed");
    let known = house.app.directory.pack(&("own".into(), 1)).unwrap();
    let keys: Vec<&str> = known.stored.signers().collect();
    assert_eq!(keys, [public_line(&COUNSEL), public_line(&BENCH)]);
    let of = |tenant, kind| Query::Units { tenant: Some(tenant), kind, status: None, rung_min: 0 };
    let query = of(server::app::directory::NOBODY, UnitKind::Directory);
    let page = house.app.store.page(query, None, 100).await.unwrap();
    let pack = |entry: &Entry| match entry {
        Entry::Unit(row) if row.doc.contains("\"own\\\"") => Some(row.unit),
        _ => None,
    };
    let journal = house.journal(page.entries.iter().find_map(pack).unwrap()).await;
    let record = &journal.last().unwrap().text;
    assert!(record.contains(r#""actor":{"feed":"publishers a-twin, bench"}"#), "{record}");
    house.check().await;
}

/// A key signs a text once, beside the others; what is over another text does not stay.
#[test]
fn a_signature_is_added_beside_the_others() {
    let text = fast().as_bytes();
    let first = add_signature("", &COUNSEL, text).unwrap();
    assert!(first.new && first.dropped == 0);
    let file = |added: &Added| {
        added.signatures.iter().map(|one| format!("{}\n", one.line)).collect::<String>()
    };
    let both = add_signature(&file(&first), &BENCH, text).unwrap();
    assert_eq!(both.signatures.len(), 2);
    let again = add_signature(&file(&both), &COUNSEL, text).unwrap();
    assert_eq!((again.new, file(&again)), (false, file(&both)), "nothing changes");
    let changed = add_signature(&(file(&both) + "no line\n"), &BENCH, b"changed").unwrap();
    assert_eq!((changed.signatures.len(), changed.dropped), (1, 3));
}

/// A contract keeps the version it was signed under; a stricter one applies besides from its day,
/// also when it was published after that day, and phones hear of it.
#[tokio::test]
async fn a_later_law_applies_to_running_contracts_from_its_day() {
    let house = House::new().await;
    let unit = house.sign(new_contract("C-1", 1)).await;
    let mut phone = Phone::new(1);
    phone.enrol(&house, unit).await;
    // Due on the 17th, six days past due on the 23rd.
    let restricted = protocol::Stage { rung: protocol::Rung::Restrict, step: 1 };
    pass_until(&house, &mut phone, restricted, 40).await;
    let data = data();
    put(data.path(), "second.toml", &second("2026-01-28", 15), &BOTH);
    let loaded = read(&house.app, &data).await;
    assert_eq!(loaded.added, [("test-fast".to_owned(), 2)]);
    let swept = house.app.tell_of_law().await.unwrap();
    assert_eq!((swept.looked, swept.failed), (1, 0));
    assert_eq!(house.app.tell_of_law().await.unwrap().looked, 0, "once is enough");
    let contract = house.contract(unit).await;
    assert_eq!(contract.packs(), [("test-fast".to_owned(), 1)]);
    assert!(contract.decision.stage.restricts(), "until its day the old law holds");
    house.check().await;
    while house.contract(unit).await.packs().len() == 1 {
        pass(&house, &mut phone, 1).await;
    }
    let contract = house.contract(unit).await;
    assert_eq!(contract.day(house.app.now()), Day::new(2026, 1, 28).unwrap());
    assert_eq!(contract.decision.stage.rung, Rung::Notice, "eleven days past due are not fifteen");
    assert_eq!(phone.stage().rung, protocol::Rung::Notice);
    assert_eq!(phone.problems, [""; 0], "never two leases under one sequence");
    let journal = house.journal(unit).await;
    let last = journal.iter().rfind(|line| line.kind == store::LineKind::Decision).unwrap();
    assert!(last.text.contains(r#""packs":[["test-fast",1],["test-fast",2]]"#), "{}", last.text);
    pass_until(&house, &mut phone, restricted, 10).await;
    house.check().await;
    let replayed = house.app.replay_contract(house.tenant, unit).await.unwrap();
    assert!(replayed.is_reproduced(), "{replayed:?}");
}

/// What became known late is learnt with the next word of the phone, whoever swept or did not.
#[tokio::test]
async fn a_phone_that_comes_first_learns_of_the_law_itself() {
    let house = House::new().await;
    let unit = house.sign(new_contract("C-1", 1)).await;
    let mut phone = Phone::new(1);
    phone.enrol(&house, unit).await;
    pass_until(&house, &mut phone, protocol::Stage { rung: protocol::Rung::Lock, step: 0 }, 40)
        .await;
    let data = data();
    put(data.path(), "second.toml", &second("2026-01-12", 60), &BOTH);
    read(&house.app, &data).await;
    phone.check_in(&house.app).await;
    assert_eq!(phone.stage().rung, protocol::Rung::Notice);
    assert_eq!(phone.problems, [""; 0]);
    assert_eq!(house.contract(unit).await.packs().len(), 2);
    house.check().await;
}

/// New contracts get the newest version in force on the day; one that has ended permits nothing.
#[tokio::test]
async fn new_contracts_get_the_version_in_force_on_the_day() {
    let store = std::sync::Arc::new(MemoryStore::new());
    let house = House::on(store, Keys::new(&[7; 32]), Pace::default()).await;
    let data = data();
    put(data.path(), "second.toml", &second("2026-01-20", 15), &BOTH);
    let third = second("2026-02-20", 15).replacen("version = 2", "version = 3", 1).replacen(
        "min_dpd",
        "effective_to = \"2026-03-01\"\nmin_dpd",
        1,
    );
    put(data.path(), "third.toml", &third, &BOTH);
    let loaded = read(&house.app, &data).await;
    assert_eq!(loaded.added.len(), 2, "{:?}", loaded.refused);
    let pinned = |house: &House, day: &str| {
        let programme = ("fast".to_owned(), 1);
        let packs =
            house.app.directory.packs_in_force(house.tenant, &programme, Day::parse(day).unwrap());
        packs.unwrap()[0].1
    };
    let days = ["2026-01-19", "2026-01-20", "2026-02-19", "2026-02-20", "2026-03-01", "2026-03-02"];
    assert_eq!(days.map(|day| pinned(&house, day)), [1, 2, 2, 3, 3, 2]);
    let unit = house.sign(new_contract("C-1", 1)).await;
    assert_eq!(house.contract(unit).await.signed.packs, [("test-fast".to_owned(), 1)]);

    let ended = fast().replacen("\"test-fast\"", "\"ended\"", 1).replacen(
        "version = 1",
        "version = 1\neffective_to = \"2026-01-09\"",
        1,
    );
    put(data.path(), "ended.toml", &ended, &BOTH);
    read(&house.app, &data).await;
    let programme = FAST.replace("\"fast\"", "\"late\"").replace("test-fast", "ended");
    let refused = house.app.add_programme(house.tenant, &programme, clerk()).await;
    assert_eq!(code(refused), "pack_ended");
}
