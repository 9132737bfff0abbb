//! How much the doors of providers take: for each source, and for each remote that proves nothing.
//! Each has a bucket of calls that fills with time. What is over it is refused before any effect.
//!
//! **Invariant:** calls without proof take nothing from the room of calls with proof, and one
//! source's nothing from another's.
//! **Invariant:** memory is bounded, whoever calls from wherever.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv6Addr},
    sync::Mutex,
};

use domain::Moment;

/// Buckets kept; remotes beyond share one.
const BUCKETS_MAX: usize = 10_000;
/// One call, in parts of a call that a rate of one per minute adds in a microsecond.
const CALL: u64 = 60_000_000;

/// Calls that a bucket takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// For ever.
    pub per_minute: u32,
    /// At once, after a pause.
    pub burst: u32,
}

/// What the doors of providers take. A payment counts as a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Of one source, with proof. Default 600,000 per minute, 20,000 at once.
    pub proven: Rate,
    /// Of one source, without proof. Default 300 per minute, 3,000 at once.
    pub unproven: Rate,
    /// Of one remote at one source, without proof. Default 120 per minute, 1,200 at once.
    pub remote: Rate,
    /// Whether the last address of `X-Forwarded-For` is the remote: a proxy stands in front and
    /// sets it. Default no.
    pub forwarded: bool,
}

impl Default for Rates {
    fn default() -> Rates {
        let rate = |per_minute, burst| Rate { per_minute, burst };
        Rates {
            proven: rate(600_000, 20_000),
            unproven: rate(300, 3_000),
            remote: rate(120, 1_200),
            forwarded: false,
        }
    }
}

/// Whose bucket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Proven(String),
    Unproven(String),
    Remote(String, Ipv6Addr),
    /// Of remotes for which there is no room.
    Others,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    level: u64,
    at: Moment,
}

/// The buckets of a process.
#[derive(Debug, Default)]
pub struct Throttle {
    rates: Rates,
    buckets: Mutex<BTreeMap<Key, Bucket>>,
}

impl Throttle {
    /// With other rates than the usual ones.
    pub fn new(rates: Rates) -> Throttle {
        Throttle { rates, buckets: Mutex::default() }
    }

    /// The rates.
    pub fn rates(&self) -> &Rates {
        &self.rates
    }

    /// Takes room for calls with proof; or the seconds until there is some.
    pub(super) fn proven(&self, source: &str, calls: usize, now: Moment) -> Result<(), u64> {
        self.take(Key::Proven(source.to_owned()), self.rates.proven, calls, now)
    }

    /// The same for calls without proof: first of the remote's, so that one alone cannot use up a
    /// source's.
    pub(super) fn unproven(
        &self,
        source: &str,
        remote: Option<IpAddr>,
        calls: usize,
        now: Moment,
    ) -> Result<(), u64> {
        if let Some(remote) = remote {
            let key = Key::Remote(source.to_owned(), network(remote));
            self.take(key, self.rates.remote, calls, now)?;
        }
        self.take(Key::Unproven(source.to_owned()), self.rates.unproven, calls, now)
    }

    fn take(&self, key: Key, rate: Rate, calls: usize, now: Moment) -> Result<(), u64> {
        let most = u64::from(rate.burst.max(1)) * CALL;
        let wanted = u64::try_from(calls.max(1)).unwrap_or(u64::MAX).saturating_mul(CALL).min(most);
        let speed = u64::from(rate.per_minute.max(1));
        let mut buckets = self.buckets.lock().unwrap_or_else(|poison| poison.into_inner());
        let full = buckets.len() >= BUCKETS_MAX && !buckets.contains_key(&key);
        let key = if full && matches!(key, Key::Remote(..)) {
            // What has filled up again need not be remembered.
            buckets.retain(|key, bucket| {
                !matches!(key, Key::Remote(..)) || bucket.filled(speed, most, now) < most
            });
            if buckets.len() < BUCKETS_MAX { key } else { Key::Others }
        } else {
            key
        };
        let bucket = buckets.entry(key).or_insert(Bucket { level: most, at: now });
        let level = bucket.filled(speed, most, now);
        *bucket = Bucket { level, at: now.max(bucket.at) };
        if level < wanted {
            return Err((wanted - level).div_ceil(speed).div_ceil(1_000_000).max(1));
        }
        bucket.level -= wanted;
        Ok(())
    }
}

impl Bucket {
    /// What is in it at a moment; a clock that goes back fills nothing.
    fn filled(&self, speed: u64, most: u64, now: Moment) -> u64 {
        let passed = u64::try_from(now.micros().saturating_sub(self.at.micros())).unwrap_or(0);
        self.level.saturating_add(passed.saturating_mul(speed)).min(most)
    }
}

/// The network that one remote has at its disposal: an address of IPv4, 64 bits of IPv6.
fn network(remote: IpAddr) -> Ipv6Addr {
    match remote {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(_) => address,
            None => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Moment {
        Moment::from_micros(millis * 1_000)
    }

    fn throttle() -> Throttle {
        let rate = |per_minute, burst| Rate { per_minute, burst };
        let remote = rate(60, 2);
        Throttle::new(Rates {
            unproven: rate(60, 3),
            remote,
            proven: rate(600, 10),
            ..Rates::default()
        })
    }

    #[test]
    fn a_bucket_empties_at_once_and_fills_with_time() {
        let throttle = throttle();
        let ip = |last| Some(IpAddr::from([192, 0, 2, last]));
        for _ in 0..2 {
            assert_eq!(throttle.unproven("till", ip(1), 1, at(0)), Ok(()));
        }
        assert_eq!(throttle.unproven("till", ip(1), 1, at(1)), Err(1));
        assert_eq!(throttle.unproven("till", ip(2), 1, at(1)), Ok(()));
        assert_eq!(throttle.unproven("till", ip(3), 1, at(1)), Err(1), "the source's is empty");
        assert_eq!(throttle.unproven("other", ip(1), 1, at(1)), Ok(()));
        assert_eq!(throttle.unproven("till", None, 9, at(1)), Err(3), "as many as it ever takes");
        assert_eq!(throttle.unproven("till", ip(3), 1, at(1_001)), Ok(()));
        assert_eq!(throttle.unproven("till", ip(3), 1, at(-9_000)), Err(1), "a clock set back");
        assert_eq!(throttle.proven("till", 10, at(1)), Ok(()), "with proof there is other room");
        assert_eq!(throttle.proven("till", 1, at(1)), Err(1));
    }

    #[test]
    fn remotes_without_number_share_one_bucket() {
        let throttle = throttle();
        let mut refused = 0;
        for number in 0..(BUCKETS_MAX as u128 + 50) {
            let remote = IpAddr::V6(Ipv6Addr::from_bits(number << 64));
            refused += u32::from(throttle.unproven("till", Some(remote), 1, at(0)).is_err());
        }
        assert!(throttle.buckets.lock().unwrap().len() <= BUCKETS_MAX + 2);
        assert!(refused > 0);
        let mine = Ipv6Addr::from_bits(7 << 64 | 1);
        assert_eq!(network(IpAddr::V6(mine)), Ipv6Addr::from_bits(7 << 64));
    }
}
