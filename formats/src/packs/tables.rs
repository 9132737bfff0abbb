//! The tables of a pack as they stand in its text.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Channel, Currency, Day, Restriction, Rung, Stage,
    policy::{
        Proof, Weekday,
        care::{Evidence, Relock},
        paper::{Disclosure, Telemetry},
    },
};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    settings::{Clock, Filled, Id},
    text::{AsText, one, set},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) id: Id,
    pub(super) version: Spanned<u32>,
    pub(super) parent: Option<Spanned<Id>>,
    pub(super) jurisdiction: Filled,
    pub(super) summary: Filled,
    #[serde(with = "one")]
    pub(super) legal_status: domain::policy::LegalStatus,
    pub(super) draft: bool,
    pub(super) effective_from: Option<Date>,
    pub(super) effective_to: Option<Spanned<Date>>,
    pub(super) reviewed_by: Option<Spanned<Filled>>,
    pub(super) reviewed_on: Option<Spanned<Date>>,
    pub(super) sources: Vec<Filled>,
    pub(super) financed_device_only: Option<Spanned<bool>>,
    pub(super) rung_max: Spanned<Named<Rung>>,
    pub(super) min_dpd_restrict: Spanned<u32>,
    pub(super) min_days_between_steps: Spanned<u32>,
    pub(super) offline_step_max_age_hours: Spanned<u32>,
    pub(super) removal_hours: Spanned<u32>,
    pub(super) restrictions: Spanned<Listed<Restriction>>,
    #[serde(default, with = "set")]
    pub(super) never_restrict: BTreeSet<domain::policy::Function>,
    #[serde(with = "set")]
    pub(super) guards: BTreeSet<domain::Guard>,
    pub(super) passes: Passes,
    pub(super) blackout: Option<Spanned<Blackout>>,
    #[serde(default)]
    pub(super) notices: Vec<Spanned<Notice>>,
    #[serde(default)]
    pub(super) steps: Vec<Spanned<Step>>,
    pub(super) contact_window: Option<Spanned<ContactWindow>>,
    pub(super) reminder_max_per_day: Option<Spanned<u32>>,
    pub(super) drafts_refused: Option<bool>,
    pub(super) not_while_in_use: Option<bool>,
    pub(super) relock_after_partial: Option<Named<Relock>>,
    pub(super) promise_to_pay_hold: Option<Promise>,
    pub(super) dispute_stay: Option<Stay>,
    pub(super) hardship_stay: Option<Stay>,
    pub(super) wrongful_lock: Option<WrongfulLock>,
    pub(super) human_review_from: Option<Spanned<Filled>>,
    pub(super) silence: Option<Silence>,
    pub(super) evidence_effects: Option<Effects>,
    pub(super) max_unlock_minutes: Option<MaxUnlock>,
    pub(super) late_unlock_compensation: Option<Compensation>,
    pub(super) offline_unlock: Option<bool>,
    pub(super) consent: Option<Consent>,
    pub(super) disclosure: Option<Listed<Disclosure>>,
    pub(super) device_fee_allowed: Option<bool>,
    pub(super) data_allowed: Option<Listed<Telemetry>>,
    pub(super) retention_years: Option<Spanned<u32>>,
}

/// A value that is one text.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Named<T>(pub(crate) T);

impl<'de, T: crate::text::Text> Deserialize<'de> for Named<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        AsText::deserialize(deserializer).map(|AsText(value)| Named(value))
    }
}

/// Kinds of evidence, each with a rung.
pub(crate) type Effects = BTreeMap<Named<Evidence>, Spanned<Named<Rung>>>;

/// A list of texts, none twice.
pub(super) struct Listed<T>(pub(super) BTreeSet<T>);

impl<'de, T: crate::text::Text + Ord> Deserialize<'de> for Listed<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        set::deserialize(deserializer).map(Listed)
    }
}

pub(super) type Date = Named<Day>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Passes {
    pub(super) count: u8,
    pub(super) hours: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Blackout {
    pub(super) from: Option<Clock>,
    pub(super) until: Option<Clock>,
    #[serde(default, with = "set")]
    pub(super) weekdays: BTreeSet<Weekday>,
    #[serde(default, with = "set")]
    pub(super) holidays: BTreeSet<Day>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContactWindow {
    pub(super) from: Clock,
    pub(super) until: Clock,
    #[serde(with = "set")]
    pub(super) weekdays: BTreeSet<Weekday>,
    #[serde(default, with = "set")]
    pub(super) holidays: BTreeSet<Day>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Notice {
    pub(super) earliest_dpd: Spanned<u32>,
    pub(super) cure_days: Spanned<u32>,
    #[serde(with = "set")]
    pub(super) channels: BTreeSet<Channel>,
    pub(super) min_modes: Spanned<u32>,
    pub(super) proof: Option<Named<Proof>>,
    pub(super) deemed_after_days: Option<Spanned<u32>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub(super) restrictions: Spanned<Listed<Restriction>>,
    pub(super) min_days: Option<Spanned<u32>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Promise {
    pub(super) allowed: bool,
    pub(super) grace_days: Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stay {
    pub(super) until_closed: bool,
    pub(super) days_after_refusal: Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrongfulLock {
    pub(super) release_first: bool,
    pub(super) incident: bool,
    pub(super) compensate: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Silence {
    pub(super) after_hours: Spanned<u32>,
    pub(super) stage: Spanned<Named<Stage>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MaxUnlock {
    pub(super) issue: Spanned<u32>,
    pub(super) device: Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Compensation {
    pub(super) amount_minor: Spanned<i64>,
    #[serde(with = "one")]
    pub(super) currency: Currency,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Consent {
    pub(super) separate_signature: bool,
    pub(super) borrower_language: bool,
    pub(super) copy_kept: bool,
    pub(super) timetable_included: bool,
    pub(super) min_font_points: Spanned<u32>,
}
