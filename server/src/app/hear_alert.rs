//! A signed message about an emergency: the contracts of its areas are held, whoever lends.

use domain::{Actor, HoldKind, TenantId};

use super::{App, standstill::NewStandstill};
use crate::{
    error::Error,
    intake::{self, Alert, Call},
};

/// What a publisher hears whose message is written down.
const HEARD: &str = "{\"received\":true}";

impl App {
    /// Takes a publisher's message in. Telling it again changes nothing.
    pub(super) async fn hear_alert(
        &self,
        tenant: TenantId,
        source: &intake::Source,
        call: &Call<'_>,
    ) -> Result<&'static str, Error> {
        let alert = intake::alert(source, call);
        let alert = alert.map_err(|rejection| Error::refused(rejection.code, rejection.detail))?;
        let room = self.throttle.proven(&source.name, 1, call.at);
        room.map_err(Error::TooMany)?;
        let Alert { id, areas, until, cause } = alert;
        let new = NewStandstill {
            name: format!("alert/{}/{id}", source.name),
            kind: HoldKind::AreaEmergency,
            areas,
            programme: None,
            until: Some(until),
            cause,
        };
        self.open_standstill(tenant, new, Actor::Feed(source.name.clone())).await?;
        Ok(HEARD)
    }
}
