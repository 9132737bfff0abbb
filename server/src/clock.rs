//! Time and chance as arguments: the server asks these two traits and nobody else.

use std::sync::Mutex;

use domain::Moment;
use uuid::Uuid;

use crate::error::Error;

/// The clock may leave its own elapsed time by this many seconds.
const LEAVE_MAX_S: i64 = 60;

/// Tells the time. The world's clock is virtual, the program's is the operating system's.
pub trait Clock: Send + Sync {
    /// This moment.
    fn now(&self) -> Moment;
    /// Seconds since some fixed start, by a clock that nobody can set.
    fn elapsed_s(&self) -> i64;
}

/// Gives unpredictable bytes; seeded in a world that must be reproducible.
pub trait Entropy: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, bytes: &mut [u8]);
}

/// Compares the clock with the time that really passed since the last signature. A clock that
/// jumped signs nothing: a wrong date could begin a step, and a phone believes it.
#[derive(Debug)]
pub struct ClockGuard {
    last: Mutex<(i64, i64)>,
}

impl ClockGuard {
    /// Begins to watch.
    pub fn new(clock: &dyn Clock) -> ClockGuard {
        ClockGuard { last: Mutex::new((clock.now().seconds(), clock.elapsed_s())) }
    }

    /// This moment, or by how many seconds the clock left its own elapsed time.
    pub fn check(&self, clock: &dyn Clock) -> Result<Moment, Error> {
        let mut last = self.last.lock().unwrap_or_else(|poison| poison.into_inner());
        let (now, elapsed) = (clock.now(), clock.elapsed_s());
        let left = (now.seconds() - last.0) - (elapsed - last.1);
        if left.abs() > LEAVE_MAX_S {
            return Err(Error::ClockDoubtful(left));
        }
        *last = (now.seconds(), elapsed);
        Ok(now)
    }

    /// By how many seconds the clock left its own elapsed time since the last signature. Asking
    /// moves nothing, so that whoever watches the server does not help a clock creep away.
    pub fn left(&self, clock: &dyn Clock) -> i64 {
        let last = *self.last.lock().unwrap_or_else(|poison| poison.into_inner());
        (clock.now().seconds() - last.0) - (clock.elapsed_s() - last.1)
    }

    /// Whether a signature would be given at this moment.
    pub fn trusts(&self, clock: &dyn Clock) -> bool {
        self.left(clock).abs() <= LEAVE_MAX_S
    }
}

/// A time-ordered id (UUID version 7) of this moment.
pub fn new_id(entropy: &dyn Entropy, now: Moment) -> Uuid {
    let mut random = [0_u8; 10];
    entropy.fill(&mut random);
    let millis = u64::try_from(now.micros() / 1000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    struct Hands(AtomicI64, AtomicI64);

    impl Clock for Hands {
        fn now(&self) -> Moment {
            Moment::from_micros(self.0.load(Ordering::Relaxed) * 1_000_000)
        }
        fn elapsed_s(&self) -> i64 {
            self.1.load(Ordering::Relaxed)
        }
    }

    #[test]
    fn a_clock_that_jumps_signs_nothing_until_it_comes_back() {
        let clock = Hands(AtomicI64::new(1_000), AtomicI64::new(0));
        let guard = ClockGuard::new(&clock);
        let set = |now: i64, elapsed: i64| {
            clock.0.store(now, Ordering::Relaxed);
            clock.1.store(elapsed, Ordering::Relaxed);
            guard.check(&clock).map_err(|error| error.to_string()).is_ok()
        };
        assert!(set(1_030, 10), "small corrections are ordinary");
        assert!(set(87_430, 86_410), "a night passed");
        assert!(!set(87_500, 86_411), "69 s ahead of what passed");
        assert!(!guard.trusts(&clock));
        assert_eq!(guard.left(&clock), 69);
        assert!(!set(87_300, 86_412), "132 s behind");
        assert!(set(87_440, 86_420));
    }
}
