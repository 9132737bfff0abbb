//! A standing as the lender's own system told it.

use domain::{Day, Moment, outside::Pushed};
use serde::{Deserialize, Serialize};

use super::{decision::next_due, shaped};
use crate::text::{maybe, one};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Pushed", deny_unknown_fields)]
pub(crate) struct PushedShape {
    #[serde(with = "one")]
    as_of: Moment,
    #[serde(with = "next_due")]
    next_due: Option<(Day, i64)>,
    #[serde(with = "maybe")]
    oldest_unpaid: Option<Day>,
    #[serde(with = "one")]
    past_due: i64,
    #[serde(with = "maybe")]
    remaining: Option<i64>,
    settled: bool,
}

shaped!(Pushed: PushedShape);
