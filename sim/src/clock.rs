//! The world's time and the server's chance.

use std::sync::{
    Mutex,
    atomic::{AtomicI64, Ordering},
};

use domain::Moment;
use server::clock::{Clock, Entropy};

use crate::chance::Chance;

/// Time that moves only when the world says so.
#[derive(Debug)]
pub struct VirtualClock(AtomicI64);

impl VirtualClock {
    /// A clock that stands at a moment.
    pub fn at(moment: Moment) -> VirtualClock {
        VirtualClock(AtomicI64::new(moment.micros()))
    }

    /// Seconds pass.
    pub fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    /// Time passes until this moment, if it is not over.
    pub fn until(&self, moment: Moment) {
        self.0.fetch_max(moment.micros(), Ordering::SeqCst);
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Moment {
        Moment::from_micros(self.0.load(Ordering::SeqCst))
    }

    fn elapsed_s(&self) -> i64 {
        self.now().seconds()
    }
}

/// Chance that follows from a seed.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<Chance>);

impl SeededEntropy {
    /// The stream of a seed.
    pub fn new(seed: u64) -> SeededEntropy {
        SeededEntropy(Mutex::new(Chance::new(seed, 0x5e)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(|poison| poison.into_inner()).fill(bytes);
    }
}
