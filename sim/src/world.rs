//! The world: one seed, four slots a day, one actor after the other.

mod actor;
mod night;
mod scene;
mod visit;

use std::{collections::BTreeMap, sync::Arc};

use server::app::lease::domain_stage;
use store::{Backend, MemoryStore};

use crate::{Setup, Summary, cast::cast, chance::Chance, line::Way, properties, till::Till};
use actor::Actor;
pub use scene::Scene;
use visit::Visitor;

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
    scene: Arc<Scene>,
    troupes: Vec<Troupe>,
    chance: Chance,
    nights: Chance,
    day: u32,
    sweep_rests_until: u32,
    seen: Summary,
}

/// Actors who are visited one after the other, and who visits them.
#[derive(Debug)]
struct Troupe {
    visitor: Visitor,
    actors: Vec<Actor>,
}

impl World {
    /// Opens the house in memory and lets the cast come on, one actor after the other.
    pub async fn new(setup: Setup) -> Result<World, WorldError> {
        World::on(setup, Arc::new(MemoryStore::new()), 1).await
    }

    /// Opens the house on a store. Several troupes act side by side: then the interleaving is
    /// the machine's.
    pub async fn on(
        setup: Setup,
        store: Arc<dyn Backend>,
        troupes: u32,
    ) -> Result<World, WorldError> {
        let scene = Arc::new(Scene::open(setup, store).await?);
        let setup = &scene.setup;
        let mut visited: Vec<Troupe> = (0..troupes.max(1))
            .map(|_| Troupe { visitor: Visitor::new(scene.clone()), actors: Vec::new() })
            .collect();
        for (index, member) in cast(setup).into_iter().enumerate() {
            let place = index % visited.len();
            let actor = Actor::new(member, setup.seed, scene.pace, setup.held);
            visited[place].actors.push(actor);
        }
        let seen = Summary {
            seed: setup.seed,
            phones: setup.phones,
            pack: setup.pack.clone(),
            ..Summary::default()
        };
        let chance = Chance::new(setup.seed, 3);
        let nights = Chance::new(setup.seed, 7);
        let (day, sweep_rests_until) = (0, 0);
        Ok(World { troupes: visited, chance, nights, day, sweep_rests_until, seen, scene })
    }

    /// Runs all days and checks the whole house at the end.
    pub async fn run(&mut self) -> Result<(), WorldError> {
        for _ in 0..self.scene.setup.days {
            self.begin_day();
            for slot in 0..SLOTS {
                self.slot(slot).await?;
            }
            self.end_day();
        }
        self.end().await
    }

    /// The next day begins.
    pub fn begin_day(&mut self) {
        if self.chance.happens(self.scene.setup.faults.sweep_rests) {
            self.sweep_rests_until = self.day + self.chance.between(1, 6);
        }
    }

    /// The day is over.
    pub fn end_day(&mut self) {
        self.day += 1;
        self.seen.days = self.day;
    }

    /// Days that are over.
    pub fn day(&self) -> u32 {
        self.day
    }

    /// What everybody shares.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// From now on phones and money go another way.
    pub fn go_by(&mut self, way: Way, till: Till) {
        self.scene = Arc::new(Scene { way, till, ..(*self.scene).clone() });
        for troupe in &mut self.troupes {
            troupe.visitor.scene = self.scene.clone();
        }
    }

    /// What was seen so far.
    pub fn summary(&self) -> Summary {
        let mut all = self.seen.clone();
        self.troupes.iter().for_each(|troupe| all.add(&troupe.visitor.seen));
        all
    }

    /// What was seen.
    pub fn into_summary(self) -> Summary {
        self.summary()
    }

    /// Phones by the stage in force on them now.
    pub fn stages(&self) -> BTreeMap<String, u64> {
        let mut stages = BTreeMap::new();
        let actors = self.troupes.iter().flat_map(|troupe| &troupe.actors);
        for phone in actors.filter_map(|actor| actor.phone.as_ref()) {
            let name = if phone.agent.is_released() {
                "released".to_owned()
            } else {
                domain_stage(phone.agent.stage()).to_string()
            };
            *stages.entry(name).or_insert(0) += 1;
        }
        stages
    }

    /// A quarter of a day: the jobs, then every actor.
    pub async fn slot(&mut self, slot: u32) -> Result<(), WorldError> {
        let slots = i64::from(self.day) * i64::from(SLOTS) + i64::from(slot);
        let scene = &self.scene;
        scene.clock.until(scene.setup.start.plus_seconds(slots * SLOT_S));
        self.jobs().await?;
        match slot {
            0 if self.day > 0 => self.night(false).await?,
            2 if self.day.is_multiple_of(2) => self.clerk().await?,
            _ => {}
        }
        let day = self.day;
        if let [only] = self.troupes.as_mut_slice() {
            return only.act(day, slot).await;
        }
        let acting: Vec<_> = std::mem::take(&mut self.troupes)
            .into_iter()
            .map(|mut troupe| {
                tokio::spawn(async move { troupe.act(day, slot).await.map(|()| troupe) })
            })
            .collect();
        for troupe in acting {
            let troupe = troupe.await.map_err(|error| WorldError(error.to_string()))?;
            self.troupes.push(troupe?);
        }
        Ok(())
    }

    async fn jobs(&mut self) -> Result<(), WorldError> {
        let app = &self.scene.house.app;
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
    pub async fn end(&mut self) -> Result<(), WorldError> {
        // Jobs that were left out are made up for; money in transit is due by then.
        self.scene.clock.pass(3_600);
        self.sweep_rests_until = 0;
        self.night(true).await?;
        self.clerk().await?;
        self.jobs().await?;
        let scene = self.scene.clone();
        let app = &scene.house.app;
        for troupe in &mut self.troupes {
            for actor in &mut troupe.actors {
                let Some(unit) = actor.unit else { continue };
                troupe.visitor.settle(actor).await?;
                let sabotage = scene.setup.sabotage;
                let (faults, again) = properties::journal::check(app, unit, sabotage).await?;
                troupe.visitor.note(&actor.member.reference, faults);
                troupe.visitor.seen.decisions_replayed += again;
            }
        }
        let faults = properties::books::check(app, scene.house.tenant).await?;
        if let Some(troupe) = self.troupes.first_mut() {
            troupe.visitor.note("", faults);
        }
        let mut states = BTreeMap::new();
        for count in app.counts(scene.house.tenant).await? {
            *states.entry(count.status).or_insert(0) += count.units;
        }
        self.seen.removals = states.get("archived").copied().unwrap_or(0);
        self.seen.releases = self.seen.removals + states.get("released").copied().unwrap_or(0);
        Ok(())
    }
}

impl Troupe {
    async fn act(&mut self, day: u32, slot: u32) -> Result<(), WorldError> {
        (self.visitor.day, self.visitor.slot) = (day, slot);
        for actor in self.actors.iter_mut().filter(|actor| actor.member.joins <= day) {
            self.visitor.visit(actor).await?;
        }
        Ok(())
    }
}
