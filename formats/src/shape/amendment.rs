//! A restructure as it was agreed.

use domain::{
    Day, Terms,
    fact::Consent,
    restructure::{Amendment, Kind},
    terms::TermsHash,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Shaped, fact::ConsentShape, shaped, terms};
use crate::text::one;

#[derive(Serialize, Deserialize)]
#[serde(remote = "Amendment", deny_unknown_fields)]
pub(crate) struct AmendmentShape {
    #[serde(with = "one")]
    before: TermsHash,
    #[serde(with = "ConsentShape")]
    consent: Consent,
    #[serde(with = "one")]
    kind: Kind,
    #[serde(with = "one")]
    on: Day,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    reason: String,
    #[serde(with = "terms")]
    terms: Terms,
    #[serde(with = "one")]
    terms_hash: TermsHash,
}

shaped!(Amendment: AmendmentShape);

/// `#[serde(with = "boxed")]`.
pub(crate) mod boxed {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(value: &Amendment, s: S) -> Result<S::Ok, S::Error> {
        value.write(s)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Box<Amendment>, D::Error> {
        Amendment::read(d).map(Box::new)
    }
}

/// `#[serde(with = "boxed_maybe")]`, for a field that is left out where there is none.
pub(crate) mod boxed_maybe {
    use super::{super::AsShape, *};

    pub(crate) fn serialize<S: Serializer>(
        value: &Option<Box<Amendment>>,
        s: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_deref().map(AsShape).serialize(s)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Option<Box<Amendment>>, D::Error> {
        let read: Option<AsShape<Amendment>> = Option::deserialize(d)?;
        Ok(read.map(|AsShape(value)| Box::new(value)))
    }
}
