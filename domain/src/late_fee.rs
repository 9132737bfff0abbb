//! Late fees and their caps. A fee rounds down, in the borrower's favour, and never falls on a fee.
//!
//! Whether a fee may fall at all on a day (a pause, a dispute, our own fault) is for the caller to
//! say; this module knows amounts and days alone.

use std::collections::BTreeMap;

use crate::{
    Day,
    allocation::Owed,
    amortise::{Rounding, Share, divide},
};

/// What a percentage is taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// Principal past due.
    Principal,
    /// And its interest.
    PrincipalInterest,
    /// And its fees; never its penalties.
    PrincipalInterestFees,
}

/// How much a fee is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charge {
    /// So many minor units.
    Flat(i64),
    /// A share of what is past due.
    Share(Share, Base),
}

/// The most that may be charged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caps {
    /// For one instalment.
    pub instalment: Option<i64>,
    /// In one calendar month.
    pub month: Option<i64>,
    /// Over the contract's life.
    pub contract: Option<i64>,
    /// Over the contract's life, as a share of what was financed.
    pub financed: Option<Share>,
}

/// A rule of late fees: once for an instalment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateFee {
    /// How much.
    pub charge: Charge,
    /// Whole days past due before it falls.
    pub grace_days: u32,
    /// Less than this past due bears none.
    pub minimum_past_due: i64,
    /// The most.
    pub caps: Caps,
}

/// What was charged so far on a contract.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Charged {
    by_row: BTreeMap<usize, i64>,
    by_month: BTreeMap<(i16, u8), i64>,
    total: i64,
}

impl Charged {
    /// Takes a fee in.
    pub fn add(&mut self, row: usize, on: Day, amount: i64) {
        let by_row = self.by_row.entry(row).or_insert(0);
        *by_row = by_row.saturating_add(amount);
        let by_month = self.by_month.entry((on.year(), on.month())).or_insert(0);
        *by_month = by_month.saturating_add(amount);
        self.total = self.total.saturating_add(amount);
    }

    /// All of it.
    pub fn total(&self) -> i64 {
        self.total
    }

    /// What was charged, by row and by month.
    pub fn of(rows: BTreeMap<usize, i64>, months: BTreeMap<(i16, u8), i64>) -> Charged {
        let total = rows.values().fold(0, |sum: i64, fee| sum.saturating_add(*fee));
        Charged { by_row: rows, by_month: months, total }
    }

    /// By row.
    pub fn rows(&self) -> &BTreeMap<usize, i64> {
        &self.by_row
    }

    /// By calendar month.
    pub fn months(&self) -> &BTreeMap<(i16, u8), i64> {
        &self.by_month
    }

    /// A row was put in at a place: those from there on moved by one.
    pub fn make_room(&mut self, at: usize) {
        let moved = self.by_row.split_off(&at);
        self.by_row.extend(moved.into_iter().map(|(row, fee)| (row + 1, fee)));
    }

    /// The rows moved: each to the place that this says.
    pub fn reorder(&mut self, place: impl Fn(usize) -> usize) {
        let rows = std::mem::take(&mut self.by_row);
        self.by_row = rows.into_iter().map(|(row, fee)| (place(row), fee)).collect();
    }

    /// Whether a row bears a fee already.
    pub fn bears(&self, row: usize) -> bool {
        self.by_row.contains_key(&row)
    }
}

impl LateFee {
    /// The first day on which an instalment due then bears a fee.
    pub fn falls(&self, due: Day) -> Option<Day> {
        due.plus_days(i32::try_from(self.grace_days).ok()?.checked_add(1)?)
    }

    /// The fee of one row on a day, caps applied; `None` = none. `owed` is what is open of it.
    pub fn of(
        &self,
        row: usize,
        owed: &Owed,
        on: Day,
        financed: i64,
        charged: &Charged,
    ) -> Option<i64> {
        let open = owed.principal.checked_add(owed.interest)?;
        let late = self.falls(owed.due).is_some_and(|first| on >= first);
        if !late || charged.bears(row) || open <= 0 || open < self.minimum_past_due {
            return None;
        }
        let fee = self.amount(owed)?.min(self.room(on, financed, charged)?);
        (fee > 0).then_some(fee)
    }

    fn amount(&self, owed: &Owed) -> Option<i64> {
        match self.charge {
            Charge::Flat(amount) => Some(amount),
            Charge::Share(share, base) => {
                let base = match base {
                    Base::Principal => owed.principal,
                    Base::PrincipalInterest => owed.principal.checked_add(owed.interest)?,
                    Base::PrincipalInterestFees => {
                        owed.principal.checked_add(owed.interest)?.checked_add(owed.fee)?
                    }
                };
                portion(base, share)
            }
        }
    }

