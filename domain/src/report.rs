//! Figures of a whole book: what one contract adds to each, and what the sums come to.
//!
//! A report is a sum over contracts that is fed one by one; it keeps sums and no contract. What a
//! contract adds is read from the contract as it stood at the end of a day ([`Stand`]), or from its
//! facts up to that day ([`Past`]).
//!
//! **Invariant:** amounts are added in 128 bits and never across currencies; shares are basis
//! points, rounded to the nearest, halves up.
//! **Invariant:** a figure of a day follows from the facts recorded by the end of that day.

mod buckets;
mod cash;
mod cure;
mod par;
mod past;
mod provision;
mod roll;
pub mod unlocks;
mod vintage;

pub use buckets::{Bands, BandsError};
pub use cash::{Cash, CashDay, Collection};
pub use cure::{Cure, Cured};
pub use par::{LATE, Par, ParLine};
pub use past::{BAD_DAYS, Past, Seen};
pub use provision::{Provided, Provision};
pub use roll::{Moved, Roll};
pub use vintage::{Aged, Vintage, ages};

use crate::{
    Contract, Currency, Day, Ladder, State, allocation::Owed, fact::ReleaseCause,
    standing::Position,
};

/// Whether a contract belongs to the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It does.
    InBook,
    /// No longer: everything was paid.
    PaidOff,
    /// No longer: the phone was handed back, or the debt written off.
    GivenUp,
    /// No longer: it was passed on to another lender.
    PassedOn,
}

/// A contract at the end of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stand {
    /// Of every amount.
    pub currency: Currency,
    /// Whether it belongs to the book.
    pub status: Status,
    /// Open principal, charged-back money included; zero outside the book.
    pub outstanding: i64,
    /// Days past due, as the ladder counts them; zero outside the book.
    pub days_past_due: u32,
}

impl Stand {
    /// A contract, as far as its facts go, at the end of a day.
    pub fn of(contract: &Contract, ladder: &Ladder, day: Day) -> Stand {
        let terms = contract.terms();
        let balance = contract.account.now();
        let principal = |sum: i64, owed: &Owed| sum.saturating_add(owed.principal);
        let open = balance.owed.iter().fold(balance.missing(), principal);
        let status = match &contract.state {
            State::Active => Status::InBook,
            // Money that was taken back after the last payment is owed again.
            State::Settled { .. } | State::Released { cause: ReleaseCause::Paid, .. } => {
                if open > 0 { Status::InBook } else { Status::PaidOff }
            }
            State::Assigned { .. } => Status::PassedOn,
            State::Returning { .. }
            | State::Returned
            | State::WrittenOff { .. }
            | State::Released { .. } => Status::GivenUp,
        };
        let (outstanding, days_past_due) = match status {
            Status::InBook => {
                let standing = Position::stands(contract, ladder).on(day);
                // Of an account that is kept elsewhere only the whole is known.
                let outstanding = if terms.is_outside() { standing.remaining } else { open };
                (outstanding, standing.days_past_due)
            }
            _ => (0, 0),
        };
        Stand { currency: terms.currency(), status, outstanding, days_past_due }
    }

    /// Whether it belongs to the book.
    pub fn is_in_book(&self) -> bool {
        self.status == Status::InBook
    }
}

/// Contracts counted, and an amount summed over them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many contracts.
    pub contracts: u64,
    /// Minor units.
    pub minor: i128,
}

impl Sum {
    fn add(&mut self, minor: i64) {
        self.contracts += 1;
        self.minor += i128::from(minor);
    }

    fn join(&mut self, other: Sum) {
        self.contracts += other.contracts;
        self.minor += other.minor;
    }
}

/// A share in basis points, to the nearest, halves up; of nothing there is no share.
pub fn basis_points(part: impl Into<i128>, whole: impl Into<i128>) -> Option<i64> {
    let (part, whole): (i128, i128) = (part.into(), whole.into());
    if whole <= 0 {
        return None;
    }
    i64::try_from((part * 20_000 + whole).div_euclid(2 * whole)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_goes_to_the_nearest_basis_point_and_halves_go_up() {
        assert_eq!(basis_points(1, 3), Some(3_333));
        assert_eq!(basis_points(2, 3), Some(6_667));
        assert_eq!(basis_points(1, 20_000), Some(1));
        assert_eq!(basis_points(1, 20_001), Some(0));
        assert_eq!(basis_points(-1, 20_000), Some(0));
        assert_eq!(basis_points(5, 4), Some(12_500));
        assert_eq!(basis_points(5, 0), None);
    }
}
