//! An account whose schedule changes.

use super::{Account, Balance, Claim, Folded};
use crate::{Day, allocation::Owed, schedule::Instalment};

impl Account {
    /// Puts what is open of the schedule on new rows. The account is folded there: the new rows
    /// stand, and money that comes later with an earlier value date pays them.
    pub fn restructure(&mut self, rows: &[Instalment], on: Day) {
        self.reckon(on);
        self.base = Some(Folded::of(self.now().on_rows(rows, on), &self.opening));
        self.moves.clear();
        self.folded = on.plus_days(-1).unwrap_or(on).max(self.folded);
        self.quiet.retain(|quiet| quiet.until.is_none_or(|until| until > on));
        self.replay();
    }
}

impl Balance {
    /// Each claim of the schedule shrinks to what was paid of it, fees aside; an open chargeback
    /// falls due with the first new row.
    fn on_rows(&self, rows: &[Instalment], on: Day) -> Balance {
        let mut after = self.clone();
        after.earned = self.earned(on);
        after.ahead = 0;
        let first = rows.first().map_or(on, |row| row.due);
        for (claim, owed) in after.claims.iter_mut().zip(&mut after.owed) {
            if claim.chargeback.is_some() {
                if owed.principal > 0 && claim.due < first {
                    claim.due = first;
                    owed.due = first;
                }
                continue;
            }
            claim.principal -= std::mem::take(&mut owed.principal);
            claim.interest -= std::mem::take(&mut owed.interest);
        }
        after.by_due_day();
        for row in Balance::of(rows).claims {
            after.claim(row);
        }
        after
    }

    /// Puts claims that were moved back in order.
    fn by_due_day(&mut self) {
        let mut places: Vec<usize> = (0..self.claims.len()).collect();
        places.sort_by_key(|place| self.claims[*place].due);
        let claims: Vec<Claim> = places.iter().map(|place| self.claims[*place]).collect();
        let owed: Vec<Owed> = places.iter().map(|place| self.owed[*place]).collect();
        let mut at = vec![0; places.len()];
        for (new, old) in places.into_iter().enumerate() {
            at[old] = new;
        }
        self.charged.reorder(|row| at.get(row).copied().unwrap_or(row));
        self.claims = claims;
        self.owed = owed;
    }
}
