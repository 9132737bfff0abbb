//! What holds many contracts at once, how often feeds are heard, and a lender's own limits.

use std::collections::{BTreeMap, BTreeSet};

use domain::{HoldId, HoldKind, Moment};
use serde::{Deserialize, Serialize};

use crate::text::{maybe, one};

/// Something that holds many contracts at once. Each takes it in as a hold of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standstill {
    /// The areas it is about; empty = it is about no area.
    pub areas: BTreeSet<String>,
    /// Why, in words.
    pub cause: String,
    /// Since when.
    #[serde(with = "one")]
    pub from: Moment,
    /// The id of the hold that each contract takes in.
    #[serde(with = "one")]
    pub hold: HoldId,
    /// What it does.
    #[serde(with = "one")]
    pub kind: HoldKind,
    /// When it was lifted before its end, and why.
    pub lifted: Option<Lifted>,
    /// Only contracts of this programme; absent = of every one.
    pub programme: Option<String>,
    /// When it ends by itself.
    #[serde(with = "maybe")]
    pub until: Option<Moment>,
}

/// The end of a standstill by people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lifted {
    /// When.
    #[serde(with = "one")]
    pub at: Moment,
    /// Why, in words.
    pub reason: String,
}

impl Standstill {
    /// Whether it is in force no more.
    pub fn is_over(&self, at: Moment) -> bool {
        self.lifted.is_some() || self.until.is_some_and(|until| until <= at)
    }

    /// Whether it is about contracts of this programme and area.
    pub fn concerns(&self, programme: &str, area: Option<&str>) -> bool {
        let here = area.is_some_and(|area| self.areas.contains(area));
        let ours = self.programme.as_deref().is_none_or(|known| known == programme);
        ours && (self.areas.is_empty() || here)
    }
}

/// A source of payment data whose silence is noticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    /// Since when it is heard again, while it still counts as stale.
    #[serde(with = "maybe")]
    pub back_since: Option<Moment>,
    /// When its watching began.
    #[serde(with = "one")]
    pub created_at: Moment,
    /// Hours for its backlog to come in once it is back.
    pub grace_hours: u32,
    /// When it was last heard, no later than it was.
    #[serde(with = "one")]
    pub heard_at: Moment,
    /// Hours of silence that are usual; absent = learnt.
    pub heartbeat_hours: Option<u32>,
    /// The id of the hold that its contracts take in.
    #[serde(with = "one")]
    pub hold: HoldId,
    /// The longest silence that was usual, seconds.
    #[serde(with = "one")]
    pub longest_s: i64,
    /// The provider of its money.
    pub name: String,
    /// Since when it counts as stale.
    #[serde(with = "maybe")]
    pub stale_since: Option<Moment>,
}

/// Days of listening before a rhythm counts as learnt.
const LEARNING_S: i64 = 7 * 86_400;
/// The least rhythm that is learnt, seconds.
const LEARNT_MIN_S: i64 = 86_400;

impl Feed {
    /// Seconds of silence after which it is stale; `None` while its rhythm is being learnt.
    pub fn rhythm_s(&self, at: Moment) -> Option<i64> {
        match self.heartbeat_hours {
            Some(hours) => Some(i64::from(hours) * 3_600),
            None if at < self.created_at.plus_seconds(LEARNING_S) => None,
            None => Some(self.longest_s.saturating_mul(2).max(LEARNT_MIN_S)),
        }
    }

    /// Whether it has been silent for longer than is usual.
    pub fn is_silent(&self, at: Moment) -> bool {
        self.rhythm_s(at).is_some_and(|rhythm_s| self.heard_at.plus_seconds(rhythm_s) < at)
    }

    /// It is heard.
    pub fn hear(&mut self, at: Moment) {
        if at <= self.heard_at {
            return;
        }
        match self.stale_since {
            Some(_) => self.back_since = self.back_since.or(Some(at)),
            None => {
                let silent_s = at.seconds().saturating_sub(self.heard_at.seconds());
                self.longest_s = self.longest_s.max(silent_s);
            }
        }
        self.heard_at = at;
    }

    /// What time makes of it: whether it became stale, or fresh again.
    pub fn pass(&mut self, at: Moment) -> Option<bool> {
        let silent = self.is_silent(at);
        if self.stale_since.is_none() {
            self.stale_since = silent.then_some(at);
            return silent.then_some(true);
        }
        if silent {
            self.back_since = None;
        }
        let grace_s = i64::from(self.grace_hours) * 3_600;
        let back = self.back_since.is_some_and(|since| since.plus_seconds(grace_s) <= at);
        if back {
            (self.stale_since, self.back_since) = (None, None);
        }
        back.then_some(false)
    }
}

/// What one lender allows to happen by itself, or by one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Phones of the lender that may rise in a window.
    pub breaker: Breaker,
    /// The highest fee that one person charges, in minor units; absent = any.
    pub fee_minor: Option<u64>,
    /// Phones of a programme that may rise in a window, where it has limits of its own.
    pub programmes: BTreeMap<String, Breaker>,
    /// Hours that a proposal waits for its second person.
    pub proposal_hours: u32,
    /// Hours of the window.
    pub window_hours: u32,
}

