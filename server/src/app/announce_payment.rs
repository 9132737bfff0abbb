//! Money that is announced and not there yet: by a hint, or by a borrower who gives a transaction
//! number. It opens the phone for some hours within the programme's budget. A number given is
//! remembered, so that the money finds its contract whatever its payer wrote.
//!
//! **Invariant:** a transaction number is kept as a keyed hash; only the provider's own message
//! holds it in the clear.

use domain::{Actor, Command, HoldId, Moment, Money, TenantId, UnitId, hold::Announced};
use formats::intake::{Intake, IntakeState};
use store::{Entry, Query, Reservation, Space, UnitKind};

use super::{
    App,
    change::{Asked, Changed, Extras, Loaded},
    post_payment::{Posted, open_intake, payment_unit},
};
use crate::{
    crypto::{hex, sha256},
    error::Error,
};

/// Longest transaction number in bytes.
const NUMBER_MAX: usize = 128;
/// Money in suspense that is looked through for a transaction.
const SUSPENSE_MAX: usize = 10_000;

/// What became of a transaction number that a borrower gave.
#[derive(Debug)]
pub enum Claimed {
    /// The money is here: it is counted on the contract.
    Counted(Box<Posted>),
    /// It is awaited.
    Awaited {
        /// The contract.
        changed: Box<Changed>,
        /// Until when the phone is open for it, if that opened anything.
        until: Option<Moment>,
    },
}

/// Why money in suspense goes to the contract of a claim.
const CLAIMED: &str = "its borrower told the transaction";

impl App {
    /// Keyed hash of a transaction number, in whatever letters and groups it was typed.
    pub fn transaction_hash(&self, tenant: TenantId, number: &str) -> String {
        let plain: String = number.split_whitespace().collect();
        let plain = plain.to_uppercase();
        let mac = self.keys.pepper().mac("transaction", &[&tenant.bytes(), plain.as_bytes()]);
        hex(&mac[..16])
    }

    /// A borrower says that he has paid. Saying so again changes nothing.
    pub async fn claim_payment(
        &self,
        tenant: TenantId,
        contract: UnitId,
        number: &str,
        actor: Actor,
    ) -> Result<Claimed, Error> {
        let number = number.trim();
        if number.is_empty() || number.len() > NUMBER_MAX || number.contains(char::is_control) {
            let detail = format!("transaction: 1 to {NUMBER_MAX} bytes without control characters");
            return Err(Error::refused("bad_text", detail));
        }
        let loaded = self.contract_of(tenant, contract).await?;
        let transaction = self.transaction_hash(tenant, number);
        if let Some((payment, intake)) = self.money_known_as(tenant, number, &transaction).await? {
            match intake.state {
                IntakeState::Suspense { ref reason }
                    if nobodys(reason) && fits(money_of(&intake), &loaded) =>
                {
                    let reference = &loaded.contract.signed.reference;
                    let matched =
                        self.match_suspense(tenant, payment, reference, CLAIMED, actor).await?;
                    return Ok(Claimed::Counted(Box::new(matched)));
                }
                IntakeState::InTransit { contract: known }
                | IntakeState::Applied { contract: known }
                    if known == contract =>
                {
                    let posted = self.go_on(payment, intake, actor, true).await?;
                    return Ok(Claimed::Counted(Box::new(posted)));
                }
                IntakeState::Hint { contract: known } if known.is_none_or(|it| it == contract) => {}
                _ => return Err(claimed_elsewhere()),
            }
        }
        let key = sha256(&[b"claim", &contract.bytes(), transaction.as_bytes()]);
        let key = key[..16].try_into().expect("half of 32 bytes");
        let asked = Asked::keyed(key, transaction.as_bytes(), "claim_payment", actor);
        let reserve = vec![transaction_name(tenant, &transaction)];
        let extras = Extras { reserve, ..Extras::default() };
        let command = self.opening(&transaction, None);
        let changed =
            self.change(contract, &asked, extras, |_, _| Ok(vec![command.clone()])).await?;
        let until = self.open_until(&changed, &transaction);
        Ok(Claimed::Awaited { changed: Box::new(changed), until })
    }

