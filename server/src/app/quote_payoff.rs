//! Quoting what ends a contract if it is paid by a day.

use domain::{Command, Day, QuoteId, TenantId, UnitId, settlement::Standing};

use super::{
    App,
    change::{Asked, Changed, Extras},
};
use crate::error::Error;

impl App {
    /// Quotes the payoff of a contract for a day of its calendar, today unless one is named.
    pub async fn quote_payoff(
        &self,
        tenant: TenantId,
        unit: UnitId,
        asked: &Asked,
        id: QuoteId,
        on: Option<Day>,
    ) -> Result<(Changed, Standing), Error> {
        self.contract_of(tenant, unit).await?;
        let changed = self
            .change(unit, asked, Extras::default(), |loaded, now| {
                let on = on.unwrap_or_else(|| loaded.contract.day(now));
                Ok(vec![Command::QuotePayoff { id, on }])
            })
            .await?;
        let known = changed.contract.quotes.iter().find(|standing| standing.quoted.id == id);
        let gone = || Error::refused("payoff_quote_gone", "the quote of this call stands no more");
        let standing = *known.ok_or_else(gone)?;
        Ok((changed, standing))
    }
}
