//! What is peculiar to this backend; the rest is the conformance suite's.

use std::{path::PathBuf, sync::Arc, thread, time::Duration};

use rusqlite::Connection;

use super::{claim, read, schema, *};
use crate::{
    Change, Command, Facets, Head, JobKey, Line, LineKind, NewJob, NextLook, Posting, UnitKind,
    conformance::block_on,
};

fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    (folder, path)
}

fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, SqliteOptions::default()).unwrap()
}

fn item(number: u8, version: u64) -> Item {
    let at = Moment::from_seconds(1);
    let leg = |minor| Posting { at, account: "cash", minor, currency: "INR".to_owned() };
    let job = JobKey { queue: Queue::Outbox, key: [number; 16] };
    Item {
        tenant: TenantId::from_bytes([1; 16]),
        unit: UnitId::from_bytes([number; 16]),
        kind: UnitKind::Contract,
        expected: version - 1,
        command: Command { key: [version.to_le_bytes()[0]; 16], hash: [0; 32], name: "test" },
        change: Change {
            doc: format!("version {version}"),
            facets: Facets { rung: version.to_le_bytes()[0], ..Facets::default() },
            next_look: NextLook::Set(Some(at)),
            head: Head { entries: version, hash: [2; 32] },
        },
        journal: vec![Line { kind: LineKind::Fact, at, text: "{}".to_owned(), hash: [2; 32] }],
        postings: vec![leg(version.cast_signed()), leg(-version.cast_signed())],
        reserve: Vec::new(),
        free: Vec::new(),
        personal: Vec::new(),
        jobs: vec![NewJob { key: job, due: at, payload: String::new() }],
        finished: Vec::new(),
    }
}

fn version(store: &SqliteStore, number: u8) -> Option<u64> {
    let rows = block_on(store.load(&[UnitId::from_bytes([number; 16])])).unwrap();
    rows[0].as_ref().map(|row| row.version)
}

#[test]
fn closing_keeps_everything_and_leaves_no_log() {
    let (folder, path) = place();
    let store = open(&path);
    block_on(store.commit((1..=100).map(|number| item(number, 1)).collect())).unwrap();
    drop(store);
    let names = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.collect();
    names.sort();
    assert_eq!(names, ["store.db", "store.db.lock"]);
    let store = open(&path);
    assert_eq!((version(&store, 1), version(&store, 100)), (Some(1), Some(1)));
}

#[test]
fn a_database_opens_once() {
    let (_folder, path) = place();
    let store = open(&path);
    let fault = SqliteStore::open(&path, SqliteOptions::default()).unwrap_err();
    assert!(fault.what.contains(&std::process::id().to_string()), "{fault}");
    drop(store);
    open(&path);
}

#[test]
fn an_item_the_database_refuses_halfway_leaves_nothing_and_harms_nobody() {
    let (_folder, path) = place();
    let store = open(&path);
    block_on(store.commit(vec![item(1, 1), item(2, 1), item(3, 1)])).unwrap();
    // Something that cannot be: the second entry of unit 2 is there already.
    let meddler = Connection::open(&path).unwrap();
    let sql = "INSERT INTO journal SELECT unit, 2, tenant, kind, at, 'meddled', hash \
        FROM journal WHERE unit = ?1";
    assert_eq!(meddler.execute(sql, [[2_u8; 16]]).unwrap(), 1);
    let fault = block_on(store.commit(vec![item(1, 2), item(2, 2), item(3, 2)])).unwrap_err();
    assert!(fault.what.contains("journal"), "{fault}");
    let versions = [1, 2, 3].map(|number| version(&store, number));
    assert_eq!(versions, [Some(2), Some(1), Some(2)]);
    let rows = |table: &str| -> i64 {
        let sql = format!("SELECT count(*) FROM {table} WHERE unit = ?1");
        meddler.query_row(&sql, [[2_u8; 16]], |row| row.get(0)).unwrap()
    };
    assert_eq!((rows("ledger"), rows("command"), rows("journal")), (2, 1, 2));
    let again = block_on(store.commit(vec![item(1, 2), item(3, 2)])).unwrap();
    assert_eq!(again, [Outcome::Repeat(2), Outcome::Repeat(2)]);
}

#[test]
fn what_a_caller_left_behind_is_still_committed() {
    let (_folder, path) = place();
    let store = open(&path);
    // Polled once, the call is handed in; then nobody waits for it.
    let mut call = store.commit(vec![item(1, 1)]);
    let context = &mut std::task::Context::from_waker(std::task::Waker::noop());
    assert!(call.as_mut().poll(context).is_pending());
    drop(call);
    drop(store);
    assert_eq!(version(&open(&path), 1), Some(1));
}

#[test]
fn a_full_queue_makes_callers_wait_and_loses_none() {
    let (_folder, path) = place();
    let options = SqliteOptions {
        group_items: 3,
        queue_items: 2,
        group_wait: Duration::from_micros(50),
        ..SqliteOptions::default()
    };
    let store = Arc::new(SqliteStore::open(&path, options).unwrap());
    thread::scope(|scope| {
        for caller in 0..4 {
            let store = &store;
            scope.spawn(move || {
                let batch = (1..=50).map(|number| item(caller * 50 + number, 1)).collect();
                let done = block_on(store.commit(batch)).unwrap();
                assert_eq!(done, vec![Outcome::Done(1); 50]);
            });
        }
    });
    assert!((1..=200).all(|number| version(&store, number) == Some(1)));
}

#[test]
fn no_path_of_the_program_scans_a_table() {
    let (_folder, path) = place();
    let conn = schema::writer(&path).unwrap();
    let plan = |sql: &str| -> String {
        let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let parameters = statement.parameter_count();
        let nulls = rusqlite::params_from_iter(vec![rusqlite::types::Null; parameters]);
        let steps = statement.query_map(nulls, |row| row.get::<_, String>(3)).unwrap();
        steps.map(|step| step.unwrap() + "\n").collect()
    };
    for (sql, index) in [
        (claim::LOOKS.to_owned(), "unit_next_look"),
        (claim::JOBS.to_owned(), "job_ready"),
        (read::units_sql(true, UnitKind::Contract), "unit_list"),
        (read::units_sql(false, UnitKind::Contract), "sqlite_autoindex_unit_1"),
        (read::units_sql(false, UnitKind::Directory), "unit_directory"),
        (read::COUNTS.to_owned(), "COVERING INDEX unit_list"),
        (read::LEDGER.to_owned(), "ledger_time (tenant=? AND (at,unit,entry)>(?,?,?) AND at<?)"),
    ] {
        let steps = plan(&sql);
        let sorted = steps.contains("TEMP B-TREE") && sql != read::COUNTS;
        assert!(steps.contains(index) && !steps.contains("SCAN") && !sorted, "{sql}\n{steps}");
    }
}
