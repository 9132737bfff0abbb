//! What a contract's borrower agrees to, in his language, and the hash by which a consent names it.

use domain::{Contract, Ladder, TenantId, UnitId};
use formats::words::Disclosure;

use super::App;
use crate::{
    crypto::{hex, sha256},
    error::Error,
};

/// A disclosure as it stands.
#[derive(Clone, Debug)]
pub struct Disclosed {
    /// The disclosure.
    pub disclosure: Disclosure,
    /// The contract it belongs to.
    pub reference: String,
    /// SHA-256 of its text.
    pub hash: [u8; 32],
    /// The line on the page that names the contract.
    pub contract_line: String,
    /// The line on the page that shows the hash.
    pub hash_line: String,
}

impl App {
    /// The disclosure of a contract of a tenant; in the contract's language, or in another one.
    pub async fn disclose(
        &self,
        tenant: TenantId,
        unit: UnitId,
        language: Option<&str>,
    ) -> Result<Disclosed, Error> {
        let loaded = self.contract_of(tenant, unit).await?;
        Ok(self.disclosed(&loaded.contract, &loaded.ladder, language))
    }

    /// The disclosure of a contract that is at hand.
    pub fn disclosed(
        &self,
        contract: &Contract,
        ladder: &Ladder,
        language: Option<&str>,
    ) -> Disclosed {
        let terms = &contract.signed.terms;
        let words = self.words(contract.tenant);
        let voice = words.voice(language.unwrap_or_else(|| terms.language()));
        // As it was agreed, so that the text and its hash stay what they were.
        let sunset = contract.signed.sunset.map(|at| contract.terms().zone().day(at));
        let disclosure = voice.disclosure(ladder, Some(terms), sunset);
        let hash = sha256(&[disclosure.text().as_bytes()]);
        let reference = contract.signed.reference.clone();
        Disclosed {
            disclosure,
            hash,
            contract_line: voice.contract_line(&reference),
            hash_line: voice.hash_line(&hex(&hash)),
            reference,
        }
    }
}
