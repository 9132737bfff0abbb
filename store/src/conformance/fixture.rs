//! Items to commit, and short ways to commit and read them.

use domain::{Moment, TenantId, UnitId};
use sha2::{Digest, Sha256};

use crate::{
    Backend, Change, Command, Conflict, Entry, Facets, Head, Item, JobKey, Line, LineKind, NewJob,
    NextLook, Outcome, Posting, Query, Queue, Reservation, Row, Space, UnitKind, walk,
};

pub(super) const TENANT: TenantId = TenantId(domain_uuid(7));
pub(super) const OTHER_TENANT: TenantId = TenantId(domain_uuid(8));

const fn domain_uuid(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

pub(super) fn unit(number: u128) -> UnitId {
    UnitId(domain_uuid(number))
}

pub(super) fn at(seconds: i64) -> Moment {
    Moment::from_seconds(seconds)
}

pub(super) fn key(number: u64) -> [u8; 16] {
    u128::from(number).to_be_bytes()
}

pub(super) fn genesis(unit: UnitId) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(b"quittance/journal/1");
    hash.update(TENANT.bytes());
    hash.update(unit.bytes());
    hash.finalize().into()
}

pub(super) fn chained(previous: [u8; 32], text: &str) -> [u8; 32] {
    Sha256::new_with_prefix(previous).chain_update(text).finalize().into()
}

/// A commit on what was loaded: one journal line, one double entry, a document that names the
/// command.
pub(super) fn draft(unit: UnitId, on: Option<&Row>, command: u64) -> Item {
    let head = on.map_or(Head { entries: 0, hash: genesis(unit) }, |row| row.head);
    let when = at(command.try_into().expect("test commands are small"));
    let text = format!(r#"{{"command":"{command}"}}"#);
    let hash = chained(head.hash, &text);
    let leg = |account, minor| Posting { at: when, account, minor, currency: "INR".to_owned() };
    Item {
        tenant: TENANT,
        unit,
        kind: UnitKind::Contract,
        expected: on.map_or(0, |row| row.version),
        command: Command { key: key(command), hash: chained([1; 32], &text), name: "test" },
        change: Change {
            doc: text.clone(),
            facets: facets("active", 0),
            next_look: NextLook::Keep,
            head: Head { entries: head.entries + 1, hash },
        },
        journal: vec![Line { kind: LineKind::Fact, at: when, text, hash }],
        postings: vec![leg("cash", 100), leg("receivable", -100)],
        reserve: Vec::new(),
        free: Vec::new(),
        personal: Vec::new(),
        jobs: Vec::new(),
        finished: Vec::new(),
    }
}

pub(super) fn facets(status: &str, rung: u8) -> Facets {
    let (name, status) = ("C-1".to_owned(), status.to_owned());
    Facets { name, status, rung, step: 0, currency: "INR".to_owned() }
}

pub(super) fn name(space: Space, text: &str) -> Reservation {
    let tenant = (space != Space::Imei).then_some(TENANT);
    Reservation { space, tenant, key: text.to_owned() }
}

pub(super) fn job(queue: Queue, number: u64) -> JobKey {
    JobKey { queue, key: key(number) }
}

pub(super) fn new_job(queue: Queue, number: u64, due: i64) -> NewJob {
    NewJob { key: job(queue, number), due: at(due), payload: format!("work {number}") }
}

pub(super) fn looking(mut item: Item, seconds: i64) -> Item {
    item.change.next_look = NextLook::Set(Some(at(seconds)));
    item
}

pub(super) async fn load(store: &dyn Backend, unit: UnitId) -> Option<Row> {
    let mut rows = store.load(&[unit]).await.expect("the store loads");
    assert_eq!(rows.len(), 1);
    rows.pop().flatten()
}

/// Commits one item and gives its outcome.
pub(super) async fn outcome(store: &dyn Backend, item: Item) -> Outcome {
    let mut outcomes = store.commit(vec![item]).await.expect("the store commits");
    assert_eq!(outcomes.len(), 1);
    outcomes.remove(0)
}

/// Commits one item that must succeed, and gives the row it made.
pub(super) async fn done(store: &dyn Backend, item: Item) -> Row {
    let (unit, version) = (item.unit, item.expected + 1);
    assert_eq!(outcome(store, item).await, Outcome::Done(version));
    load(store, unit).await.expect("a committed unit exists")
}

/// A unit on its first version.
pub(super) async fn created(store: &dyn Backend, number: u128) -> Row {
    done(store, draft(unit(number), None, 1)).await
}

pub(super) async fn owner(store: &dyn Backend, name: &Reservation) -> Option<UnitId> {
    let entries = entries(store, Query::Owner(name.clone())).await;
    assert!(entries.len() <= 1);
    entries.into_iter().next().map(|entry| match entry {
        Entry::Owner(unit) => unit,
        other => panic!("an owner page holds {other:?}"),
    })
}

pub(super) async fn entries(store: &dyn Backend, query: Query) -> Vec<Entry> {
    walk::entries(store, query).await.expect("the store pages")
}

/// The whole of a unit, to see that nothing changed.
pub(super) async fn everything(store: &dyn Backend, unit: UnitId) -> (Option<Row>, Vec<Entry>) {
    let mut all = Vec::new();
    for query in [Query::Journal(unit), Query::Ledger(unit), Query::Personal(unit)] {
        all.extend(entries(store, query).await);
    }
    (load(store, unit).await, all)
}

pub(super) fn version(version: u64) -> Outcome {
    Outcome::Conflict(Conflict::Version(version))
}
