//! Taking counted money back. The intake item remembers it, so that it happens once.

use domain::{Actor, Command, TenantId, UnitId, ledger::Account};
use formats::intake::{Intake, IntakeState};

use super::{
    App,
    change::{Asked, Extras},
    post_payment::{Posted, Step, intake_item, open_intake},
};
use crate::{crypto::sha256, error::Error};

impl App {
    /// Reverses a payment. Reversing it again answers the same.
    pub async fn reverse_payment(
        &self,
        tenant: TenantId,
        payment: UnitId,
        actor: Actor,
    ) -> Result<Posted, Error> {
        let row = self.store.load(&[payment]).await?.pop().flatten();
        let row = row.filter(|row| row.tenant == tenant && row.kind == store::UnitKind::Intake);
        let row = row.ok_or(Error::NotFound("payment"))?;
        let intake = open_intake(&row)?;
        let contract = match intake.state {
            IntakeState::Applied { contract } => contract,
            IntakeState::Reversed { .. } => {
                return Ok(Posted { payment, intake, contract: None, repeated: true });
            }
            _ => {
                let detail = format!("the payment is {}", intake.state.name());
                return Err(Error::refused("payment_not_posted", detail));
            }
        };
        let key = reversal_key(payment);
        let hash = intake.content_hash;
        let asked = Asked::keyed(key, &hash, "reverse_payment", actor.clone());
        let command = Command::ReversePayment { payment, amount: intake.amount };
        let changed = self
            .change(contract, &asked, Extras::default(), |_, _| Ok(vec![command.clone()]))
            .await?;
        let legs =
            [(Account::InTransit, intake.amount), (Account::ProviderClearing, -intake.amount)];
        let intake = Intake { state: IntakeState::Reversed { contract }, ..intake };
        let step = Step { name: "reverse_intake", actor: &actor, now: self.now(), legs: &legs };
        let item = intake_item(payment, row.version, row.head, &intake, &step)?;
        self.store.commit(vec![item]).await?;
        let repeated = changed.repeated;
        Ok(Posted { payment, intake, contract: Some(Box::new(changed)), repeated })
    }
}

fn reversal_key(payment: UnitId) -> [u8; 16] {
    let hash = sha256(&[b"reversal", &payment.bytes()]);
    hash[..16].try_into().expect("half of 32 bytes")
}
