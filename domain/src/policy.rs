//! Law and programme as data: what a jurisdiction allows, and what a lender asks for within it.

use std::collections::BTreeSet;

use crate::{
    late_fee::LateFee,
    stage::{Channel, Guard, Restriction, Rung},
};

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
    /// For example `IN`.
    pub jurisdiction: String,
    /// Whether a restriction is allowed at all.
    pub legal_status: LegalStatus,
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
    /// Local hours in which a new step above `notice` may not start.
    pub blackout: Option<Blackout>,
    /// What a step may take away.
    pub restrictions: BTreeSet<Restriction>,
    /// What may hold from enrolment to release.
    pub guards: BTreeSet<Guard>,
    /// The holder's emergency passes.
    pub passes: Passes,
    /// Above `notice` a device walks alone only this long after it last heard signed data; hours.
    pub offline_step_max_age_hours: u32,
    /// Longest time from the last money to the release, hours.
    pub removal_hours: u32,
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
}

/// A daily span of local time, in seconds of the day; it may cross midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blackout {
    /// First second of the span.
    pub from: u32,
    /// First second after the span.
    pub until: u32,
}

/// Emergency passes on the holder's own demand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passes {
    /// Per spell of arrears.
    pub count: u8,
    /// Hours each.
    pub hours: u8,
}

/// A lender's own ladder. It applies only within the packs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programme {
    /// For example `standard`.
    pub id: String,
    /// Rises with each change.
    pub version: u32,
    /// The packs that apply, by id; the strictest value wins field by field.
    pub packs: Vec<String>,
    /// At or below this share of one instalment, in basis points, nothing is past due.
    pub tolerance_bps: u32,
    /// How old the word of the lender's own system may be for a stage to begin on it; hours.
    pub standing_max_age_hours: u32,
    /// What an instalment paid late costs.
    pub late_fee: Option<LateFee>,
    /// How often and how long announced money opens.
    pub provisional: Provisional,
    /// When the dismissible message appears.
    pub remind: Option<Condition>,
    /// Formal notices in order.
    pub notices: Vec<NoticeRule>,
    /// Steps of `restrict` in order.
    pub steps: Vec<StepRule>,
    /// The lock, if the lender asks for it.
    pub lock: Option<StepRule>,
    /// Guards from enrolment to release.
    pub guards: BTreeSet<Guard>,
    /// How to pay, shown on every screen.
    pub how_to_pay: String,
    /// How to dispute, shown on every screen.
    pub how_to_dispute: String,
}

/// How often and how long a phone opens for money that is announced and not there yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provisional {
    /// Times in a period.
    pub count: u8,
    /// Hours each.
    pub hours: u32,
    /// Days of a period.
    pub period_days: u32,
}

impl Default for Provisional {
    fn default() -> Provisional {
        Provisional { count: 2, hours: 24, period_days: 30 }
    }
}

/// When a rung's dates have come. All parts must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// Days past due at least.
    pub days_past_due: u32,
    /// Instalments past due at least; 0 = does not matter.
    pub unpaid_count: u32,
    /// Minor units past due at least; 0 = does not matter.
    pub past_due: i64,
}

/// The k-th formal notice of a programme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRule {
    /// When it is due.
    pub when: Condition,
    /// Whole local days to cure after its delivery.
    pub cure_days: u32,
}

/// A step above `notice`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRule {
    /// When its dates have come.
    pub when: Condition,
    /// Least days after the step below took effect.
    pub min_days: u32,
    /// What it takes away; grows from step to step.
    pub restrictions: BTreeSet<Restriction>,
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
