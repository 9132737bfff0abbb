//! Holds: what keeps the ladder from rising, or lowers it.
//!
//! **Invariant:** a hold only ever lowers.

use crate::{HoldId, Moment, stage::Stage};

/// Something that keeps the ladder from rising, or lowers it. Holds only ever lower.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// What kind.
    pub kind: HoldKind,
    /// From when.
    pub from: Moment,
    /// Until when; `None` = until closed.
    pub until: Option<Moment>,
    /// Why, in words.
    pub cause: String,
}

impl Hold {
    /// Whether it has begun and not ended.
    pub fn is_open(&self, at: Moment) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }
}

/// The kinds of holds and what each does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HoldKind {
    /// The borrower says something is wrong; nothing rises.
    Dispute,
    /// The borrower is in hardship; nothing rises.
    Hardship,
    /// The borrower promised a date; nothing rises.
    Promise,
    /// Money is believed to be on its way; at most a notice.
    PaymentPending,
    /// A court or death stays everything; clear.
    LegalStay,
    /// The lender suspends his ladder; clear.
    EnforcementOff,
    /// Payment data is not fresh; nothing rises.
    FeedStale,
    /// A restriction was wrongful; at most a notice until somebody has looked into it.
    Incident,
}

impl HoldKind {
    /// Every kind.
    pub const ALL: [HoldKind; 8] = [
        HoldKind::Dispute,
        HoldKind::Hardship,
        HoldKind::Promise,
        HoldKind::PaymentPending,
        HoldKind::LegalStay,
        HoldKind::EnforcementOff,
        HoldKind::FeedStale,
        HoldKind::Incident,
    ];

    /// The name in files and journals.
    pub fn name(self) -> &'static str {
        match self {
            HoldKind::Dispute => "dispute",
            HoldKind::Hardship => "hardship",
            HoldKind::Promise => "promise",
            HoldKind::PaymentPending => "payment_pending",
            HoldKind::LegalStay => "legal_stay",
            HoldKind::EnforcementOff => "enforcement_off",
            HoldKind::FeedStale => "feed_stale",
            HoldKind::Incident => "incident",
        }
    }

    /// The kind of this name.
    pub fn parse(name: &str) -> Option<HoldKind> {
        HoldKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether no late fee falls while it is open: a pause, a dispute, a fault of our own side.
    pub fn stops_fees(self) -> bool {
        !matches!(self, HoldKind::Promise | HoldKind::PaymentPending)
    }

    /// The highest stage while such a hold is open; `None` = it only keeps things from rising.
    pub fn ceiling(self) -> Option<Stage> {
        match self {
            HoldKind::PaymentPending | HoldKind::Incident => Some(Stage::NOTICE),
            HoldKind::LegalStay | HoldKind::EnforcementOff => Some(Stage::CLEAR),
            _ => None,
        }
    }
}

/// Money that somebody says is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announced {
    /// The hold that it opens.
    pub hold: HoldId,
    /// Keyed hash of its transaction number.
    pub transaction: String,
    /// Minor units, if they are known.
    pub amount: Option<i64>,
}
