//! The borrower's consent to restrictions, and what a device waits for until it is there.

use super::{VALUE_AHEAD_S, check_text};
use crate::{
    Moment,
    command::Refusal,
    contract::Contract,
    fact::{Consent, What},
    ladder::Ladder,
};

/// Longest name of a consent's form or version in bytes.
const FORM_MAX: usize = 64;

/// Whether a contract may be tied to a device: with a consent on record, and a lender who can be
/// reached.
pub fn check_may_activate(contract: &Contract, ladder: &Ladder) -> Result<(), Refusal> {
    if contract.consent().is_none() {
        let detail = "the borrower's consent is not on record: record it, then enrol again";
        return Err(Refusal::new("no_consent", detail));
    }
    if !ladder.lender.is_named() {
        let detail = "the lender lacks a name, phone or complaint address: nothing is enrolled";
        return Err(Refusal::new("lender_not_named", detail));
    }
    Ok(())
}

pub(super) fn record(
    contract: &Contract,
    consent: Consent,
    at: Moment,
) -> Result<Vec<What>, Refusal> {
    if !contract.is_active() {
        let detail = format!("the contract is {}", contract.state.name());
        return Err(Refusal::new("contract_not_active", detail));
    }
    check("consent", &consent, at)?;
    if contract.consent() == Some(&consent) {
        return Ok(Vec::new());
    }
    Ok(vec![What::ConsentRecorded(consent)])
}

pub(super) fn check(field: &str, consent: &Consent, at: Moment) -> Result<(), Refusal> {
    check_text(&format!("{field}.form"), &consent.form, FORM_MAX)?;
    check_text(&format!("{field}.version"), &consent.version, FORM_MAX)?;
    if consent.at <= at.plus_seconds(VALUE_AHEAD_S) {
        return Ok(());
    }
    Err(Refusal::new("consent_in_future", format!("{field}.at lies in the future")))
}
