//! How long phones took to open: counts by length, an eighth apart, and the lengths below which a
//! share of them lies.
//!
//! **Invariant:** two tallies added are the tally of all they counted.

use std::collections::BTreeMap;

/// Openings counted by how long they took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many fell into each length; the key is [`place`]'s.
    pub counts: BTreeMap<u16, u32>,
}

/// The place of a length in milliseconds: eight to each doubling.
pub fn place(ms: u64) -> u16 {
    let doublings = (ms | 8).ilog2() - 3;
    let eighth = ms >> doublings;
    u16::try_from(u64::from(doublings) * 8 + eighth).unwrap_or(u16::MAX)
}

/// The longest length of a place, milliseconds.
pub fn longest(place: u16) -> u64 {
    let (doublings, eighth) = match u32::from(place) {
        place @ 0..16 => (0, place),
        place => ((place - 8) / 8, 8 + place % 8),
    };
    let next = u64::from(eighth) + 1;
    next.checked_shl(doublings).filter(|ms| *ms >> doublings == next).map_or(u64::MAX, |ms| ms - 1)
}

impl Tally {
    /// Counts one more.
    pub fn add(&mut self, ms: u64) {
        let count = self.counts.entry(place(ms)).or_default();
        *count = count.saturating_add(1);
    }

    /// Adds what another counted.
    pub fn merge(&mut self, other: &Tally) {
        for (place, count) in &other.counts {
            let known = self.counts.entry(*place).or_default();
            *known = known.saturating_add(*count);
        }
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.counts.values().map(|count| u64::from(*count)).sum()
    }

    /// The length within which at least so many of a hundred lie, milliseconds, at most an eighth
    /// above the true one; `None` = nothing was counted.
    pub fn within(&self, percent: u64) -> Option<u64> {
        let wanted = (self.count() * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let found = self.counts.iter().find(|(_, count)| {
            seen += u64::from(**count);
            seen >= wanted
        });
        found.map(|(place, _)| longest(*place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_rise_with_the_length_and_are_an_eighth_wide() {
        let mut last = 0;
        for ms in (0..5_000).chain((5_000..40_000_000).step_by(9_973)) {
            let at = place(ms);
            assert!(at >= last, "{ms}");
            last = at;
            let top = longest(at);
            assert!(ms <= top && top - ms <= ms / 8, "{ms} stands for {top}");
            assert_eq!(place(top), at, "{ms}");
        }
        assert_eq!((place(0), longest(0), place(15), place(16)), (0, 0, 15, 16));
        assert_eq!(longest(place(u64::MAX)), u64::MAX);
    }

    #[test]
    fn a_share_lies_within_its_length() {
        let mut tally = Tally::default();
        assert_eq!(tally.within(50), None);
        (1..=100).for_each(|ms| tally.add(ms * 1_000));
        let near = |percent: u64, ms: u64| {
            let found = tally.within(percent).unwrap_or_default();
            assert!(found >= ms && found <= ms + ms / 8, "{percent}: {found}");
        };
        near(50, 50_000);
        near(95, 95_000);
        near(99, 99_000);
        near(100, 100_000);
        let mut twice = tally.clone();
        twice.merge(&tally);
        assert_eq!((twice.count(), twice.within(50)), (200, tally.within(50)));
    }
}
