//! Random commits, claims and presence against a model that is as simple as the contract of the
//! trait allows: lists, searched from end to end.

use std::sync::Arc;

use domain::UnitId;

use crate::{
    Backend, Booked, Claimed, Conflict, Entry, Item, JobKey, NextLook, Outcome, Personal, Presence,
    Query, Queue, Reservation, Row, Space, Span, UnitKind,
};

use super::fixture::*;

const STEPS: u64 = 400;
const UNITS: u64 = 6;
const FIELDS: [&str; 3] = ["a", "b", "c"];
const QUEUES: [Queue; 2] = [Queue::InTransit, Queue::Outbox];

/// Every answer and every read agree with the model, over a few seeds.
pub async fn random_commits_follow_the_model(store: Arc<dyn Backend>) {
    // One store serves all seeds: each has its own units, names and times.
    for seed in 1..=3 {
        let mut dice = Dice(seed);
        let mut model = Model::default();
        let world = World { seed, base: seed.cast_signed() * 1_000_000 };
        for step in 0..STEPS {
            match dice.below(10) {
                0 => world.claim(&*store, &mut model, &mut dice, step).await,
                1 => world.hear(&*store, &mut model, &mut dice, step).await,
                _ => world.commit(&*store, &mut model, &mut dice, step).await,
            }
            if step % 40 == 39 {
                world.compare(&*store, &model).await;
            }
        }
        assert!(model.items.len() > 100, "seed {seed} committed {}", model.items.len());
        world.retire(&*store).await;
    }
}

struct World {
    seed: u64,
    base: i64,
}

impl World {
    fn unit(&self, number: u64) -> UnitId {
        unit(u128::from(self.seed * 1000 + number))
    }

    fn name(&self, number: u64) -> Reservation {
        let space = if number.is_multiple_of(2) { Space::Imei } else { Space::Reference };
        name(space, &format!("{}-{number}", self.seed))
    }

    async fn commit(&self, store: &dyn Backend, model: &mut Model, dice: &mut Dice, step: u64) {
        let mut batch = Vec::new();
        let mut expected = Vec::new();
        for _ in 0..=dice.below(4) {
            let item = self.item(model, dice, step);
            expected.push(model.commit(&item));
            batch.push(item);
        }
        let outcomes = store.commit(batch).await.expect("the store commits");
        assert_eq!(outcomes, expected, "seed {} step {step}", self.seed);
    }

    fn item(&self, model: &Model, dice: &mut Dice, step: u64) -> Item {
        let unit = self.unit(dice.below(UNITS));
        let row = model.row(unit);
        let mut item = draft(unit, row.as_ref(), dice.below(300));
        if dice.one_in(8) {
            item.expected = item.expected.saturating_sub(1);
        }
        if dice.one_in(12) {
            item.command.hash = [dice.below(3).to_le_bytes()[0]; 32];
        }
        let status = ["active", "settled"][usize::from(dice.one_in(2))];
        item.change.facets = facets(status, dice.below(5).to_le_bytes()[0]);
        let soon = at(self.base + i64::from(dice.below(60).to_le_bytes()[0]));
        item.change.next_look = match dice.below(4) {
            0 => NextLook::Set(Some(soon)),
            1 => NextLook::Set(None),
            _ => NextLook::Keep,
        };
        item.reserve = dice.some(2).map(|number| self.name(number)).collect();
        item.free = dice.some(2).map(|number| self.name(number)).collect();
        item.finished = dice.some(2).map(|number| self.job(number)).collect();
        let jobs = dice.some(2).map(|number| (self.job(number), number));
        item.jobs = jobs
            .map(|(key, number)| crate::NewJob {
                key,
                due: at(self.base + (number * 7 % 60).cast_signed()),
                payload: format!("{step}"),
            })
            .collect();
        let values = dice.some(2).map(|number| (number, if number > 3 { "" } else { "v" }));
        item.personal = values
            .map(|(number, value)| Personal {
                field: FIELDS[usize::from((number % 3).to_le_bytes()[0])],
                value: if value.is_empty() { String::new() } else { format!("{value}{step}") },
            })
            .collect();
        item
    }

    fn job(&self, number: u64) -> JobKey {
        let queue = QUEUES[usize::from(number.is_multiple_of(2))];
        JobKey { queue, key: key(self.seed * 1000 + number) }
    }

