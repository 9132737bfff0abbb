//! `lender.toml`: who lends, and what amounts and times mean that say no more.

use domain::{Currency, Zone, policy::Lender};
use serde::Deserialize;

use crate::{
    settings::{self, Filled, Id, TextError},
    text::one,
};

/// What a lender's file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LenderFile {
    /// Short name in commands and lists.
    pub id: String,
    /// Who lends.
    pub lender: Lender,
    /// The currency of amounts that name none.
    pub currency: Option<Currency>,
    /// The calendar of times that name no zone.
    pub time_zone: Zone,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: Id,
    name: Filled,
    phone: Filled,
    complaints: Filled,
    #[serde(with = "one")]
    time_zone: Zone,
    #[serde(default)]
    currency: Option<Code>,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Code(#[serde(with = "one")] Currency);

/// Reads `lender.toml`.
pub fn parse_lender(text: &str) -> Result<LenderFile, TextError> {
    let file: File = settings::read(text)?;
    Ok(LenderFile {
        id: file.id.0,
        lender: Lender { name: file.name.0, phone: file.phone.0, complaints: file.complaints.0 },
        currency: file.currency.map(|Code(currency)| currency),
        time_zone: file.time_zone,
    })
}
