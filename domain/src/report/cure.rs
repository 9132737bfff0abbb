//! Cure rate: past due on one day, clear on another.

use std::collections::BTreeMap;

use super::{Bands, Stand, Status, Sum};
use crate::Currency;

/// Contracts past due on the first day, and those of them that are clear on the second.
#[derive(Clone, Debug)]
pub struct Cure {
    bands: Bands,
    by_band: BTreeMap<(Currency, Option<usize>), (Sum, Sum)>,
}

/// Contracts of one bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cured {
    /// Of every amount.
    pub currency: Currency,
    /// The bucket on the first day; `all` of them together.
    pub band: String,
    /// Those past due, with what was outstanding on the first day.
    pub late: Sum,
    /// Of these, the ones that are clear or paid off.
    pub cured: Sum,
}

impl Cure {
    /// By these buckets.
    pub fn new(bands: Bands) -> Cure {
        Cure { bands, by_band: BTreeMap::new() }
    }

    /// Adds a contract as it stood on both days.
    pub fn add(&mut self, first: &Stand, second: &Stand) {
        if !first.is_in_book() || first.days_past_due == 0 {
            return;
        }
        let clear = match second.status {
            Status::InBook => second.days_past_due == 0,
            Status::PaidOff => true,
            Status::GivenUp => false,
            // Whether it cures is seen by whoever has it.
            Status::PassedOn => return,
        };
        for band in [Some(self.bands.of(first.days_past_due)), None] {
            let (late, cured) = self.by_band.entry((first.currency, band)).or_default();
            late.add(first.outstanding);
            if clear {
                cured.add(first.outstanding);
            }
        }
    }

    /// By currency; all together, then by bucket.
    pub fn lines(&self) -> impl Iterator<Item = Cured> + '_ {
        self.by_band.iter().map(|(&(currency, band), &(late, cured))| Cured {
            currency,
            band: band.map_or_else(|| "all".to_owned(), |band| self.bands.name(band)),
            late,
            cured,
        })
    }
}