    async fn claim(&self, store: &dyn Backend, model: &mut Model, dice: &mut Dice, step: u64) {
        let queue = [Queue::NextLook, Queue::InTransit, Queue::Outbox]
            [usize::from(dice.below(3).to_le_bytes()[0])];
        let now = self.base + (step / 4).cast_signed();
        let until = now + dice.below(12).cast_signed();
        let n = u32::from(dice.below(4).to_le_bytes()[0]);
        let claims = store.claim(queue, step, at(now), at(until), n).await.expect("claims");
        let expected = model.claim(queue, now, until, n as usize);
        assert_eq!(claims, expected, "seed {} step {step} {queue:?}", self.seed);
    }

    async fn hear(&self, store: &dyn Backend, model: &mut Model, dice: &mut Dice, step: u64) {
        let heard = Presence {
            unit: self.unit(dice.below(UNITS)),
            seen_at: at(self.base + dice.below(30).cast_signed()),
            msg_no: dice.below(10),
            key_gen: u32::from(dice.below(3).to_le_bytes()[0]),
            battery: None,
            agent_version: format!("{step}"),
            applied_seq: step,
        };
        store.presence(vec![heard.clone()]).await.expect("the store records presence");
        model.presence.push(heard);
    }

    async fn compare(&self, store: &dyn Backend, model: &Model) {
        let mut rows = Vec::new();
        for number in 0..UNITS {
            let unit = self.unit(number);
            let row = load(store, unit).await;
            assert_eq!(row, model.row(unit));
            rows.extend(row);
            let journal = entries(store, Query::Journal(unit)).await;
            assert_eq!(journal, model.journal(unit));
            assert_eq!(entries(store, Query::Ledger(unit)).await, model.ledger(unit));
            assert_eq!(entries(store, Query::Personal(unit)).await, model.personal(unit));
            let presence = entries(store, Query::Presence(unit)).await;
            assert_eq!(presence, model.heard(unit));
        }
        for number in 0..6 {
            let name = self.name(number);
            assert_eq!(owner(store, &name).await, model.owner(&name));
        }
        self.compare_units(store, &rows).await;
        self.compare_ledger(store, model).await;
    }

