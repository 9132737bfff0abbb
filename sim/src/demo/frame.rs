//! What a demonstration shows while it runs, and what it says at the end.

use std::{
    collections::BTreeMap,
    fmt,
    time::{Duration, Instant},
};

use serde::Serialize;

use super::OPENING_DAYS;
use crate::{Doors, Summary, Violation, World};

/// Rungs in the order of the ladder, as they are shown.
const ORDER: [&str; 6] = ["clear", "remind", "notice", "restrict", "lock", "released"];

/// One picture of a running demonstration.
#[derive(Clone, Debug)]
pub struct Frame {
    day: u32,
    days: u32,
    date: String,
    stages: BTreeMap<String, u64>,
    seen: Summary,
    latency: Latency,
}

/// Wall time from the report of a payment until the phone was open, milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Latency {
    /// How many were measured.
    pub count: u64,
    /// Half were faster, in tenths of a millisecond.
    pub p50_tenths_ms: u64,
    /// Ninety-nine of a hundred were faster, in tenths of a millisecond.
    pub p99_tenths_ms: u64,
    /// The slowest, in tenths of a millisecond.
    pub max_tenths_ms: u64,
}

/// What a demonstration says at the end.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Its seed.
    pub seed: u64,
    /// Phones.
    pub phones: u32,
    /// Of these, sold day by day.
    pub sold_by_days: u64,
    /// The policy pack.
    pub pack: String,
    /// Days of the opening book.
    pub opening_days: u32,
    /// Wall time that it took, milliseconds.
    pub opening_ms: u64,
    /// Days run over sockets.
    pub days: u32,
    /// Phones by the stage in force at the end.
    pub rungs_now: BTreeMap<String, u64>,
    /// Stages that phones had in force, and at how many looks.
    pub rungs_seen: BTreeMap<String, u64>,
    /// Payments that counted.
    pub payments: u64,
    /// Of those by the way they took.
    pub rails: BTreeMap<String, u64>,
    /// What happened at the doors of money.
    #[serde(flatten)]
    pub doors: Doors,
    /// Payments taken back.
    pub reversals: u64,
    /// Times a phone rose above `notice`.
    pub restrictions: u64,
    /// Times a restricted phone opened because it was paid for.
    pub unlocks: u64,
    /// Of those through a wait that stood open: how long they took.
    pub unlock_latency: Latency,
    /// Contracts released.
    pub releases: u64,
    /// Phones that confirmed their release.
    pub removals: u64,
    /// Requests of phones.
    pub requests: u64,
    /// Checks of each property.
    pub checks: BTreeMap<&'static str, u64>,
    /// Decisions made again from the journals at the end, byte for byte.
    pub decisions_replayed: u64,
    /// How many promises were not kept.
    pub violation_count: u64,
    /// The first of them.
    pub violations: Vec<Violation>,
}

impl Latency {
    fn of(micros: &[u64]) -> Latency {
        let mut sorted = micros.to_vec();
        sorted.sort_unstable();
        let at = |per_cent: usize| {
            let index = (sorted.len() * per_cent).div_ceil(100).saturating_sub(1);
            sorted.get(index).map_or(0, |micros| micros.div_ceil(100))
        };
        Latency {
            count: sorted.len() as u64,
            p50_tenths_ms: at(50),
            p99_tenths_ms: at(99),
            max_tenths_ms: at(100),
        }
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |tenths: u64| format!("{}.{} ms", tenths / 10, tenths % 10);
        let (p50, p99) = (ms(self.p50_tenths_ms), ms(self.p99_tenths_ms));
        write!(f, "p50 {p50}, p99 {p99} of {} while online", self.count)
    }
}

impl Frame {
    pub(super) fn of(world: &World, days: u32) -> Frame {
        let seen = world.summary();
        let zone = domain::Zone::parse("UTC").expect("a zone of the bundled database");
        Frame {
            day: world.day().saturating_sub(OPENING_DAYS),
            days,
            date: zone.day(world.scene().now()).to_string(),
            stages: world.stages(),
            latency: Latency::of(&seen.unlock_micros),
            seen,
        }
    }

