//! Putting what is open of a contract on new rows, or showing what they would be.

use domain::{
    Command, TenantId, UnitId,
    fact::Consent,
    restructure::{Amendment, Ask, Proposal, propose},
};

use super::{
    App,
    change::{Asked, Changed, Extras, Loaded},
};
use crate::error::Error;

impl App {
    /// The rows that a restructure would make. Changes nothing.
    pub async fn propose_restructure(
        &self,
        tenant: TenantId,
        unit: UnitId,
        ask: &Ask,
    ) -> Result<(Loaded, Proposal), Error> {
        let loaded = self.contract_of(tenant, unit).await?;
        let proposal = propose(&loaded.contract, ask, self.now())?;
        Ok((loaded, proposal))
    }

    /// Restructures a contract with its borrower's consent.
    pub async fn restructure(
        &self,
        tenant: TenantId,
        unit: UnitId,
        asked: &Asked,
        ask: Ask,
        consent: Consent,
        reason: String,
    ) -> Result<Changed, Error> {
        self.contract_of(tenant, unit).await?;
        self.change(unit, asked, Extras::default(), |loaded, now| {
            let Proposal { terms, on, .. } = propose(&loaded.contract, &ask, now)?;
            let amended = Amendment {
                kind: ask.kind,
                on,
                terms_hash: formats::terms_hash(&terms),
                before: formats::terms_hash(loaded.contract.terms()),
                terms,
                consent: consent.clone(),
                reason: reason.clone(),
            };
            Ok(vec![Command::Restructure(ask, Box::new(amended))])
        })
        .await
    }
}