    /// Opens for a hint's money. A budget that is spent, or a contract that takes no money, is the
    /// hint's bad luck: it is kept all the same.
    pub(super) async fn open_for_hint(
        &self,
        payment: UnitId,
        intake: &Intake,
        contract: UnitId,
        actor: &Actor,
    ) -> Result<(), Error> {
        let loaded = self.contract_of(intake.tenant, contract).await?;
        if !fits(money_of(intake), &loaded) {
            return Ok(());
        }
        let transaction = self.transaction_hash(intake.tenant, &intake.provider_id);
        let key = sha256(&[b"hint", &payment.bytes()]);
        let key = key[..16].try_into().expect("half of 32 bytes");
        let asked = Asked::keyed(key, transaction.as_bytes(), "open_provisional", actor.clone());
        let command = self.opening(&transaction, Some(intake.amount));
        let opened =
            self.change(contract, &asked, Extras::default(), |_, _| Ok(vec![command.clone()]));
        match opened.await {
            Err(Error::Refused(refusal)) => {
                let code = refusal.code;
                tracing::info!(payment.id = %payment, code, "Not opened for {payment}: {code}");
                Ok(())
            }
            opened => opened.map(drop),
        }
    }

    /// The contract that claims money of this id, with its reference, if it can be its own.
    pub(super) async fn claimed_by(
        &self,
        tenant: TenantId,
        provider_id: &str,
        money: Money,
    ) -> Result<Option<(UnitId, String)>, Error> {
        let transaction = self.transaction_hash(tenant, provider_id);
        let Some(contract) = self.owner(transaction_name(tenant, &transaction)).await? else {
            return Ok(None);
        };
        let loaded = self.contract_of(tenant, contract).await?;
        let reference = loaded.contract.signed.reference.clone();
        Ok(fits(money, &loaded).then_some((contract, reference)))
    }

    fn opening(&self, transaction: &str, amount: Option<i64>) -> Command {
        let (hold, transaction) = (HoldId(self.new_id()), transaction.to_owned());
        Command::OpenProvisional(Announced { hold, transaction, amount })
    }

    fn open_until(&self, changed: &Changed, transaction: &str) -> Option<Moment> {
        let contract = &changed.contract;
        let unlock = contract.unlocks.iter().find(|unlock| unlock.transaction == transaction)?;
        let hold = contract.holds.iter().find(|hold| hold.id == unlock.hold)?;
        hold.until.filter(|_| hold.is_open(self.now()))
    }

    /// Money known under a transaction number: of one of the lender's sources, or in suspense.
    async fn money_known_as(
        &self,
        tenant: TenantId,
        number: &str,
        transaction: &str,
    ) -> Result<Option<(UnitId, Intake)>, Error> {
        let typed: String = number.split_whitespace().collect();
        let sources = self.directory.sources_of(tenant);
        let units: Vec<UnitId> = sources
            .iter()
            .flat_map(|source| [typed.clone(), typed.to_uppercase()].map(|id| (&source.name, id)))
            .map(|(name, id)| payment_unit(tenant, name, &id))
            .collect();
        if let Some(row) = self.store.load(&units).await?.into_iter().flatten().next() {
            return Ok(Some((row.unit, open_intake(&row)?)));
        }
        let status = Some("suspense".to_owned());
        let kind = UnitKind::Intake;
        let query = Query::Units { tenant: Some(tenant), kind, status, rung_min: 0 };
        let (mut after, mut looked) = (None, 0);
        loop {
            let page = self.store.page(query.clone(), after, 1_000).await?;
            for entry in page.entries {
                let Entry::Unit(row) = entry else { continue };
                looked += 1;
                let intake = open_intake(&row)?;
                if self.transaction_hash(tenant, &intake.provider_id) == transaction {
                    return Ok(Some((row.unit, intake)));
                }
            }
            after = page.next;
            if after.is_none() || looked >= SUSPENSE_MAX {
                return Ok(None);
            }
        }
    }
}

/// Whether money can be this contract's: its currency, exact, and no more than it owes.
fn fits(money: Money, loaded: &Loaded) -> bool {
    let contract = &loaded.contract;
    let owed = contract.account.now().open();
    contract.is_active()
        && money.currency == contract.terms().currency()
        && (1..=owed).contains(&money.minor)
}

/// The money of an item; none where its currency has no such fraction.
fn money_of(intake: &Intake) -> Money {
    let minor = if intake.exact.is_none() { intake.amount } else { 0 };
    Money::new(minor, intake.currency)
}

/// Whether money waits because nobody knows whose it is.
fn nobodys(reason: &str) -> bool {
    matches!(reason, "no_reference" | "ambiguous_reference")
}

fn claimed_elsewhere() -> Error {
    let detail = "transaction: it is known for another contract, or was not paid: a person looks";
    Error::refused("transaction_claimed", detail)
}

fn transaction_name(tenant: TenantId, transaction: &str) -> Reservation {
    Reservation { space: Space::Transaction, tenant: Some(tenant), key: transaction.to_owned() }
}
