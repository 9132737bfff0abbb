//! The money of a contract: movements by value date, replayed to what is open.
//!
//! Movements are facts and never change. What they pay is our reading of them, made anew from all
//! of them whenever one comes: a movement that comes late, out of order or as a correction of the
//! past leaves the same account as if everything had come in its time.
//!
//! **Invariant:** the account follows from the movements and the day it is reckoned through, not
//! from the order in which they were recorded.
//! **Invariant:** an advance payment goes to the next instalment unless the terms say otherwise.
//! **Invariant:** whatever the order of allocation, arrears are read as if money had paid the
//! oldest instalment first and no fee: a fee or a penalty never keeps arrears open.
//! **Invariant:** what a decision costs does not grow with the history: movements older than
//! [`KEPT_DAYS`] are folded into a balance.

mod balance;
mod change;
mod folded;
mod replay;

pub use balance::{Balance, Claim};
pub use folded::{Folded, Stretch};

use crate::{Day, HoldId, UnitId, allocation::Rule, late_fee::LateFee, schedule::Instalment};

/// Movements are kept one by one for at least so many days; money with an earlier value date
/// counts from the first day that is kept.
pub const KEPT_DAYS: i32 = 90;
/// Folding waits until there is a month of it.
const FOLD_AT_DAYS: i32 = KEPT_DAYS + 30;

/// A movement on the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// The day it counts from, on the contract's calendar.
    pub value: Day,
    /// In the order of recording.
    pub number: u32,
    /// What moved.
    pub kind: MoveKind,
}

/// What moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveKind {
    /// Money came: from the payer, or given by the lender.
    In {
        /// Minor units, above zero.
        amount: i64,
    },
    /// The contract was paid off early: interest not yet run is forgone, latest rows first, and
    /// what then is open is given.
    Close {
        /// Interest, in minor units.
        forgone: i64,
        /// At most this much is given, in minor units.
        crumbs: i64,
    },
    /// Money that had counted was taken back: the debt it paid last is open again, as old as it is.
    Back {
        /// Minor units, above zero.
        amount: i64,
    },
    /// Money was taken back by the payer's bank: a debt of its own, due on the value day.
    Chargeback {
        /// The intake item.
        payment: UnitId,
        /// Minor units, above zero.
        amount: i64,
    },
    /// The bank gave charged-back money again: the debt is gone, what was paid of it pays others.
    ChargebackWon {
        /// The intake item.
        payment: UnitId,
    },
    /// A fee that was agreed fell due.
    Fee {
        /// Minor units, above zero.
        amount: i64,
    },
    /// Fees and late fees given up, late fees first, the oldest first.
    Waiver {
        /// Minor units, above zero.
        amount: i64,
    },
    /// Credit paid out.
    Refund {
        /// Minor units, above zero.
        amount: i64,
    },
}

impl MoveKind {
    /// Within a day debts come first, then money, then what is taken or given away.
    fn class(&self) -> u8 {
        match self {
            MoveKind::Chargeback { .. } => 0,
            MoveKind::Fee { .. } => 1,
            MoveKind::In { .. } => 2,
            MoveKind::Close { .. } => 3,
            MoveKind::ChargebackWon { .. } => 4,
            MoveKind::Waiver { .. } => 5,
            MoveKind::Back { .. } => 6,
            MoveKind::Refund { .. } => 7,
        }
    }
}

impl Move {
    fn place(&self) -> (Day, u8, u32) {
        (self.value, self.kind.class(), self.number)
    }
}

/// Days on which no late fee falls, the end not included; without one, still running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    /// The hold that makes them so; `None` = the contract has come to its end.
    pub hold: Option<HoldId>,
    /// From.
    pub from: Day,
    /// Until.
    pub until: Option<Day>,
}

/// The account of a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Movements up to this day are folded.
    pub folded: Day,
    /// What they left; `None` = nothing is folded yet.
    pub base: Option<Folded>,
    /// The others, by value day.
    pub moves: Vec<Move>,
    /// Movements recorded so far.
    pub recorded: u32,
    /// Late fees and interest are reckoned through this day.
    pub reckoned: Day,
    /// When no late fee falls.
    pub quiet: Vec<Quiet>,
    /// The contract came to its end on this day: what falls due after it bears no interest.
    pub stopped: Option<Day>,
    late_fee: Option<LateFee>,
    rule: Rule,
    opening: Balance,
    now: Balance,
    next: Option<Day>,
}

impl Account {
    /// The account of a contract signed on a day.
    pub fn open(rows: &[Instalment], late_fee: Option<LateFee>, signed: Day) -> Account {
        let kept = Kept {
            folded: signed.plus_days(-1).unwrap_or(signed),
            base: None,
            moves: Vec::new(),
            recorded: 0,
            reckoned: signed,
            quiet: Vec::new(),
            stopped: None,
        };
        Account::kept(kept, rows, late_fee)
    }

