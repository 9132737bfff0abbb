//! What a world has seen, for people and for machines.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

/// Most violations kept; their number goes on.
const KEPT_MAX: usize = 20;

/// A promise that was not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The property's name.
    pub property: &'static str,
    /// The world's seed.
    pub seed: u64,
    /// Day from 0.
    pub day: u32,
    /// Slot of the day, 0 to 3.
    pub slot: u32,
    /// The contract's reference; empty when it is about the whole house.
    pub reference: String,
    /// What was seen.
    pub detail: String,
}

/// What came to the doors of money, and what it did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Doors {
    /// Payments that a provider told of twice.
    pub told_twice: u64,
    /// Calls refused because they did not prove who sent them.
    pub unproven: u64,
    /// Unsigned calls: money that is only announced.
    pub hints: u64,
    /// Of those, what was never paid.
    pub bluffs: u64,
    /// Transaction numbers that borrowers gave.
    pub claims: u64,
    /// Times that announced money opened a phone.
    pub provisional_unlocks: u64,
    /// Payments whose payer named no contract.
    pub unmatched: u64,
    /// Of those, what a clerk gave to its contract.
    pub matched: u64,
    /// Bank files.
    pub files: u64,
    /// Nights whose files came later.
    pub files_late: u64,
}

/// What a world has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Its seed.
    pub seed: u64,
    /// Phones.
    pub phones: u32,
    /// Phones sold day by day.
    pub sold_by_days: u64,
    /// Days run.
    pub days: u32,
    /// The policy pack.
    pub pack: String,
    /// Contracts by stage and slot as decided.
    pub decided: BTreeMap<String, u64>,
    /// Phones by stage and slot as applied.
    pub applied: BTreeMap<String, u64>,
    /// Payments that counted.
    pub payments: u64,
    /// Of those by the way they took.
    pub rails: BTreeMap<String, u64>,
    /// What happened at the doors of money.
    #[serde(flatten)]
    pub doors: Doors,
    /// Files that came again.
    pub files_repeated: u64,
    /// Payments taken back.
    pub reversals: u64,
    /// Times a phone rose above `notice`.
    pub restrictions: u64,
    /// Times a restricted phone opened because it was paid for.
    pub unlocks: u64,
    /// Answered exchanges from the payment until the phone was open, and how often.
    pub unlock_exchanges: BTreeMap<u32, u64>,
    /// Slots from the payment until the phone was open, and how often.
    pub unlock_slots: BTreeMap<u32, u64>,
    /// Wall time from a payment's report until a held wait had opened the phone, microseconds.
    #[serde(skip)]
    pub unlock_micros: Vec<u64>,
    /// Emergency passes the holders pressed.
    pub passes: u64,
    /// Contracts released.
    pub releases: u64,
    /// Phones that confirmed their release.
    pub removals: u64,
    /// Devices enrolled, again included.
    pub enrolments: u64,
    /// Requests sent.
    pub sent: u64,
    /// Requests or replies lost.
    pub lost: u64,
    /// Requests that arrived twice.
    pub doubled: u64,
    /// Old requests or replies that came again.
    pub replayed: u64,
    /// Requests the server refused.
    pub refused: BTreeMap<String, u64>,
    /// Processes that died between two effects.
    pub crashes: u64,
    /// Boots.
    pub boots: u64,
    /// Resets to factory state.
    pub resets: u64,
    /// Slots without a sweep.
    pub sweeps_skipped: u64,
    /// Decisions made again from the journals at the end, byte for byte.
    pub decisions_replayed: u64,
    /// Checks of each property.
    pub checks: BTreeMap<&'static str, u64>,
    /// How many promises were not kept.
    pub violation_count: u64,
    /// The first of them.
    pub violations: Vec<Violation>,
}

impl Summary {
    /// Notes a promise that was not kept.
    pub fn violate(&mut self, violation: Violation) {
        self.violation_count += 1;
        if self.violations.len() < KEPT_MAX {
            self.violations.push(violation);
        }
    }

