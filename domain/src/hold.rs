//! Holds: what keeps the ladder from rising, or lowers it.
//!
//! **Invariant:** a hold only ever lowers.
//! **Invariant:** every kind has somebody who opens it, an end or somebody who ends it, a limit.

use crate::{Day, HoldId, Moment, stage::Stage, terms::Terms};

/// Whole local days in which a dispute or a hardship is to be answered.
pub const ANSWER_DAYS: u32 = 30;

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

    /// Until when it is to be answered, if somebody owes its borrower an answer. After a refusal it
    /// has an end and waits for nobody.
    pub fn answer_by(&self, terms: &Terms) -> Option<Moment> {
        let waits = self.kind.needs_answer() && self.until.is_none();
        waits.then(|| after_whole_days(terms, self.from, ANSWER_DAYS))
    }
}

/// The first moment after so many whole local days.
pub(crate) fn after_whole_days(terms: &Terms, from: Moment, days: u32) -> Moment {
    let zone = terms.zone();
    let after = i32::try_from(days).ok().and_then(|days| days.checked_add(1));
    let free: Option<Day> = after.and_then(|days| zone.day(from).plus_days(days));
    // Beyond the calendar nothing can be promised: later than any moment asked for.
    free.map_or(from.plus_seconds(i64::from(days) * 86_400), |day| zone.midnight(day))
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
    /// The phone was reported stolen or lost; at most a notice.
    Stolen,
    /// An emergency where the borrower lives; at most a notice.
    AreaEmergency,
    /// The lender may not restrict anybody; clear.
    LenderSuspended,
    /// Too many phones were about to rise at once; nothing rises until people have looked.
    Breaker,
}

impl HoldKind {
    /// Every kind.
    pub const ALL: [HoldKind; 12] = [
        HoldKind::Dispute,
        HoldKind::Hardship,
        HoldKind::Promise,
        HoldKind::PaymentPending,
        HoldKind::LegalStay,
        HoldKind::EnforcementOff,
        HoldKind::FeedStale,
        HoldKind::Incident,
        HoldKind::Stolen,
        HoldKind::AreaEmergency,
        HoldKind::LenderSuspended,
        HoldKind::Breaker,
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
            HoldKind::Stolen => "stolen",
            HoldKind::AreaEmergency => "area_emergency",
            HoldKind::LenderSuspended => "lender_suspended",
            HoldKind::Breaker => "breaker",
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
            HoldKind::PaymentPending
            | HoldKind::Incident
            | HoldKind::Stolen
            | HoldKind::AreaEmergency => Some(Stage::NOTICE),
            HoldKind::LegalStay | HoldKind::EnforcementOff | HoldKind::LenderSuspended => {
                Some(Stage::CLEAR)
            }
            HoldKind::Dispute
            | HoldKind::Hardship
            | HoldKind::Promise
            | HoldKind::FeedStale
            | HoldKind::Breaker => None,
        }
    }

    /// Whether it is a borrower's question, which ends with an answer.
    pub fn needs_answer(self) -> bool {
        matches!(self, HoldKind::Dispute | HoldKind::Hardship)
    }

    /// Whether it is the borrower's own and not about lender, court or feed: it goes with him.
    pub fn is_of_a_person(self) -> bool {
        matches!(
            self,
            HoldKind::Dispute
                | HoldKind::Hardship
                | HoldKind::Promise
                | HoldKind::PaymentPending
                | HoldKind::Stolen
        )
    }

    /// Whether ending it before its time takes two people: somebody stopped the ladder, and it
    /// would go on.
    pub fn needs_second_person(self) -> bool {
        matches!(self, HoldKind::LegalStay | HoldKind::EnforcementOff)
    }

    /// Whether it comes from something that concerns many contracts, and ends with it.
    pub fn is_general(self) -> bool {
        matches!(self, HoldKind::AreaEmergency | HoldKind::LenderSuspended | HoldKind::Breaker)
    }

    /// Most days it may last; one without an end lasts until somebody ends it.
    pub fn days_max(self) -> i64 {
        match self {
            HoldKind::PaymentPending => 30,
            HoldKind::Promise => 60,
            _ => 180,
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
