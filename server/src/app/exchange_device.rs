//! Another phone takes the place of the one financed: the old one is freed by a certificate for its
//! enrolment, the IMEIs change places in the same commit, the new one enrols with the next code.

use domain::{Command, EnrolmentId, Imei, TenantId, UnitId, custody::Pass};
use store::Personal;

use super::{
    App,
    change::{Asked, Changed, Extras, Loaded},
    financed_name,
    register_device::NewDevice,
};
use crate::error::Error;

/// The phone that comes.
#[derive(Clone, Debug)]
pub enum NewPhone {
    /// One that the inventory may know.
    Known(Imei),
    /// One that is registered on the way.
    Registered(NewDevice),
}

impl App {
    /// Exchanges a contract's device.
    pub async fn exchange_device(
        &self,
        tenant: TenantId,
        unit: UnitId,
        asked: &Asked,
        phone: NewPhone,
        reason: String,
    ) -> Result<Changed, Error> {
        let loaded = self.contract_of(tenant, unit).await?;
        let imei = match phone {
            NewPhone::Known(imei) => imei,
            NewPhone::Registered(device) => {
                let imei = device.imei;
                let answers = self.register_devices(tenant, vec![device], &asked.actor).await?;
                answers.into_iter().next().ok_or(Error::Busy)??;
                imei
            }
        };
        let phone = self.handset(tenant, imei).await?;
        let imeis: Vec<String> = phone.iter().map(|imei| self.imei_hash(imei)).collect();
        let freed = self.freeing(&loaded).await?;
        let old = loaded.contract.imeis;
        let digits: Vec<String> = phone.iter().map(Imei::with_check_digit).collect();
        let extras = Extras {
            reserve: imeis.iter().map(|hash| financed_name(hash)).collect(),
            free: old.iter().map(|hash| financed_name(hash)).collect(),
            personal: vec![Personal { field: "imei", value: digits.join(" ") }],
            ..Extras::default()
        };
        self.change(unit, asked, extras, |loaded, _| {
            let pass = Pass::Exchange {
                freed: freed.clone(),
                imeis: imeis.clone(),
                reason: reason.clone(),
            };
            match loaded.contract.imeis == old {
                true => Ok(vec![Command::Custody(pass)]),
                false => Err(Error::refused("conflict", "the device was exchanged meanwhile")),
            }
        })
        .await
    }

    /// The certificate that frees the device which is bound, and whose it is.
    pub(super) async fn freeing(
        &self,
        loaded: &Loaded,
    ) -> Result<Option<(EnrolmentId, Vec<u8>)>, Error> {
        let contract = &loaded.contract;
        let Some(device) = contract.device.as_ref().filter(|_| contract.is_active()) else {
            return Ok(None);
        };
        let now = self.now();
        let certificate = self.release_certificate(contract, &loaded.ladder, now).await?;
        Ok(Some((device.id, certificate)))
    }
}
