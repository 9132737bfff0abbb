//! What one person asks for and another one approves.

use domain::{Day, HoldId, Moment, UnitId};
use serde::{Deserialize, Serialize};

use crate::text::{maybe, one};

/// An act that takes two people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// When it was asked for.
    #[serde(with = "one")]
    pub asked_at: Moment,
    /// The person who asked.
    #[serde(with = "one")]
    pub asked_by: UnitId,
    /// What the second person said, once he did.
    pub decided: Option<Decided>,
    /// What came of it, once it was carried out.
    pub done: Option<Done>,
    /// When it can be approved no more.
    #[serde(with = "one")]
    pub expires_at: Moment,
    /// Why it was asked for.
    pub reason: String,
    /// What runs when it is approved, exactly so.
    pub what: Proposed,
}

/// A second person's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// Yes or no.
    pub approved: bool,
    /// When.
    #[serde(with = "one")]
    pub at: Moment,
    /// Who.
    #[serde(with = "one")]
    pub by: UnitId,
}

/// What came of an approved proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Done {
    /// When.
    #[serde(with = "one")]
    pub at: Moment,
    /// The code of each part that was refused, in order.
    pub refused: Vec<String>,
}

/// What can be proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Proposed {
    /// Let go on what was held for many contracts, such as by the breaker.
    LiftStandstill {
        /// The hold its contracts take in.
        #[serde(with = "one")]
        hold: HoldId,
    },
    /// End holds that one person may not end, or many at once.
    EndHolds {
        /// Which, of which contracts.
        holds: Vec<HeldBy>,
    },
    /// Charge a fee above what one person may.
    ChargeFee {
        /// Minor units.
        #[serde(with = "one")]
        amount: i64,
        /// The contract.
        reference: String,
        /// When it falls due; absent = when it is carried out.
        #[serde(with = "maybe")]
        value: Option<Moment>,
    },
    /// Put a version of a programme in force.
    Programme {
        /// Its text.
        toml: String,
    },
    /// Set what may happen by itself, or by one person.
    Limits {
        /// Their text.
        toml: String,
    },
    /// Move the day on which a phone goes free.
    DisputeSunset {
        /// The contract.
        reference: String,
        /// The local day on whose beginning it goes free instead.
        #[serde(with = "one")]
        until: Day,
    },
    /// Read a contract's personal data.
    ExportPersonal {
        /// The contract.
        reference: String,
    },
}

/// A hold of a contract.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldBy {
    /// The hold.
    #[serde(with = "one")]
    pub hold: HoldId,
    /// The contract.
    pub reference: String,
}

impl Proposed {
    /// The name in calls and lists.
    pub fn name(&self) -> &'static str {
        match self {
            Proposed::LiftStandstill { .. } => "lift_standstill",
            Proposed::EndHolds { .. } => "end_holds",
            Proposed::ChargeFee { .. } => "charge_fee",
            Proposed::Programme { .. } => "programme",
            Proposed::Limits { .. } => "limits",
            Proposed::DisputeSunset { .. } => "dispute_sunset",
            Proposed::ExportPersonal { .. } => "export_personal",
        }
    }
}

impl Proposal {
    /// Where it is.
    pub fn state(&self, at: Moment) -> &'static str {
        match (&self.decided, &self.done) {
            (_, Some(_)) => "done",
            (Some(Decided { approved: true, .. }), None) => "approved",
            (Some(_), None) => "rejected",
            (None, None) if self.expires_at <= at => "expired",
            (None, None) => "open",
        }
    }
}
