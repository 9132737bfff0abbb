//! What the memory backend keeps, and how it changes.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Moment, TenantId, UnitId};

use crate::{
    Booked, Claimed, Conflict, Fault, Item, JobKey, JournalEntry, NewJob, NextLook, Outcome,
    Posting, Presence, Queue, Reservation, Row,
    check::{self, Before},
    cursor::Place,
};

/// Everything.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) units: BTreeMap<UnitId, Unit>,
    pub(super) names: BTreeMap<Reservation, UnitId>,
    pub(super) presence: BTreeMap<UnitId, Presence>,
    /// Every leg of a tenant in time order.
    pub(super) booked: BTreeSet<(TenantId, Place)>,
    /// Units with a `next_look`, by it.
    looks: BTreeSet<(Moment, UnitId)>,
    look_claims: BTreeMap<UnitId, LookClaim>,
    jobs: BTreeMap<JobId, Job>,
    /// Jobs by the moment from which they may be claimed.
    ready: BTreeSet<(Queue, Moment, UnitId, [u8; 16])>,
}

/// One unit with all that belongs to it.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) row: Row,
    pub(super) journal: Vec<JournalEntry>,
    pub(super) ledger: Vec<Leg>,
    pub(super) personal: BTreeMap<&'static str, String>,
    commands: BTreeMap<[u8; 16], ([u8; 32], u64)>,
}

/// A posting with the commit that booked it.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) posting: Posting,
    version: u64,
    command: &'static str,
}

#[derive(Clone, Copy, Debug)]
struct LookClaim {
    until: Moment,
    attempt: u32,
}

type JobId = (UnitId, JobKey);

#[derive(Debug)]
struct Job {
    tenant: TenantId,
    due: Moment,
    ready: Moment,
    attempt: u32,
    payload: String,
}

impl State {
    pub(super) fn row(&self, unit: UnitId) -> Option<Row> {
        self.units.get(&unit).map(|unit| unit.row.clone())
    }

    /// The leg at this place.
    pub(super) fn booked(&self, (at, unit, entry): Place) -> Booked {
        let of = &self.units[&unit];
        let index = usize::try_from(entry - 1).expect("as many legs as memory holds");
        let Leg { posting, version, command } = &of.ledger[index];
        Booked {
            at,
            unit,
            kind: of.row.kind,
            name: of.row.facets.name.clone(),
            version: *version,
            command: (*command).to_owned(),
            entry,
            account: posting.account.to_owned(),
            minor: posting.minor,
            currency: posting.currency.clone(),
        }
    }

    /// Applies an item whose shape was checked, or says why not and changes nothing.
    pub(super) fn commit(&mut self, item: Item) -> Result<Outcome, Fault> {
        if let Some(outcome) = self.refusal(&item) {
            return Ok(outcome);
        }
        let before = self.units.get(&item.unit).map(|unit| Before {
            tenant: unit.row.tenant,
            kind: unit.row.kind,
            head: unit.row.head,
        });
        check::continues(&item, before.as_ref())?;
        Ok(Outcome::Done(self.apply(item)))
    }

    pub(super) fn heard(&mut self, heard: Presence) {
        let heard = heard.bounded();
        let known = self.presence.get(&heard.unit);
        if known.is_none_or(|known| known.recency() <= heard.recency()) {
            self.presence.insert(heard.unit, heard);
        }
    }

    pub(super) fn claim_looks(&mut self, now: Moment, until: Moment, n: u32) -> Vec<Claimed> {
        let free = |unit: &UnitId| self.look_claims.get(unit).is_none_or(|held| held.until <= now);
        let due = self.looks.iter().take_while(|(look, _)| *look <= now);
        let taken: Vec<_> = due.filter(|(_, unit)| free(unit)).take(n as usize).copied().collect();
        let claims = taken.into_iter().map(|(due, unit)| {
            let held = self.look_claims.entry(unit).or_insert(LookClaim { until, attempt: 0 });
            held.until = until;
            held.attempt = held.attempt.saturating_add(1);
            let tenant = self.units[&unit].row.tenant;
            let (key, payload, attempt) = (unit.bytes(), String::new(), held.attempt);
            Claimed { unit, tenant, key, due, payload, attempt }
        });
        claims.collect()
    }

