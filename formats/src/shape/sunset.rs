//! The dispute of a sunset.

use domain::{EnrolmentId, Moment, sunset::Disputed};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{AsShape, Shaped, shaped};
use crate::text::{AsText, one};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Disputed", deny_unknown_fields)]
pub(crate) struct DisputedShape {
    #[serde(with = "told")]
    certificate: Option<(EnrolmentId, Vec<u8>)>,
    number: u8,
    reason: String,
    #[serde(with = "one")]
    until: Moment,
}

shaped!(Disputed: DisputedShape);

mod told {
    use super::*;

    type Told = Option<(EnrolmentId, Vec<u8>)>;

    pub(super) fn serialize<S: Serializer>(value: &Told, s: S) -> Result<S::Ok, S::Error> {
        value.as_ref().map(|(id, bytes)| (AsText(id), AsText(bytes))).serialize(s)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Told, D::Error> {
        let read: Option<(AsText<EnrolmentId>, AsText<Vec<u8>>)> = Option::deserialize(d)?;
        Ok(read.map(|(AsText(id), AsText(bytes))| (id, bytes)))
    }
}

pub(crate) mod boxed {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(value: &Disputed, s: S) -> Result<S::Ok, S::Error> {
        value.write(s)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Box<Disputed>, D::Error> {
        Disputed::read(d).map(Box::new)
    }
}

pub(crate) mod boxed_maybe {
    use super::*;

    type Boxed = Option<Box<Disputed>>;

    pub(crate) fn serialize<S: Serializer>(value: &Boxed, s: S) -> Result<S::Ok, S::Error> {
        value.as_deref().map(AsShape).serialize(s)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Boxed, D::Error> {
        let read: Option<AsShape<Disputed>> = Option::deserialize(d)?;
        Ok(read.map(|AsShape(disputed)| Box::new(disputed)))
    }
}
