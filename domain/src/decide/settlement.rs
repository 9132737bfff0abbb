//! What ends a contract if paid by a day.

use crate::{
    Day, Moment, QuoteId, command::Refusal, contract::Contract, fact::What, settlement::offer,
};

/// A quote with the late fees of the days that have passed.
pub(super) fn quote(
    contract: &Contract,
    id: QuoteId,
    on: Day,
    at: Moment,
) -> Result<Vec<What>, Refusal> {
    if contract.quotes.iter().any(|known| known.quoted.id == id) {
        return Ok(Vec::new());
    }
    let quoted = offer(contract, id, on, at)?;
    let through = contract.day(at);
    let mut whats = Vec::new();
    if contract.account.next_reckoning().is_some_and(|next| next <= through) {
        whats.push(What::Reckoned { through });
    }
    whats.push(What::PayoffQuoted(quoted));
    Ok(whats)
}