    pub(super) fn claim_jobs(
        &mut self,
        queue: Queue,
        now: Moment,
        until: Moment,
        n: u32,
    ) -> Vec<Claimed> {
        let first = (queue, Moment::from_micros(0), UnitId::from_bytes([0; 16]), [0; 16]);
        let due = self.ready.range(first..).take_while(|(of, at, ..)| *of == queue && *at <= now);
        let taken: Vec<_> = due.take(n as usize).copied().collect();
        let mut claims = Vec::with_capacity(taken.len());
        for place in taken {
            let (_, _, unit, key) = place;
            let id = (unit, JobKey { queue, key });
            let job = self.jobs.get_mut(&id).expect("`ready` names only jobs that exist");
            self.ready.remove(&place);
            job.ready = until;
            job.attempt = job.attempt.saturating_add(1);
            self.ready.insert((queue, until, unit, key));
            let (tenant, due, attempt) = (job.tenant, job.due, job.attempt);
            claims.push(Claimed { unit, tenant, key, due, payload: job.payload.clone(), attempt });
        }
        claims
    }

    fn refusal(&self, item: &Item) -> Option<Outcome> {
        let unit = self.units.get(&item.unit);
        if let Some((hash, version)) = unit.and_then(|unit| unit.commands.get(&item.command.key)) {
            return Some(if *hash == item.command.hash {
                Outcome::Repeat(*version)
            } else {
                Outcome::Conflict(Conflict::KeyReused)
            });
        }
        let version = unit.map_or(0, |unit| unit.row.version);
        if version != item.expected {
            return Some(Outcome::Conflict(Conflict::Version(version)));
        }
        item.reserve.iter().find_map(|name| {
            let owner = *self.names.get(name).filter(|owner| **owner != item.unit)?;
            Some(Outcome::Conflict(Conflict::Taken(name.clone(), owner)))
        })
    }

    fn apply(&mut self, item: Item) -> u64 {
        let version = item.expected + 1;
        self.own(&item);
        self.look(item.unit, item.change.next_look);
        for key in item.finished {
            self.end_job(&(item.unit, key));
        }
        for job in item.jobs {
            self.put_job(item.tenant, item.unit, job);
        }
        let unit = self.units.entry(item.unit).or_insert_with(|| Unit {
            row: Row {
                tenant: item.tenant,
                unit: item.unit,
                kind: item.kind,
                version: 0,
                doc: String::new(),
                facets: item.change.facets.clone(),
                next_look: None,
                head: item.change.head,
            },
            journal: Vec::new(),
            ledger: Vec::new(),
            personal: BTreeMap::new(),
            commands: BTreeMap::new(),
        });
        unit.row.version = version;
        unit.row.doc = item.change.doc;
        unit.row.facets = item.change.facets;
        unit.row.head = item.change.head;
        if let NextLook::Set(look) = item.change.next_look {
            unit.row.next_look = look;
        }
        unit.commands.insert(item.command.key, (item.command.hash, version));
        for line in item.journal {
            let entry = unit.journal.len() as u64 + 1;
            let (kind, at, text, hash) = (line.kind, line.at, line.text, line.hash);
            unit.journal.push(JournalEntry { entry, kind, at, text, hash });
        }
        for posting in item.postings {
            let entry = unit.ledger.len() as u64 + 1;
            self.booked.insert((item.tenant, (posting.at, item.unit, entry)));
            unit.ledger.push(Leg { posting, version, command: item.command.name });
        }
        for datum in item.personal {
            if datum.value.is_empty() {
                unit.personal.remove(datum.field);
            } else {
                unit.personal.insert(datum.field, datum.value);
            }
        }
        version
    }

    /// Gives names back, then takes names: a name in both lists stays.
    fn own(&mut self, item: &Item) {
        for name in &item.free {
            if self.names.get(name) == Some(&item.unit) {
                self.names.remove(name);
            }
        }
        for name in &item.reserve {
            self.names.insert(name.clone(), item.unit);
        }
    }

    fn look(&mut self, unit: UnitId, next: NextLook) {
        let NextLook::Set(next) = next else { return };
        let old = self.units.get(&unit).and_then(|unit| unit.row.next_look);
        if let Some(old) = old {
            self.looks.remove(&(old, unit));
        }
        if let Some(next) = next {
            self.looks.insert((next, unit));
        }
        self.look_claims.remove(&unit);
    }

    fn end_job(&mut self, id: &JobId) -> Option<Job> {
        let job = self.jobs.remove(id)?;
        self.ready.remove(&(id.1.queue, job.ready, id.0, id.1.key));
        Some(job)
    }

    fn put_job(&mut self, tenant: TenantId, unit: UnitId, job: NewJob) {
        let (queue, key) = (job.key.queue, job.key.key);
        let id = (unit, job.key);
        let attempt = self.end_job(&id).map_or(0, |old| old.attempt);
        self.ready.insert((queue, job.due, unit, key));
        let (due, payload) = (job.due, job.payload);
        self.jobs.insert(id, Job { tenant, due, ready: due, attempt, payload });
    }
}
