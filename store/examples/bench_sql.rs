//! End-of-day and payments as they are done in SQL, durable: what the figures of the server's
//! benches stand beside. It prints one JSON document.
//!
//! - `day`: days past due, bucket, accrual, late fee, ladder, ledger, outbox and totals over a book
//!   of the same mix, once a row at a time (a transaction for each contract) and once by one
//!   statement for each table in one transaction;
//! - `payments`: bare inserts of payments, so many in one transaction.
//!
//! `cargo run --release -p quittance-store --example bench_sql -- day --contracts 100000 --seed 7`

#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

#[path = "../../server/examples/bench_day/mix.rs"]
mod mix;

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use mix::case;
use rusqlite::{Connection, params};

/// Contracts that are gone through a row at a time; a larger book is extrapolated from these.
const ROWS_MAX: u64 = 100_000;
/// The day that ends.
const TODAY: i64 = 20_778;
const INSTALMENT: i64 = 108_000;
const FEE: i64 = 5_000;

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
    CREATE TABLE contract (id INTEGER PRIMARY KEY, next_due INTEGER NOT NULL, period INTEGER NOT \
        NULL, open_rows INTEGER NOT NULL, interest INTEGER NOT NULL, dpd INTEGER NOT NULL, bucket \
        INTEGER NOT NULL, accrued INTEGER NOT NULL, fee_due INTEGER, fees INTEGER NOT NULL, \
        paused INTEGER NOT NULL, rung INTEGER NOT NULL, notice_ran INTEGER NOT NULL, \
        backdated INTEGER NOT NULL, zone INTEGER NOT NULL, payg INTEGER NOT NULL);
    CREATE TABLE ledger (id INTEGER PRIMARY KEY, contract INTEGER NOT NULL, day INTEGER NOT NULL, \
        account TEXT NOT NULL, minor INTEGER NOT NULL);
    CREATE TABLE outbox (id INTEGER PRIMARY KEY, contract INTEGER NOT NULL, rung INTEGER NOT NULL);
    CREATE TABLE total (bucket INTEGER PRIMARY KEY, contracts INTEGER, outstanding INTEGER);";

/// Days past due, bucket and rung of a row, in the words of the set-based statement. A phone sold
/// by days goes up the ladder by days without credit, and is never past due.
const DPD: &str = "CASE WHEN payg THEN 0 ELSE max(0, ?1 - next_due) END";
const BUCKET: &str = "CASE WHEN payg OR ?1 <= next_due THEN 0 WHEN ?1 - next_due <= 3 THEN 1 \
    WHEN ?1 - next_due <= 30 THEN 2 WHEN ?1 - next_due <= 60 THEN 3 \
    WHEN ?1 - next_due <= 90 THEN 4 ELSE 5 END";
const RUNG: &str = "CASE WHEN paused THEN min(rung, 2) WHEN ?1 <= next_due THEN 0 \
    WHEN ?1 - next_due < 60 THEN 1 WHEN ?1 - next_due < 90 OR NOT notice_ran THEN 2 ELSE 3 END";
const FEE_FALLS: &str = "?1 - next_due = 4 AND NOT paused AND NOT payg AND fees < 50000";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let number = |name: &str, usual: u64| {
        value(name).map_or(usual, |text| text.parse().expect("a whole number"))
    };
    let own = tempfile::tempdir().expect("a folder");
    let folder = value("--folder").map_or_else(|| own.path().to_owned(), PathBuf::from);
    if arguments.first().is_some_and(|what| what == "payments") {
        println!("{}", payments(&folder, number("--ms", 2_000)));
        return;
    }
    let (contracts, seed) = (number("--contracts", ROWS_MAX), number("--seed", 7));
    let rows = contracts.min(ROWS_MAX);
    let by_row = row_at_a_time(&folder, rows, seed);
    let by_set = set_based(&folder, contracts, seed);
    let per_s =
        |count: u64, time: Duration| u128::from(count) * 1_000_000 / time.as_micros().max(1);
    println!(
        "{{\"row_at_a_time_per_s\":{},\"row_at_a_time_measured_at\":{rows},\
         \"row_at_a_time_extrapolated\":{},\"set_based_per_s\":{},\"set_based_ms\":{}}}",
        per_s(rows, by_row),
        rows < contracts,
        per_s(contracts, by_set),
        by_set.as_millis(),
    );
}

