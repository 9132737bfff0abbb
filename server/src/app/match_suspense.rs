//! A person says whose money it is: what waits in suspense goes to a contract.

use domain::{Actor, TenantId, UnitId, decide::CAUSE_MAX, ledger::Account};
use formats::intake::{Intake, IntakeState};
use store::Outcome;

use super::{
    App,
    post_payment::{ASSIGNED, Posted, Step, intake_item, look_after},
};
use crate::error::Error;

impl App {
    /// Counts money in suspense on the contract of this reference. Money that the contract does
    /// not take waits on, with the reason. Matching it again to the same contract answers the same.
    pub async fn match_suspense(
        &self,
        tenant: TenantId,
        payment: UnitId,
        reference: &str,
        reason: &str,
        actor: Actor,
    ) -> Result<Posted, Error> {
        if reason.trim().is_empty() || reason.len() > CAUSE_MAX {
            let detail = format!("reason: 1 to {CAUSE_MAX} bytes of text");
            return Err(Error::refused("bad_text", detail));
        }
        let (row, intake) = self.received(tenant, payment).await?;
        let contract = self.by_reference(tenant, reference).await?.ok_or_else(|| {
            let detail = format!("reference {reference:?}: no such contract");
            Error::refused("unknown_reference", detail)
        })?;
        match &intake.state {
            IntakeState::Suspense { reason } if reason == ASSIGNED => {
                let detail = "the money counts with the lender who has the contract";
                return Err(Error::refused("payment_not_in_suspense", detail));
            }
            IntakeState::Suspense { .. } => {}
            IntakeState::InTransit { contract: known }
            | IntakeState::Applied { contract: known }
                if *known == contract =>
            {
                return self.go_on(payment, intake, actor, true).await;
            }
            state => {
                let detail = format!("the payment is {}", state.name());
                return Err(Error::refused("payment_not_in_suspense", detail));
            }
        }
        let currency = self.contract_of(tenant, contract).await?.contract.terms().currency();
        if intake.currency != currency {
            let detail = format!("the money is in {}, the contract in {currency}", intake.currency);
            return Err(Error::refused("currency_mismatch", detail));
        }
        if let Some(exact) = &intake.exact {
            let detail = format!("{exact} {currency} has a fraction the currency does not have");
            return Err(Error::refused("amount_too_precise", detail));
        }
        if intake.amount <= 0 {
            let detail = "money that was taken back is no payment: reverse the payment it undoes";
            return Err(Error::refused("amount_not_positive", detail));
        }
        let state = IntakeState::InTransit { contract };
        let (reference, matched_because) = (reference.to_owned(), Some(reason.to_owned()));
        let intake = Intake { state, reference, matched_because, ..intake };
        let legs = [(Account::Suspense, intake.amount), (Account::InTransit, -intake.amount)];
        let now = self.now();
        let step = Step { name: "match_suspense", actor: &actor, now, legs: &legs };
        let mut item = intake_item(payment, row.version, row.head, &intake, &step)?;
        item.jobs = vec![look_after(payment, now, "")];
        match self.store.commit(vec![item]).await?.pop() {
            Some(Outcome::Done(_)) => self.go_on(payment, intake, actor, false).await,
            _ => Err(Error::Busy),
        }
    }
}
