//! The release certificate of a contract, or of a phone that was exchanged while it went on, for
//! whoever is to have it.
//!
//! **Invariant:** nobody is handed the certificate of a phone that the contract binds again.

use domain::{Contract, EnrolmentId, Imei, TenantId, UnitId, contract::State};
use protocol::cose::Sign1;

use super::{App, lease};
use crate::{certificate::Certificate, error::Error};

impl App {
    /// A released contract's certificate, with the certificate of the key that signed it; with an
    /// enrolment that one's, also of a phone that was exchanged while the contract goes on.
    pub async fn hand_out_certificate(
        &self,
        tenant: TenantId,
        unit: UnitId,
        enrolment: Option<EnrolmentId>,
    ) -> Result<Certificate, Error> {
        let contract = self.contract_of(tenant, unit).await?.contract;
        let none = Error::NotFound("release certificate");
        let signed = certificate_of(&contract, enrolment).filter(|signed| !signed.is_empty());
        let certificate = self.with_its_key(tenant, unit, signed.ok_or(none)?)?;
        if !matches!(contract.state, State::Released { .. }) {
            self.check_not_bound(unit, &certificate).await?;
        }
        Ok(certificate)
    }

    /// A phone that stayed while the borrower changed, or that came back, was freed from an
    /// enrolment and is financed all the same.
    async fn check_not_bound(&self, unit: UnitId, certificate: &Certificate) -> Result<(), Error> {
        let personal = self.personal(unit).await?;
        let digits = personal.iter().find(|(field, _)| field == "imei");
        let digits = digits.map_or("", |(_, digits)| digits.as_str());
        let imeis: Vec<Imei> = digits.split(' ').filter_map(|one| Imei::parse(one).ok()).collect();
        if !imeis.is_empty() && !imeis.iter().any(|imei| certificate.is_of(imei)) {
            return Ok(());
        }
        let detail =
            "the contract finances this phone: it was freed from an earlier enrolment only";
        Err(Error::refused("device_already_financed", detail))
    }

    fn with_its_key(
        &self,
        tenant: TenantId,
        unit: UnitId,
        signed: &[u8],
    ) -> Result<Certificate, Error> {
        let fault = |what: String| Error::Fault(format!("certificate of {unit}: {what}"));
        let kid = Sign1::parse(signed).map(|sign1| sign1.kid().to_vec());
        let kid = kid.map_err(|error| fault(error.to_string()))?;
        let keys = self.keys.tenant(tenant)?;
        let key = keys.certs().find(|key| key.cert().key_id.to_be_bytes() == kid[..]);
        let key = key.ok_or_else(|| fault("its key is not here".to_owned()))?;
        Certificate::new(signed, key.cert_bytes()).map_err(|error| fault(error.to_string()))
    }
}

/// The signed certificate of an enrolment, or of the contract's end.
fn certificate_of(contract: &Contract, enrolment: Option<EnrolmentId>) -> Option<&[u8]> {
    let Some(id) = enrolment else { return lease::certificate(contract) };
    let freed = contract.freed(id).map(|freed| freed.certificate.as_slice());
    let last = contract.device.as_ref().filter(|device| device.id == id);
    freed.or_else(|| last.and_then(|_| lease::certificate(contract)))
}