/// A book as its last day left it.
fn book(path: &Path, contracts: u64, seed: u64) -> Connection {
    let mut conn = Connection::open(path).expect("the database opens");
    conn.execute_batch(SCHEMA).expect("the schema is good");
    let fill = conn.transaction().expect("a transaction begins");
    {
        let sql = "INSERT INTO contract VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, 0, NULL, 0, ?6, ?7, ?8, \
            ?9, ?10, ?11)";
        let mut insert = fill.prepare(sql).expect("a statement");
        for number in 0..contracts {
            let case = case(seed, number);
            let moved = i64::from(case.reversed) - i64::from(case.paid_since);
            let past_due = i64::from(case.past_due) + moved * i64::from(case.days);
            let rung = match past_due - 1 {
                ..=0 => 0,
                1..60 => 1,
                60..90 => 2,
                _ => 3,
            };
            let row = params![
                number.cast_signed(),
                TODAY - past_due,
                case.days,
                case.rows - case.paid,
                if case.payg { 0 } else { INSTALMENT - 100_000 },
                case.paused,
                rung,
                past_due > 81,
                case.backdated,
                i64::try_from(case.zone).expect("one of five"),
                case.payg,
            ];
            insert.execute(row).expect("a row");
        }
    }
    fill.commit().expect("the book is there");
    conn
}

/// Loads each contract, decides in memory, and writes what became of it in its own transaction.
fn row_at_a_time(folder: &Path, contracts: u64, seed: u64) -> Duration {
    let conn = book(&folder.join("rows.db"), contracts, seed);
    let began = Instant::now();
    for id in 0..contracts.cast_signed() {
        conn.execute_batch("BEGIN IMMEDIATE").expect("a transaction begins");
        let select = "SELECT next_due, interest, fees, paused, rung, notice_ran, period, \
            open_rows, payg FROM contract WHERE id = ?1";
        let mut load = conn.prepare_cached(select).expect("a statement");
        let read = load.query_row([id], |row| {
            let flags = (row.get::<_, bool>(3)?, row.get::<_, i64>(4)?, row.get::<_, bool>(5)?);
            let flags = (flags, row.get::<_, bool>(8)?);
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?, flags))
        });
        let (next_due, interest, fees, (flags, payg)) = read.expect("a row");
        let (paused, rung, notice_ran) = flags;
        let dark = (TODAY - next_due).max(0);
        let dpd = if payg { 0 } else { dark };
        let bucket = match dpd {
            0 => 0,
            1..=3 => 1,
            4..=30 => 2,
            31..=60 => 3,
            61..=90 => 4,
            _ => 5,
        };
        let next = match dark {
            _ if paused => rung.min(2),
            0 => 0,
            1..60 => 1,
            60..90 => 2,
            _ => {
                if notice_ran {
                    3
                } else {
                    2
                }
            }
        };
        let due = next_due == TODAY;
        let fee = dpd == 4 && !paused && fees < 50_000;
        let run = |sql: &str, row: &[&dyn rusqlite::ToSql]| {
            conn.prepare_cached(sql).expect("a statement").execute(row).expect("it is written");
        };
        let (accrued, charged) = (i64::from(due) * interest, i64::from(fee) * FEE);
        run(
            "UPDATE contract SET dpd = ?2, bucket = ?3, accrued = accrued + ?4, fees = fees + ?5, \
             rung = ?6 WHERE id = ?1",
            &[&id, &dpd, &bucket, &accrued, &charged, &next],
        );
        let leg = "INSERT INTO ledger (contract, day, account, minor) VALUES (?1, ?2, ?3, ?4)";
        for (moved, debit, credit) in [
            (accrued, "unearned_interest", "interest_income"),
            (charged, "receivable_penalty", "penalty_income"),
        ] {
            if moved != 0 {
                run(leg, &[&id, &TODAY, &debit, &moved]);
                run(leg, &[&id, &TODAY, &credit, &-moved]);
            }
        }
        if next != rung {
            run("INSERT INTO outbox (contract, rung) VALUES (?1, ?2)", &[&id, &next]);
        }
        conn.execute_batch("COMMIT").expect("it is durable");
    }
    totals(&conn);
    began.elapsed()
}

