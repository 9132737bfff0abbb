//! The log of a lender's journals, day by day.

use std::sync::Arc;

use domain::{Day, UnitId};
use formats::{
    journal_file::check_journal_file,
    roots::{Leaf, Proof, PublishedRoot, extends},
};
use protocol::cert::KeyRing;
use server::{
    Error,
    app::{Pace, export_journal::Beside},
    crypto::ServerVerifier,
    keys::Keys,
};
use store::{MemoryStore, SqliteOptions, SqliteStore};

use crate::{
    kit::{DAY, HOUR, House, new_contract},
    mortal::Mortal,
};

/// The signature holds, and what is published is what was signed.
fn verified(root: &PublishedRoot) -> [u8; 32] {
    let mut ring = KeyRing::new(protocol::TenantId(root.tenant.bytes()), root.root_key().unwrap());
    let certs = root.certificates();
    assert_eq!(ring.add_all(certs.iter().map(Vec::as_slice), &ServerVerifier), 0);
    let signed = ring.open_journal_root(&root.signed, &ServerVerifier).unwrap();
    assert_eq!((signed.size, &signed.lender), (root.size, &root.lender));
    assert_eq!(server::crypto::hex(&signed.root.0), root.root);
    signed.root.0
}

async fn published(house: &House, day: Option<Day>) -> PublishedRoot {
    house.app.published_root(house.tenant, day).await.unwrap()
}

/// Whether the proof shows the entry it names of the stored journal.
async fn shows(house: &House, unit: UnitId, proof: &Proof, root: &PublishedRoot) -> bool {
    let line = &house.journal(unit).await[proof.entry as usize - 1];
    let leaf = Leaf { unit, entry: line.entry, hash: line.hash };
    proof.shows(&leaf, &verified(root), root.size)
}

#[tokio::test]
async fn each_day_the_heads_that_changed_are_logged_and_proved() {
    let house = House::new().await;
    let mut units = Vec::new();
    for number in 1..=5 {
        units.push(house.sign(new_contract(&format!("EX-{number}"), number)).await);
    }
    // Heads of the last minutes before a run are logged by the next one too.
    house.clock.pass(HOUR);
    assert_eq!(house.app.publish_roots().await.unwrap(), 1);
    assert_eq!(house.app.publish_roots().await.unwrap(), 0, "once a day");
    let first = published(&house, None).await;
    assert_eq!(first.size, 5);
    let before: Vec<u64> = vec![house.row(units[2]).await.head.entries];
    house.clock.pass(DAY);
    house.pay("T-1", "EX-3", "10.00").await;
    assert_eq!(house.app.publish_roots().await.unwrap(), 1);
    let second = published(&house, None).await;
    assert_eq!(second.size, 6, "one journal grew");
    for (number, unit) in units.iter().enumerate() {
        let proof = house.app.prove_journal(house.tenant, *unit, None).await.unwrap();
        assert!(shows(&house, *unit, &proof, &second).await, "{number}: {proof:?}");
        let old = house.app.prove_journal(house.tenant, *unit, Some(first.day)).await.unwrap();
        assert!(shows(&house, *unit, &old, &first).await);
        assert!(!shows(&house, *unit, &old, &second).await);
    }
    let old = house.app.prove_journal(house.tenant, units[2], Some(first.day)).await.unwrap();
    assert_eq!(old.entry, before[0]);
    let path = house.app.prove_growth(house.tenant, first.day, second.day).await.unwrap();
    let (old, new) = (verified(&first), verified(&second));
    assert!(extends((&old, 5), (&new, 6), &path));
    assert!(!extends((&new, 5), (&old, 6), &path));
    let backwards = house.app.prove_growth(house.tenant, second.day, first.day).await;
    assert_eq!(crate::kit::code(backwards), "bad_period");
}

#[tokio::test]
async fn a_journal_that_is_rewritten_has_no_proof() {
    let house = House::new().await;
    let unit = house.sign(new_contract("EX-1", 1)).await;
    house.app.publish_roots().await.unwrap();
    let root = published(&house, None).await;
    let proof = house.app.prove_journal(house.tenant, unit, None).await.unwrap();
    let line = &house.journal(unit).await[proof.entry as usize - 1];
    let forged = Leaf { unit, entry: line.entry, hash: [7; 32] };
    assert!(!proof.shows(&forged, &verified(&root), root.size));
    let late = house.sign(new_contract("EX-2", 2)).await;
    let none = house.app.prove_journal(house.tenant, late, None).await;
    assert!(matches!(none, Err(Error::NotFound(_))), "signed after the root: {none:?}");
}

