//! A balance in short: of a schedule most rows are paid whole or not yet begun, and need no words.
//!
//! **Invariant:** a balance comes back from its short form as it was.

use super::{Balance, Claim};
use crate::allocation::Owed;

/// A balance beside the rows of the schedule that it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    /// The claims, by rising due day.
    pub claims: Vec<Stretch>,
    /// All but the claims.
    pub rest: Balance,
}

/// Some of the claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch {
    /// The next rows of the schedule: paid whole.
    Paid(u32),
    /// The next rows of the schedule: nothing is paid of them.
    Open(u32),
    /// What became of the next row of the schedule, and what is open of it.
    Row(Claim, Owed),
    /// A claim beside the schedule, and what is open of it.
    Beside(Claim, Owed),
}

impl Folded {
    /// The short form of a balance that came of another.
    pub(super) fn of(balance: Balance, opening: &Balance) -> Folded {
        let Balance { claims, owed, .. } = &balance;
        let mut short = Vec::new();
        let mut rows = opening.claims.iter().peekable();
        for (claim, owed) in claims.iter().zip(owed) {
            let stands_for = |row: &&Claim| row.due == claim.due && claim.chargeback.is_none();
            let stretch = match rows.next_if(stands_for) {
                Some(row) if row == claim && owed.total() == 0 => Stretch::Paid(1),
                Some(row) if row == claim && *owed == claim.whole() => Stretch::Open(1),
                Some(_) => Stretch::Row(*claim, *owed),
                None => Stretch::Beside(*claim, *owed),
            };
            match (short.last_mut(), stretch) {
                (Some(Stretch::Paid(n)), Stretch::Paid(_)) => *n += 1,
                (Some(Stretch::Open(n)), Stretch::Open(_)) => *n += 1,
                _ => short.push(stretch),
            }
        }
        Folded { claims: short, rest: Balance { claims: Vec::new(), owed: Vec::new(), ..balance } }
    }

    /// The balance whole again, over the one that it came of.
    pub(super) fn over(&self, opening: &Balance) -> Balance {
        let mut balance = self.rest.clone();
        let mut add = |claim: Claim, owed: Owed| {
            balance.claims.push(claim);
            balance.owed.push(owed);
        };
        let mut rows = opening.claims.iter();
        for stretch in &self.claims {
            match *stretch {
                Stretch::Paid(n) => {
                    rows.by_ref().take(n as usize).for_each(|row| add(*row, Owed::nothing(row.due)))
                }
                Stretch::Open(n) => {
                    rows.by_ref().take(n as usize).for_each(|row| add(*row, row.whole()))
                }
                Stretch::Row(claim, owed) => {
                    rows.next();
                    add(claim, owed);
                }
                Stretch::Beside(claim, owed) => add(claim, owed),
            }
        }
        balance
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Day, UnitId, schedule::Instalment};

    fn day(number: i8) -> Day {
        Day::new(2026, 1, number).unwrap()
    }

    fn opening() -> Balance {
        let row = |due| Instalment { due: day(due), amount: 100, interest: 10 };
        Balance::of(&[5, 10, 10, 15, 20, 25].map(row))
    }

    #[test]
    fn rows_that_are_paid_or_untouched_are_told_by_their_number() {
        let mut balance = opening();
        for row in 0..3 {
            balance.owed[row] = Owed::nothing(balance.owed[row].due);
        }
        let folded = Folded::of(balance.clone(), &opening());
        assert_eq!(folded.claims, [Stretch::Paid(3), Stretch::Open(3)]);
        assert_eq!(folded.over(&opening()), balance);
    }

    #[test]
    fn what_differs_is_spelled_out_and_comes_back() {
        let late = |balance: &mut Balance| {
            balance.claims[1].penalty = 7;
            balance.owed[1].penalty = 7;
        };
        let partly = |balance: &mut Balance| balance.owed[3].principal = 20;
        let reopened = |balance: &mut Balance| balance.claims[0].reopened = Some(day(9));
        let beside = |balance: &mut Balance| {
            let back = Some(UnitId(uuid::Uuid::from_u128(1)));
            let claim = Claim { due: day(12), chargeback: back, ..balance.claims[0] };
            balance.claim(claim);
            balance.claim(Claim { due: day(10), fee: 3, chargeback: None, ..claim });
        };
        let gone = |balance: &mut Balance| {
            balance.claims.remove(2);
            balance.owed.remove(2);
        };
        let free = |balance: &mut Balance| {
            balance.claims[4].interest = 0;
            balance.owed[4].interest = 0;
        };
        let changes: [&dyn Fn(&mut Balance); 6] =
            [&late, &partly, &reopened, &beside, &gone, &free];
        for mask in 0..1_u32 << changes.len() {
            let mut balance = Balance { credit: 5, ..opening() };
            let chosen = changes.iter().enumerate().filter(|(bit, _)| mask & (1 << bit) != 0);
            chosen.for_each(|(_, change)| change(&mut balance));
            let folded = Folded::of(balance.clone(), &opening());
            assert_eq!(folded.over(&opening()), balance, "{mask:b}: {:?}", folded.claims);
        }
    }
}
