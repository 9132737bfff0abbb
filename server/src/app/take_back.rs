//! Money that its rail takes back by itself. The taking back is an item of its own, so that it is
//! done once; it names the payment it undoes, and a job finishes what a crash leaves.

use std::collections::BTreeMap;

use domain::{Actor, TenantId, UnitId, fact::What};
use formats::{
    intake::{Intake, IntakeState},
    journal,
};
use store::LineKind;

use super::{
    App,
    post_payment::{Posted, Step, intake_item, open_intake, payment_unit, transit_job},
    receive_money::Receipt,
};
use crate::error::Error;

/// Payments that a contract has counted and not given back.
#[derive(Debug, Default)]
pub(super) struct Counted {
    /// Each with its minor units.
    pub(super) amounts: BTreeMap<UnitId, i64>,
    /// The journal's last entry that was read.
    pub(super) entries: u64,
}

impl App {
    /// What becomes of a taking back: the payment it undoes, or why a person must look.
    pub(super) async fn taken_back(
        &self,
        tenant: TenantId,
        receipt: &Receipt,
        amount: i64,
        contract: Option<UnitId>,
    ) -> Result<IntakeState, Error> {
        let ids = receipt.originals.iter();
        let units: Vec<UnitId> =
            ids.map(|id| payment_unit(tenant, &receipt.provider, id)).collect();
        let mut reason = "reversal_unmatched";
        for row in self.store.load(&units).await?.into_iter().flatten() {
            let intake = open_intake(&row)?;
            if intake.currency.code() != receipt.currency {
                continue;
            }
            if intake.amount != amount {
                reason = "reversal_partial";
                continue;
            }
            if let IntakeState::Applied { .. } | IntakeState::Reversed { .. } = intake.state {
                return Ok(IntakeState::Reversing { payment: row.unit });
            }
        }
        let counted = match contract {
            Some(contract) => self.counted_by(contract, receipt, amount).await?,
            None => Vec::new(),
        };
        if let [payment] = counted[..] {
            return Ok(IntakeState::Reversing { payment });
        }
        Ok(IntakeState::Suspense { reason: reason.to_owned() })
    }

    /// Payments of this provider over this amount that a contract has counted and not given back.
    async fn counted_by(
        &self,
        contract: UnitId,
        receipt: &Receipt,
        amount: i64,
    ) -> Result<Vec<UnitId>, Error> {
        let counted = self.payments_counted(contract).await?.amounts;
        let same: Vec<UnitId> =
            counted.into_iter().filter(|(_, paid)| *paid == amount).map(|(unit, _)| unit).collect();
        let mut own = Vec::new();
        for row in self.store.load(&same).await?.into_iter().flatten() {
            if open_intake(&row)?.provider == receipt.provider {
                own.push(row.unit);
            }
        }
        Ok(own)
    }

    /// What a contract's journal says of the payments it counts.
    pub(super) async fn payments_counted(&self, contract: UnitId) -> Result<Counted, Error> {
        let mut counted = Counted::default();
        for line in store::walk::journal(&*self.store, contract).await? {
            counted.entries = line.entry;
            if line.kind != LineKind::Fact {
                continue;
            }
            let fact = journal::parse_fact(&line.text)
                .map_err(|error| Error::Fault(format!("contract {contract}: {error}")))?;
            match fact.what {
                What::PaymentPosted { payment, amount, .. } => {
                    counted.amounts.insert(payment, amount);
                }
                What::PaymentReversed { payment, .. } => {
                    counted.amounts.remove(&payment);
                }
                _ => {}
            }
        }
        Ok(counted)
    }

    /// Takes the payment off its contract and closes the taking back.
    pub(super) async fn finish_taking_back(
        &self,
        unit: UnitId,
        payment: UnitId,
        actor: Actor,
        repeated: bool,
    ) -> Result<Posted, Error> {
        let row = self.store.load(&[unit]).await?.pop().flatten();
        let row = row.ok_or_else(|| Error::Fault(format!("intake {unit} vanished")))?;
        let intake = open_intake(&row)?;
        let undone = self.reverse_payment(row.tenant, payment, actor.clone()).await;
        let (state, contract) = match undone {
            Ok(undone) => (IntakeState::Reversal { payment }, undone.contract),
            Err(Error::Refused(refusal)) => {
                (IntakeState::Suspense { reason: refusal.code.into() }, None)
            }
            Err(error) => return Err(error),
        };
        if !matches!(intake.state, IntakeState::Reversing { .. }) {
            return Ok(Posted { payment: unit, intake, contract, repeated });
        }
        let amount = intake.amount;
        let legs: &[_] = match state {
            IntakeState::Suspense { .. } => &[
                (domain::ledger::Account::ProviderClearing, amount),
                (domain::ledger::Account::Suspense, -amount),
            ],
            _ => &[],
        };
        let intake = Intake { state, ..intake };
        let step = Step { name: "take_back", actor: &actor, now: self.now(), legs };
        let mut item = intake_item(unit, row.version, row.head, &intake, &step)?;
        item.finished = vec![transit_job(unit)];
        // A conflict means that the job has closed it in the meantime, to the same end.
        self.store.commit(vec![item]).await?;
        Ok(Posted { payment: unit, intake, contract, repeated })
    }
}
