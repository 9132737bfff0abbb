//! Single commands on a contract by a person or key: holds, delivery evidence, credit, endings.

use domain::{Command, TenantId, UnitId};

use super::{
    App,
    change::{Asked, Changed, Extras},
};
use crate::error::Error;

impl App {
    /// Carries out one command on a contract of a tenant.
    pub async fn act(
        &self,
        tenant: TenantId,
        unit: UnitId,
        asked: &Asked,
        command: Command,
    ) -> Result<Changed, Error> {
        self.contract_of(tenant, unit).await?;
        self.change(unit, asked, Extras::default(), |_, _| Ok(vec![command.clone()])).await
    }
}
