//! Assignments: offers, where a contract went on, and where it came from.

use domain::{
    Contract, EnrolmentId, Moment, TenantId, UnitId,
    assignment::{Assignment, Offer, Origin, Passed, TakenOver},
    ledger::Leg,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Shaped, contract::ContractShape, shaped};
use crate::text::{maybe, one, pairs};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Assignment", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum AssignmentShape {
    Offered {
        reason: String,
        #[serde(with = "one")]
        to: TenantId,
    },
    Withdrawn {
        reason: String,
    },
    Passed(#[serde(with = "PassedShape")] Passed),
    TakenOver(#[serde(with = "boxed")] Box<TakenOver>),
    Followed(#[serde(with = "one")] EnrolmentId),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Passed", deny_unknown_fields)]
pub(crate) struct PassedShape {
    #[serde(with = "maybe")]
    certificate: Option<Vec<u8>>,
    lender: String,
    #[serde(with = "one")]
    to: TenantId,
    #[serde(with = "one")]
    unit: UnitId,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "TakenOver", deny_unknown_fields)]
pub(crate) struct TakenOverShape {
    #[serde(with = "ContractShape")]
    contract: Contract,
    reason: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Offer", deny_unknown_fields)]
pub(crate) struct OfferShape {
    reason: String,
    #[serde(with = "one")]
    to: TenantId,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Origin", deny_unknown_fields)]
pub(crate) struct OriginShape {
    #[serde(with = "one")]
    at: Moment,
    followed: bool,
    #[serde(with = "pairs")]
    left: Vec<Leg>,
    lender: String,
    #[serde(with = "one")]
    tenant: TenantId,
    #[serde(with = "one")]
    unit: UnitId,
}

shaped!(
    Assignment: AssignmentShape,
    Offer: OfferShape,
    Origin: OriginShape,
    TakenOver: TakenOverShape,
);

/// A value in a box has the shape of the value.
mod boxed {
    use super::*;

    pub(super) fn serialize<S: Serializer>(value: &TakenOver, s: S) -> Result<S::Ok, S::Error> {
        value.write(s)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Box<TakenOver>, D::Error> {
        let mut taken = TakenOver::read(d)?;
        taken.contract.reopen();
        Ok(Box::new(taken))
    }
}

/// Where a contract came from, or nothing.
pub(crate) mod boxed_maybe {
    use super::*;
    use crate::shape::AsShape;

    pub(crate) fn serialize<S: Serializer>(
        value: &Option<Box<Origin>>,
        s: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_deref().map(AsShape).serialize(s)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Option<Box<Origin>>, D::Error> {
        Ok(Option::deserialize(d)?.map(|AsShape(value)| Box::new(value)))
    }
}