#[tokio::test]
async fn an_export_carries_the_proof_once_there_is_one() {
    let house = House::new().await;
    let unit = house.sign(new_contract("EX-1", 1)).await;
    let export = async || {
        let text = house.app.export_journal(house.tenant, unit, Beside::default()).await.unwrap();
        check_journal_file(text.as_bytes()).unwrap().attached
    };
    assert!(export().await.is_empty());
    house.app.publish_roots().await.unwrap();
    let attached = export().await;
    assert_eq!(attached[0].kind, "proof");
    let proof = Proof::parse(&attached[0].text).unwrap();
    assert!(shows(&house, unit, &proof, &published(&house, None).await).await);
}

/// Days nobody ran are left out; the next run has all of them.
#[tokio::test]
async fn days_without_a_run_lose_nothing() {
    let house = House::new().await;
    let one = house.sign(new_contract("EX-1", 1)).await;
    house.app.publish_roots().await.unwrap();
    house.clock.pass(2 * DAY);
    let two = house.sign(new_contract("EX-2", 2)).await;
    house.clock.pass(5 * DAY + HOUR);
    house.app.publish_roots().await.unwrap();
    let root = published(&house, None).await;
    for unit in [one, two] {
        let proof = house.app.prove_journal(house.tenant, unit, None).await.unwrap();
        assert!(shows(&house, unit, &proof, &root).await);
    }
    let gap = root.day.plus_days(-3).unwrap();
    assert!(house.app.published_root(house.tenant, Some(gap)).await.is_err());
}

/// Logs of more than a tile, in a database, over several days: what a run that broke off left
/// behind is of no consequence.
#[tokio::test]
async fn a_log_of_many_tiles_grows_and_proves() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("q.db"), SqliteOptions::default()).unwrap();
    let house = House::on(Arc::new(store), Keys::new(&[7; 32]), Pace::default()).await;
    let mut units = Vec::new();
    let mut roots = Vec::new();
    for (from, to) in [(1, 700), (701, 1400), (1401, 2100)] {
        for number in from..=to {
            units.push(house.sign(new_contract(&format!("EX-{number}"), number)).await);
        }
        house.app.publish_roots().await.unwrap();
        roots.push(published(&house, None).await);
        house.clock.pass(DAY);
    }
    let last = &roots[2];
    assert!(last.size >= 2100);
    for unit in [units[0], units[699], units[1023], units[1024], units[2099]] {
        let proof = house.app.prove_journal(house.tenant, unit, None).await.unwrap();
        assert!(shows(&house, unit, &proof, last).await);
    }
    for (old, new) in [(0, 1), (1, 2), (0, 2)] {
        let (old, new): (&PublishedRoot, &PublishedRoot) = (&roots[old], &roots[new]);
        let path = house.app.prove_growth(house.tenant, old.day, new.day).await.unwrap();
        assert!(extends((&verified(old), old.size), (&verified(new), new.size), &path));
    }
}

#[tokio::test]
async fn a_house_without_contracts_has_a_root_too() {
    let store = Arc::new(MemoryStore::new());
    let house = House::on(store, Keys::new(&[7; 32]), Pace::default()).await;
    house.app.publish_roots().await.unwrap();
    let root = published(&house, None).await;
    assert_eq!((root.size, verified(&root)), (0, formats::roots::empty_root()));
}

/// A run may break off at any of its commits. What was published before stays true, and the next
/// run, a day later, covers what it left.
#[tokio::test]
async fn a_run_that_breaks_off_anywhere_breaks_no_promise() {
    for commits in 0..4 {
        let store = Mortal::new();
        let house = House::on(store.clone(), Keys::new(&[7; 32]), Pace::default()).await;
        let mut units = Vec::new();
        for number in 1..=1030 {
            units.push(house.sign(new_contract(&format!("EX-{number}"), number)).await);
        }
        house.clock.pass(HOUR);
        house.app.publish_roots().await.unwrap();
        let first = published(&house, None).await;
        house.clock.pass(DAY);
        house.pay("T-1", "EX-1", "10.00").await;
        store.dies_after(commits);
        let broken = house.app.publish_roots().await;
        assert_eq!(broken.is_err(), commits < 3, "a tile, the last root, the day: {commits}");
        store.revives();
        house.clock.pass(DAY);
        house.pay("T-2", "EX-2", "10.00").await;
        house.app.publish_roots().await.unwrap();
        let last = published(&house, None).await;
        let mut day = first.day;
        let mut before = first.clone();
        while let Some(next) = day.plus_days(1).filter(|next| *next <= last.day) {
            day = next;
            let Ok(root) = house.app.published_root(house.tenant, Some(day)).await else {
                continue;
            };
            let path = house.app.prove_growth(house.tenant, before.day, day).await.unwrap();
            let (old, new) = (verified(&before), verified(&root));
            assert!(extends((&old, before.size), (&new, root.size), &path), "{commits} {day}");
            before = root;
        }
        for unit in [units[0], units[1], units[1029]] {
            let proof = house.app.prove_journal(house.tenant, unit, None).await.unwrap();
            assert!(shows(&house, unit, &proof, &last).await, "{commits}");
        }
    }
}
