//! Two figures, each beside a baseline built in the same run and taken in turns with it:
//!
//! - check-ins per second over HTTP, the full path (verify, load, decide, sign) on SQLite, beside a
//!   bare handler that does only the same two signatures;
//! - durable payments per second through the use case (three commits each), beside the store's bare
//!   commits.
//!
//! Then webhooks, open loop: payments arrive at a fixed rate whatever becomes of those before
//! them, each is timed from the moment it was to be sent to its answer (it is durable, and so is
//! the lease that follows from it) and to the lease in the device's hands.
//!
//! `cargo run --release -p quittance-server --example bench_server -- [--rounds N] [--json]
//! [--rates 10,100,1000] [--seconds N] [--with-day] [--payday]`
//!
//! Bare inserts of payments in SQL stand beside it, made by `bench_sql` where that is built.

#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

mod book;
mod check_ins;
mod payments;
mod webhooks;

use std::time::Duration;

/// One figure and its baseline, per second.
pub(crate) struct Figure {
    name: &'static str,
    ours: u64,
    baseline: u64,
    what: &'static str,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    let rounds = arguments.iter().position(|argument| argument == "--rounds");
    let rounds = rounds.and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(5_usize);
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let rates = value("--rates").unwrap_or_else(|| "10,100,1000".to_owned());
    let rates: Vec<u64> = rates.split(',').filter_map(|rate| rate.parse().ok()).collect();
    let seconds = value("--seconds").and_then(|text| text.parse().ok()).unwrap_or(5_u64);
    let flag = |name: &str| arguments.iter().any(|argument| argument == name);
    let (with_day, payday) = (flag("--with-day"), flag("--payday"));
    let plan = webhooks::Plan { rates, seconds, with_day, payday };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let book = book::Book::open().await;
        check_ins::measure(&book, rounds).await.print(json);
        payments::measure(&book, rounds).await.print(json);
        payments::bare_inserts(seconds, json);
        webhooks::measure(&book, &plan, json).await;
    });
}

impl Figure {
    fn print(&self, json: bool) {
        let Figure { name, ours, baseline, what } = self;
        let percent = ours * 100 / baseline.max(&1);
        if json {
            println!(
                "{{\"figure\":\"{name}\",\"per_s\":{ours},\"baseline_per_s\":{baseline},\
                 \"percent\":{percent}}}"
            );
        } else {
            println!("{name:<12}{ours:>9}/s  {percent:>3} % of {baseline}/s: {what}");
        }
    }
}

pub(crate) fn per_second(count: usize, time: Duration) -> u64 {
    u64::try_from(count as u128 * 1_000_000 / time.as_micros().max(1)).expect("a rate fits")
}

pub(crate) fn median(mut rates: Vec<u64>) -> u64 {
    rates.sort_unstable();
    rates[rates.len() / 2]
}
