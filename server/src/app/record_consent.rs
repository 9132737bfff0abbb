//! A consent that was given after the signing: checked against what the borrower was told, then a
//! fact.

use domain::{Command, Contract, Ladder, TenantId, UnitId, fact::Consent};

use super::{
    App,
    change::{Asked, Changed, Extras},
};
use crate::error::Error;

impl App {
    /// Records the consent of a contract's borrower.
    pub async fn record_consent(
        &self,
        tenant: TenantId,
        unit: UnitId,
        asked: &Asked,
        consent: Consent,
    ) -> Result<Changed, Error> {
        self.contract_of(tenant, unit).await?;
        self.change(unit, asked, Extras::default(), |loaded, _| {
            // What is on record already was checked when it was recorded.
            if loaded.contract.consent() != Some(&consent) {
                self.check_told(&loaded.contract, &loaded.ladder, &consent)?;
            }
            Ok(vec![Command::RecordConsent(consent.clone())])
        })
        .await
    }

    /// A consent names a disclosure of this very contract, in the borrower's language where the law
    /// asks for it.
    pub(super) fn check_told(
        &self,
        contract: &Contract,
        ladder: &Ladder,
        consent: &Consent,
    ) -> Result<(), Error> {
        let rule = &ladder.paper.consent;
        let Some(told) = &consent.told else {
            if !rule.copy_kept {
                return Ok(());
            }
            let detail = "language and hash of the disclosure are needed: the law asks that the \
                          borrower keeps a copy of what he agreed to";
            return Err(Error::refused("consent_names_no_text", detail));
        };
        let words = self.words(contract.tenant);
        let language = words.voice(&told.language).language();
        if rule.borrower_language && language != words.voice(contract.terms().language()).language()
        {
            let detail = format!(
                "the law asks for the borrower's language, {}: {} is another one",
                contract.terms().language(),
                told.language
            );
            return Err(Error::refused("consent_language", detail));
        }
        let accepted = contract.device.as_ref().map(|device| device.disclosure);
        let current = self.disclosed(contract, ladder, Some(&told.language)).hash;
        if told.hash == current || accepted == Some(told.hash) {
            return Ok(());
        }
        let detail = "no disclosure of this contract has this hash: show the borrower the one of \
                      GET /v1/contracts/{reference}/disclosure";
        Err(Error::refused("disclosure_mismatch", detail))
    }
}
