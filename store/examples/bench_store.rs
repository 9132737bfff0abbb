//! Durable payments per second through the store, against a bare grouped SQLite loop with the same
//! rows and the same durability, in turns within one run.
//!
//! `cargo run --release -p quittance-store --example bench_store -- [--rounds N] [--ms N]
//! [--units N] [--wait-us N] [--json]`

#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use domain::{Moment, TenantId, UnitId};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};
use store::{
    Change, Command, Facets, Head, Item, Line, LineKind, NextLook, Outcome, Posting, SqliteOptions,
    SqliteStore, Store, UnitKind,
};

const PRODUCERS: [usize; 4] = [1, 16, 64, 256];

fn main() {
    let options = Options::parse();
    let folder = tempfile::tempdir().expect("a folder for the databases");
    let store = SqliteStore::open(&folder.path().join("store.db"), options.sqlite.clone());
    let store = Arc::new(store.expect("the store opens"));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let mut book = runtime.block_on(Book::open(&store, options.units));
    let mut bare = Bare::open(&folder.path().join("bare.db"), options.units);
    for producers in PRODUCERS {
        let mut rates = Vec::new();
        let mut bare_rates = Vec::new();
        let mut waits = Vec::new();
        for _ in 0..options.rounds {
            let (rate, mut waited) = runtime.block_on(book.pay(&store, producers, options.round));
            rates.push(rate);
            waits.append(&mut waited);
            bare_rates.push(bare.pay(producers, options.round));
        }
        waits.sort_unstable();
        let (rate, bare_rate) = (median(rates), median(bare_rates));
        print(&options, producers, &waits, rate, bare_rate);
    }
}

struct Options {
    rounds: usize,
    round: Duration,
    units: u64,
    json: bool,
    sqlite: SqliteOptions,
}

impl Options {
    fn parse() -> Options {
        let mut options = Options {
            rounds: 5,
            round: Duration::from_millis(800),
            units: 50_000,
            json: false,
            sqlite: SqliteOptions::default(),
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            let mut number = || -> u64 {
                let value = arguments.next().unwrap_or_default();
                value.parse().unwrap_or_else(|_| panic!("{name} takes a number, not {value:?}"))
            };
            match name.as_str() {
                "--rounds" => options.rounds = usize::try_from(number().max(1)).unwrap_or(1),
                "--ms" => options.round = Duration::from_millis(number()),
                "--units" => options.units = number().max(256),
                "--wait-us" => options.sqlite.group_wait = Duration::from_micros(number()),
                "--json" => options.json = true,
                other => {
                    panic!("unknown option {other}: --rounds N --ms N --units N --wait-us N --json")
                }
            }
        }
        options
    }
}

fn print(options: &Options, producers: usize, waits: &[Duration], rate: u64, bare: u64) {
    let wait = |per_mille: usize| {
        let at = (waits.len() * per_mille / 1000).min(waits.len().saturating_sub(1));
        waits.get(at).map_or(0, Duration::as_micros)
    };
    let (p50, p99, per_cent) = (wait(500), wait(990), rate * 100 / bare.max(1));
    if options.json {
        println!(
            "{{\"producers\":{producers},\"payments_per_s\":{rate},\"p50_us\":{p50},\
             \"p99_us\":{p99},\"bare_per_s\":{bare},\"per_cent_of_bare\":{per_cent}}}"
        );
    } else {
        println!(
            "{producers:>4} producers: {rate:>6} payments/s, p50 {p50} us, p99 {p99} us; \
             bare loop of {producers:>3}: {bare:>6}/s; {per_cent} %"
        );
    }
}

fn median(mut rates: Vec<u64>) -> u64 {
    rates.sort_unstable();
    rates[rates.len() / 2]
}

/// What the producers know of their contracts.
struct Book {
    heads: Vec<(u64, Head)>,
    payments: u64,
}

impl Book {
    async fn open(store: &SqliteStore, units: u64) -> Book {
        let mut heads = Vec::new();
        for first in (0..units).step_by(1000) {
            let mut batch = Vec::new();
            for number in first..(first + 1000).min(units) {
                let item = payment(number, (0, Head { entries: 0, hash: [0; 32] }), number);
                heads.push((1, item.change.head));
                batch.push(item);
            }
            store.commit(batch).await.expect("the book opens");
        }
        Book { heads, payments: units }
    }

    /// So many producers pay, each on contracts of its own, one payment at a time.
    async fn pay(
        &mut self,
        store: &Arc<SqliteStore>,
        producers: usize,
        round: Duration,
    ) -> (u64, Vec<Duration>) {
        let start = Instant::now();
        let mut tasks = tokio::task::JoinSet::new();
        let share = self.heads.len() / producers;
        for producer in 0..producers {
            let store = Arc::clone(store);
            let first = producer * share;
            let mut heads = self.heads[first..first + share].to_vec();
            let mut dice = self.payments + producer as u64;
            let mut key = self.payments + ((producer as u64) << 40);
            tasks.spawn(async move {
                let mut waits = Vec::new();
                while start.elapsed() < round {
                    dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let at = usize::try_from(dice >> 33).unwrap_or(0) % share;
                    key += 1;
                    let item = payment((first + at) as u64, heads[at], key);
                    let (version, head) = (item.expected + 1, item.change.head);
                    let asked = Instant::now();
                    let outcomes = store.commit(vec![item]).await.expect("the store commits");
                    waits.push(asked.elapsed());
                    assert_eq!(outcomes, [Outcome::Done(version)]);
                    heads[at] = (version, head);
                }
                (first, heads, waits)
            });
        }
        let mut waits = Vec::new();
        while let Some(ended) = tasks.join_next().await {
            let (first, heads, waited) = ended.expect("a producer ends");
            self.heads[first..first + share].copy_from_slice(&heads);
            waits.extend(waited);
        }
        self.payments += 1 << 30;
        (per_second(waits.len(), start.elapsed()), waits)
    }
}