    /// What all caps together leave.
    fn room(&self, on: Day, financed: i64, charged: &Charged) -> Option<i64> {
        let Caps { instalment, month, contract, financed: share } = self.caps;
        let spent = charged.by_month.get(&(on.year(), on.month())).copied().unwrap_or(0);
        let of_financed = share.and_then(|share| portion(financed, share));
        let rooms = [
            instalment,
            month.map(|cap| cap.saturating_sub(spent)),
            contract.map(|cap| cap.saturating_sub(charged.total)),
            of_financed.map(|cap| cap.saturating_sub(charged.total)),
        ];
        Some(rooms.into_iter().flatten().min().unwrap_or(i64::MAX))
    }
}

/// The fees that fall until a day, that day included, if nothing is paid meanwhile: by day, then
/// by row. `charged` takes them in.
pub fn fall_until(
    rule: &LateFee,
    owed: &[Owed],
    until: Day,
    financed: i64,
    charged: &mut Charged,
) -> Vec<(usize, Day, i64)> {
    let falls = |(row, one): (usize, &Owed)| Some((rule.falls(one.due)?, row));
    let mut days: Vec<(Day, usize)> = owed.iter().enumerate().filter_map(falls).collect();
    days.sort_unstable();
    let mut fees = Vec::new();
    for (on, row) in days.into_iter().take_while(|(on, _)| *on <= until) {
        if let Some(fee) = rule.of(row, &owed[row], on, financed, charged) {
            charged.add(row, on, fee);
            fees.push((row, on, fee));
        }
    }
    fees
}

fn portion(base: i64, share: Share) -> Option<i64> {
    let product = i128::from(base).checked_mul(i128::from(share.0))?;
    i64::try_from(divide(product, i128::from(Share::WHOLE), Rounding::Down)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn rows() -> Vec<Owed> {
        let dues = ["2026-01-01", "2026-01-15", "2026-02-01"];
        let row = |due| Owed { principal: 1_000, interest: 33, ..Owed::nothing(day(due)) };
        dues.map(row).to_vec()
    }

    fn fees(rule: &LateFee, until: &str) -> Vec<i64> {
        let mut charged = Charged::default();
        let fees = fall_until(rule, &rows(), day(until), 3_000, &mut charged);
        assert_eq!(charged.total(), fees.iter().map(|fee| fee.2).sum::<i64>());
        fees.iter().map(|fee| fee.2).collect()
    }

    fn rule() -> LateFee {
        LateFee {
            charge: Charge::Share(Share(15_000_000), Base::PrincipalInterest),
            grace_days: 2,
            minimum_past_due: 0,
            caps: Caps::default(),
        }
    }

    #[test]
    fn a_fee_falls_once_after_its_grace_and_rounds_down() {
        assert!(fees(&rule(), "2026-01-03").is_empty());
        assert_eq!(fees(&rule(), "2026-01-04"), [15]);
        assert_eq!(fees(&rule(), "2026-12-31"), [15, 15, 15]);
    }

    #[test]
    fn every_cap_binds() {
        let capped = |caps| fees(&LateFee { caps, ..rule() }, "2026-12-31");
        assert_eq!(capped(Caps { instalment: Some(7), ..Caps::default() }), [7, 7, 7]);
        assert_eq!(capped(Caps { month: Some(20), ..Caps::default() }), [15, 5, 15]);
        assert_eq!(capped(Caps { contract: Some(31), ..Caps::default() }), [15, 15, 1]);
        let share = Some(Share(Share::WHOLE / 100));
        assert_eq!(capped(Caps { financed: share, ..Caps::default() }), [15, 15]);
    }

    #[test]
    fn little_past_due_bears_none_and_a_penalty_bears_no_fee() {
        let high = LateFee { minimum_past_due: 1_034, ..rule() };
        assert!(fees(&high, "2026-12-31").is_empty());
        let owed = Owed { penalty: 500, fee: 80, ..Owed::nothing(day("2026-01-01")) };
        let all = LateFee {
            charge: Charge::Share(Share(Share::WHOLE), Base::PrincipalInterestFees),
            ..rule()
        };
        assert_eq!(all.of(0, &owed, day("2026-03-01"), 0, &Charged::default()), None);
        let owed = Owed { principal: 20, ..owed };
        assert_eq!(all.of(0, &owed, day("2026-03-01"), 0, &Charged::default()), Some(100));
    }
}
