//! Where a borrower is written to: personal data, in no fact, erased by an empty text.

use domain::{TenantId, UnitId};
use store::Personal;

use super::{
    App,
    change::{Asked, Changed, Extras},
    sign_contract::check_people,
};
use crate::{
    error::Error,
    sender::{mailbox, phone_number},
};

/// Where a borrower is written to; what is absent stays as it is.
#[derive(Clone, Default)]
pub struct Contact {
    /// Phone number with its country's code; empty erases it.
    pub phone: Option<String>,
    /// Mail address; empty erases it.
    pub email: Option<String>,
}

impl App {
    /// Sets or erases where the borrower of a contract is written to.
    pub async fn set_contact(
        &self,
        tenant: TenantId,
        unit: UnitId,
        asked: &Asked,
        contact: Contact,
    ) -> Result<Changed, Error> {
        let Contact { phone, email } = contact;
        check_people("", phone.as_deref().unwrap_or_default())?;
        check_people("", email.as_deref().unwrap_or_default())?;
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        if given(&phone).is_some_and(|phone| phone_number(&phone).is_none()) {
            let detail = "borrower_phone: expected a number with its country's code";
            return Err(Error::refused("bad_phone", detail));
        }
        if given(&email).is_some_and(|email| email.contains('<') || mailbox(&email).is_none()) {
            let detail = "borrower_email: expected a mail address";
            return Err(Error::refused("bad_email", detail));
        }
        self.contract_of(tenant, unit).await?;
        let fields = [("borrower_phone", phone), ("borrower_email", email)];
        let given = fields.into_iter().filter_map(|(field, value)| Some((field, value?)));
        let personal = given.map(|(field, value)| Personal { field, value }).collect();
        let extras = Extras { personal, ..Extras::default() };
        self.change(unit, asked, extras, |_, _| Ok(Vec::new())).await
    }
}

/// Whom it reaches does not belong in a log.
impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Contact(..)")
    }
}
