//! The end of day over a whole book: the sweep that brings every contract up to date whose time has
//! come, durable, and the totals of the book after it. Beside it, over a book of the same mix and
//! on the same disk, the two ways in which end-of-day is done in SQL.
//!
//! A run is a process of its own on a book: with the caches of the system dropped where that is
//! allowed, and warm. Processes are killed at chance moments; what is finished afterwards must be
//! what a whole run leaves.
//!
//! A contract's unit is the shard key, so a large book is made, ended and removed shard by shard, a
//! store each, one after the other: its figures are sums, and it takes the disk of one shard.
//!
//! `cargo run --release -p quittance-server --example bench_day -- [--sizes 100k,1m] [--shard 300k]
//! [--seed N] [--kills N] [--asleep DAYS] [--flat] [--folder DIR] [--json]`

#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

mod book;
mod child;
mod life;
mod mix;
mod shards;

use std::path::{Path, PathBuf};

use domain::Moment;
use serde_json::{Value, json};

use mix::{Case, case};

/// The last look at the book; its day ends a day later in every zone.
const UNTIL: &str = "2026-11-20T12:00:00Z";
/// The day that ends.
const TODAY: &str = "2026-11-21";
/// Contracts of a book that is to show whether age costs.
const FLAT: u64 = 1_000;

struct Asked {
    sizes: Vec<u64>,
    /// Contracts in one store.
    shard: u64,
    seed: u64,
    kills: u64,
    /// Days for which a server did nothing.
    asleep: Option<i64>,
    flat: bool,
    folder: Option<PathBuf>,
    json: bool,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let flag = |name: &str| arguments.iter().any(|argument| argument == name);
    let number = |name: &str| -> Option<u64> {
        value(name).map(|text| text.parse().expect("a whole number"))
    };
    let days = |name: &str| number(name).map(|days| i64::try_from(days).expect("few days"));
    if let Some(database) = value("--child") {
        let until = Moment::parse(UNTIL).expect("a moment");
        let now = until.plus_seconds(days("--days").unwrap_or(1) * 86_400);
        println!("{}", child::run(Path::new(&database), now, flag("--hash")));
        return;
    }
    let asked = Asked {
        sizes: value("--sizes").as_deref().unwrap_or("100k").split(',').map(size).collect(),
        shard: value("--shard").as_deref().map_or(300_000, size).max(1),
        seed: number("--seed").unwrap_or(7),
        kills: number("--kills").unwrap_or(10),
        asleep: days("--asleep"),
        flat: flag("--flat"),
        folder: value("--folder").map(PathBuf::from),
        json: flag("--json"),
    };
    for &contracts in &asked.sizes {
        print(&shards::measure(contracts, &asked), asked.json);
    }
    if asked.flat {
        print(&flatness(&asked), asked.json);
    }
}

/// `100k` and `1m`, or digits.
fn size(text: &str) -> u64 {
    let lower = text.to_ascii_lowercase();
    let (digits, times) = match (lower.strip_suffix('k'), lower.strip_suffix('m')) {
        (Some(digits), _) => (digits, 1_000),
        (_, Some(digits)) => (digits, 1_000_000),
        _ => (lower.as_str(), 1),
    };
    digits.parse::<u64>().expect("a size as 100k or 1m") * times
}

/// The same contracts after three weeks, a year and three years of weekly payments.
fn flatness(asked: &Asked) -> Value {
    let folder = asked.folder();
    let seed = asked.seed;
    let mut told = json!({ "figure": "flatness", "contracts": FLAT, "seed": seed });
    for (name, paid) in [("three_weeks", 3), ("one_year", 52), ("three_years", 156)] {
        let base = folder.path().join(format!("{name}.db"));
        let weekly = move |number: u64| Case {
            rows: 200,
            days: 7,
            payg: false,
            paid,
            past_due: i32::try_from(number % 2).expect("a bit"),
            paid_since: false,
            ..case(seed, number)
        };
        book::make(&base, 0..FLAT, weekly, |_| {});
        let mut sum = shards::Sum::default();
        sum.add(&shards::run(&base, 1, false), FLAT);
        told[name] = sum.told();
    }
    told
}

impl Asked {
    fn folder(&self) -> tempfile::TempDir {
        let made = match &self.folder {
            Some(folder) => tempfile::tempdir_in(folder),
            None => tempfile::tempdir(),
        };
        made.expect("a folder for the databases")
    }
}

fn print(told: &Value, as_json: bool) {
    if as_json {
        println!("{told}");
        return;
    }
    println!(
        "{}: {} contracts, seed {}",
        told["figure"].as_str().unwrap_or(""),
        told["contracts"],
        told["seed"]
    );
    for (name, value) in told.as_object().into_iter().flatten() {
        match value.as_object() {
            None if ["figure", "contracts", "seed"].contains(&name.as_str()) => {}
            None => println!("  {name:<28}{value}"),
            Some(fields) => {
                let fields: Vec<String> =
                    fields.iter().map(|(name, value)| format!("{name} {value}")).collect();
                println!("  {name:<28}{}", fields.join("  "));
            }
        }
    }
}
