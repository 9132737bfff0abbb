//! Law and programme as data: what a jurisdiction allows, and what a lender asks for within it.
//!
//! **Invariant:** nothing here takes effect by itself: a ladder is made by
//! [`crate::ladder::Ladder::resolve`], where the strictest value of each field wins.

pub mod care;
pub mod conduct;
pub mod hours;
pub mod manner;
pub mod paper;
mod programme;
pub mod strictness;
pub mod unlock;

use std::collections::BTreeSet;

use crate::{
    Day,
    stage::{Channel, Floor, Guard, Restriction, Rung, named},
};

pub use care::Care;
pub use conduct::Conduct;
pub use hours::{Blackout, ContactWindow, Span, Weekday};
pub use manner::Manner;
pub use paper::Paper;
pub use programme::{
    Condition, NoticeRule, Programme, Provisional, ReminderRule, Reminders, StepRule,
};
pub use unlock::Unlock;

/// Whether the law knows and allows a restriction at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LegalStatus {
    /// Allowed.
    Permitted,
    /// Allowed under the pack's conditions.
    Conditional,
    /// Not settled; the pack's numbers are our own caution.
    Unclear,
    /// Only with a court order: messages, codes and voluntary return remain.
    CourtOrderRequired,
    /// Never: messages, codes and voluntary return remain.
    Prohibited,
}

impl LegalStatus {
    /// Every status from the mildest.
    pub const ALL: [LegalStatus; 5] = [
        LegalStatus::Permitted,
        LegalStatus::Conditional,
        LegalStatus::Unclear,
        LegalStatus::CourtOrderRequired,
        LegalStatus::Prohibited,
    ];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            LegalStatus::Permitted => "permitted",
            LegalStatus::Conditional => "conditional",
            LegalStatus::Unclear => "unclear",
            LegalStatus::CourtOrderRequired => "court_order_required",
            LegalStatus::Prohibited => "prohibited",
        }
    }

    /// The status of this name.
    pub fn parse(name: &str) -> Option<LegalStatus> {
        LegalStatus::ALL.into_iter().find(|status| status.name() == name)
    }

    /// The highest rung such a law can ever allow.
    pub fn rung_max(self) -> Rung {
        match self {
            LegalStatus::CourtOrderRequired | LegalStatus::Prohibited => Rung::Notice,
            _ => Rung::Lock,
        }
    }
}

/// The policy pack of one jurisdiction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pack {
    /// For example `in-rbi-draft-2026`.
    pub id: String,
    /// Rises with each change.
    pub version: u32,
    /// The pack of the wider jurisdiction, which this one may only tighten.
    pub parent: Option<String>,
    /// For example `IN`.
    pub jurisdiction: String,
    /// Whether a restriction is allowed at all.
    pub legal_status: LegalStatus,
    /// When it applies.
    pub effective: Effective,
    /// Where its rules come from.
    pub sources: Vec<String>,
    /// The highest rung.
    pub rung_max: Rung,
    /// Days past due before any restriction.
    pub min_dpd_restrict: u32,
    /// Formal notices in order.
    pub notices: Vec<PackNotice>,
    /// Least days between two steps above `notice`.
    pub min_days_between_steps: u32,
    /// What the k-th step above `notice` may take, the last for all above it; empty = no order.
    pub steps: Vec<PackStep>,
    /// Local time in which a new step above `notice` may not start.
    pub blackout: Option<Blackout>,
    /// What a step may take away.
    pub restrictions: BTreeSet<Restriction>,
    /// What this law names as never to be restricted.
    pub never_restrict: BTreeSet<Function>,
    /// What may hold from enrolment to release.
    pub guards: BTreeSet<Guard>,
    /// The holder's emergency passes.
    pub passes: Passes,
    /// Above `notice` a device walks alone only this long after it last heard signed data; hours.
    pub offline_step_max_age_hours: u32,
    /// Longest time from the last money to the release, hours.
    pub removal_hours: u32,
    /// Messages to the borrower.
    pub conduct: Conduct,
    /// What protects the borrower while something is open or wrong.
    pub care: Care,
    /// How fast a phone opens, and what it costs when it does not.
    pub unlock: Unlock,
    /// What is agreed, told, collected and kept.
    pub paper: Paper,
}

/// The days on which a pack applies; `None` = no such end is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effective {
    /// First local day.
    pub from: Option<Day>,
    /// Last local day.
    pub to: Option<Day>,
}

/// What a pack asks of the k-th formal notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackNotice {
    /// Not before so many days past due.
    pub earliest_dpd: u32,
    /// Whole local days that must run after its delivery.
    pub cure_days: u32,
    /// Channels that count.
    pub channels: BTreeSet<Channel>,
    /// Distinct channels by which it must have been delivered.
    pub min_modes: u32,
    /// The least evidence that counts as a delivery.
    pub proof: Proof,
    /// So many days after it was handed over it counts as delivered; `None` = never by time alone.
    pub deemed_after_days: Option<u32>,
}

named!(
    /// Evidence of a delivery, from the weakest.
    Proof {
        /// A carrier took it over.
        Accepted "accepted",
        /// It reached the borrower's device or letter box.
        Delivered "delivered",
        /// It stood on the screen, lit and in front.
        Shown "shown",
        /// The borrower confirmed it.
        Acknowledged "acknowledged",
    }
);

/// What a pack allows the k-th step above `notice`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackStep {
    /// It may take these away, and no others.
    pub restrictions: BTreeSet<Restriction>,
    /// Least days after the step below took effect.
    pub min_days: u32,
}

/// A function of a phone that a law names as never to be restricted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Function {
    /// Part of the floor, which no text can name in a restriction.
    Floor(Floor),
    /// Something that other laws may allow to be taken away.
    Restriction(Restriction),
}

impl Function {
    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Function::Floor(floor) => floor.name(),
            Function::Restriction(restriction) => restriction.name(),
        }
    }

    /// The function of this name.
    pub fn parse(name: &str) -> Option<Function> {
        let restriction = || Restriction::parse(name).map(Function::Restriction);
        Floor::parse(name).map(Function::Floor).or_else(restriction)
    }
}

/// Emergency passes on the holder's own demand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passes {
    /// Per spell of arrears.
    pub count: u8,
    /// Hours each.
    pub hours: u8,
}

/// Who lends. Without name, phone and complaint address nothing above `notice` exists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lender {
    /// Full name as on the contract.
    pub name: String,
    /// A phone number that can always be called.
    pub phone: String,
    /// Where complaints go.
    pub complaints: String,
}

impl Lender {
    /// Whether a borrower can tell who stands behind a restriction.
    pub fn is_named(&self) -> bool {
        [&self.name, &self.phone, &self.complaints].iter().all(|text| !text.trim().is_empty())
    }
}