    /// One stretch of this world's ledger in pages of three. Other worlds share its times.
    async fn compare_ledger(&self, store: &dyn Backend, model: &Model) {
        let (from, until) = (Some(at(20)), Some(at(200)));
        let span = Span { tenant: TENANT, from, until };
        let (mut legs, mut after) = (Vec::new(), None);
        loop {
            let page = store.ledger(span, after, 3).await.expect("the store pages its ledger");
            legs.extend(page.legs);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let own = |leg: &Booked| (0..UNITS).any(|number| self.unit(number) == leg.unit);
        let legs: Vec<_> = legs.into_iter().filter(own).collect();
        assert_eq!(legs, model.booked(&span));
    }

    /// Pages of two, filtered, against the rows loaded one by one.
    async fn compare_units(&self, store: &dyn Backend, rows: &[Row]) {
        let (kind, tenant) = (UnitKind::Contract, Some(TENANT));
        let status = Some("active".to_owned());
        let query = Query::Units { tenant, kind, status, rung_min: 2 };
        let mut after = Some(crate::Cursor::of_unit(unit(u128::from(self.seed * 1000 - 1))));
        let mut found = Vec::new();
        while after.is_some() {
            let page = store.page(query.clone(), after, 2).await.expect("the store pages");
            assert!(page.entries.len() <= 2);
            found.extend(page.entries);
            after = page.next;
        }
        let wanted = |row: &&Row| row.facets.status == "active" && row.facets.rung >= 2;
        let expected = rows.iter().filter(wanted).map(|row| Entry::Unit(Box::new(row.clone())));
        assert_eq!(found, expected.collect::<Vec<_>>());
    }

    /// Takes this seed's work out of the queues, so that the next seed finds only its own.
    async fn retire(&self, store: &dyn Backend) {
        for number in 0..UNITS {
            let unit = self.unit(number);
            let row = load(store, unit).await;
            let mut item = draft(unit, row.as_ref(), 1000);
            item.change.next_look = NextLook::Set(None);
            item.finished = (0..8).map(|number| self.job(number)).collect();
            done(store, item).await;
        }
        for queue in [Queue::NextLook, Queue::InTransit, Queue::Outbox] {
            let far = at(self.base + 900_000);
            assert_eq!(store.claim(queue, 1, far, far, 9).await.expect("claims"), []);
        }
    }
}

/// What was committed, in order, and everything else derived from it by searching.
#[derive(Default)]
struct Model {
    items: Vec<Item>,
    names: Vec<(Reservation, UnitId)>,
    presence: Vec<Presence>,
    /// Claims on units: until when, and how often.
    looks: Vec<(UnitId, i64, u32)>,
    jobs: Vec<ModelJob>,
}

struct ModelJob {
    unit: UnitId,
    key: JobKey,
    due: i64,
    ready: i64,
    attempt: u32,
    payload: String,
}

impl Model {
    fn of(&self, unit: UnitId) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.unit == unit)
    }

    fn commit(&mut self, item: &Item) -> Outcome {
        for (version, known) in (1..).zip(self.of(item.unit)) {
            if known.command.key == item.command.key {
                return match known.command.hash == item.command.hash {
                    true => Outcome::Repeat(version),
                    false => Outcome::Conflict(Conflict::KeyReused),
                };
            }
        }
        let version = self.of(item.unit).count() as u64;
        if version != item.expected {
            return Outcome::Conflict(Conflict::Version(version));
        }
        for name in &item.reserve {
            if let Some(owner) = self.owner(name).filter(|owner| *owner != item.unit) {
                return Outcome::Conflict(Conflict::Taken(name.clone(), owner));
            }
        }
        self.names.retain(|(name, owner)| *owner != item.unit || !item.free.contains(name));
        for name in &item.reserve {
            self.names.retain(|(known, _)| known != name);
            self.names.push((name.clone(), item.unit));
        }
        if item.change.next_look != NextLook::Keep {
            self.looks.retain(|(unit, ..)| *unit != item.unit);
        }
        self.jobs.retain(|job| job.unit != item.unit || !item.finished.contains(&job.key));
        for job in &item.jobs {
            self.put(item.unit, job);
        }
        self.items.push(item.clone());
        Outcome::Done(version + 1)
    }

    fn put(&mut self, unit: UnitId, job: &crate::NewJob) {
        let same = |known: &ModelJob| known.unit == unit && known.key == job.key;
        let attempt = self.jobs.iter().find(|known| same(known)).map_or(0, |known| known.attempt);
        self.jobs.retain(|known| !same(known));
        let (key, due, payload) = (job.key.clone(), job.due.seconds(), job.payload.clone());
        self.jobs.push(ModelJob { unit, key, due, ready: due, attempt, payload });
    }

    fn row(&self, unit: UnitId) -> Option<Row> {
        let last = self.of(unit).last()?;
        let set = |item: &Item| match item.change.next_look {
            NextLook::Keep => None,
            NextLook::Set(look) => Some(look),
        };
        Some(Row {
            tenant: last.tenant,
            unit,
            kind: last.kind,
            version: self.of(unit).count() as u64,
            doc: last.change.doc.clone(),
            facets: last.change.facets.clone(),
            next_look: self.of(unit).filter_map(set).last().flatten(),
            head: last.change.head,
        })
    }

    fn claim(&mut self, queue: Queue, now: i64, until: i64, n: usize) -> Vec<Claimed> {
        if queue == Queue::NextLook {
            self.look(now, until, n)
        } else {
            self.work(queue, now, until, n)
        }
    }

    fn look(&mut self, now: i64, until: i64, n: usize) -> Vec<Claimed> {
        let mut units: Vec<UnitId> = self.items.iter().map(|item| item.unit).collect();
        units.sort();
        units.dedup();
        let due = |unit: &UnitId| Some((self.row(*unit)?.next_look?, *unit));
        let mut due: Vec<_> = units.iter().filter_map(due).collect();
        due.retain(|(look, unit)| {
            let held = self.looks.iter().any(|(of, until, _)| of == unit && *until > now);
            look.seconds() <= now && !held
        });
        due.sort();
        due.truncate(n);
        let mut claims = Vec::new();
        for (due, unit) in due {
            let before = self.looks.iter().find(|(of, ..)| *of == unit);
            let attempt = before.map_or(0, |(.., attempt)| *attempt) + 1;
            self.looks.retain(|(of, ..)| *of != unit);
            self.looks.push((unit, until, attempt));
            let (tenant, key, payload) = (TENANT, unit.bytes(), String::new());
            claims.push(Claimed { unit, tenant, key, due, payload, attempt });
        }
        claims
    }

    fn work(&mut self, queue: Queue, now: i64, until: i64, n: usize) -> Vec<Claimed> {
        let due = |job: &&mut ModelJob| job.key.queue == queue && job.ready <= now;
        let mut due: Vec<_> = self.jobs.iter_mut().filter(due).collect();
        due.sort_by_key(|job| (job.ready, job.unit, job.key.key));
        let claims = due.into_iter().take(n).map(|job| {
            job.ready = until;
            job.attempt += 1;
            Claimed {
                unit: job.unit,
                tenant: TENANT,
                key: job.key.key,
                due: at(job.due),
                payload: job.payload.clone(),
                attempt: job.attempt,
            }
        });
        claims.collect()
    }

    fn owner(&self, name: &Reservation) -> Option<UnitId> {
        self.names.iter().find(|(known, _)| known == name).map(|(_, unit)| *unit)
    }

    fn journal(&self, unit: UnitId) -> Vec<Entry> {
        let lines = self.of(unit).flat_map(|item| &item.journal).cloned();
        let entries = (1..).zip(lines).map(|(entry, line)| {
            let (kind, at, text, hash) = (line.kind, line.at, line.text, line.hash);
            Entry::Journal(crate::JournalEntry { entry, kind, at, text, hash })
        });
        entries.collect()
    }

    fn ledger(&self, unit: UnitId) -> Vec<Entry> {
        let legs = self.of(unit).flat_map(|item| &item.postings).cloned();
        let entry = |leg: crate::Posting| {
            Entry::Posting(leg.at, leg.account.to_owned(), leg.minor, leg.currency)
        };
        legs.map(entry).collect()
    }

    /// Every leg of a stretch, sorted into its place.
    fn booked(&self, span: &Span) -> Vec<Booked> {
        let mut all = Vec::new();
        let mut counts: Vec<(UnitId, u64, u64)> = Vec::new();
        for item in &self.items {
            let known = counts.iter().find(|(unit, ..)| *unit == item.unit).copied();
            let (unit, version, mut entry) = known.unwrap_or((item.unit, 0, 0));
            let name = self.row(unit).map(|row| row.facets.name).unwrap_or_default();
            for leg in &item.postings {
                entry += 1;
                all.push(Booked {
                    at: leg.at,
                    unit,
                    kind: item.kind,
                    name: name.clone(),
                    version: version + 1,
                    command: item.command.name.to_owned(),
                    entry,
                    account: leg.account.to_owned(),
                    minor: leg.minor,
                    currency: leg.currency.clone(),
                });
            }
            counts.retain(|(of, ..)| *of != unit);
            counts.push((unit, version + 1, entry));
        }
        all.retain(|leg| span.from <= Some(leg.at) && span.until.is_none_or(|end| leg.at < end));
        all.sort_by_key(|leg| (leg.at, leg.unit, leg.entry));
        all
    }

    fn personal(&self, unit: UnitId) -> Vec<Entry> {
        let mut data = Vec::new();
        for field in FIELDS {
            let written = self.of(unit).flat_map(|item| &item.personal);
            let last = written.filter(|datum| datum.field == field).last();
            if let Some(datum) = last.filter(|datum| !datum.value.is_empty()) {
                data.push(Entry::Personal(field.to_owned(), datum.value.clone()));
            }
        }
        data
    }

    fn heard(&self, unit: UnitId) -> Vec<Entry> {
        let of_unit = self.presence.iter().filter(|heard| heard.unit == unit);
        // Of equals the last one written.
        let last = of_unit.max_by_key(|heard| (heard.key_gen, heard.msg_no, heard.seen_at));
        last.cloned().map(Entry::Presence).into_iter().collect()
    }
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }

    fn one_in(&mut self, of: u64) -> bool {
        self.below(of) == 0
    }

    /// None, or up to so many numbers below six.
    fn some(&mut self, most: u64) -> impl Iterator<Item = u64> + use<> {
        let count = if self.one_in(2) { 0 } else { self.below(most + 1) };
        let numbers: Vec<u64> = (0..count).map(|_| self.below(6)).collect();
        numbers.into_iter()
    }
}
