//! What all who act in a world share.

use std::sync::Arc;

use domain::Moment;
use server::clock::Clock;
use store::Backend;

use super::WorldError;
use crate::{
    Setup,
    clock::VirtualClock,
    house::{House, programme_for},
    line::Way,
    till::Till,
};

/// What all who act in a world share.
#[derive(Clone, Debug)]
pub struct Scene {
    /// What the world is made from.
    pub setup: Setup,
    /// The server.
    pub house: House,
    /// The time.
    pub clock: Arc<VirtualClock>,
    /// The way phones take to it.
    pub way: Way,
    /// The way money takes to it.
    pub till: Till,
    /// The programme of every contract.
    pub programme: &'static str,
    /// How many days of lateness its ladder takes.
    pub pace: u32,
}

impl Scene {
    /// Opens the house on a store.
    pub async fn open(setup: Setup, store: Arc<dyn Backend>) -> Result<Scene, WorldError> {
        let (programme, pace) = programme_for(&setup.pack)
            .ok_or_else(|| WorldError(format!("no programme stands on pack {:?}", setup.pack)))?;
        let clock = Arc::new(VirtualClock::at(setup.start));
        let house = House::open(store, clock.clone(), setup.seed, setup.held).await?;
        let way = Way::Router(house.line.clone());
        let till = Till::Direct(house.app.clone(), house.tenant);
        Ok(Scene { setup, house, clock, way, till, programme, pace })
    }

    /// This moment.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }
}
