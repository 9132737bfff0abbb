//! Commands that put another phone or another borrower into a contract.

use super::{CAUSE_MAX, check_text, consent};
use crate::{
    EnrolmentId, Moment,
    command::Refusal,
    contract::Contract,
    custody::{Custody, FREED_MAX, Pass},
    fact::What,
    hold::Hold,
};

pub(super) fn pass(contract: &Contract, pass: Pass, at: Moment) -> Result<Vec<What>, Refusal> {
    match pass {
        Pass::Exchange { freed, imeis, reason } => {
            check_text("reason", &reason, CAUSE_MAX)?;
            let certificate = check_freed(contract, freed)?;
            if imeis.is_empty() || imeis.iter().any(|imei| contract.imeis.contains(imei)) {
                let detail = "this is the phone that the contract finances";
                return Err(Refusal::new("same_device", detail));
            }
            Ok(vec![What::Custody(Custody::Exchanged { certificate, imeis, reason })])
        }
        Pass::Transfer { buyer, buyer_consent, freed, reason, seller_consent } => {
            check_text("reason", &reason, CAUSE_MAX)?;
            consent::check("seller_consent", &seller_consent, at)?;
            consent::check("buyer_consent", &buyer_consent, at)?;
            let certificate = check_freed(contract, freed)?;
            let transferred =
                Custody::Transferred { buyer, buyer_consent, certificate, reason, seller_consent };
            let mut whats = vec![What::Custody(transferred), What::NoticesLapsed];
            let own = contract.holds.iter().filter(|hold| is_of_a_person(hold, at));
            whats.extend(own.map(|hold| What::HoldClosed(hold.id)));
            Ok(whats)
        }
        Pass::ConfirmRemoval(id) => match contract.freed(id) {
            Some(freed) if freed.removed => Ok(Vec::new()),
            Some(_) => Ok(vec![What::Custody(Custody::RemovalConfirmed(id))]),
            None => Err(Refusal::new("not_released", "no such device was freed")),
        },
    }
}

/// The certificate for the device that is bound: neither another one's nor none.
fn check_freed(
    contract: &Contract,
    freed: Option<(EnrolmentId, Vec<u8>)>,
) -> Result<Option<Vec<u8>>, Refusal> {
    if !contract.is_active() {
        let detail = format!("the contract is {}", contract.state.name());
        return Err(Refusal::new("contract_not_active", detail));
    }
    if contract.freed.len() >= FREED_MAX {
        let detail = format!("{FREED_MAX} devices were freed already: sign a new contract");
        return Err(Refusal::new("too_many_devices", detail));
    }
    let bound = contract.device.as_ref().map(|device| device.id);
    if bound != freed.as_ref().map(|(id, _)| *id) {
        return Err(Refusal::new("conflict", "another device was enrolled meanwhile; try again"));
    }
    Ok(freed.map(|(_, certificate)| certificate))
}

/// Whether a hold is about the borrower who leaves, and not about the lender or a court.
fn is_of_a_person(hold: &Hold, at: Moment) -> bool {
    hold.kind.is_of_a_person() && hold.is_open(at)
}
