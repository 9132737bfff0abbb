//! Taking counted money back: the intake item sets out, the contract takes it off, the intake item
//! closes. A job finishes what a crash leaves between them.

use domain::{Actor, Command, TenantId, UnitId, decide, ledger::Account};
use formats::intake::{Intake, IntakeState};
use store::{Outcome, Row};

use super::{
    App,
    change::{Asked, Extras, Loaded},
    charge_back::not_posted,
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
        let (row, intake) = self.received(tenant, payment).await?;
        let contract = match intake.state {
            IntakeState::Applied { contract } => contract,
            IntakeState::Reversed { .. } => {
                return Ok(Posted { payment, intake, contract: None, repeated: true });
            }
            state => return Err(not_posted(state.name())),
        };
        let hash = intake.content_hash;
        let asked = Asked::keyed(reversal_key(payment), &hash, "reverse_payment", actor.clone());
        let command = Command::ReversePayment { payment, amount: intake.amount };
        self.may_reverse(contract, &asked, &command).await?;
        let row = self.set_out(row, &intake, &actor).await?;
        let intake = open_intake(&row)?;
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
    /// Refuses what the contract would refuse, before anything sets out. What the contract has
    /// done already goes on to its end.
    async fn may_reverse(
        &self,
        contract: UnitId,
        asked: &Asked,
        command: &Command,
    ) -> Result<(), Error> {
        let loaded = self.load_contract(contract).await?.ok_or(Error::NotFound("contract"))?;
        let now = self.now();
        let Loaded { row, contract, ladder } = &loaded;
        match decide(contract, ladder, command.clone(), asked.actor.clone(), now) {
            Err(_) if self.was_done(row, asked).await? => Ok(()),
            decided => Ok(decided.map(|_| ())?),
        }
    }

    /// The job of a reversal that the contract has come to refuse has nothing left to do.
    pub(super) async fn stay_counted(
        &self,
        tenant: TenantId,
        payment: UnitId,
        actor: Actor,
    ) -> Result<(), Error> {
        let (row, intake) = self.received(tenant, payment).await?;
        let step = Step { name: "stay_counted", actor: &actor, now: self.now(), legs: &[] };
        let mut item = intake_item(payment, row.version, row.head, &intake, &step)?;
        item.finished = vec![transit_job(payment)];
        self.store.commit(vec![item]).await?;
        Ok(())
    }

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
