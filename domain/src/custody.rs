//! Who has which phone while the contract goes on: its device exchanged, or the contract
//! transferred to another borrower. The device that was bound is freed by a certificate for its
//! enrolment; the next one is enrolled anew.
//!
//! **Invariant:** an enrolment that was freed never comes back; its contract binds another one.
//! **Invariant:** money, due dates and claims do not move with a phone or a borrower.

use crate::{
    EnrolmentId, Moment,
    contract::Contract,
    fact::{Consent, Enrolment, Fact},
};

/// Most enrolments of one contract that are freed while it goes on.
pub const FREED_MAX: usize = 16;

/// A change of phone or borrower.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Custody {
    /// Another phone takes the place of the one financed.
    Exchanged {
        /// Frees the device that was bound, if one was.
        certificate: Option<Vec<u8>>,
        /// Keyed hashes of the other phone's IMEIs, primary first.
        imeis: Vec<String>,
        /// Why.
        reason: String,
    },
    /// Another borrower takes the place of the one who signed.
    Transferred {
        /// Keyed hash of the buyer's name and phone number.
        buyer: String,
        /// What the buyer agreed to.
        buyer_consent: Consent,
        /// Frees the device that was bound, if one was.
        certificate: Option<Vec<u8>>,
        /// Why; the lender's own consent is that he records it.
        reason: String,
        /// What the seller agreed to.
        seller_consent: Consent,
    },
    /// A freed device confirmed that it removed itself.
    RemovalConfirmed(EnrolmentId),
}

/// What is asked about phone or borrower.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pass {
    /// Put another phone in the place of the one financed.
    Exchange {
        /// Frees the device that is bound.
        freed: Option<(EnrolmentId, Vec<u8>)>,
        /// Keyed hashes of the other phone's IMEIs, primary first.
        imeis: Vec<String>,
        /// Why.
        reason: String,
    },
    /// Put another borrower in the place of the one who signed.
    Transfer {
        /// Keyed hash of the buyer's name and phone number.
        buyer: String,
        /// What the buyer agreed to.
        buyer_consent: Consent,
        /// Frees the device that is bound.
        freed: Option<(EnrolmentId, Vec<u8>)>,
        /// Why.
        reason: String,
        /// What the seller agreed to.
        seller_consent: Consent,
    },
    /// A freed device confirmed its removal.
    ConfirmRemoval(EnrolmentId),
}

/// An enrolment whose device was freed while its contract goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freed {
    /// When.
    pub at: Moment,
    /// The signed certificate.
    pub certificate: Vec<u8>,
    /// The enrolment.
    pub enrolment: Enrolment,
    /// The device confirmed that it removed itself.
    pub removed: bool,
}

impl Contract {
    /// The enrolment of this id, if it was freed while the contract goes on.
    pub fn freed(&self, id: EnrolmentId) -> Option<&Freed> {
        self.freed.iter().find(|freed| freed.enrolment.id == id)
    }

    pub(crate) fn apply_custody(&mut self, fact: &Fact, custody: &Custody) {
        match custody {
            Custody::Exchanged { certificate, imeis, .. } => {
                self.free(certificate.as_ref(), fact.at);
                self.imeis.clone_from(imeis);
                self.evidence.clear();
            }
            Custody::Transferred { buyer_consent, certificate, .. } => {
                self.free(certificate.as_ref(), fact.at);
                self.consent = Some(buyer_consent.clone());
            }
            Custody::RemovalConfirmed(id) => {
                for freed in self.freed.iter_mut().filter(|freed| freed.enrolment.id == *id) {
                    freed.removed = true;
                }
            }
        }
    }

    /// No device is bound any more, and nothing is known of the one to come.
    fn free(&mut self, certificate: Option<&Vec<u8>>, at: Moment) {
        if let (Some(enrolment), Some(certificate)) = (self.device.take(), certificate) {
            let certificate = certificate.clone();
            self.freed.push(Freed { at, certificate, enrolment, removed: false });
        }
        self.forget_device();
    }
}
