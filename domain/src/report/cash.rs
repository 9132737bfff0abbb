//! What fell due and what was received, by day.

use std::collections::BTreeMap;

use super::Past;
use crate::{Currency, Day};

/// Days of a period, both included, with what fell due on each and what was received with a value
/// date on it.
#[derive(Clone, Debug)]
pub struct Cash {
    from: Day,
    to: Day,
    days: BTreeMap<(Currency, Day), CashDay>,
}

/// One day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CashDay {
    /// Principal and interest that fell due, charged-back money included.
    pub due: i128,
    /// Money of payers by value date, less what was reversed.
    pub received: i128,
    /// How many payments that was.
    pub payments: u64,
}

/// A period in one currency.
pub type Collection = CashDay;

impl Cash {
    /// Of a period, both days included.
    pub fn new(from: Day, to: Day) -> Cash {
        Cash { from, to, days: BTreeMap::new() }
    }

    /// Adds a contract, as far as its facts were followed.
    pub fn add(&mut self, past: &Past) {
        let contract = past.contract();
        let currency = contract.terms().currency();
        for (day, minor) in past.received() {
            if let Some(entry) = self.day(currency, day) {
                entry.received += i128::from(minor);
                entry.payments += 1;
            }
        }
        // What fell due before was due to whoever had the contract then.
        let joined = contract.origin.as_ref().map(|origin| contract.day(origin.at));
        for claim in &contract.account.now().claims {
            if joined.is_some_and(|joined| claim.due <= joined) {
                continue;
            }
            // What is settled early falls due when it is settled; after any other end nothing does.
            let due = match past.ended() {
                Some((ended, false)) if claim.due > ended => continue,
                Some((ended, _)) => claim.due.min(ended),
                None => claim.due,
            };
            let minor = i128::from(claim.principal) + i128::from(claim.interest);
            if let Some(entry) = self.day(currency, due).filter(|_| minor != 0) {
                entry.due += minor;
            }
        }
    }

    /// By currency and day; days on which nothing fell due and nothing came are left out.
    pub fn days(&self) -> impl Iterator<Item = (Currency, Day, CashDay)> + '_ {
        let filled = self.days.iter().filter(|(_, entry)| **entry != CashDay::default());
        filled.map(|(&(currency, day), &entry)| (currency, day, entry))
    }

    /// The whole period by currency.
    pub fn collection(&self) -> BTreeMap<Currency, Collection> {
        let mut all: BTreeMap<Currency, Collection> = BTreeMap::new();
        for (currency, _, entry) in self.days() {
            let sum = all.entry(currency).or_default();
            sum.due += entry.due;
            sum.received += entry.received;
            sum.payments += entry.payments;
        }
        all
    }

    fn day(&mut self, currency: Currency, day: Day) -> Option<&mut CashDay> {
        let within = (self.from..=self.to).contains(&day);
        within.then(|| self.days.entry((currency, day)).or_default())
    }
}
