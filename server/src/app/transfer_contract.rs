//! A used phone is sold with its debt: another borrower takes the place of the one who signed. All
//! three agree: the lender by recording it, seller and buyer by their consents.

use domain::{Command, TenantId, UnitId, custody::Pass, fact::Consent};
use store::Personal;

use super::{
    App,
    change::{Asked, Changed, Extras},
    sign_contract::check_people,
};
use crate::{crypto::hex, error::Error};

/// Who takes over, and who agreed to it.
#[derive(Clone)]
pub struct Transfer {
    /// The buyer's name.
    pub name: String,
    /// The buyer's phone number.
    pub phone: String,
    /// What the buyer agreed to.
    pub buyer_consent: Consent,
    /// What the seller agreed to.
    pub seller_consent: Consent,
    /// Why.
    pub reason: String,
}

impl App {
    /// Transfers a contract to another borrower.
    pub async fn transfer_contract(
        &self,
        tenant: TenantId,
        unit: UnitId,
        asked: &Asked,
        transfer: Transfer,
    ) -> Result<Changed, Error> {
        let Transfer { name, phone, buyer_consent, seller_consent, reason } = transfer;
        check_people(&name, &phone)?;
        let loaded = self.contract_of(tenant, unit).await?;
        let freed = self.freeing(&loaded).await?;
        let mac = self.keys.pepper().mac("party", &[name.as_bytes(), &[0], phone.as_bytes()]);
        let pass =
            Pass::Transfer { buyer: hex(&mac[..16]), buyer_consent, freed, reason, seller_consent };
        // The seller's mail address is not the buyer's.
        let email = ("borrower_email", String::new());
        let fields = [("borrower_name", name), ("borrower_phone", phone), email];
        let personal = fields.into_iter().map(|(field, value)| Personal { field, value });
        let extras = Extras { personal: personal.collect(), ..Extras::default() };
        self.change(unit, asked, extras, |_, _| Ok(vec![Command::Custody(pass.clone())])).await
    }
}

/// Name and phone number are the buyer's own.
impl std::fmt::Debug for Transfer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transfer").field("reason", &self.reason).finish_non_exhaustive()
    }
}
