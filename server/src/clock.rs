//! Time and chance as arguments: the server asks these two traits and nobody else.

use domain::Moment;
use uuid::Uuid;

/// Tells the time. The world's clock is virtual, the program's is the operating system's.
pub trait Clock: Send + Sync {
    /// This moment.
    fn now(&self) -> Moment;
}

/// Gives unpredictable bytes; seeded in a world that must be reproducible.
pub trait Entropy: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, bytes: &mut [u8]);
}

/// A time-ordered id (UUID version 7) of this moment.
pub fn new_id(entropy: &dyn Entropy, now: Moment) -> Uuid {
    let mut random = [0_u8; 10];
    entropy.fill(&mut random);
    let millis = u64::try_from(now.micros() / 1000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}