/// How many phones may rise in a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Breaker {
    /// So many may always.
    pub least: u32,
    /// More than so many may never; absent = the share alone counts.
    pub phones: Option<u32>,
    /// More than this share of the lender's active contracts may not, in basis points.
    pub share_bps: u32,
}

impl Default for Breaker {
    fn default() -> Breaker {
        Breaker { least: 100, phones: None, share_bps: 1_000 }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        let (breaker, programmes) = Default::default();
        Limits { breaker, fee_minor: None, programmes, proposal_hours: 24, window_hours: 24 }
    }
}

impl Breaker {
    /// Whether so many phones of a fleet are too many at once.
    pub fn trips(&self, moved: u64, fleet: u64) -> bool {
        let share = moved.saturating_mul(10_000) > fleet.saturating_mul(u64::from(self.share_bps));
        let phones = self.phones.is_some_and(|phones| moved > u64::from(phones));
        moved > u64::from(self.least) && (share || phones)
    }
}

/// Reads a file of limits: each field that is missing has its usual value.
pub fn parse_limits(text: &str) -> Result<Limits, crate::settings::TextError> {
    let limits: Limits = crate::settings::read(text)?;
    let wrong = |field: &str, message: &str| crate::settings::TextError {
        line: 0,
        field: field.to_owned(),
        message: message.to_owned(),
    };
    if !(1..=168).contains(&limits.window_hours) {
        return Err(wrong("window_hours", "expected 1 to 168"));
    }
    if !(1..=168).contains(&limits.proposal_hours) {
        return Err(wrong("proposal_hours", "expected 1 to 168"));
    }
    for breaker in limits.programmes.values().chain([&limits.breaker]) {
        if breaker.share_bps > 10_000 {
            return Err(wrong("share_bps", "expected 0 to 10000: a share in hundredths of 1 %"));
        }
    }
    Ok(limits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600;

    fn at(hours: i64) -> Moment {
        Moment::from_seconds(1_768_019_400 + hours * HOUR)
    }

    fn feed(heartbeat_hours: Option<u32>) -> Feed {
        Feed {
            back_since: None,
            created_at: at(0),
            grace_hours: 6,
            heard_at: at(0),
            heartbeat_hours,
            hold: HoldId::from_bytes([1; 16]),
            longest_s: 0,
            name: "till".into(),
            stale_since: None,
        }
    }

    #[test]
    fn a_feed_is_stale_after_its_rhythm_and_fresh_after_its_grace() {
        let mut feed = feed(Some(4));
        assert_eq!(feed.pass(at(4)), None, "the rhythm itself is usual");
        assert_eq!(feed.pass(at(5)), Some(true));
        assert_eq!((feed.pass(at(50)), feed.heard_at), (None, at(0)));
        feed.hear(at(60));
        assert_eq!(feed.pass(at(63)), None, "its backlog comes in");
        feed.hear(at(64));
        assert_eq!(feed.pass(at(66)), Some(false));
        assert_eq!((feed.stale_since, feed.back_since), (None, None));
        assert_eq!(feed.longest_s, 0, "an outage is not learnt");
    }

    #[test]
    fn one_call_after_an_outage_is_not_the_end_of_it() {
        let mut feed = feed(Some(4));
        assert_eq!(feed.pass(at(5)), Some(true));
        feed.hear(at(6));
        assert_eq!(feed.pass(at(11)), None, "silent again");
        feed.hear(at(12));
        assert_eq!(feed.pass(at(15)), None, "the grace begins anew");
    }

    #[test]
    fn a_rhythm_is_learnt_and_has_a_floor() {
        let mut learning = feed(None);
        assert_eq!(learning.rhythm_s(at(167)), None);
        assert_eq!(learning.pass(at(167)), None);
        assert_eq!(learning.rhythm_s(at(168)), Some(24 * HOUR));
        for hour in [20, 50, 90, 100, 170] {
            learning.hear(at(hour));
        }
        assert_eq!(learning.rhythm_s(at(170)), Some(2 * 70 * HOUR));
    }

    #[test]
    fn a_few_phones_never_trip_and_a_share_or_a_number_does() {
        let breaker = Breaker { least: 10, phones: Some(50), share_bps: 500 };
        let cases = [(10, 20, false), (11, 20, true), (11, 1_000, false), (50, 1_000, false)];
        for (moved, fleet, trips) in cases.into_iter().chain([(51, 1_000_000, true)]) {
            assert_eq!(breaker.trips(moved, fleet), trips, "{moved} of {fleet}");
        }
    }

    #[test]
    fn limits_are_read_with_their_usual_values() {
        assert_eq!(parse_limits("").unwrap(), Limits::default());
        let text = "window_hours = 12\n[breaker]\nleast = 5\n[programmes.fast]\nphones = 3\n";
        let limits = parse_limits(text).unwrap();
        assert_eq!((limits.window_hours, limits.breaker.least), (12, 5));
        assert_eq!(limits.programmes["fast"].phones, Some(3));
        for (text, told) in [
            ("window_hours = 0", "window_hours"),
            ("proposal_hours = 1000", "proposal_hours"),
            ("[breaker]\nshare_bps = 10001", "share_bps"),
            ("[breaker]\nshare = 1", "line 2"),
        ] {
            let error = parse_limits(text).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
