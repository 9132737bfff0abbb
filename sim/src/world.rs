//! The world: one seed, four slots a day, one actor after the other.

mod actor;
mod visit;

use std::{collections::BTreeMap, sync::Arc};

use domain::Moment;
use server::clock::Clock;
use store::MemoryStore;

use crate::{
    Setup, Summary, Violation,
    cast::cast,
    chance::Chance,
    clock::VirtualClock,
    house::{House, programme_for},
    properties,
};
use actor::Actor;

/// Slots of a day.
pub const SLOTS: u32 = 4;
/// Seconds of a slot.
const SLOT_S: i64 = 86_400 / SLOTS as i64;

/// The world itself failed: no promise was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorldError(pub String);

impl std::fmt::Display for WorldError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the world failed: {}", self.0)
    }
}

impl std::error::Error for WorldError {}

impl From<server::Error> for WorldError {
    fn from(error: server::Error) -> WorldError {
        WorldError(error.to_string())
    }
}

/// A world.
#[derive(Debug)]
pub struct World {
    setup: Setup,
    house: House,
    clock: Arc<VirtualClock>,
    actors: Vec<Actor>,
    chance: Chance,
    programme: &'static str,
    day: u32,
    slot: u32,
    sweep_rests_until: u32,
    seen: Summary,
}

impl World {
    /// Opens the house and lets the cast come on.
    pub async fn new(setup: Setup) -> Result<World, WorldError> {
        let (programme, pace) = programme_for(&setup.pack)
            .ok_or_else(|| WorldError(format!("no programme stands on pack {:?}", setup.pack)))?;
        let clock = Arc::new(VirtualClock::at(setup.start));
        let store = Arc::new(MemoryStore::new());
        let house = House::open(store, clock.clone(), setup.seed).await?;
        let members = cast(&setup);
        let actors = members.into_iter().map(|member| Actor::new(member, setup.seed, pace));
        let seen = Summary {
            seed: setup.seed,
            phones: setup.phones,
            days: setup.days,
            pack: setup.pack.clone(),
            ..Summary::default()
        };
        Ok(World {
            actors: actors.collect(),
            chance: Chance::new(setup.seed, 3),
            house,
            clock,
            programme,
            day: 0,
            slot: 0,
            sweep_rests_until: 0,
            seen,
            setup,
        })
    }

    /// Runs all days and checks the whole house at the end.
    pub async fn run(&mut self) -> Result<(), WorldError> {
        for day in 0..self.setup.days {
            self.day = day;
            if self.chance.happens(self.setup.faults.sweep_rests) {
                self.sweep_rests_until = day + self.chance.between(1, 6);
            }
            for slot in 0..SLOTS {
                self.slot = slot;
                self.slot().await?;
            }
        }
        self.end().await
    }

    /// What was seen.
    pub fn into_summary(self) -> Summary {
        self.seen
    }

    async fn slot(&mut self) -> Result<(), WorldError> {
        let slots = i64::from(self.day) * i64::from(SLOTS) + i64::from(self.slot);
        self.clock.until(self.setup.start.plus_seconds(slots * SLOT_S));
        self.jobs().await?;
        let mut actors = std::mem::take(&mut self.actors);
        let day = self.day;
        for actor in actors.iter_mut().filter(|actor| actor.member.joins <= day) {
            self.visit(actor).await?;
        }
        self.actors = actors;
        Ok(())
    }

    async fn jobs(&mut self) -> Result<(), WorldError> {
        let app = &self.house.app;
        if self.day < self.sweep_rests_until {
            self.seen.sweeps_skipped += 1;
        } else {
            let swept = app.sweep(1).await?;
            if swept.failed > 0 {
                return Err(WorldError(format!("the sweep failed on {} units", swept.failed)));
            }
        }
        let drained = app.drain_transit(1).await?;
        if drained.failed > 0 {
            return Err(WorldError("money in transit could not be posted".to_owned()));
        }
        app.flush_presence().await?;
        Ok(())
    }

    /// The whole house at the end: journals, replay, books.
    async fn end(&mut self) -> Result<(), WorldError> {
        // Jobs that were left out are made up for; money in transit is due by then.
        self.clock.pass(3_600);
        self.sweep_rests_until = 0;
        self.jobs().await?;
        let actors = std::mem::take(&mut self.actors);
        for actor in &actors {
            let Some(unit) = actor.unit else { continue };
            let faults =
                properties::journal::check(&self.house.app, unit, self.setup.sabotage).await?;
            self.note(&actor.member.reference, faults);
        }
        self.actors = actors;
        let faults = properties::books::check(&self.house.app, self.house.tenant).await?;
        self.note("", faults);
        let app = &self.house.app;
        let mut released = BTreeMap::new();
        for count in app.counts(self.house.tenant).await? {
            *released.entry(count.status).or_insert(0) += count.units;
        }
        self.seen.removals = released.get("archived").copied().unwrap_or(0);
        self.seen.releases = self.seen.removals + released.get("released").copied().unwrap_or(0);
        Ok(())
    }

    fn now(&self) -> Moment {
        self.clock.now()
    }

    fn now_s(&self) -> i64 {
        self.now().seconds()
    }

    /// Notes what properties found.
    fn note(&mut self, reference: &str, found: properties::Found) {
        for (property, verdicts) in found {
            *self.seen.checks.entry(property).or_insert(0) += 1;
            if let Some(detail) = verdicts {
                self.seen.violate(Violation {
                    property,
                    seed: self.setup.seed,
                    day: self.day,
                    slot: self.slot,
                    reference: reference.to_owned(),
                    detail,
                });
            }
        }
    }
}
