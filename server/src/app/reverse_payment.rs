//! Taking counted money back: the intake item sets out, the contract takes it off, the intake item
//! closes. A job finishes what a crash leaves between them.

use domain::{Actor, Command, TenantId, UnitId, ledger::Account};
use formats::intake::{Intake, IntakeState};
use store::{Outcome, Row};

use super::{
    App,
    change::{Asked, Extras},
    post_payment::{Posted, REVERSE, Step, intake_item, look_after, open_intake, transit_job},
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
        let row = self.intake_row(tenant, payment).await?;
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
        let row = self.set_out(row, &intake, &actor).await?;
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
        let mut item = intake_item(payment, row.version, row.head, &intake, &step)?;
        item.finished = vec![transit_job(payment)];
        // A conflict means that the job has closed it in the meantime, to the same end.
        self.store.commit(vec![item]).await?;
        let repeated = changed.repeated;
        Ok(Posted { payment, intake, contract: Some(Box::new(changed)), repeated })
    }
}

impl App {
    /// From here on a job sees to it that the reversal reaches its end.
    async fn set_out(&self, row: Row, intake: &Intake, actor: &Actor) -> Result<Row, Error> {
        let (unit, now) = (row.unit, self.now());
        let step = Step { name: "begin_reversal", actor, now, legs: &[] };
        let mut item = intake_item(unit, row.version, row.head, intake, &step)?;
        item.jobs = vec![look_after(unit, now, REVERSE)];
        match self.store.commit(vec![item]).await?.pop() {
            Some(Outcome::Done(_) | Outcome::Repeat(_)) => {}
            _ => return Err(Error::Busy),
        }
        let row = self.store.load(&[unit]).await?.pop().flatten();
        row.ok_or_else(|| Error::Fault(format!("intake {unit} vanished")))
    }
}

fn reversal_key(payment: UnitId) -> [u8; 16] {
    let hash = sha256(&[b"reversal", &payment.bytes()]);
    hash[..16].try_into().expect("half of 32 bytes")
}
