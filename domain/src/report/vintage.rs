//! Vintages: contracts by the month of their signing, as they grow older.

use std::collections::BTreeMap;

use super::{BAD_DAYS, Past, Status};
use crate::{Contract, Currency, Day};

/// Contracts by month of signing, currency and months on book.
#[derive(Clone, Debug, Default)]
pub struct Vintage(BTreeMap<((i16, u8), Currency, u32), Aged>);

/// Contracts of one month at one age.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aged {
    /// How many were signed in that month.
    pub contracts: u64,
    /// Of these, ever [`BAD_DAYS`] past due by this age.
    pub ever_bad: u64,
    /// Of these, in the book and [`BAD_DAYS`] past due at this age.
    pub now_bad: u64,
    /// Of these, handed back or written off by this age.
    pub given_up: u64,
    /// Principal and interest ever owed.
    pub owed: i128,
    /// Of that, paid by this age.
    pub paid: i128,
}

/// The last days of the months after that of the signing, through a day: at the n-th a contract is
/// n months on book. The month of the signing itself is age 0.
pub fn ages(contract: &Contract, through: Day) -> Vec<Day> {
    let signed = contract.day(contract.signed_at);
    let first = Day::new(signed.year(), i8::try_from(signed.month()).unwrap_or(1), 1);
    let last_day = |month: i32| first?.plus_months_clamped(month + 1)?.plus_days(-1);
    (0..).map_while(last_day).take_while(|day| *day <= through).collect()
}

impl Vintage {
    /// Adds a contract that was looked at on its [`ages`].
    pub fn add(&mut self, past: &Past) {
        let contract = past.contract();
        let signed = contract.day(contract.signed_at);
        let month = (signed.year(), signed.month());
        for seen in past.seen() {
            let years = i32::from(seen.day.year()) - i32::from(month.0);
            let age = years * 12 + i32::from(seen.day.month()) - i32::from(month.1);
            let key = (month, seen.stand.currency, u32::try_from(age).unwrap_or(0));
            let aged = self.0.entry(key).or_default();
            aged.contracts += 1;
            aged.ever_bad += u64::from(seen.ever_bad);
            aged.now_bad += u64::from(seen.stand.days_past_due >= BAD_DAYS);
            aged.given_up += u64::from(seen.stand.status == Status::GivenUp);
            aged.owed += i128::from(seen.owed);
            aged.paid += i128::from(seen.paid);
        }
    }

    /// By month of signing (year and month), currency and months on book.
    pub fn lines(&self) -> impl Iterator<Item = ((i16, u8), Currency, u32, &Aged)> {
        self.0.iter().map(|(&(month, currency, age), aged)| (month, currency, age, aged))
    }
}
