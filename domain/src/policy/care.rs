//! What a pack asks for the borrower's protection while something is open, wrong or unknown.

use std::collections::BTreeMap;

use crate::stage::{Rung, Stage, named};

/// What protects the borrower while something is open or wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Care {
    /// No step starts during a call or while the phone shows the way.
    pub not_while_in_use: bool,
    /// When delivered notices stop carrying a restriction after a part payment.
    pub relock_after_partial: Relock,
    /// A promise to pay.
    pub promise: Promise,
    /// A dispute.
    pub dispute: Stay,
    /// Hardship.
    pub hardship: Stay,
    /// A wrongful restriction.
    pub wrongful_lock: WrongfulLock,
    /// From this rung on a named person approves; `None` = no law asks for it.
    pub human_review_from: Option<Rung>,
    /// What long silence of a phone may lead to; `None` = nothing.
    pub silence: Option<Silence>,
    /// The highest rung that each kind of evidence may move to; one that is absent moves nothing.
    pub evidence_effects: BTreeMap<Evidence, Rung>,
}

impl Default for Care {
    fn default() -> Care {
        Care {
            not_while_in_use: true,
            relock_after_partial: Relock::BelowMin,
            promise: Promise { allowed: true, grace_days: 2 },
            dispute: Stay { until_closed: true, days_after_refusal: 14 },
            hardship: Stay { until_closed: true, days_after_refusal: 14 },
            wrongful_lock: WrongfulLock { release_first: true, incident: true, compensate: true },
            human_review_from: None,
            silence: None,
            evidence_effects: BTreeMap::new(),
        }
    }
}

named!(
    /// When delivered notices stop carrying a restriction after a part payment, from the mildest.
    Relock {
        /// When days past due fall below the least that allows a restriction.
        BelowMin "below_min_dpd",
        /// With every payment that brings the oldest debt forward.
        EveryPayment "every_payment",
    }
);

/// A borrower's promise to pay on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Whether it keeps anything new from starting.
    pub allowed: bool,
    /// Days after the promised one during which it still does.
    pub grace_days: u32,
}

/// What keeps new restrictions away while something is looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Nothing new starts while it is open.
    pub until_closed: bool,
    /// Nor for so many days after it was refused.
    pub days_after_refusal: u32,
}

/// What follows when a phone was restricted without right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongfulLock {
    /// It opens at once; questions come after.
    pub release_first: bool,
    /// An incident is opened.
    pub incident: bool,
    /// It is compensated like a late unlock.
    pub compensate: bool,
}

/// What long silence of a phone may lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Hours without signed data.
    pub after_hours: u32,
    /// To this stage at most.
    pub stage: Stage,
}

named!(
    /// What a device may show of tampering: evidence with an appeal, not a verdict.
    Evidence {
        /// The system was rooted.
        Root "root",
        /// The bootloader is unlocked.
        BootloaderUnlocked "bootloader_unlocked",
        /// The patch level fell.
        PatchDowngraded "patch_downgraded",
        /// Another SIM card is in the phone.
        SimChanged "sim_changed",
        /// The clock was turned.
        ClockTampered "clock_tampered",
    }
);
