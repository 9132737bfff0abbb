//! A lender's own ladder: what he asks for within the law.

use std::collections::BTreeSet;

use super::Manner;
use crate::{
    late_fee::LateFee,
    stage::{Channel, Guard, Restriction},
};

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
    /// Days after the last due day on which the phone goes free.
    pub sunset_days: u32,
    /// When the dismissible message appears.
    pub remind: Option<Condition>,
    /// Messages before, on and after a due day.
    pub reminders: Reminders,
    /// Formal notices in order.
    pub notices: Vec<NoticeRule>,
    /// Steps of `restrict` in order.
    pub steps: Vec<StepRule>,
    /// The lock, if the lender asks for it.
    pub lock: Option<StepRule>,
    /// How he goes about it.
    pub manner: Manner,
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

/// A lender's reminders. They go out only where a channel to the borrower is set up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reminders {
    /// When, by rising days.
    pub rules: Vec<ReminderRule>,
    /// Where they say that can be paid; `{reference}` stands for the contract's.
    pub pay_link: Option<String>,
    /// Whether they speak of automatic payment.
    pub auto_pay: bool,
}

/// A message about an instalment, so many days from its due day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReminderRule {
    /// Days after the due day, below zero before it.
    pub days: i32,
    /// By which of these it goes out.
    pub channels: BTreeSet<Channel>,
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