/// The whole day by one statement for each table, in one transaction.
fn set_based(folder: &Path, contracts: u64, seed: u64) -> Duration {
    let conn = book(&folder.join("sets.db"), contracts, seed);
    let began = Instant::now();
    conn.execute_batch("BEGIN IMMEDIATE").expect("a transaction begins");
    let mut statements = vec![format!(
        "INSERT INTO outbox (contract, rung) SELECT id, {RUNG} FROM contract WHERE {RUNG} <> rung"
    )];
    for (what, minor, debit, credit) in [
        ("next_due = ?1", "interest".to_owned(), "unearned_interest", "interest_income"),
        (FEE_FALLS, FEE.to_string(), "receivable_penalty", "penalty_income"),
    ] {
        for (sign, account) in [("", debit), ("-", credit)] {
            statements.push(format!(
                "INSERT INTO ledger (contract, day, account, minor) \
                 SELECT id, ?1, '{account}', {sign}{minor} FROM contract WHERE {what}"
            ));
        }
    }
    statements.push(format!(
        "UPDATE contract SET dpd = {DPD}, bucket = {BUCKET}, rung = {RUNG}, \
         accrued = accrued + CASE WHEN next_due = ?1 THEN interest ELSE 0 END, \
         fees = fees + CASE WHEN {FEE_FALLS} THEN {FEE} ELSE 0 END"
    ));
    for sql in statements {
        conn.execute(&sql, [TODAY]).expect("a statement runs");
    }
    totals(&conn);
    conn.execute_batch("COMMIT").expect("it is durable");
    began.elapsed()
}

fn totals(conn: &Connection) {
    let sql = "INSERT OR REPLACE INTO total \
        SELECT bucket, count(*), sum(open_rows * 108000) FROM contract GROUP BY bucket";
    conn.execute(sql, []).expect("totals");
}

/// Payments inserted durably, by how many share a transaction.
fn payments(folder: &Path, ms: u64) -> String {
    let conn = Connection::open(folder.join("payments.db")).expect("the database opens");
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE payment (id BLOB PRIMARY KEY, contract INTEGER, minor INTEGER, body TEXT) \
         WITHOUT ROWID;",
    )
    .expect("the schema is good");
    let body = "x".repeat(240);
    let mut dice = mix::Dice(7);
    let mut told = Vec::new();
    for group in [1_u64, 16, 256] {
        let (began, mut count) = (Instant::now(), 0_u64);
        while began.elapsed() < Duration::from_millis(ms) {
            conn.execute_batch("BEGIN IMMEDIATE").expect("a transaction begins");
            for _ in 0..group {
                let id = [dice.next().to_be_bytes(), dice.next().to_be_bytes()].concat();
                let sql = "INSERT INTO payment VALUES (?1, ?2, 108000, ?3)";
                let mut insert = conn.prepare_cached(sql).expect("a statement");
                let row = params![id, dice.below(1_000_000), body];
                insert.execute(row).expect("a payment");
            }
            conn.execute_batch("COMMIT").expect("it is durable");
            count += group;
        }
        let per_s = u128::from(count) * 1_000_000 / began.elapsed().as_micros().max(1);
        told.push(format!("\"in_groups_of_{group}_per_s\":{per_s}"));
    }
    format!("{{{}}}", told.join(","))
}
