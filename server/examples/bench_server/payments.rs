//! Payments through the use case, and the store's bare commits beside them.

use std::{
    process,
    time::{Duration, Instant},
};

use domain::UnitId;
use formats::journal;
use futures_util::{StreamExt, stream};
use server::app::post_payment::NewPayment;
use store::{Change, Command, Facets, Head, Item, Line, LineKind, NextLook, UnitKind};

use crate::{
    Figure,
    book::{Book, DEVICES, clerk, reference},
    median, per_second,
};

/// Payments under way at the same time.
const SIDE_BY_SIDE: usize = 256;
/// Payments, or commits, of one round.
const ROUND: usize = 6_000;

pub(crate) async fn measure(book: &Book, rounds: usize) -> Figure {
    let (mut rates, mut baseline) = (Vec::new(), Vec::new());
    for number in 0..rounds {
        rates.push(per_second(ROUND, payments(book, number * ROUND).await));
        baseline.push(per_second(ROUND, commits(book, number * ROUND).await));
    }
    Figure {
        name: "payments",
        ours: median(rates),
        baseline: median(baseline),
        what: "single durable commits of one small unit; a payment takes three",
    }
}

/// Payments inserted in SQL and nothing else, by a program of the store's: nobody else reaches a
/// driver.
pub(crate) fn bare_inserts(seconds: u64, json: bool) {
    let program = std::env::current_exe().expect("this program").with_file_name("bench_sql");
    if !program.exists() {
        eprintln!("no bare inserts: cargo build --release -p quittance-store --example bench_sql");
        return;
    }
    let ms = (seconds * 400).to_string();
    let output = process::Command::new(program).args(["payments", "--ms", &ms]).output();
    let output = output.expect("the bare inserts start");
    assert!(output.status.success(), "the bare inserts failed");
    let told = String::from_utf8_lossy(&output.stdout);
    if json {
        println!("{{\"figure\":\"bare_inserts\",\"sql\":{}}}", told.trim());
    } else {
        println!("bare inserts of payments in SQL, durable: {}", told.trim());
    }
}

async fn payments(book: &Book, from: usize) -> Duration {
    let began = Instant::now();
    let all = stream::iter(from..from + ROUND).map(|number| async move {
        let new = NewPayment {
            provider: "bench".to_owned(),
            provider_id: number.to_string(),
            reference: reference(u32::try_from(number).unwrap_or(0) % DEVICES),
            amount: "1.00".to_owned(),
            currency: None,
            paid_at: book.app.now(),
        };
        let posted = book.app.post_payment(book.tenant, new, clerk()).await.expect("posted");
        assert_eq!(posted.intake.state.name(), "applied");
    });
    all.buffer_unordered(SIDE_BY_SIDE).count().await;
    began.elapsed()
}

async fn commits(book: &Book, from: usize) -> Duration {
    let items: Vec<Item> = (from..from + ROUND).map(|number| item(book, number)).collect();
    let began = Instant::now();
    let all = stream::iter(items).map(|item| async move {
        book.app.store.commit(vec![item]).await.expect("committed");
    });
    all.buffer_unordered(SIDE_BY_SIDE).count().await;
    began.elapsed()
}

fn item(book: &Book, number: usize) -> Item {
    let now = book.app.now();
    let unit = UnitId::of(book.app.new_id());
    let text = format!("{{\"number\":{number}}}");
    let hash = journal::chain(&journal::genesis(book.tenant, unit), &text);
    Item {
        tenant: book.tenant,
        unit,
        kind: UnitKind::Intake,
        expected: 0,
        command: Command { key: unit.bytes(), hash: [0; 32], name: "bench" },
        change: Change {
            doc: text.clone(),
            facets: Facets::default(),
            next_look: NextLook::Keep,
            head: Head { entries: 1, hash },
        },
        journal: vec![Line { kind: LineKind::Record, at: now, text, hash }],
        postings: Vec::new(),
        reserve: Vec::new(),
        free: Vec::new(),
        personal: Vec::new(),
        jobs: Vec::new(),
        finished: Vec::new(),
    }
}
