//! The canonical shape of domain values: fields by rising name, so that a value has one text.

pub(crate) mod account;
pub(crate) mod amendment;
pub(crate) mod assignment;
pub(crate) mod contract;
pub(crate) mod custody;
pub(crate) mod decision;
pub(crate) mod delivery;
pub(crate) mod ending;
pub(crate) mod fact;
pub(crate) mod law;
pub(crate) mod outside;
pub(crate) mod plan;
pub(crate) mod redress;
pub(crate) mod remind;
pub(crate) mod safety;
pub(crate) mod settlement;
pub(crate) mod sunset;
pub(crate) mod terms;
pub(crate) mod time_credit;
pub(crate) mod wording;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A domain value whose shape is declared here.
pub(crate) trait Shaped: Sized {
    /// Writes it.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
    /// Reads it.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

macro_rules! shaped {
    ($($type:ty: $shape:ident),* $(,)?) => {$(
        impl $crate::shape::Shaped for $type {
            fn write<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $shape::serialize(self, serializer)
            }
            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $shape::deserialize(deserializer)
            }
        }
    )*};
}
pub(crate) use shaped;

/// A shaped value as serde sees it, for places inside tuples and lists.
pub(crate) struct AsShape<T>(pub(crate) T);

impl<T: Shaped> Serialize for AsShape<&T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer)
    }
}

impl<'de, T: Shaped> Deserialize<'de> for AsShape<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(AsShape)
    }
}

/// `#[serde(with = "shape::maybe")]`: a shaped value or null.
pub(crate) mod maybe {
    use super::*;

    pub(crate) fn serialize<T: Shaped, S: Serializer>(
        value: &Option<T>,
        s: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().map(AsShape).serialize(s)
    }

    pub(crate) fn deserialize<'de, T: Shaped, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Option<T>, D::Error> {
        Ok(Option::deserialize(d)?.map(|AsShape(value)| value))
    }
}

/// `#[serde(with = "shape::list")]`: shaped values.
pub(crate) mod list {
    use super::*;

    pub(crate) fn serialize<T: Shaped, S: Serializer>(
        value: &[T],
        s: S,
    ) -> Result<S::Ok, S::Error> {
        s.collect_seq(value.iter().map(AsShape))
    }

    pub(crate) fn deserialize<'de, T: Shaped, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Vec<T>, D::Error> {
        let listed: Vec<AsShape<T>> = Vec::deserialize(d)?;
        Ok(listed.into_iter().map(|AsShape(value)| value).collect())
    }
}
