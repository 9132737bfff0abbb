//! The release certificate of a contract, for whoever is to have it.

use domain::{TenantId, UnitId};
use protocol::cose::Sign1;

use super::{App, lease};
use crate::{certificate::Certificate, error::Error};

impl App {
    /// A released contract's certificate, with the certificate of the key that signed it.
    pub async fn hand_out_certificate(
        &self,
        tenant: TenantId,
        unit: UnitId,
    ) -> Result<Certificate, Error> {
        let contract = self.contract_of(tenant, unit).await?.contract;
        let none = Error::NotFound("release certificate");
        let signed = lease::certificate(&contract).filter(|signed| !signed.is_empty());
        let signed = signed.ok_or(none)?;
        let fault = |what: String| Error::Fault(format!("certificate of {unit}: {what}"));
        let kid = Sign1::parse(signed).map(|sign1| sign1.kid().to_vec());
        let kid = kid.map_err(|error| fault(error.to_string()))?;
        let keys = self.keys.tenant(tenant)?;
        let key = keys.certs().find(|key| key.cert().key_id.to_be_bytes() == kid[..]);
        let key = key.ok_or_else(|| fault("its key is not here".to_owned()))?;
        Certificate::new(signed, key.cert_bytes()).map_err(|error| fault(error.to_string()))
    }
}
