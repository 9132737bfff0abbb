//! Devices last heard: in memory, written behind in batches. Nothing here decides a restriction.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Mutex,
};

use domain::UnitId;
use store::{Entry, Presence, Query};

use super::App;
use crate::error::Error;

/// Devices whose presence is kept in memory at most.
const CACHED_MAX: usize = 1_000_000;

/// What is known of devices last heard.
#[derive(Debug, Default)]
pub struct Presences {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    known: HashMap<UnitId, Presence>,
    dirty: BTreeMap<UnitId, Presence>,
    enrolments: HashMap<[u8; 16], UnitId>,
}

impl Presences {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poison| poison.into_inner())
    }

    /// How many presences wait to be written.
    pub fn unwritten(&self) -> usize {
        self.lock().dirty.len()
    }
}

impl App {
    /// When a contract's device was last heard.
    pub async fn presence(&self, unit: UnitId) -> Result<Option<Presence>, Error> {
        if let Some(known) = self.presences.lock().known.get(&unit) {
            return Ok(Some(known.clone()));
        }
        let page = self.store.page(Query::Presence(unit), None, 1).await?;
        let stored = page.entries.into_iter().find_map(|entry| match entry {
            Entry::Presence(presence) => Some(presence),
            _ => None,
        });
        if let Some(presence) = &stored {
            let mut state = self.presences.lock();
            if state.known.len() < CACHED_MAX {
                state.known.entry(unit).or_insert_with(|| presence.clone());
            }
        }
        Ok(stored)
    }

    /// Notes that a device was heard.
    pub fn heard(&self, presence: Presence) {
        let mut state = self.presences.lock();
        if state.known.len() >= CACHED_MAX {
            state.known.clear();
        }
        state.known.insert(presence.unit, presence.clone());
        state.dirty.insert(presence.unit, presence);
    }

    /// Writes what was noted since the last flush; how many.
    pub async fn flush_presence(&self) -> Result<usize, Error> {
        let batch = std::mem::take(&mut self.presences.lock().dirty);
        let count = batch.len();
        if count > 0 {
            self.store.presence(batch.into_values().collect()).await?;
        }
        Ok(count)
    }

    /// The contract of an enrolment.
    pub async fn contract_of_enrolment(
        &self,
        enrolment: &[u8; 16],
    ) -> Result<Option<UnitId>, Error> {
        if let Some(unit) = self.presences.lock().enrolments.get(enrolment) {
            return Ok(Some(*unit));
        }
        let owner = self.owner(super::enrolment_name(enrolment)).await?;
        if let Some(unit) = owner {
            let mut state = self.presences.lock();
            if state.enrolments.len() >= CACHED_MAX {
                state.enrolments.clear();
            }
            state.enrolments.insert(*enrolment, unit);
        }
        Ok(owner)
    }
}
