//! Phones that were to open, and what a late or wrongful restriction cost.

use domain::{
    Moment, Stage, UnitId,
    redress::{Opening, Redress},
};
use serde::{Deserialize, Serialize};

use super::shaped;
use crate::text::{maybe, one};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Opening", deny_unknown_fields)]
pub(crate) struct OpeningShape {
    #[serde(with = "one")]
    compensated: i64,
    #[serde(with = "maybe")]
    opened: Option<Moment>,
    #[serde(with = "maybe")]
    silent_s: Option<u64>,
    #[serde(with = "one")]
    since: Moment,
    #[serde(with = "maybe")]
    stood: Option<Moment>,
    #[serde(with = "one")]
    to: Stage,
    #[serde(with = "maybe")]
    wrongful: Option<Moment>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Redress", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum RedressShape {
    WrongfulFound {
        #[serde(with = "one")]
        payment: UnitId,
        #[serde(with = "one")]
        since: Moment,
    },
    Compensated {
        #[serde(with = "one")]
        amount: i64,
        #[serde(with = "one")]
        seconds: i64,
        wrongful: bool,
    },
    PaidOut {
        #[serde(with = "one")]
        amount: i64,
        reason: String,
    },
}

shaped!(Opening: OpeningShape);
