//! The real clock and the real chance: the only place that asks the operating system.

use std::time::Instant;

use domain::Moment;
use rustix::time::{ClockId, clock_gettime};

use crate::clock::{Clock, Entropy};

/// The operating system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealClock;

impl Clock for RealClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the real clock")]
    fn now(&self) -> Moment {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let micros = since.map_or(0, |elapsed| elapsed.as_micros());
        Moment::from_micros(i64::try_from(micros).unwrap_or(i64::MAX))
    }

    fn elapsed_s(&self) -> i64 {
        // Unlike the standard library's clock, this one goes on while the machine is suspended.
        clock_gettime(ClockId::Boottime).tv_sec
    }
}

/// Real time since a start, for what is measured and never decided on.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts it.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the real clock")]
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    /// What passed since.
    pub fn elapsed(&self) -> std::time::Duration {
        self.0.elapsed()
    }
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct RealEntropy;

impl Entropy for RealEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the operating system gives random bytes");
    }
}
