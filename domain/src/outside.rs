//! Standing from outside: where an account stands, as the lender's own loan system tells it.
//!
//! Such a contract has no schedule and no books of ours. What is told is taken as it is: days past
//! due count on from the oldest unpaid due day, and nothing more falls due by itself.
//!
//! **Invariant:** what was told long ago begins nothing: see
//! [`Contract::fresh_until`](crate::Contract::fresh_until).

use crate::{Day, Moment, contract::Contract};

/// Where an account stands, as it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// The moment it speaks of.
    pub as_of: Moment,
    /// Minor units past due; 0 = nothing is.
    pub past_due: i64,
    /// Due day of the oldest instalment past due; there while anything is.
    pub oldest_unpaid: Option<Day>,
    /// The next instalment to come: day and amount. It is shown and never counted.
    pub next_due: Option<(Day, i64)>,
    /// Minor units still to come in all, if told.
    pub remaining: Option<i64>,
    /// Everything is paid.
    pub settled: bool,
}

/// What a word of the lender's system is against the one known before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// It is news.
    New,
    /// It was told before, exactly so.
    Same,
    /// A later one is known: it changes nothing.
    Older,
}

impl Pushed {
    /// A due day counts while something is past due: some systems name the next one there.
    pub(crate) fn plain(self) -> Pushed {
        let owes = self.past_due > 0;
        Pushed { oldest_unpaid: self.oldest_unpaid.filter(|_| owes), ..self }
    }

    /// What this is to a contract. To one that has ended, that everything is paid is no news.
    pub fn to(&self, contract: &Contract) -> Word {
        match &contract.outside {
            Some(known) if known.as_of > self.as_of => Word::Older,
            Some(known) if *known == self.clone().plain() => Word::Same,
            _ if self.settled && !contract.can_settle() => Word::Same,
            _ => Word::New,
        }
    }
}
