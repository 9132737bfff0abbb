//! Commands about the sunset: it comes, is disputed, or a device tells that it came.

use super::{check_text, endings::ended};
use crate::{
    Moment,
    command::Refusal,
    contract::{Contract, State},
    ending::Ending,
    fact::What,
    sunset::{Ask, CAUSE, DISPUTE_DAYS_MAX, DISPUTES_MAX, Disputed, REASON_MAX},
};

pub(super) fn ask(contract: &Contract, ask: Ask, at: Moment) -> Result<Vec<What>, Refusal> {
    match ask {
        Ask::Reach if contract.has_set(at) => Ok(let_go(contract)),
        Ask::Reach => Ok(Vec::new()),
        Ask::Dispute(disputed) => dispute(contract, disputed, at),
        Ask::FreedItself { sunset } => {
            // It may not have heard of every dispute.
            let agreed = contract.signed.sunset.zip(contract.sunset());
            if !agreed.is_some_and(|(first, last)| (first..=last).contains(&sunset)) || sunset > at
            {
                let detail = "the device names no sunset of this contract that has come";
                return Err(Refusal::new("not_released", detail));
            }
            Ok(if contract.pending_sunset().is_some() { let_go(contract) } else { Vec::new() })
        }
    }
}

/// Written off with release, by the ending that a lender has for it.
fn let_go(contract: &Contract) -> Vec<What> {
    let reason = CAUSE.to_owned();
    match contract.state {
        State::WrittenOff { .. } => vec![What::Ending(Ending::LetGo { reason })],
        _ => ended(contract, Ending::WrittenOff { release: true, reason }),
    }
}

fn dispute(contract: &Contract, disputed: Disputed, at: Moment) -> Result<Vec<What>, Refusal> {
    check_may_dispute(contract, disputed.until, at)?;
    check_text("reason", &disputed.reason, REASON_MAX)?;
    let bound = contract.device.as_ref().map(|device| device.id);
    let told = disputed.certificate.as_ref().map(|(id, _)| *id);
    if bound != told || disputed.number != contract.disputes() + 1 {
        let detail = "the device or the sunset changed meanwhile; try again";
        return Err(Refusal::new("conflict", detail));
    }
    Ok(vec![What::SunsetDisputed(Box::new(disputed))])
}

/// Whether the sunset of a contract can be moved to a moment.
pub fn check_may_dispute(contract: &Contract, until: Moment, at: Moment) -> Result<(), Refusal> {
    let open = matches!(contract.state, State::Active | State::WrittenOff { release: false });
    if !open {
        let detail = format!("the contract is {}", contract.state.name());
        return Err(Refusal::new("contract_not_active", detail));
    }
    let sunset = contract.sunset().zip(contract.latest_sunset());
    let Some((sunset, latest)) = sunset else {
        return Err(Refusal::new("no_sunset", "no sunset was agreed for this contract"));
    };
    if sunset <= at {
        return Err(Refusal::new("sunset_passed", "the sunset has passed: the phone is free"));
    }
    if contract.disputes() >= DISPUTES_MAX {
        let detail = format!("a sunset can be disputed {DISPUTES_MAX} times");
        return Err(Refusal::new("too_many_disputes", detail));
    }
    if until <= sunset || contract.day(until) > latest {
        let detail = format!(
            "until: expected a day after {}, by at most {DISPUTE_DAYS_MAX} days: until {latest}",
            contract.day(sunset)
        );
        return Err(Refusal::new("sunset_out_of_range", detail));
    }
    Ok(())
}