fn per_second(count: usize, time: Duration) -> u64 {
    let micros = time.as_micros().max(1);
    u64::try_from(count as u128 * 1_000_000 / micros).unwrap_or(u64::MAX)
}

fn payment(number: u64, (version, head): (u64, Head), key: u64) -> Item {
    let at = Moment::from_seconds(1_700_000_000);
    let text = line_text(number, key);
    let hash: [u8; 32] = Sha256::new_with_prefix(head.hash).chain_update(&text).finalize().into();
    let leg = |account, minor| Posting { at, account, minor, currency: "INR".to_owned() };
    Item {
        tenant: TenantId::from_bytes([1; 16]),
        unit: UnitId::from_bytes(scattered(number)),
        kind: UnitKind::Contract,
        expected: version,
        command: Command { key: u128::from(key).to_be_bytes(), hash, name: "payment" },
        change: Change {
            doc: document(version),
            facets: Facets { status: "active".to_owned(), ..Facets::default() },
            next_look: NextLook::Keep,
            head: Head { entries: head.entries + 1, hash },
        },
        journal: vec![Line { kind: LineKind::Fact, at, text, hash }],
        postings: vec![leg("in_transit", 125_000), leg("receivable", -125_000)],
        reserve: Vec::new(),
        free: Vec::new(),
        personal: Vec::new(),
        jobs: Vec::new(),
        finished: Vec::new(),
    }
}

fn line_text(number: u64, key: u64) -> String {
    format!("{{\"fact\":\"payment\",\"id\":\"{key:032}\",\"unit\":\"{number:032}\"}}")
}

fn document(version: u64) -> String {
    format!("{version:>1500}")
}

/// Ids of a real book are not in the order of the payments.
fn scattered(number: u64) -> [u8; 16] {
    let high = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (u128::from(high) << 64 | u128::from(number)).to_be_bytes()
}

/// The loop that a store is measured by: one thread, one transaction per group, three inserts and
/// one update by prepared statements, checkpoints beside it.
struct Bare {
    conn: Connection,
    units: u64,
    payments: u64,
    stop: Arc<AtomicBool>,
    checkpoints: Option<thread::JoinHandle<()>>,
}

const BARE_SCHEMA: &str = "
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;
    CREATE TABLE contract (id BLOB PRIMARY KEY, version INTEGER, doc TEXT);
    CREATE TABLE event (contract BLOB, entry INTEGER, text TEXT, hash BLOB,
        PRIMARY KEY (contract, entry)) WITHOUT ROWID;
    CREATE TABLE ledger (contract BLOB, entry INTEGER, account TEXT, minor INTEGER,
        PRIMARY KEY (contract, entry)) WITHOUT ROWID;
    CREATE TABLE seen (contract BLOB, key BLOB, PRIMARY KEY (contract, key)) WITHOUT ROWID;";

impl Bare {
    fn open(path: &Path, units: u64) -> Bare {
        let mut conn = Connection::open(path).expect("the database opens");
        conn.execute_batch(BARE_SCHEMA).expect("the schema is good");
        let fill = conn.transaction().expect("a transaction begins");
        for number in 0..units {
            let row = params![scattered(number), document(0)];
            fill.execute("INSERT INTO contract VALUES (?1, 0, ?2)", row).expect("a row");
        }
        fill.commit().expect("the book opens");
        let stop = Arc::new(AtomicBool::new(false));
        let (told, beside) = (Arc::clone(&stop), Connection::open(path).expect("opens again"));
        let checkpoints = thread::spawn(move || {
            while !told.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(100));
                beside
                    .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
                    .expect("a checkpoint runs");
            }
        });
        Bare { conn, units, payments: 0, stop, checkpoints: Some(checkpoints) }
    }

    fn pay(&mut self, group: usize, round: Duration) -> u64 {
        let start = Instant::now();
        let before = self.payments;
        while start.elapsed() < round {
            let sql = |text| self.conn.prepare_cached(text).expect("a statement");
            let run = |text| sql(text).execute([]).expect("a statement runs");
            run("BEGIN IMMEDIATE");
            for _ in 0..group {
                self.payments += 1;
                let key = self.payments;
                let dice = key.wrapping_mul(6_364_136_223_846_793_005) >> 33;
                let number = dice % self.units;
                let (id, text) = (scattered(number), line_text(number, key));
                let hash: [u8; 32] = Sha256::digest(&text).into();
                sql("INSERT INTO event VALUES (?1, ?2, ?3, ?4)")
                    .execute(params![id, key.cast_signed(), text, hash])
                    .expect("an event");
                sql("INSERT INTO ledger VALUES (?1, ?2, 'receivable', -125000)")
                    .execute(params![id, key.cast_signed()])
                    .expect("a posting");
                sql("INSERT INTO seen VALUES (?1, ?2)")
                    .execute(params![id, u128::from(key).to_be_bytes()])
                    .expect("a key");
                sql("UPDATE contract SET version = version + 1, doc = ?2 WHERE id = ?1")
                    .execute(params![id, document(key)])
                    .expect("an update");
            }
            run("COMMIT");
        }
        per_second(usize::try_from(self.payments - before).unwrap_or(usize::MAX), start.elapsed())
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let ended = self.checkpoints.take().map(thread::JoinHandle::join);
        assert!(ended.is_none_or(|ended| ended.is_ok()), "the checkpoints failed");
    }
}
