//! How fast the phones of a lender opened on a day, as stored.

use std::collections::BTreeMap;

use domain::{Day, report::unlocks::Tally};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::one;

/// How fast the phones of a lender opened on a day, on his calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnlockDay {
    /// The day on which the phones came down.
    #[serde(with = "one")]
    pub day: Day,
    /// Until the lease was first handed to the phone.
    #[serde(with = "counts")]
    pub delivered: Tally,
    /// Longer than the law pack of the contract allows.
    pub late: u32,
    /// Until the phone had come down, by its own word.
    #[serde(with = "counts")]
    pub opened: Tally,
    /// Restrictions that should never have begun.
    pub wrongful: u32,
}

impl UnlockDay {
    /// A day on which nothing was counted yet.
    pub fn new(day: Day) -> UnlockDay {
        let (delivered, opened) = Default::default();
        UnlockDay { day, delivered, late: 0, opened, wrongful: 0 }
    }

    /// Adds what was counted besides.
    pub fn merge(&mut self, other: &UnlockDay) {
        self.delivered.merge(&other.delivered);
        self.opened.merge(&other.opened);
        self.late = self.late.saturating_add(other.late);
        self.wrongful = self.wrongful.saturating_add(other.wrongful);
    }
}

/// How many fell into each length, by its place.
mod counts {
    use super::*;

    pub(super) fn serialize<S: Serializer>(tally: &Tally, s: S) -> Result<S::Ok, S::Error> {
        tally.counts.serialize(s)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Tally, D::Error> {
        BTreeMap::deserialize(d).map(|counts| Tally { counts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{Directory, directory_doc, parse_directory};

    #[test]
    fn a_day_is_read_back_as_it_was() {
        let mut day = UnlockDay::new(Day::new(2026, 4, 1).expect("a day"));
        [3, 900, 900, 86_400_000].into_iter().for_each(|ms| day.opened.add(ms));
        day.late = 1;
        let mut twice = day.clone();
        twice.merge(&day);
        assert_eq!((twice.late, twice.opened.count(), twice.wrongful), (2, 8, 0));
        let entry = Directory::Unlocks(day);
        let text = directory_doc(&entry);
        assert_eq!(parse_directory(&text).as_ref(), Ok(&entry));
        let expected = r#"{"unlocks":{"day":"2026-04-01","delivered":{},"late":1,"#;
        assert!(text.starts_with(expected), "{text}");
    }
}
