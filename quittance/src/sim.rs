//! `sim`: the deterministic world, one seed or many.

use std::{
    io::{IsTerminal, Write},
    ops::RangeInclusive,
    process::ExitCode,
    sync::atomic::{AtomicU64, Ordering},
};

use ::sim::{Setup, Summary, run_seeds};
use clap::Args;
use serde_json::{Value, json};

use crate::{fail::Failure, out};

/// Run the deterministic world behind the tests, reproducible to the byte
///
/// Real agents and the real server in process, a store in memory, a network that loses and
/// doubles, clocks that lie; everything follows from the seed. Exits 1 if a promise was not kept,
/// and says which, with its seed and day.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  quittance sim --seed 7
  quittance sim --seeds 1..200 --phones 20 --days 150 --json
  quittance sim --seed 7 --pack in-rbi-draft-2026 --days 200")]
pub(crate) struct SimArgs {
    /// One seed
    #[arg(long, default_value_t = 1, conflicts_with = "seeds")]
    seed: u64,
    /// Seeds from A to B, both included
    #[arg(long, value_name = "A..B", value_parser = span)]
    seeds: Option<RangeInclusive<u64>>,
    /// Days
    #[arg(long, default_value_t = 150, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    days: u32,
    /// Phones, each with its contract
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    phones: u32,
    /// Policy pack: test-fast or in-rbi-draft-2026; of many seeds every second one takes the other
    #[arg(long)]
    pack: Option<String>,
}

/// Runs it.
pub(crate) fn run(args: SimArgs, json: bool) -> Result<ExitCode, Failure> {
    let many = args.seeds.is_some();
    let seeds = args.seeds.unwrap_or(args.seed..=args.seed);
    let setup = Setup { phones: args.phones, days: args.days, ..Setup::default() };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (done, all) = (AtomicU64::new(0), seeds.end() - seeds.start() + 1);
    let tell = |summary: &Summary| {
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        progress(&format!("{done} of {all} worlds, the last was seed {}", summary.seed));
    };
    let mix = many && args.pack.is_none();
    let setup = match args.pack {
        Some(pack) => Setup { pack, ..setup },
        None => setup,
    };
    let of_seed = |seed: u64| {
        let other = mix && seed.is_multiple_of(2);
        let pack = if other { OTHER.to_owned() } else { setup.pack.clone() };
        Setup { seed, pack, ..setup.clone() }
    };
    let summaries = run_seeds(seeds, of_seed, threads, tell);
    let summaries = summaries.map_err(|error| Failure::wrong("sim_failed", error.to_string()))?;
    progress("");
    if json {
        let shown = if many { together(&summaries) } else { summaries[0].json() };
        out::line(shown);
    } else {
        summaries.iter().for_each(|summary| out::line(summary.to_string()));
    }
    let first = summaries.iter().find_map(|summary| summary.violations.first());
    let Some(first) = first else { return Ok(ExitCode::SUCCESS) };
    out::note(format!(
        "{} was not kept in seed {} on day {}, contract {:?}: {}",
        first.property, first.seed, first.day, first.reference, first.detail
    ));
    Ok(ExitCode::FAILURE)
}

/// The pack of every second of many seeds.
const OTHER: &str = "in-rbi-draft-2026";

/// Many worlds in one document: what they saw together, and every violation.
fn together(summaries: &[Summary]) -> String {
    let mut all = Summary::default();
    summaries.iter().for_each(|summary| all.add(summary));
    let seeds: Vec<u64> = summaries.iter().map(|summary| summary.seed).collect();
    let mut document: Value = serde_json::from_str(&all.json()).unwrap_or_default();
    if let Some(fields) = document.as_object_mut() {
        for field in ["seed", "phones", "days", "pack"] {
            fields.remove(field);
        }
        let (from, to) = (seeds.first(), seeds.last());
        fields.insert("seeds".to_owned(), json!({ "from": from, "to": to, "count": seeds.len() }));
    }
    document.to_string()
}

fn span(text: &str) -> Result<RangeInclusive<u64>, String> {
    let wrong = || format!("{text:?}: expected two numbers, the first not above the second, A..B");
    let (from, to) = text.split_once("..").ok_or_else(wrong)?;
    let to = to.strip_prefix('=').unwrap_or(to);
    let (from, to) = (from.parse().map_err(|_| wrong())?, to.parse().map_err(|_| wrong())?);
    if from > to || to - from >= 1_000_000 {
        return Err(wrong());
    }
    Ok(from..=to)
}

/// One line on a terminal that the next one replaces.
fn progress(text: &str) {
    let mut stderr = std::io::stderr().lock();
    if stderr.is_terminal() {
        let _ = write!(stderr, "\r\x1b[K{text}").and_then(|()| stderr.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_a_span() {
        assert_eq!(span("1..200"), Ok(1..=200));
        assert_eq!(span("3..=3"), Ok(3..=3));
        for text in ["", "1", "2..1", "a..b", "1..", "0..9999999"] {
            assert!(span(text).is_err(), "{text}");
        }
    }
}
