//! What is open goes on new rows: an amendment that the borrower agreed to.

use super::{CAUSE_MAX, VALUE_AHEAD_S, check_text};
use crate::{
    Moment,
    command::Refusal,
    contract::Contract,
    fact::What,
    restructure::{Amendment, Ask, propose},
};

/// Longest name or version of a form, in bytes.
const FORM_MAX: usize = 100;

/// The old schedule closes and nothing is past due: notices of the old arrears lapse.
pub(super) fn restructure(
    contract: &Contract,
    ask: Ask,
    amended: Box<Amendment>,
    at: Moment,
) -> Result<Vec<What>, Refusal> {
    check_text("consent_form", &amended.consent.form, FORM_MAX)?;
    check_text("consent_version", &amended.consent.version, FORM_MAX)?;
    check_text("reason", &amended.reason, CAUSE_MAX)?;
    if amended.consent.at > at.plus_seconds(VALUE_AHEAD_S) {
        return Err(Refusal::new("consent_in_future", "consent_at lies in the future"));
    }
    let proposal = propose(contract, &ask, at)?;
    let made = (&amended.terms, amended.kind, amended.on);
    if (&proposal.terms, ask.kind, proposal.on) != made {
        let detail = "the account changed since the rows were made: ask again";
        return Err(Refusal::new("restructure_stale", detail));
    }
    let mut whats = Vec::new();
    if contract.account.next_reckoning().is_some_and(|next| next <= proposal.on) {
        whats.push(What::Reckoned { through: proposal.on });
    }
    whats.push(What::Restructured(amended));
    if !contract.notices.is_empty() || contract.passes_used > 0 || !contract.effects.is_empty() {
        whats.push(What::NoticesLapsed);
    }
    Ok(whats)
}
