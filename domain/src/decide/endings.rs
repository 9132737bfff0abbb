//! Commands that end a contract and free its device.

use crate::{
    command::Refusal,
    contract::{Contract, State},
    fact::{ReleaseCause, What},
};

pub(super) fn release(contract: &Contract, certificate: Vec<u8>) -> Result<Vec<What>, Refusal> {
    let cause = match &contract.state {
        State::Settled { .. } if contract.unconfirmed > 0 => {
            let detail = "the last money is not confirmed yet";
            return Err(Refusal::new("payment_unconfirmed", detail));
        }
        State::Settled { .. } if !contract.account.now().is_settled() => {
            let detail = "money was taken back since the last payment";
            return Err(Refusal::new("not_settled", detail));
        }
        State::Settled { .. } => ReleaseCause::Paid,
        State::Returned => ReleaseCause::Returned,
        State::WrittenOff => ReleaseCause::WrittenOff,
        State::Released { .. } => return Ok(Vec::new()),
        State::Active => {
            return Err(Refusal::new("not_settled", "something is still owed"));
        }
    };
    Ok(vec![What::Released { cause, certificate }])
}

pub(super) fn confirm_removal(contract: &Contract) -> Result<Vec<What>, Refusal> {
    match contract.state {
        State::Released { removed: false, .. } => Ok(vec![What::RemovalConfirmed]),
        State::Released { removed: true, .. } => Ok(Vec::new()),
        _ => Err(Refusal::new("not_released", "the contract is not released")),
    }
}

pub(super) fn end(contract: &Contract, what: What) -> Result<Vec<What>, Refusal> {
    if contract.is_active() {
        return Ok(vec![what]);
    }
    let detail = format!("the contract is {}", contract.state.name());
    Err(Refusal::new("contract_not_active", detail))
}