    /// The day after the opening.
    pub fn day(&self) -> u32 {
        self.day
    }
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Frame { day, days, date, seen, .. } = self;
        let of = if *days == u32::MAX { String::new() } else { format!(" of {days}") };
        writeln!(f, "{date}   day {day}{of}   {} phones, pack {}\n", seen.phones, seen.pack)?;
        let most = self.stages.values().copied().max().unwrap_or(0).max(1);
        for (stage, count) in in_order(&self.stages) {
            let width = usize::try_from(count * 40 / most).unwrap_or(0);
            writeln!(f, "  {stage:<12} {count:>6}  {}", "█".repeat(width.max(1)))?;
        }
        writeln!(f)?;
        writeln!(f, "  payments      {:>8}   reversed {}", seen.payments, seen.reversals)?;
        writeln!(f, "  restrictions  {:>8}   unlocks {}", seen.restrictions, seen.unlocks)?;
        writeln!(f, "  unlock latency          {}", self.latency)?;
        let released = self.stages.get("released").copied().unwrap_or(0);
        writeln!(f, "  released      {released:>8}   phones, for ever")?;
        let checks: u64 = seen.checks.values().sum();
        let properties = seen.checks.len();
        match seen.violations.first() {
            None => write!(f, "  invariants    {checks:>8}   checks of {properties}: all held"),
            Some(first) => write!(f, "  VIOLATED      {}", said(first)),
        }
    }
}

impl Report {
    pub(super) fn of(world: &World, opening: Duration) -> Report {
        let seen = world.summary();
        let setup = &world.scene().setup;
        Report {
            seed: setup.seed,
            phones: setup.phones,
            sold_by_days: seen.sold_by_days,
            pack: setup.pack.clone(),
            opening_days: OPENING_DAYS,
            opening_ms: u64::try_from(opening.as_millis()).unwrap_or(u64::MAX),
            days: world.day().saturating_sub(OPENING_DAYS),
            rungs_now: world.stages(),
            rungs_seen: seen.applied.clone(),
            payments: seen.payments,
            rails: seen.rails,
            doors: seen.doors,
            reversals: seen.reversals,
            restrictions: seen.restrictions,
            unlocks: seen.unlocks,
            unlock_latency: Latency::of(&seen.unlock_micros),
            releases: seen.releases,
            removals: seen.removals,
            requests: seen.sent,
            checks: seen.checks,
            decisions_replayed: seen.decisions_replayed,
            violation_count: seen.violation_count,
            violations: seen.violations,
        }
    }

    /// Whether every promise was kept.
    pub fn is_clean(&self) -> bool {
        self.violation_count == 0
    }

    /// As a document for a script.
    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("maps with text keys and plain numbers")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |map: &BTreeMap<String, u64>| {
            let parts = in_order(map).into_iter().map(|(name, count)| format!("{name} {count}"));
            parts.collect::<Vec<_>>().join(", ")
        };
        let Report { phones, sold_by_days, opening_days, days, pack, seed, .. } = self;
        writeln!(f, "{phones} phones, {sold_by_days} sold by days")?;
        writeln!(f, "{opening_days} + {days} days, pack {pack}, seed {seed}")?;
        writeln!(f, "phones now      {}", list(&self.rungs_now))?;
        writeln!(f, "looks by stage  {}", list(&self.rungs_seen))?;
        writeln!(f, "payments        {}: {}", self.payments, in_words(&self.rails))?;
        writeln!(
            f,
            "at the doors    {} told twice, {} refused without proof, {} hints, {} claims, {} bank \
             files",
            self.doors.told_twice,
            self.doors.unproven,
            self.doors.hints,
            self.doors.claims,
            self.doors.files
        )?;
        writeln!(f, "opened for announced money {}", self.doors.provisional_unlocks)?;
        writeln!(
            f,
            "unmatched       {}, matched by hand {}",
            self.doors.unmatched, self.doors.matched
        )?;
        writeln!(f, "restrictions    {}, unlocks {}", self.restrictions, self.unlocks)?;
        writeln!(f, "unlock latency  {}", self.unlock_latency)?;
        writeln!(f, "releases        {}, confirmed {}", self.releases, self.removals)?;
        writeln!(f, "requests        {}", self.requests)?;
        let checks: u64 = self.checks.values().sum();
        match self.violations.first() {
            None => write!(
                f,
                "OK: {checks} checks of {} invariants held, {} decisions made again",
                self.checks.len(),
                self.decisions_replayed
            ),
            Some(first) => {
                write!(f, "{} VIOLATIONS, the first: {}", self.violation_count, said(first))
            }
        }
    }
}

fn in_words(counts: &BTreeMap<String, u64>) -> String {
    let parts: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
    parts.join(", ")
}

fn said(violation: &Violation) -> String {
    let Violation { property, seed, day, slot, reference, detail } = violation;
    format!("{property}, seed {seed}, day {day}, slot {slot}, contract {reference:?}: {detail}")
}

/// By the order of the ladder, then by step.
fn in_order(stages: &BTreeMap<String, u64>) -> Vec<(&str, u64)> {
    let place = |name: &str| ORDER.iter().position(|rung| name.starts_with(rung));
    let mut all: Vec<(&str, u64)> = stages.iter().map(|(name, n)| (name.as_str(), *n)).collect();
    all.sort_by_key(|(name, _)| (place(name), *name));
    all
}

/// Wall time.
pub(super) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "how long a person waits is wall time")]
    pub(super) fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
