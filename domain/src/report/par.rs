//! Portfolio at risk.

use std::collections::BTreeMap;

use super::{Stand, Sum};
use crate::Currency;

/// A contract counts from so many days past due.
pub const LATE: [u32; 4] = [1, 30, 60, 90];

/// Portfolio at risk: the outstanding principal of contracts past due for so long.
#[derive(Clone, Debug, Default)]
pub struct Par(BTreeMap<Currency, ParLine>);

/// The book of one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ParLine {
    /// All of it.
    pub book: Sum,
    /// Of that, past due for at least as many days as [`LATE`] says.
    pub late: [Sum; LATE.len()],
}

impl Par {
    /// Adds a contract.
    pub fn add(&mut self, stand: &Stand) {
        if !stand.is_in_book() {
            return;
        }
        let line = self.0.entry(stand.currency).or_default();
        line.book.add(stand.outstanding);
        for (late, days) in line.late.iter_mut().zip(LATE) {
            if stand.days_past_due >= days {
                late.add(stand.outstanding);
            }
        }
    }

    /// By currency.
    pub fn lines(&self) -> impl Iterator<Item = (Currency, &ParLine)> {
        self.0.iter().map(|(currency, line)| (*currency, line))
    }
}
