//! Wakes held requests when their contract gets a newer version.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use domain::UnitId;
use tokio::sync::watch;

/// Tells waiters of new versions. One process needs only the local one.
pub trait Wake: Send + Sync {
    /// A unit has this version.
    fn notify(&self, unit: UnitId, version: u64);
    /// Registers a waiter. Register before reading the version, or a change is missed.
    fn register(&self, unit: UnitId) -> Waiter;
    /// How many units have waiters.
    fn waiting(&self) -> usize;
}

/// Registered interest in one unit; ends when dropped.
#[derive(Debug)]
pub struct Waiter {
    unit: UnitId,
    version: watch::Receiver<u64>,
    hub: Arc<Mutex<Bells>>,
}

type Bells = HashMap<UnitId, watch::Sender<u64>>;

fn lock(hub: &Mutex<Bells>) -> MutexGuard<'_, Bells> {
    hub.lock().unwrap_or_else(|poison| poison.into_inner())
}

impl Waiter {
    /// Completes when the unit changed since registration, or since the last ring.
    pub async fn rung(&mut self) {
        // The sender lives in the hub for as long as this waiter does.
        let _ = self.version.changed().await;
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let mut bells = lock(&self.hub);
        if bells.get(&self.unit).is_some_and(|bell| bell.receiver_count() <= 1) {
            bells.remove(&self.unit);
        }
    }
}

/// Waiters of this process.
#[derive(Clone, Debug, Default)]
pub struct LocalWake {
    hub: Arc<Mutex<Bells>>,
}

impl Wake for LocalWake {
    fn notify(&self, unit: UnitId, version: u64) {
        if let Some(bell) = lock(&self.hub).get(&unit) {
            bell.send_replace(version);
        }
    }

    fn register(&self, unit: UnitId) -> Waiter {
        let mut bells = lock(&self.hub);
        let version = bells.entry(unit).or_insert_with(|| watch::Sender::new(0)).subscribe();
        Waiter { unit, version, hub: self.hub.clone() }
    }

    fn waiting(&self) -> usize {
        lock(&self.hub).len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_change_after_registration_is_never_missed() {
        let wake = LocalWake::default();
        let unit = UnitId::from_bytes([1; 16]);
        let mut waiter = wake.register(unit);
        let mut other = wake.register(unit);
        wake.notify(unit, 2);
        waiter.rung().await;
        other.rung().await;
        drop(waiter);
        assert_eq!(wake.waiting(), 1);
        drop(other);
        assert_eq!(wake.waiting(), 0);
    }
}
