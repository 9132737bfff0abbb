//! The table: every field of a pack that bounds a ladder.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Row, Rule,
    order::{self, all_blackouts, all_windows, both, either, highest, intersection, lowest, union},
    shown,
};
use crate::{
    money::Currency,
    policy::{
        Blackout, ContactWindow, Function, LegalStatus, PackNotice, PackStep, Passes,
        care::{Evidence, Promise, Relock, Silence, Stay, WrongfulLock},
        paper::{ConsentRule, Disclosure, Telemetry},
    },
    stage::{Guard, Restriction, Rung},
};

macro_rules! rules {
    ($(
        $(#[$doc:meta])*
        $rule:ident: $type:ty = $name:literal, $order:literal,
            |$pack:ident| $get:expr, $stricter:expr, $show:expr;
    )*) => {
        $(
            $(#[$doc])*
            pub static $rule: Rule<$type> = Rule {
                name: $name,
                order: $order,
                get: |$pack| $get,
                stricter: $stricter,
                show: $show,
            };
        )*

        /// Every field in the order in which it is told.
        pub static ROWS: &[&dyn Row] = &[$(&$rule),*];
    };
}

rules! {
    /// Whether a restriction is allowed at all.
    LEGAL_STATUS: LegalStatus = "legal_status", "most forbidding",
        |p| p.legal_status, highest, shown::status;
    /// The highest rung, and that of the law behind it.
    RUNG_MAX: Rung = "rung_max", "lowest",
        |p| p.rung_max.min(p.legal_status.rung_max()), lowest, shown::rung;
    /// Days past due before any restriction.
    MIN_DPD_RESTRICT: u32 = "min_dpd_restrict", "highest",
        |p| p.min_dpd_restrict, highest, shown::plain;
    /// Formal notices.
    NOTICES: Vec<PackNotice> = "notices",
        "k-th against k-th: latest start, longest cure, union of channels, most modes",
        |p| p.notices.clone(), order::notices, |v| shown::notices(v);
    /// Least days between two steps.
    MIN_DAYS_BETWEEN_STEPS: u32 = "min_days_between_steps", "highest",
        |p| p.min_days_between_steps, highest, shown::plain;
    /// What the k-th step may take.
    STEPS: Vec<PackStep> = "steps", "k-th against k-th: intersection, longest wait",
        |p| p.steps.clone(), order::steps, |v| shown::steps(v);
    /// What a step may take away.
    RESTRICTIONS: BTreeSet<Restriction> = "restrictions", "intersection",
        |p| p.restrictions.clone(), intersection, |v| shown::names(v, Restriction::name);
    /// What is named as never to be restricted.
    NEVER_RESTRICT: BTreeSet<Function> = "never_restrict", "union",
        |p| p.never_restrict.clone(), union, |v| shown::names(v, Function::name);
    /// What may hold from enrolment to release.
    GUARDS: BTreeSet<Guard> = "guards", "intersection",
        |p| p.guards.clone(), intersection, |v| shown::names(v, Guard::name);
    /// When no new step starts.
    BLACKOUTS: Vec<Blackout> = "blackout", "all apply",
        |p| p.blackout.iter().cloned().collect(), all_blackouts, |v| shown::blackouts(v);
    /// The holder's emergency passes.
    PASSES: Passes = "passes", "highest",
        |p| p.passes,
        |a, b| Passes { count: a.count.max(b.count), hours: a.hours.max(b.hours) },
        shown::passes;
    /// How old signed data may be for a device to walk above `notice` alone.
    OFFLINE_STEP_MAX_AGE_HOURS: u32 = "offline_step_max_age_hours", "lowest",
        |p| p.offline_step_max_age_hours, lowest, shown::plain;
    /// Longest time from the last money to the release.
    REMOVAL_HOURS: u32 = "removal_hours", "lowest",
        |p| p.removal_hours, lowest, shown::plain;
    /// When messages may be sent.
    CONTACT_WINDOW: Vec<ContactWindow> = "contact_window", "all apply",
        |p| p.conduct.windows.clone(), all_windows, |v| shown::windows(v);
    /// Most reminders in one day.
    REMINDER_MAX_PER_DAY: u32 = "reminder_max_per_day", "lowest",
        |p| p.conduct.reminder_max_per_day, lowest, shown::plain;
    /// Whether draft templates are refused for formal notices.
    DRAFTS_REFUSED: bool = "drafts_refused", "true wins",
        |p| p.conduct.drafts_refused, either, shown::flag;
    /// Whether a step waits for the end of a call.
    NOT_WHILE_IN_USE: bool = "not_while_in_use", "true wins",
        |p| p.care.not_while_in_use, either, shown::flag;
    /// When notices lapse after a part payment.
    RELOCK_AFTER_PARTIAL: Relock = "relock_after_partial", "every_payment wins",
        |p| p.care.relock_after_partial, highest, shown::relock;
    /// A promise to pay.
    PROMISE_TO_PAY_HOLD: Promise = "promise_to_pay_hold", "true wins, longest",
        |p| p.care.promise, order::promise, shown::promise;
    /// A dispute.
    DISPUTE_STAY: Stay = "dispute_stay", "true wins, longest",
        |p| p.care.dispute, order::stay, shown::stay;
    /// Hardship.
    HARDSHIP_STAY: Stay = "hardship_stay", "true wins, longest",
        |p| p.care.hardship, order::stay, shown::stay;
    /// A wrongful restriction.
    WRONGFUL_LOCK: WrongfulLock = "wrongful_lock", "true wins",
        |p| p.care.wrongful_lock, order::wrongful, shown::wrongful;
    /// From which rung on a named person approves.
    HUMAN_REVIEW_FROM: Option<Rung> = "human_review_from", "lowest",
        |p| p.care.human_review_from, order::lowest_known, shown::rung_or_never;
    /// What long silence may lead to.
    SILENCE: Option<Silence> = "silence", "none wins, latest, lowest stage",
        |p| p.care.silence, order::silence, shown::silence;
    /// What evidence may move.
    EVIDENCE_EFFECTS: BTreeMap<Evidence, Rung> = "evidence_effects", "lowest of each",
        |p| p.care.evidence_effects.clone(), order::lowest_each, shown::evidence;
    /// Minutes to the lease.
    UNLOCK_ISSUE: u32 = "max_unlock_minutes.issue", "lowest",
        |p| p.unlock.issue_minutes, lowest, shown::plain;
    /// Minutes to the phone.
    UNLOCK_DEVICE: u32 = "max_unlock_minutes.device", "lowest",
        |p| p.unlock.device_minutes, lowest, shown::plain;
    /// What a late unlock costs.
    LATE_UNLOCK_COMPENSATION: BTreeMap<Currency, i64> = "late_unlock_compensation",
        "highest of each currency",
        |p| p.unlock.compensation.clone(), order::highest_each, shown::compensation;
    /// Whether a typed code opens without network.
    OFFLINE_UNLOCK: bool = "offline_unlock", "true wins",
        |p| p.unlock.offline, either, shown::flag;
    /// The form of the consent.
    CONSENT: ConsentRule = "consent", "true wins, largest print",
        |p| p.paper.consent, order::consent, shown::consent;
    /// What the disclosure says.
    DISCLOSURE: BTreeSet<Disclosure> = "disclosure", "union",
        |p| p.paper.disclosure.clone(), union, |v| shown::names(v, Disclosure::name);
    /// Whether the software may cost a fee.
    DEVICE_FEE_ALLOWED: bool = "device_fee_allowed", "false wins",
        |p| p.paper.device_fee_allowed, both, shown::flag;
    /// What may be collected.
    DATA_ALLOWED: BTreeSet<Telemetry> = "data_allowed", "intersection",
        |p| p.paper.data_allowed.clone(), intersection, |v| shown::names(v, Telemetry::name);
    /// How long evidence is kept.
    RETENTION_YEARS: u32 = "retention_years", "highest",
        |p| p.paper.retention_years, highest, shown::plain;
}
