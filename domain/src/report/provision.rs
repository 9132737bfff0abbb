//! Provisions: the share of each bucket that is expected to be lost.

use std::collections::BTreeMap;

use super::{Bands, Stand, Sum};
use crate::Currency;

/// Outstanding principal by bucket.
#[derive(Clone, Debug)]
pub struct Provision {
    bands: Bands,
    by_band: BTreeMap<(Currency, usize), Sum>,
}

/// One bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provided {
    /// Of every amount.
    pub currency: Currency,
    /// The bucket; `all` of them together.
    pub band: String,
    /// Its contracts, with what is outstanding.
    pub sum: Sum,
    /// Its rate in basis points; without one for `all`.
    pub rate: Option<u32>,
    /// Outstanding × rate, rounded up to the minor unit.
    pub provision: i128,
}

impl Provision {
    /// By these buckets and their rates.
    pub fn new(bands: Bands) -> Provision {
        Provision { bands, by_band: BTreeMap::new() }
    }

    /// Adds a contract.
    pub fn add(&mut self, stand: &Stand) {
        if stand.is_in_book() {
            let band = self.bands.of(stand.days_past_due);
            self.by_band.entry((stand.currency, band)).or_default().add(stand.outstanding);
        }
    }

    /// By currency: the buckets that hold a contract, then all together.
    pub fn lines(&self) -> Vec<Provided> {
        let mut lines: Vec<Provided> = Vec::new();
        let mut all: BTreeMap<Currency, Provided> = BTreeMap::new();
        for (&(currency, band), &sum) in &self.by_band {
            let rate = self.bands.rate(band);
            let provision = -(-sum.minor * i128::from(rate)).div_euclid(10_000);
            let name = self.bands.name(band);
            lines.push(Provided { currency, band: name, sum, rate: Some(rate), provision });
            let total = all.entry(currency).or_insert_with(|| Provided {
                currency,
                band: "all".to_owned(),
                sum: Sum::default(),
                rate: None,
                provision: 0,
            });
            total.sum.join(sum);
            total.provision += provision;
        }
        lines.extend(all.into_values());
        lines.sort_by_key(|line| line.currency);
        lines
    }
}
