//! The clock guard: trusted time is the last signed server time plus what passed while powered.

/// The shell's clocks at the time of an input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since boot, powered, suspend included; never steps within a boot.
    pub uptime_ms: u64,
    /// Tells one boot from another; the same for every process of one boot.
    pub boot: u32,
    /// The wall clock, Unix seconds. It is reported as evidence and moves nothing.
    pub wall_s: u64,
}

/// Most a token may lift the trusted time beyond what powered time explains.
const TOKEN_LIFT_MAX_MS: u64 = 48 * 3600 * 1000;

/// Trusted time and powered time, carried across boots by the saved state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Clock {
    /// Unix milliseconds; 0 = no signed time heard yet. A lower bound of the true time.
    pub(crate) trusted_ms: u64,
    /// All powered time this state has seen; only rises.
    pub(crate) powered_ms: u64,
    /// The uptime up to which both are counted.
    pub(crate) uptime_ms: u64,
    /// The boot that uptime belongs to.
    pub(crate) boot: u32,
    /// Time may have passed unseen since the last fresh signed time.
    pub(crate) doubtful: bool,
}

impl Clock {
    /// Counts the time up to `at`. After a boot only the powered time of that boot is counted, so
    /// what is lost is the powered-off time and the time since the last checkpoint.
    pub(crate) fn advance(&mut self, at: Moment) {
        let passed_ms = if at.boot != self.boot {
            self.doubtful = true;
            at.uptime_ms
        } else if at.uptime_ms < self.uptime_ms {
            self.doubtful = true;
            0
        } else {
            at.uptime_ms - self.uptime_ms
        };
        self.powered_ms = self.powered_ms.saturating_add(passed_ms);
        if self.trusted_ms > 0 {
            self.trusted_ms = self.trusted_ms.saturating_add(passed_ms);
        }
        self.uptime_ms = at.uptime_ms;
        self.boot = at.boot;
    }

    /// Begins to count at `at`: nothing before it was seen.
    pub(crate) fn start(at: Moment) -> Clock {
        Clock { uptime_ms: at.uptime_ms, boot: at.boot, ..Clock::default() }
    }

    /// Trusted time in whole seconds, rounded down.
    pub(crate) fn trusted_s(&self) -> u64 {
        self.trusted_ms / 1000
    }

    /// Takes the signed time that answers this device's own message; it may also be lower.
    pub(crate) fn set(&mut self, issued_at: u64) {
        self.trusted_ms = issued_at.saturating_mul(1000);
        self.doubtful = false;
    }

    /// Takes a signed time that answers nothing: it counts when it is not before the floor.
    pub(crate) fn raise(&mut self, issued_at: u64) -> bool {
        let issued_ms = issued_at.saturating_mul(1000);
        let counts = issued_ms >= self.trusted_ms;
        if counts {
            self.trusted_ms = issued_ms;
        }
        counts
    }

    /// Takes a token's signed time, which alone lifts the floor by two days at most.
    pub(crate) fn lift(&mut self, issued_at: u64) {
        let issued_ms = issued_at.saturating_mul(1000);
        let most_ms = self.trusted_ms.saturating_add(TOKEN_LIFT_MAX_MS);
        self.trusted_ms = self.trusted_ms.max(issued_ms.min(most_ms));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(uptime_s: u64, boot: u32) -> Moment {
        Moment { uptime_ms: uptime_s * 1000, boot, wall_s: 0 }
    }

    fn set_at(uptime_s: u64) -> Clock {
        let mut clock = Clock::start(at(uptime_s, 1));
        clock.set(1_000_000);
        clock
    }

    #[test]
    fn nothing_is_trusted_before_a_signed_time() {
        let mut clock = Clock::start(at(5, 1));
        clock.advance(at(500, 1));
        assert_eq!((clock.trusted_ms, clock.powered_ms), (0, 495_000));
    }

    #[test]
    fn powered_time_counts_and_powered_off_time_does_not() {
        let mut clock = set_at(100);
        clock.advance(at(160, 1));
        assert_eq!(clock.trusted_s(), 1_000_060);
        assert!(!clock.doubtful);
        clock.advance(at(7, 2));
        assert_eq!(clock.trusted_s(), 1_000_067);
        assert!(clock.doubtful);
    }

    #[test]
    fn an_uptime_that_steps_back_adds_nothing_and_is_doubtful() {
        let mut clock = set_at(100);
        clock.advance(at(40, 1));
        assert_eq!((clock.trusted_s(), clock.doubtful), (1_000_000, true));
        clock.advance(at(50, 1));
        assert_eq!(clock.trusted_s(), 1_000_010);
    }

    #[test]
    fn the_wall_clock_moves_nothing() {
        let mut clock = set_at(100);
        for wall_s in [0, 1, u64::MAX] {
            clock.advance(Moment { wall_s, ..at(100, 1) });
            assert_eq!(clock.trusted_s(), 1_000_000);
        }
    }

    #[test]
    fn only_an_answer_lowers_the_floor_and_a_token_lifts_it_by_two_days() {
        let mut clock = set_at(0);
        assert!(!clock.raise(999_999));
        assert_eq!(clock.trusted_s(), 1_000_000);
        assert!(clock.raise(1_000_500));
        clock.set(900_000);
        assert_eq!(clock.trusted_s(), 900_000);
        clock.lift(800_000);
        assert_eq!(clock.trusted_s(), 900_000);
        clock.lift(9_000_000);
        assert_eq!(clock.trusted_s(), 900_000 + 48 * 3600);
    }

    #[test]
    fn extreme_clocks_saturate() {
        let mut clock = set_at(0);
        clock.advance(Moment { uptime_ms: u64::MAX, boot: 1, wall_s: 0 });
        clock.advance(Moment { uptime_ms: u64::MAX, boot: 2, wall_s: 0 });
        assert_eq!(clock.trusted_ms, u64::MAX);
    }
}
