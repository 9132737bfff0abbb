//! Commands that pass a contract on to another lender.

use super::{CAUSE_MAX, check_text};
use crate::{
    assignment::{Assign, Assignment},
    command::{Command, Refusal},
    contract::Contract,
    custody::Pass,
    fact::What,
};

/// What was passed on answers its freed devices and takes nothing else.
pub(super) fn check_ours(contract: &Contract, command: &Command) -> Result<(), Refusal> {
    let Some(passed) = contract.passed() else { return Ok(()) };
    match command {
        Command::Custody(Pass::ConfirmRemoval(_)) => Ok(()),
        Command::Assign(Assign::Pass { passed: again, .. })
            if (again.to, again.unit) == (passed.to, passed.unit) =>
        {
            Ok(())
        }
        _ => {
            let detail = format!("the contract was passed on: {} has it", passed.lender);
            Err(Refusal::new("contract_assigned", detail))
        }
    }
}

pub(super) fn assign(contract: &Contract, assign: Assign) -> Result<Vec<What>, Refusal> {
    match assign {
        Assign::Offer { to, reason } => {
            check_text("reason", &reason, CAUSE_MAX)?;
            if to == contract.tenant {
                let detail = "to: the contract is this lender's already";
                return Err(Refusal::new("same_tenant", detail));
            }
            check_may_pass(contract)?;
            match &contract.offered {
                Some(offer) if offer.to == to => Ok(Vec::new()),
                _ => Ok(vec![What::Assignment(Assignment::Offered { to, reason })]),
            }
        }
        Assign::Withdraw { reason } => {
            check_text("reason", &reason, CAUSE_MAX)?;
            match contract.offered {
                Some(_) => Ok(vec![What::Assignment(Assignment::Withdrawn { reason })]),
                None => Err(not_offered()),
            }
        }
        Assign::Pass { .. } if contract.passed().is_some() => Ok(Vec::new()),
        Assign::Pass { passed, enrolment } => {
            if contract.offered.as_ref().map(|offer| offer.to) != Some(passed.to) {
                return Err(not_offered());
            }
            check_may_pass(contract)?;
            let bound = contract.device.as_ref().map(|device| device.id);
            if bound != enrolment || bound.is_some() != passed.certificate.is_some() {
                let detail = "another device was enrolled meanwhile; try again";
                return Err(Refusal::new("conflict", detail));
            }
            Ok(vec![What::Assignment(Assignment::Passed(passed))])
        }
        Assign::Follow(id) if contract.unfollowed_since().is_some() && contract.is_bound_to(id) => {
            Ok(vec![What::Assignment(Assignment::Followed(id))])
        }
        Assign::Follow(_) => Ok(Vec::new()),
    }
}

/// Whether a contract can be passed on as it stands.
pub fn check_may_pass(contract: &Contract) -> Result<(), Refusal> {
    if !contract.is_active() {
        let detail = format!("the contract is {}", contract.state.name());
        return Err(Refusal::new("contract_not_active", detail));
    }
    if contract.unconfirmed > 0 {
        let detail = "money that was counted is not confirmed yet";
        return Err(Refusal::new("payment_unconfirmed", detail));
    }
    if contract.device.is_some() && contract.applied.is_none() {
        let detail = "the device has not reported since it was enrolled: let it check in first";
        return Err(Refusal::new("device_not_heard", detail));
    }
    Ok(())
}

fn not_offered() -> Refusal {
    Refusal::new("not_offered", "no such contract is offered")
}
