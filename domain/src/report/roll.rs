//! Roll rates: from which bucket to which between two days.

use std::collections::BTreeMap;

use super::{Bands, Stand, Status, Sum};
use crate::Currency;

/// Where contracts of the first day's book stand on the second.
#[derive(Clone, Debug)]
pub struct Roll {
    bands: Bands,
    from: BTreeMap<(Currency, usize), Sum>,
    moved: BTreeMap<(Currency, usize, To), Sum>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum To {
    Band(usize),
    PaidOff,
    GivenUp,
    PassedOn,
}

/// Contracts that went one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Of every amount.
    pub currency: Currency,
    /// The bucket on the first day.
    pub from: String,
    /// The bucket on the second; `paid_off`, `given_up` or `passed_on` if the book lost it.
    pub to: String,
    /// Those that went this way, with what was outstanding on the first day.
    pub sum: Sum,
    /// All of the first bucket.
    pub whole: Sum,
}

impl Roll {
    /// By these buckets.
    pub fn new(bands: Bands) -> Roll {
        Roll { bands, from: BTreeMap::new(), moved: BTreeMap::new() }
    }

    /// Adds a contract as it stood on both days.
    pub fn add(&mut self, first: &Stand, second: &Stand) {
        if !first.is_in_book() {
            return;
        }
        let from = self.bands.of(first.days_past_due);
        let to = match second.status {
            Status::InBook => To::Band(self.bands.of(second.days_past_due)),
            Status::PaidOff => To::PaidOff,
            Status::GivenUp => To::GivenUp,
            Status::PassedOn => To::PassedOn,
        };
        self.from.entry((first.currency, from)).or_default().add(first.outstanding);
        self.moved.entry((first.currency, from, to)).or_default().add(first.outstanding);
    }

    /// Every way that was gone, by currency and first bucket.
    pub fn moved(&self) -> impl Iterator<Item = Moved> + '_ {
        self.moved.iter().map(|(&(currency, from, to), &sum)| Moved {
            currency,
            from: self.bands.name(from),
            to: match to {
                To::Band(band) => self.bands.name(band),
                To::PaidOff => "paid_off".to_owned(),
                To::GivenUp => "given_up".to_owned(),
                To::PassedOn => "passed_on".to_owned(),
            },
            sum,
            whole: self.from[&(currency, from)],
        })
    }
}
