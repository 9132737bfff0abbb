//! Ends of holds, areas, feeds.

use domain::{
    HoldId, Moment, Stage,
    policy::care::Evidence,
    safety::{Answer, Safety},
};
use serde::{Deserialize, Serialize};

use super::shaped;
use crate::text::{maybe, one};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Safety", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum SafetyShape {
    HoldEnded {
        #[serde(with = "maybe")]
        answer: Option<Answer>,
        #[serde(with = "one")]
        hold: HoldId,
        reason: String,
        #[serde(with = "maybe")]
        stays_until: Option<Moment>,
    },
    AreaSet {
        area: Option<String>,
        reason: String,
    },
    PaysThrough(String),
    StepApproved {
        reason: String,
        #[serde(with = "one")]
        stage: Stage,
    },
    EvidenceDismissed {
        #[serde(with = "one")]
        evidence: Evidence,
        reason: String,
    },
}

shaped!(Safety: SafetyShape);
