//! Changes of phone or borrower, and the enrolments that were freed by them.

use domain::{
    EnrolmentId, Moment,
    custody::{Custody, Freed},
    fact::{Consent, Enrolment},
};
use serde::{Deserialize, Serialize};

use super::{
    fact::{ConsentShape, EnrolmentShape},
    shaped,
};
use crate::text::{maybe, one};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Custody", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum CustodyShape {
    Exchanged {
        #[serde(with = "maybe")]
        certificate: Option<Vec<u8>>,
        imeis: Vec<String>,
        reason: String,
    },
    Transferred {
        buyer: String,
        #[serde(with = "ConsentShape")]
        buyer_consent: Consent,
        #[serde(with = "maybe")]
        certificate: Option<Vec<u8>>,
        reason: String,
        #[serde(with = "ConsentShape")]
        seller_consent: Consent,
    },
    RemovalConfirmed(#[serde(with = "one")] EnrolmentId),
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Freed", deny_unknown_fields)]
pub(crate) struct FreedShape {
    #[serde(with = "one")]
    at: Moment,
    #[serde(with = "one")]
    certificate: Vec<u8>,
    #[serde(with = "EnrolmentShape")]
    enrolment: Enrolment,
    removed: bool,
}

shaped!(Custody: CustodyShape, Freed: FreedShape);
