//! What all who act in a world share.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use domain::{Moment, UnitId};
use server::clock::Clock;
use store::Backend;

use super::WorldError;
use crate::{
    Setup,
    bank::Bank,
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
    /// The accounts that money is sent to.
    pub(super) bank: Arc<Mutex<Bank>>,
    /// Whose money it is that its payer did not say: by intake item, a contract's reference.
    pub(super) desk: Arc<Mutex<BTreeMap<UnitId, String>>>,
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
        let house = House::open(store, clock.clone(), &setup).await?;
        let way = Way::Router(house.line.clone());
        let till = Till::Router(house.line.0.clone(), house.key.clone());
        let (bank, desk) = (Arc::default(), Arc::default());
        Ok(Scene { setup, house, clock, way, till, bank, desk, programme, pace })
    }

    /// The accounts that money is sent to.
    pub fn bank(&self) -> MutexGuard<'_, Bank> {
        self.bank.lock().unwrap_or_else(|poison| poison.into_inner())
    }

    /// Whose money it is that its payer did not say.
    pub fn desk(&self) -> MutexGuard<'_, BTreeMap<UnitId, String>> {
        self.desk.lock().unwrap_or_else(|poison| poison.into_inner())
    }

    /// This moment.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }
}
