//! What must be true of the database after a kill.

use std::collections::BTreeMap;

use domain::Moment;
use store::{Entry, Outcome, Presence, Query, Queue, Row, SqliteStore, Store, Views, walk};

use crate::load::{LINES, THREADS, UNITS_EACH, chained, item, job, name, text, unit};

/// Each unit is whole at one version: the last acknowledged, or the one that was under way. Notes
/// which, and commits once more on top.
pub(crate) async fn whole(store: &SqliteStore, acknowledged: &mut BTreeMap<u64, u64>, round: u64) {
    let jobs = jobs(store).await;
    for number in 0..THREADS * UNITS_EACH {
        let known = acknowledged.get(&number).copied().unwrap_or(0);
        let rows = store.load(&[unit(number)]).await.expect("the store loads");
        let row = rows.into_iter().next().flatten();
        let version = row.as_ref().map_or(0, |row| row.version);
        assert!(
            version == known || version == known + 1,
            "round {round}: unit {number} is at {version}, {known} was acknowledged"
        );
        let jobs = jobs.get(&number).map_or(&[][..], |jobs| jobs.as_slice());
        match &row {
            None => nothing(store, number, jobs).await,
            Some(row) => unit_is_whole(store, number, row, jobs).await,
        }
        // What was under way is known by its command, and the unit takes the next.
        let next = item(number, row.as_ref());
        let outcomes = store.commit(vec![next.clone(), next]).await.expect("the store commits");
        assert_eq!(outcomes, [Outcome::Done(version + 1), Outcome::Repeat(version + 1)]);
        acknowledged.insert(number, version + 1);
    }
    let balance = store.trial_balance(item(0, None).tenant).await.expect("the books add up");
    assert_eq!(balance.iter().map(|(.., minor)| minor).sum::<i64>(), 0);
}

async fn nothing(store: &SqliteStore, number: u64, jobs: &[u64]) {
    assert_eq!(jobs, [0; 0]);
    for query in [Query::Journal(unit(number)), Query::Ledger(unit(number))] {
        assert_eq!(entries(store, query).await, []);
    }
    assert_eq!(entries(store, Query::Owner(name(number, 1))).await, []);
}

async fn unit_is_whole(store: &SqliteStore, number: u64, row: &Row, jobs: &[u64]) {
    let version = row.version;
    assert!(row.doc.starts_with(&format!("{version} ")), "unit {number}: {}", row.doc);
    assert_eq!(row.facets.status, format!("s{version}"));
    assert_eq!(row.next_look, Some(Moment::from_seconds(version.cast_signed())));
    assert_eq!(jobs, [version], "unit {number}");
    journal_is_whole(store, number, row).await;
    let ledger = entries(store, Query::Ledger(unit(number))).await;
    let legs = (1..=version.cast_signed()).flat_map(|amount| [amount, -amount]);
    let minors = ledger.iter().map(|entry| match entry {
        Entry::Posting(_, _, minor, _) => *minor,
        other => panic!("a page of a ledger holds {other:?}"),
    });
    assert_eq!(minors.collect::<Vec<_>>(), legs.collect::<Vec<_>>());
    let personal = entries(store, Query::Personal(unit(number))).await;
    assert_eq!(personal, [Entry::Personal("version".to_owned(), version.to_string())]);
    let owned = entries(store, Query::Owner(name(number, version))).await;
    assert_eq!(owned, [Entry::Owner(unit(number))]);
    for other in [version - 1, version + 1] {
        assert_eq!(entries(store, Query::Owner(name(number, other))).await, []);
    }
    let repeated = row.clone();
    let mut again = item(number, Some(&Row { version: version - 1, ..repeated }));
    again.expected = version;
    let outcomes = store.commit(vec![again]).await.expect("the store commits");
    assert_eq!(outcomes, [Outcome::Repeat(version)]);
    for entry in entries(store, Query::Presence(unit(number))).await {
        let Entry::Presence(Presence { msg_no, .. }) = entry else { panic!("{entry:?}") };
        assert!(msg_no <= version, "heard of version {msg_no} before {version} was there");
    }
}

async fn journal_is_whole(store: &SqliteStore, number: u64, row: &Row) {
    let lines = walk::journal(store, unit(number)).await.expect("the journal pages");
    assert_eq!(lines.len() as u64, row.version * LINES);
    let mut hash = [0; 32];
    for (entry, line) in (1..).zip(&lines) {
        let (version, part) = ((entry - 1) / LINES + 1, (entry - 1) % LINES);
        assert_eq!(line.text, text(number, version, part));
        hash = chained(hash, &line.text);
        assert_eq!((line.entry, line.hash), (entry, hash));
    }
    assert_eq!((row.head.entries, row.head.hash), (lines.len() as u64, hash));
}

/// Versions named by the waiting jobs, by unit.
async fn jobs(store: &SqliteStore) -> BTreeMap<u64, Vec<u64>> {
    let far = Moment::from_seconds(1_000_000_000);
    let claims = store.claim(Queue::Outbox, 1, far, far, 10_000).await.expect("the store claims");
    let mut jobs: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for claimed in claims {
        let number = u64::try_from(claimed.unit.0.as_u128()).expect("units are small numbers");
        let version: u64 = claimed.payload.parse().expect("a job names its version");
        assert_eq!(claimed.key, job(version).key);
        jobs.entry(number).or_default().push(version);
    }
    jobs
}

async fn entries(store: &SqliteStore, query: Query) -> Vec<Entry> {
    walk::entries(store, query).await.expect("the store pages")
}
