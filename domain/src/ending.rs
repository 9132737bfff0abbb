//! How a contract ends without being paid off: the phone handed back and graded, the debt written
//! off with or without its release. Each step is a fact; what the world can take back has a fact
//! that takes it back.
//!
//! **Invariant:** from a hand-over or a write-off on nothing rises and no interest or late fee
//! falls; what is open stays a claim for money, never a reason for a lock.
//! **Invariant:** a device that was released stays so, whatever becomes of the debt.

use crate::{
    Moment,
    account::MoveKind,
    contract::{Contract, State},
    fact::Fact,
};

/// A step of an ending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The phone was handed back and waits to be graded.
    HandedOver {
        /// When it was handed over; interest stops with that day.
        value: Moment,
        /// Whatever the counter noted; may be empty.
        note: String,
    },
    /// The hand-over was taken back before grading: the borrower has the phone again.
    HandOverUndone {
        /// Why.
        reason: String,
    },
    /// The phone was graded and taken for the debt.
    Graded {
        /// In what state it was found.
        grade: String,
        /// What it counts for, in minor units.
        amount: i64,
        /// What is given up of the debt it does not cover, in minor units.
        waived: i64,
    },
    /// The debt was written off.
    WrittenOff {
        /// Whether the phone is released with it.
        release: bool,
        /// Why.
        reason: String,
    },
    /// The write-off was undone.
    WriteOffUndone {
        /// Why.
        reason: String,
    },
    /// The phone of a debt that was written off is to be released all the same.
    LetGo {
        /// Why.
        reason: String,
    },
}

/// Longest grade of a phone in bytes.
pub const GRADE_MAX: usize = 100;

/// What is asked about an ending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The phone was handed back.
    HandOver {
        /// When.
        value: Moment,
        /// Whatever the counter noted; may be empty.
        note: String,
    },
    /// The borrower has the phone again.
    UndoHandOver {
        /// Why.
        reason: String,
    },
    /// Take the phone for the debt.
    Grade {
        /// In what state it was found.
        grade: String,
        /// What it counts for, in minor units; nothing is something.
        amount: i64,
        /// What becomes of the debt it does not cover; `None` = as the terms say.
        shortfall: Option<Shortfall>,
    },
    /// Write the debt off.
    WriteOff {
        /// Whether the phone is released with it.
        release: bool,
        /// Why.
        reason: String,
    },
    /// Take the write-off back.
    UndoWriteOff {
        /// Why.
        reason: String,
    },
    /// Release the phone of a debt that was written off.
    LetGo {
        /// Why.
        reason: String,
    },
}

/// What becomes of the debt that a returned phone does not cover.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shortfall {
    /// It stays owed.
    #[default]
    Keep,
    /// It is given up.
    Waive,
}

impl Shortfall {
    /// Every value.
    pub const ALL: [Shortfall; 2] = [Shortfall::Keep, Shortfall::Waive];

    /// The name in files and calls.
    pub fn name(self) -> &'static str {
        match self {
            Shortfall::Keep => "keep",
            Shortfall::Waive => "waive",
        }
    }

    /// The value of this name.
    pub fn parse(name: &str) -> Option<Shortfall> {
        Shortfall::ALL.into_iter().find(|shortfall| shortfall.name() == name)
    }
}

impl Contract {
    /// Whether the lender wrote the debt off.
    pub fn is_written_off(&self) -> bool {
        self.written_off.is_some()
    }

    pub(crate) fn apply_ending(&mut self, fact: &Fact, ending: &Ending) {
        match ending {
            Ending::HandedOver { value, .. } => {
                self.account.stop(self.day(*value));
                self.state = State::Returning { since: *value };
            }
            Ending::HandOverUndone { .. } => {
                self.account.go_on(self.day(fact.at));
                self.state = State::Active;
            }
            Ending::Graded { amount, waived, .. } => self.graded(*amount, *waived, fact.at),
            Ending::WrittenOff { release, .. } => {
                self.account.stop(self.day(fact.at));
                self.written_off = Some(self.account.now().open());
                if !self.is_released() {
                    self.state = State::WrittenOff { release: *release };
                }
            }
            Ending::WriteOffUndone { .. } => {
                self.written_off = None;
                if !self.is_released() {
                    self.account.go_on(self.day(fact.at));
                    self.state = State::Active;
                }
            }
            Ending::LetGo { .. } => self.state = State::WrittenOff { release: true },
        }
    }

    fn graded(&mut self, amount: i64, waived: i64, at: Moment) {
        self.goods = self.goods.saturating_add(amount);
        self.forgiven = self.forgiven.saturating_add(waived);
        for amount in [amount, waived].into_iter().filter(|amount| *amount > 0) {
            self.moves(MoveKind::In { amount }, at, at);
        }
        self.state = State::Returned;
    }
}
