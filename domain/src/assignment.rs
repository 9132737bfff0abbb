//! A contract passed on to another lender: offered by the one, accepted by the other. The contract
//! as it was comes to its end; all that its borrower's protection rests on goes on in a contract of
//! the other lender, whose first fact it is.
//!
//! **Invariant:** a contract is passed on once; going back is an assignment of the next one.
//! **Invariant:** debt, due dates, notices that were given, holds and passes stay as they were.
//! **Invariant:** nothing above `notice` begins before the device follows the new lender.

use crate::{
    EnrolmentId, Moment, TenantId, UnitId,
    contract::{Contract, State},
    fact::Fact,
    ledger::{self, Leg},
};

/// A step of an assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assignment {
    /// The lender offers the contract to another one.
    Offered {
        /// To whom.
        to: TenantId,
        /// Why.
        reason: String,
    },
    /// The lender takes the offer back.
    Withdrawn {
        /// Why.
        reason: String,
    },
    /// The other lender accepted: the contract goes on there.
    Passed(Passed),
    /// A contract that another lender had goes on here; always the first fact.
    TakenOver(Box<TakenOver>),
    /// The device follows the new lender.
    Followed(EnrolmentId),
}

/// Where a contract went on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Whose it is.
    pub to: TenantId,
    /// The contract there.
    pub unit: UnitId,
    /// Who that is.
    pub lender: String,
    /// Tells the device that was bound, if one was.
    pub certificate: Option<Vec<u8>>,
}

/// What goes on, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenOver {
    /// The contract as it goes on.
    pub contract: Contract,
    /// Why it was passed on.
    pub reason: String,
}

/// An offer that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// To whom.
    pub to: TenantId,
    /// Why.
    pub reason: String,
}

/// Where a contract that was taken over came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Whose it was.
    pub tenant: TenantId,
    /// The contract there.
    pub unit: UnitId,
    /// Who that was.
    pub lender: String,
    /// When it was passed on.
    pub at: Moment,
    /// Whether the device that is bound follows; so it is where none was bound.
    pub followed: bool,
    /// What the books of those who had it say of its life so far.
    pub left: Vec<Leg>,
}

/// What is asked about an assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assign {
    /// Offer the contract to another lender.
    Offer {
        /// To whom.
        to: TenantId,
        /// Why.
        reason: String,
    },
    /// Take the offer back.
    Withdraw {
        /// Why.
        reason: String,
    },
    /// Pass the contract on to the lender it is offered to.
    Pass {
        /// Where it goes on.
        passed: Passed,
        /// The enrolment that the certificate is for.
        enrolment: Option<EnrolmentId>,
    },
    /// The device follows the new lender.
    Follow(EnrolmentId),
}

/// What a contract becomes under another lender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The lender's own name for it.
    pub reference: String,
    /// The name of the lender it comes from.
    pub from: String,
    /// The enrolment under which a device that is bound goes on.
    pub enrolment: EnrolmentId,
}

impl Contract {
    /// The contract that a first fact makes; `None` if it is no first fact.
    pub fn opened(unit: UnitId, tenant: TenantId, fact: &Fact) -> Option<Contract> {
        use crate::fact::What;
        match &fact.what {
            What::Signed(signed) => {
                Some(Contract::sign(unit, tenant, fact.at, signed.as_ref().clone()))
            }
            What::Assignment(Assignment::TakenOver(taken)) => {
                let contract = taken.contract.clone();
                Some(contract).filter(|found| (found.unit, found.tenant) == (unit, tenant))
            }
            _ => None,
        }
    }

    /// Where it went on, if it was passed on.
    pub fn passed(&self) -> Option<&Passed> {
        match &self.state {
            State::Assigned { passed, .. } => Some(passed),
            _ => None,
        }
    }

    /// When it came to the lender who has it: its signing, or its taking over.
    pub fn joined_at(&self) -> Moment {
        self.origin.as_ref().map_or(self.signed_at, |origin| origin.at)
    }

    /// Since when a device that is bound has not followed the new lender.
    pub fn unfollowed_since(&self) -> Option<Moment> {
        let origin = self.origin.as_ref().filter(|origin| !origin.followed)?;
        self.device.as_ref().map(|_| origin.at)
    }

    /// The contract as it goes on under the lender it was passed on to; `None` if it was not.
    /// Notices that reached nobody are left behind: they name the lender before.
    pub fn carried_over(&self, arrival: Arrival) -> Option<Contract> {
        let State::Assigned { at, passed } = &self.state else { return None };
        let mut contract = self.clone();
        contract.origin = Some(Box::new(Origin {
            tenant: self.tenant,
            unit: self.unit,
            lender: arrival.from,
            at: *at,
            followed: self.device.is_none(),
            left: ledger::left_behind(self),
        }));
        contract.state = State::Active;
        contract.tenant = passed.to;
        contract.unit = passed.unit;
        contract.signed.reference = arrival.reference;
        if let Some(device) = &mut contract.device {
            device.id = arrival.enrolment;
        }
        contract.notices.retain(|notice| !notice.delivered.is_empty());
        Some(contract)
    }

    pub(crate) fn apply_assignment(&mut self, fact: &Fact, assignment: &Assignment) {
        match assignment {
            Assignment::Offered { to, reason } => {
                self.offered = Some(Offer { to: *to, reason: reason.clone() });
            }
            Assignment::Withdrawn { .. } => self.offered = None,
            Assignment::Passed(passed) => {
                self.offered = None;
                self.state = State::Assigned { at: fact.at, passed: passed.clone() };
            }
            Assignment::TakenOver(_) => {}
            Assignment::Followed(_) => {
                if let Some(origin) = &mut self.origin {
                    origin.followed = true;
                }
            }
        }
    }
}
