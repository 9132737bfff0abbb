//! Money that the payer's bank took back after it had counted: a debt of its own on the contract,
//! due at once, with notices of its own. The bank may give it again.

use domain::{Command, Moment, TenantId, UnitId};
use formats::intake::IntakeState;

use super::{
    App,
    change::{Asked, Changed},
    post_payment::open_intake,
};
use crate::error::Error;

impl App {
    /// Charges a payment back. Doing so again changes nothing.
    pub async fn charge_back(
        &self,
        tenant: TenantId,
        payment: UnitId,
        value: Moment,
        asked: &Asked,
    ) -> Result<Changed, Error> {
        let (contract, amount) = self.counted(tenant, payment).await?;
        self.act(tenant, contract, asked, Command::ChargeBack { payment, amount, value }).await
    }

    /// The bank gave the money of a chargeback again.
    pub async fn win_chargeback(
        &self,
        tenant: TenantId,
        payment: UnitId,
        value: Moment,
        asked: &Asked,
    ) -> Result<Changed, Error> {
        let (contract, _) = self.counted(tenant, payment).await?;
        self.act(tenant, contract, asked, Command::WinChargeback { payment, value }).await
    }

    /// The contract that counts a payment, and how much.
    async fn counted(&self, tenant: TenantId, payment: UnitId) -> Result<(UnitId, i64), Error> {
        let row = self.store.load(&[payment]).await?.pop().flatten();
        let own = |row: &store::Row| row.tenant == tenant && row.kind == store::UnitKind::Intake;
        let row = row.filter(own).ok_or(Error::NotFound("payment"))?;
        let intake = open_intake(&row)?;
        match intake.state {
            IntakeState::Applied { contract } => Ok((contract, intake.amount)),
            state => {
                let detail = format!("the payment is {}", state.name());
                Err(Error::refused("payment_not_posted", detail))
            }
        }
    }
}
