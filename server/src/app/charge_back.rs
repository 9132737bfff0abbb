//! Money that the payer's bank took back after it had counted: a debt of its own on the contract,
//! due at once, with notices of its own. The bank may give it again.

use domain::{Command, Moment, Refusal, TenantId, UnitId};
use formats::intake::IntakeState;

use super::{
    App,
    change::{Asked, Changed, Extras},
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
        // A reversal may have reached the contract and not yet the intake item.
        let read = self.payments_counted(contract).await?;
        if !read.amounts.contains_key(&payment) {
            return Err(not_posted("reversed"));
        }
        let command = Command::ChargeBack { payment, amount, value };
        self.change(contract, asked, Extras::default(), |loaded, _| {
            if loaded.row.head.entries == read.entries {
                Ok(vec![command.clone()])
            } else {
                Err(Error::Busy)
            }
        })
        .await
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
        let (_, intake) = self.received(tenant, payment).await?;
        match intake.state {
            IntakeState::Applied { contract } => Ok((contract, intake.amount)),
            state => Err(not_posted(state.name())),
        }
    }
}

/// The refusal of what only money that is counted can bear.
pub(super) fn not_posted(state: &str) -> Error {
    Error::Refused(Refusal::new("payment_not_posted", format!("the payment is {state}")))
}