    /// An account as it was kept.
    pub fn kept(kept: Kept, rows: &[Instalment], late_fee: Option<LateFee>) -> Account {
        let Kept { folded, base, moves, recorded, reckoned, quiet, stopped } = kept;
        let opening = Balance::of(rows);
        let now = opening.clone();
        let rule = Rule::default();
        let mut account = Account {
            folded,
            base,
            moves,
            recorded,
            reckoned,
            quiet,
            stopped,
            late_fee,
            rule,
            opening,
            now,
            next: None,
        };
        account.replay();
        account
    }

    /// The same account with its money allocated by another rule.
    pub fn by_rule(mut self, rule: Rule) -> Account {
        if self.rule != rule {
            self.rule = rule;
            self.replay();
        }
        self
    }

    /// What is open now.
    pub fn now(&self) -> &Balance {
        &self.now
    }

    /// Takes a movement in on the day it was recorded.
    pub fn take(&mut self, kind: MoveKind, value: Day, recorded: Day) {
        let first = self.folded.plus_days(1).unwrap_or(self.folded);
        self.recorded = self.recorded.saturating_add(1);
        let entry = Move { value: value.max(first), number: self.recorded, kind };
        let at = self.moves.partition_point(|known| known.place() < entry.place());
        self.moves.insert(at, entry);
        self.fold(recorded);
        self.replay();
    }

    /// Reckons late fees and earned interest through a day; never back.
    pub fn reckon(&mut self, day: Day) {
        if day > self.reckoned {
            self.reckoned = day;
            self.fold(day);
            self.replay();
        }
    }

    /// What the account would be had nothing come that counts from this day on.
    pub(crate) fn forget_from(&mut self, day: Day) {
        self.moves.retain(|entry| entry.value < day);
        self.replay();
    }

    /// While a hold is open no late fee falls.
    pub fn quiet(&mut self, hold: HoldId, from: Day, until: Option<Day>) {
        self.quiet.push(Quiet { hold: Some(hold), from, until });
        self.replay();
    }

    /// The hold ended earlier.
    pub fn loud(&mut self, hold: HoldId, until: Day) {
        self.end_quiet(Some(hold), until);
        self.replay();
    }

    /// The contract came to its end on a day: no late fee falls from it on, and what falls due
    /// after it bears no interest. The earliest such day stays.
    pub fn stop(&mut self, day: Day) {
        if self.stopped.is_none_or(|known| day < known) {
            self.stopped = Some(day);
            self.quiet.push(Quiet { hold: None, from: day, until: None });
            self.replay();
        }
    }

    /// The end was taken back on a day: the interest is owed as if there had been none, and late
    /// fees fall again from then on.
    pub fn go_on(&mut self, day: Day) {
        self.stopped = None;
        self.end_quiet(None, day);
        self.replay();
    }

    fn end_quiet(&mut self, hold: Option<HoldId>, until: Day) {
        for quiet in self.quiet.iter_mut().filter(|quiet| quiet.hold == hold) {
            quiet.until = Some(quiet.until.map_or(until, |end| end.min(until)).max(quiet.from));
        }
    }

    /// The next day on which reckoning books something: a late fee falls, or interest is earned.
    pub fn next_reckoning(&self) -> Option<Day> {
        self.next
    }

    fn fold(&mut self, today: Day) {
        let Some(horizon) = today.plus_days(-KEPT_DAYS) else { return };
        let old =
            self.moves.first().is_some_and(|oldest| today.days_since(oldest.value) > FOLD_AT_DAYS);
        if !old {
            return;
        }
        let keep = self.moves.partition_point(|entry| entry.value <= horizon);
        let left = self.run(&self.moves[..keep], horizon);
        self.base = Some(Folded::of(left, &self.opening));
        self.moves.drain(..keep);
        self.folded = horizon;
        self.quiet.retain(|quiet| quiet.until.is_none_or(|until| until > horizon));
    }
}

/// What is kept of an account; the rest follows from the terms.
#[derive(Clone, Debug)]
pub struct Kept {
    /// As [`Account::folded`].
    pub folded: Day,
    /// As [`Account::base`].
    pub base: Option<Folded>,
    /// As [`Account::moves`].
    pub moves: Vec<Move>,
    /// As [`Account::recorded`].
    pub recorded: u32,
    /// As [`Account::reckoned`].
    pub reckoned: Day,
    /// As [`Account::quiet`].
    pub quiet: Vec<Quiet>,
    /// As [`Account::stopped`].
    pub stopped: Option<Day>,
}
