//! Where a book is taken in: the data directory itself.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use domain::{Actor, TenantId, Zone};
use server::{App, Error};

use crate::{fail::Failure, place::PlaceArgs};

/// An opened data directory, and for whom it is worked on.
pub(super) struct Here {
    pub(super) app: Arc<App>,
    pub(super) tenant: TenantId,
    pub(super) actor: Actor,
    zones: Mutex<BTreeMap<String, Option<Zone>>>,
}

impl Here {
    pub(super) async fn open(place: &PlaceArgs) -> Result<Here, Failure> {
        let opened = place.open_or_ask().await?;
        let tenant = place.tenant(&opened.app)?;
        let actor = place.actor(&tenant)?;
        Ok(Here { app: opened.app, tenant: tenant.tenant.id, actor, zones: Mutex::default() })
    }

    /// The calendar of a contract.
    pub(super) async fn zone(&self, reference: &str) -> Result<Option<Zone>, Error> {
        let known = self.zones().get(reference).cloned();
        if let Some(zone) = known {
            return Ok(zone);
        }
        let zone = match self.app.by_reference(self.tenant, reference).await? {
            Some(unit) => {
                let loaded = self.app.contract_of(self.tenant, unit).await?;
                Some(loaded.contract.terms().zone().clone())
            }
            None => None,
        };
        self.zones().insert(reference.to_owned(), zone.clone());
        Ok(zone)
    }

    fn zones(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Option<Zone>>> {
        self.zones.lock().unwrap_or_else(|poison| poison.into_inner())
    }
}