    /// Counts what another visitor of the same world has seen.
    pub fn add(&mut self, other: &Summary) {
        add(&mut self.decided, &other.decided);
        add(&mut self.applied, &other.applied);
        add(&mut self.unlock_exchanges, &other.unlock_exchanges);
        add(&mut self.unlock_slots, &other.unlock_slots);
        add(&mut self.refused, &other.refused);
        add(&mut self.rails, &other.rails);
        add(&mut self.checks, &other.checks);
        self.unlock_micros.extend(&other.unlock_micros);
        for (ours, theirs) in [
            (&mut self.sold_by_days, other.sold_by_days),
            (&mut self.payments, other.payments),
            (&mut self.doors.told_twice, other.doors.told_twice),
            (&mut self.doors.unproven, other.doors.unproven),
            (&mut self.doors.hints, other.doors.hints),
            (&mut self.doors.bluffs, other.doors.bluffs),
            (&mut self.doors.claims, other.doors.claims),
            (&mut self.doors.provisional_unlocks, other.doors.provisional_unlocks),
            (&mut self.doors.unmatched, other.doors.unmatched),
            (&mut self.doors.matched, other.doors.matched),
            (&mut self.doors.files, other.doors.files),
            (&mut self.doors.files_late, other.doors.files_late),
            (&mut self.files_repeated, other.files_repeated),
            (&mut self.reversals, other.reversals),
            (&mut self.restrictions, other.restrictions),
            (&mut self.unlocks, other.unlocks),
            (&mut self.passes, other.passes),
            (&mut self.releases, other.releases),
            (&mut self.removals, other.removals),
            (&mut self.enrolments, other.enrolments),
            (&mut self.sent, other.sent),
            (&mut self.lost, other.lost),
            (&mut self.doubled, other.doubled),
            (&mut self.replayed, other.replayed),
            (&mut self.crashes, other.crashes),
            (&mut self.boots, other.boots),
            (&mut self.resets, other.resets),
            (&mut self.sweeps_skipped, other.sweeps_skipped),
            (&mut self.decisions_replayed, other.decisions_replayed),
        ] {
            *ours += theirs;
        }
        let unkept = other.violation_count - other.violations.len() as u64;
        other.violations.iter().for_each(|violation| self.violate(violation.clone()));
        self.violation_count += unkept;
    }

    /// Canonical JSON: the same world, the same bytes.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("maps with text keys and plain numbers")
    }
}

fn add<K: Ord + Clone>(ours: &mut BTreeMap<K, u64>, theirs: &BTreeMap<K, u64>) {
    for (key, count) in theirs {
        *ours.entry(key.clone()).or_insert(0) += count;
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Summary { seed, phones, sold_by_days, days, pack, .. } = self;
        writeln!(
            f,
            "seed {seed}: {phones} phones ({sold_by_days} sold by days), {days} days, {pack}"
        )?;
        let list = |f: &mut fmt::Formatter<'_>, name: &str, map: &BTreeMap<String, u64>| {
            let parts: Vec<String> = map.iter().map(|(key, n)| format!("{key} {n}")).collect();
            writeln!(f, "  {name}: {}", parts.join(", "))
        };
        list(f, "decided (slots)", &self.decided)?;
        list(f, "applied (slots)", &self.applied)?;
        writeln!(
            f,
            "  payments {}, reversed {}, restrictions {}, unlocks {}, passes {}, releases {} \
             ({} confirmed)",
            self.payments,
            self.reversals,
            self.restrictions,
            self.unlocks,
            self.passes,
            self.releases,
            self.removals
        )?;
        list(f, "payments by rail", &self.rails)?;
        writeln!(
            f,
            "  told twice {}, unproven {}, hints {} ({} never paid), claims {}, provisional \
             unlocks {}, unmatched {} (matched by hand {}), files {} ({} nights late)",
            self.doors.told_twice,
            self.doors.unproven,
            self.doors.hints,
            self.doors.bluffs,
            self.doors.claims,
            self.doors.provisional_unlocks,
            self.doors.unmatched,
            self.doors.matched,
            self.doors.files,
            self.doors.files_late
        )?;
        writeln!(
            f,
            "  sent {}, lost {}, doubled {}, replayed {}, crashes {}, boots {}, resets {}",
            self.sent,
            self.lost,
            self.doubled,
            self.replayed,
            self.crashes,
            self.boots,
            self.resets
        )?;
        self.verdict(f)
    }
}

impl Summary {
    /// Whether the promises were kept.
    fn verdict(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let checks: u64 = self.checks.values().sum();
        match self.violations.first() {
            None => write!(
                f,
                "  OK: {} properties, {checks} checks, {} decisions made again",
                self.checks.len(),
                self.decisions_replayed
            ),
            Some(first) => write!(
                f,
                "  {} VIOLATIONS, the first: {} in seed {} on day {} slot {}, contract {:?}: {}",
                self.violation_count,
                first.property,
                first.seed,
                first.day,
                first.slot,
                first.reference,
                first.detail
            ),
        }
    }
}
