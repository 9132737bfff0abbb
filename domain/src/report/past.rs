//! A contract at the end of past days, from its facts.

use std::{collections::BTreeMap, sync::Arc};

use super::Stand;
use crate::{Contract, Day, Fact, Ladder, State, UnitId, fact::What};

/// From so many days past due a contract counts as bad in a vintage.
pub const BAD_DAYS: u32 = 30;

/// A contract followed through its facts, looked at when given days end.
#[derive(Clone, Debug)]
pub struct Past {
    contract: Contract,
    ladder: Arc<Ladder>,
    looks: Vec<Day>,
    seen: Vec<Seen>,
    ever_bad: bool,
    /// The day on which it left `active`, and whether everything was paid then.
    ended: Option<(Day, bool)>,
    /// Money of the payer, by its payment: value day and minor units.
    received: BTreeMap<UnitId, (Day, i64)>,
}

/// What a look saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The day.
    pub day: Day,
    /// Where the contract stood when it ended.
    pub stand: Stand,
    /// Whether it was ever [`BAD_DAYS`] past due by then.
    pub ever_bad: bool,
    /// Principal and interest ever owed.
    pub owed: i64,
    /// Of that, what is paid.
    pub paid: i64,
}

impl Past {
    /// A contract as it was signed or taken over, to be looked at on these days. Days before that
    /// see nothing.
    pub fn new(signed: Contract, ladder: Arc<Ladder>, looks: &[Day]) -> Past {
        let first = signed.day(signed.joined_at());
        let mut looks: Vec<Day> = looks.iter().copied().filter(|day| *day >= first).collect();
        looks.sort_unstable();
        looks.dedup();
        let (seen, received) = (Vec::new(), BTreeMap::new());
        Past { contract: signed, ladder, looks, seen, ever_bad: false, ended: None, received }
    }

    /// A contract as it stands, looked at on the day that has begun: its facts need not be read.
    pub fn present(contract: Contract, ladder: Arc<Ladder>, day: Day) -> Past {
        let (seen, received) = (Vec::new(), BTreeMap::new());
        let (looks, ever_bad, ended) = (vec![day], false, None);
        Past { contract, ladder, looks, seen, ever_bad, ended, received }.end()
    }

    /// Takes the next fact in; `false` when it and those after it come after the last look.
    pub fn take(&mut self, fact: &Fact) -> bool {
        let day = self.contract.day(fact.at);
        self.look_before(Some(day));
        if self.seen.len() == self.looks.len() {
            return false;
        }
        self.ever_bad |= self.stand(day).days_past_due >= BAD_DAYS;
        self.note_money(&fact.what);
        let before = matches!(self.contract.state, State::Active);
        self.contract.apply(fact);
        if before && !matches!(self.contract.state, State::Active) {
            let paid_off = matches!(self.contract.state, State::Settled { .. });
            self.ended = Some((day, paid_off));
        }
        true
    }

    /// Looks on the days that are left: nothing more was recorded.
    pub fn end(mut self) -> Past {
        self.look_before(None);
        self
    }

    /// What the looks saw, by rising day.
    pub fn seen(&self) -> &[Seen] {
        &self.seen
    }

    /// The contract as the last fact taken in left it.
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// The day on which the contract ended, and whether everything was paid then.
    pub(super) fn ended(&self) -> Option<(Day, bool)> {
        self.ended
    }

    /// Value day and amount of each payment that was not reversed.
    pub(super) fn received(&self) -> impl Iterator<Item = (Day, i64)> + '_ {
        self.received.values().copied().filter(|(_, minor)| *minor > 0)
    }

    fn stand(&self, day: Day) -> Stand {
        Stand::of(&self.contract, &self.ladder, day)
    }

    fn look_before(&mut self, next: Option<Day>) {
        while let Some(&day) = self.looks.get(self.seen.len()) {
            if next.is_some_and(|next| day >= next) {
                return;
            }
            let stand = self.stand(day);
            self.ever_bad |= stand.days_past_due >= BAD_DAYS;
            let (owed, paid) = owed_and_paid(&self.contract);
            self.seen.push(Seen { day, stand, ever_bad: self.ever_bad, owed, paid });
        }
    }

    fn note_money(&mut self, what: &What) {
        match what {
            What::PaymentPosted { payment, amount, value, .. } => {
                let day = self.contract.day(*value);
                let entry = self.received.entry(*payment).or_insert((day, 0));
                *entry = (day, entry.1.saturating_add(*amount));
            }
            What::PaymentReversed { payment, amount } => {
                if let Some((_, minor)) = self.received.get_mut(payment) {
                    *minor = minor.saturating_sub(*amount);
                }
            }
            _ => {}
        }
    }
}

/// Principal and interest ever owed, and what of it is no longer open.
fn owed_and_paid(contract: &Contract) -> (i64, i64) {
    let balance = contract.account.now();
    let claims = balance.claims.iter().map(|claim| (claim.principal, claim.interest));
    let open = balance.owed.iter().map(|owed| (owed.principal, owed.interest));
    let sum = |sum: i64, (principal, interest): (i64, i64)| {
        sum.saturating_add(principal).saturating_add(interest)
    };
    let owed = claims.fold(0, sum);
    (owed, owed.saturating_sub(open.fold(0, sum)).saturating_sub(balance.missing()))
}
