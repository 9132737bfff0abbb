//! The writer to be killed: each commit replaces what the one before left, in every table.

use std::{path::Path, thread};

use domain::{Moment, TenantId, UnitId};
use sha2::{Digest, Sha256};
use store::{
    Change, Command, Facets, Head, Item, JobKey, Line, LineKind, NewJob, NextLook, Outcome,
    Personal, Posting, Presence, Queue, Reservation, Row, Space, SqliteOptions, SqliteStore, Store,
    UnitKind, conformance::block_on,
};

pub(crate) const THREADS: u64 = 4;
pub(crate) const UNITS_EACH: u64 = 8;
/// Lines of one commit.
pub(crate) const LINES: u64 = 2;

/// Commits without end and prints what was acknowledged.
pub(crate) fn write_until_killed(path: &Path) {
    let store = SqliteStore::open(path, SqliteOptions::default()).expect("the store opens");
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let store = &store;
            scope.spawn(move || block_on(write(store, thread)));
        }
    });
}

async fn write(store: &SqliteStore, thread: u64) {
    let numbers = (0..UNITS_EACH).map(|number| thread * UNITS_EACH + number);
    for number in numbers.cycle() {
        let rows = store.load(&[unit(number)]).await.expect("the store loads");
        let row = rows.into_iter().next().expect("one row was asked for");
        let version = row.as_ref().map_or(0, |row| row.version) + 1;
        let outcomes = store.commit(vec![item(number, row.as_ref())]).await;
        assert_eq!(outcomes.expect("the store commits"), [Outcome::Done(version)]);
        println!("{number} {version};");
        store.presence(vec![heard(number, version)]).await.expect("the store hears");
    }
}

/// The commit that makes the next version.
pub(crate) fn item(number: u64, row: Option<&Row>) -> Item {
    let unit = unit(number);
    let version = row.map_or(0, |row| row.version) + 1;
    let mut head = row.map_or(Head { entries: 0, hash: [0; 32] }, |row| row.head);
    let at = Moment::from_seconds(version.cast_signed());
    let mut journal = Vec::new();
    for line in 0..LINES {
        let text = text(number, version, line);
        let hash = chained(head.hash, &text);
        head = Head { entries: head.entries + 1, hash };
        journal.push(Line { kind: LineKind::Fact, at, text, hash });
    }
    let amount = version.cast_signed();
    let leg = |account, minor| Posting { at, account, minor, currency: "INR".to_owned() };
    Item {
        tenant: TenantId::from_bytes([1; 16]),
        unit,
        kind: UnitKind::Contract,
        expected: version - 1,
        command: command(version),
        change: Change {
            doc: format!("{version} {}", "x".repeat(usize::from(version.to_le_bytes()[0]) * 20)),
            facets: Facets { status: format!("s{version}"), ..Facets::default() },
            next_look: NextLook::Set(Some(at)),
            head,
        },
        journal,
        postings: vec![leg("cash", amount), leg("receivable", -amount)],
        reserve: vec![name(number, version)],
        free: vec![name(number, version - 1)],
        personal: vec![Personal { field: "version", value: version.to_string() }],
        jobs: vec![NewJob { key: job(version), due: at, payload: version.to_string() }],
        finished: vec![job(version - 1)],
    }
}

pub(crate) fn unit(number: u64) -> UnitId {
    UnitId::from_bytes(u128::from(number).to_be_bytes())
}

pub(crate) fn command(version: u64) -> Command {
    let key = u128::from(version).to_be_bytes();
    Command { key, hash: [version.to_le_bytes()[0]; 32], name: "crash" }
}

pub(crate) fn name(number: u64, version: u64) -> Reservation {
    Reservation { space: Space::Imei, tenant: None, key: format!("{number}-{version}") }
}

pub(crate) fn job(version: u64) -> JobKey {
    JobKey { queue: Queue::Outbox, key: u128::from(version).to_be_bytes() }
}

pub(crate) fn text(number: u64, version: u64, line: u64) -> String {
    format!(r#"{{"line":{line},"unit":{number},"version":{version}}}"#)
}

pub(crate) fn chained(previous: [u8; 32], text: &str) -> [u8; 32] {
    Sha256::new_with_prefix(previous).chain_update(text).finalize().into()
}

fn heard(number: u64, version: u64) -> Presence {
    Presence {
        unit: unit(number),
        seen_at: Moment::from_seconds(version.cast_signed()),
        msg_no: version,
        key_gen: 1,
        battery: None,
        agent_version: "1".to_owned(),
        applied_seq: version,
    }
}
