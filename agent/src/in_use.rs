//! A phone in use: no restriction begins during a call or while the phone shows the way, for as
//! long as a step may wait.
//!
//! **Invariant:** use keeps a step from beginning; it lifts nothing that is in force.
//! **Invariant:** a step waits for use no longer than [`IN_USE_MAX_MS`] of powered time.

use crate::agent::Agent;

/// Longest that use keeps a step from beginning, in milliseconds of powered time.
pub const IN_USE_MAX_MS: u64 = 2 * 3_600_000;

/// Whether the phone is in use, and since when a step waits for that. Nothing here survives a
/// crash: a call does not either.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct InUse {
    on: bool,
    waits_from_ms: Option<u64>,
}

impl InUse {
    /// Whether a step that would begin waits for the end of the use.
    pub(crate) fn keeps_back(&mut self, rises: bool, powered_ms: u64) -> bool {
        if !rises || !self.on {
            self.waits_from_ms = None;
            return false;
        }
        let from_ms = *self.waits_from_ms.get_or_insert(powered_ms);
        powered_ms < from_ms.saturating_add(IN_USE_MAX_MS)
    }

    /// Powered time at which a waiting step begins whatever the use.
    pub(crate) fn waits_until_ms(&self) -> Option<u64> {
        self.waits_from_ms.map(|from_ms| from_ms.saturating_add(IN_USE_MAX_MS))
    }
}

impl Agent {
    pub(crate) fn use_changes(&mut self, in_use: bool) {
        self.in_use.on = in_use;
    }
}
