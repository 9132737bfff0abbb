//! Counting received money: the intake item makes it unique and durable, the contract counts it,
//! the intake item closes. Two idempotent commits through `in_transit`; a job finishes what a crash
//! leaves between them. Money that no contract takes stays in suspense, never lost.

use domain::{
    Actor, Command, Currency, Moment, Money, TenantId, UnitId, ledger::Account, money::AmountError,
    safety::Ward,
};
use formats::{
    intake::{self, Intake, IntakeState, Teller, Telling},
    journal,
};
use store::{
    Change, Claimed, Facets, Item, JobKey, LineKind, NewJob, NextLook, Outcome, Posting, Queue,
    Row, UnitKind,
};

use super::{
    App,
    change::{Asked, Changed, Extras, Lines},
    receive_money::contradiction,
};
use crate::{crypto::sha256, error::Error};

/// A job looks after money in transit that is this old, seconds.
const TRANSIT_S: i64 = 10;
/// What the job is about when money is taken back.
pub(super) const REVERSE: &str = "reverse";

/// Why money waits that was sent on to the lender who has the contract.
pub(super) const ASSIGNED: &str = "contract_assigned";

/// Money as it was reported.
#[derive(Clone, Debug)]
pub struct NewPayment {
    /// Who reports it.
    pub provider: String,
    /// The provider's own id; unique with the provider.
    pub provider_id: String,
    /// Reference of the contract it is for.
    pub reference: String,
    /// Decimal amount in major units.
    pub amount: String,
    /// ISO 4217; absent = the contract's.
    pub currency: Option<String>,
    /// When the payer paid.
    pub paid_at: Moment,
}

/// What became of money.
#[derive(Debug)]
pub struct Posted {
    /// The intake item's unit.
    pub payment: UnitId,
    /// The intake item.
    pub intake: Intake,
    /// The contract, when it counted.
    pub contract: Option<Box<Changed>>,
    /// Whether it was reported before.
    pub repeated: bool,
}

impl App {
    /// Counts one payment. Reporting it again answers the same and counts nothing twice.
    pub async fn post_payment(
        &self,
        tenant: TenantId,
        new: NewPayment,
        actor: Actor,
    ) -> Result<Posted, Error> {
        let payment = payment_unit(tenant, &new.provider, &new.provider_id);
        if let Some(row) = self.store.load(&[payment]).await?.pop().flatten() {
            return self.posted_before(row, &new, actor).await;
        }
        let now = self.now();
        let (contract, intake) = self.receive(tenant, &new, now).await?;
        self.feed_heard(tenant, &new.provider);
        let item = self.received_item(tenant, payment, &intake, &actor, now)?;
        match self.store.commit(vec![item]).await?.pop() {
            Some(Outcome::Done(_)) => {}
            Some(_) => {
                let row = self.store.load(&[payment]).await?.pop().flatten();
                let row = row.ok_or(Error::Busy)?;
                return self.posted_before(row, &new, actor).await;
            }
            None => return Err(Error::Fault("the store answered nothing".into())),
        }
        self.count(payment, contract, intake, actor, false).await
    }

    /// Whether counting this would be a repeat; what it would be refused with otherwise. Changes
    /// nothing.
    pub async fn would_post(&self, tenant: TenantId, new: &NewPayment) -> Result<bool, Error> {
        let payment = payment_unit(tenant, &new.provider, &new.provider_id);
        match self.store.load(&[payment]).await?.pop().flatten() {
            Some(row) => {
                let intake = open_intake(&row)?;
                if matches!(intake.state, IntakeState::Hint { .. }) {
                    return self.receive(tenant, new, self.now()).await.map(|_| false);
                }
                same_report(&intake, new).map(|()| true).map_err(|_| contradiction())
            }
            None => self.receive(tenant, new, self.now()).await.map(|_| false),
        }
    }

    /// Finishes money in transit, from the job that looks after it.
    pub async fn finish_transit(&self, work: &Claimed) -> Result<(), Error> {
        let payment = work.unit;
        let Some(row) = self.store.load(&[payment]).await?.pop().flatten() else {
            return Ok(());
        };
        if row.kind == UnitKind::Contract {
            return self.finish_assignment(row.unit, &work.payload, true).await;
        }
        let intake = open_intake(&row)?;
        let actor = Actor::Feed(intake.provider.clone());
        match intake.state {
            IntakeState::InTransit { contract } => {
                self.count(payment, contract, intake, actor, true).await?;
            }
            IntakeState::Applied { .. } if work.payload == REVERSE => {
                match self.reverse_payment(row.tenant, payment, actor.clone()).await {
                    Err(Error::Refused(_)) => self.stay_counted(row.tenant, payment, actor).await?,
                    done => drop(done?),
                }
            }
            IntakeState::Reversing { payment: undone } => {
                self.finish_taking_back(payment, undone, actor, true).await?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Checks what was reported against the contract it names.
    async fn receive(
        &self,
        tenant: TenantId,
        new: &NewPayment,
        now: Moment,
    ) -> Result<(UnitId, Intake), Error> {
        for (field, text) in [("provider", &new.provider), ("provider_id", &new.provider_id)] {
            if text.trim().is_empty() || text.len() > 128 {
                let detail = format!("{field}: 1 to 128 characters");
                return Err(Error::refused("bad_text", detail));
            }
        }
        let unit = self.by_reference(tenant, &new.reference).await?.ok_or_else(|| {
            let detail = format!("reference {:?}: no such contract", new.reference);
            Error::refused("unknown_reference", detail)
        })?;
        let loaded = self.contract_of(tenant, unit).await?;
        let currency = loaded.contract.terms().currency();
        let amount = amount_of(&new.amount, new.currency.as_deref(), currency)?;
        if new.paid_at > now.plus_seconds(86_400) {
            return Err(Error::refused("paid_in_future", "paid_at lies in the future"));
        }
        let content = fingerprint(&new.reference, amount, new.paid_at);
        let intake = Intake {
            tenant,
            alarm: None,
            exact: None,
            matched_because: None,
            denied: None,
            content_hash: content,
            raw_hash: content,
            provider: new.provider.clone(),
            provider_id: new.provider_id.clone(),
            reference: new.reference.clone(),
            amount: amount.minor,
            currency,
            paid_at: new.paid_at,
            received_at: now,
            state: IntakeState::InTransit { contract: unit },
            tellings: vec![Telling { at: now, by: Teller::Report, content: None }],
        };
        Ok((unit, intake))
    }

    fn received_item(
        &self,
        tenant: TenantId,
        unit: UnitId,
        intake: &Intake,
        actor: &Actor,
        now: Moment,
    ) -> Result<Item, Error> {
        let genesis = store::Head { entries: 0, hash: journal::genesis(tenant, unit) };
        let legs =
            [(Account::ProviderClearing, intake.amount), (Account::InTransit, -intake.amount)];
        let step = Step { name: "receive", actor, now, legs: &legs };
        let mut item = intake_item(unit, 0, genesis, intake, &step)?;
        item.jobs = vec![look_after(unit, now, "")];
        Ok(item)
    }

    /// Counts money on its contract and closes the intake item.
    pub(super) async fn count(
        &self,
        payment: UnitId,
        contract: UnitId,
        intake: Intake,
        actor: Actor,
        repeated: bool,
    ) -> Result<Posted, Error> {
        let key = payment.bytes();
        let asked = Asked::keyed(key, &intake.content_hash, "post_payment", actor.clone());
        let command = Command::PostPayment {
            payment,
            amount: intake.amount,
            value: intake.paid_at,
            confirmed: true,
        };
        // What was opened for it while it was awaited has done its service.
        let transaction = self.transaction_hash(intake.tenant, &intake.provider_id);
        let mut commands = vec![command, Command::EndProvisional(transaction)];
        if self.feeds.listens_to(intake.tenant, &intake.provider) {
            commands.push(Command::Ward(Ward::PayThrough(intake.provider.clone())));
        }
        let counted = self.change(contract, &asked, Extras::default(), |_, _| Ok(commands.clone()));
        let (state, changed) = match counted.await {
            Ok(changed) => (IntakeState::Applied { contract }, Some(Box::new(changed))),
            Err(Error::Refused(refusal)) => {
                if refusal.code == ASSIGNED {
                    self.send_on(payment, contract, &intake).await?;
                }
                (IntakeState::Suspense { reason: refusal.code.into() }, None)
            }
            Err(error) => return Err(error),
        };
        let intake = Intake { state, ..intake };
        self.close(payment, &intake, &actor).await?;
        Ok(Posted { payment, intake, contract: changed, repeated })
    }

    /// Money for a contract that was passed on counts where it goes on, as a payment that this
    /// lender reports: he has the money, and owes it to the other one.
    async fn send_on(
        &self,
        payment: UnitId,
        contract: UnitId,
        intake: &Intake,
    ) -> Result<(), Error> {
        let next = self.went_on(contract).await?.ok_or(Error::Busy)?;
        let provider = format!("lender:{}", self.directory.tenant(intake.tenant)?.tenant.name);
        let new = NewPayment {
            provider: provider.clone(),
            provider_id: payment.to_string(),
            reference: next.contract.signed.reference.clone(),
            amount: Money::new(intake.amount, intake.currency).decimal(),
            currency: Some(intake.currency.code().to_owned()),
            paid_at: intake.paid_at,
        };
        Box::pin(self.post_payment(next.row.tenant, new, Actor::Feed(provider))).await?;
        Ok(())
    }

    /// Closes an intake item that is still in transit.
    async fn close(&self, unit: UnitId, intake: &Intake, actor: &Actor) -> Result<(), Error> {
        let Some(row) = self.store.load(&[unit]).await?.pop().flatten() else {
            return Err(Error::Fault(format!("intake {unit} vanished")));
        };
        let stored = open_intake(&row)?;
        if !matches!(stored.state, IntakeState::InTransit { .. }) {
            return Ok(());
        }
        // Others may have told of it in the meantime: of what is stored only the state changes.
        let intake = &Intake { state: intake.state.clone(), ..stored };
        let legs: &[(Account, i64)] = match intake.state {
            IntakeState::Suspense { .. } => {
                &[(Account::InTransit, intake.amount), (Account::Suspense, -intake.amount)]
            }
            _ => &[],
        };
        let step = Step { name: "close_intake", actor, now: self.now(), legs };
        let mut item = intake_item(unit, row.version, row.head, intake, &step)?;
        item.finished = vec![transit_job(unit)];
        // A conflict means that the job has closed it in the meantime, to the same end.
        self.store.commit(vec![item]).await?;
        Ok(())
    }

    async fn posted_before(
        &self,
        row: Row,
        new: &NewPayment,
        actor: Actor,
    ) -> Result<Posted, Error> {
        let intake = open_intake(&row)?;
        if matches!(intake.state, IntakeState::Hint { .. }) {
            // Whoever reports with a key knows better than whoever told the hint.
            let (_, reported) = self.receive(row.tenant, new, self.now()).await?;
            let same = (reported.amount, reported.currency) == (intake.amount, intake.currency);
            let alarm = (!same).then_some(intake.content_hash);
            let reported = Intake { alarm, ..reported }.after(&intake);
            return self.confirmed(row, reported, actor).await;
        }
        if let Err(told) = same_report(&intake, new) {
            self.alarm(row, intake, told, &actor).await?;
            return Err(contradiction());
        }
        let known = intake.said_by(Teller::Report).is_some();
        let content = fingerprint(&intake.reference, intake.money(), new.paid_at);
        let posted = self.go_on(row.unit, intake, actor.clone(), true).await?;
        if !known {
            self.also_told(row.unit, Teller::Report, content, &actor).await?;
        }
        Ok(posted)
    }
}

/// Whether a report tells what is known; if not, the hash of what it tells. One of money that
/// others have told of is held to the contract and the amount.
fn same_report(intake: &Intake, new: &NewPayment) -> Result<(), [u8; 32]> {
    let Ok(amount) = amount_of(&new.amount, new.currency.as_deref(), intake.currency) else {
        return Err(sha256(&[new.amount.as_bytes()]));
    };
    let content = fingerprint(&new.reference, amount, new.paid_at);
    let same = match intake.said_by(Teller::Report) {
        Some(before) => content == before,
        None => (amount, &new.reference) == (intake.money(), &intake.reference),
    };
    if same && intake.exact.is_none() { Ok(()) } else { Err(content) }
}

/// The unit of a payment follows from who reported it under which id: its uniqueness is its key.
pub fn payment_unit(tenant: TenantId, provider: &str, provider_id: &str) -> UnitId {
    let len = u32::try_from(provider.len()).unwrap_or(u32::MAX).to_be_bytes();
    let parts: [&[u8]; 5] =
        [b"intake", &tenant.bytes(), &len, provider.as_bytes(), provider_id.as_bytes()];
    super::unit_of_hash(&sha256(&parts))
}

/// Reads an intake item's row.
pub fn open_intake(row: &Row) -> Result<Intake, Error> {
    intake::parse_intake(&row.doc)
        .map_err(|error| Error::Fault(format!("intake {}: {error}", row.unit)))
}

/// An amount of this currency, named or not.
pub fn amount_of(text: &str, named: Option<&str>, currency: Currency) -> Result<Money, Error> {
    if let Some(code) = named.filter(|code| *code != currency.code()) {
        let detail = format!("currency: the contract is in {currency}, not in {code:?}");
        return Err(Error::refused("currency_mismatch", detail));
    }
    let money = Money::parse(text, currency).map_err(|error| {
        let (code, why) = match error {
            AmountError::NotANumber => ("bad_amount", "a decimal number like 199.90"),
            AmountError::TooPrecise => ("amount_too_precise", "fewer decimal places"),
            AmountError::Overflow => ("amount_overflow", "an amount that fits 64 bits"),
        };
        Error::refused(code, format!("amount: {text:?} in {currency}: expected {why}"))
    })?;
    if money.minor > 0 {
        return Ok(money);
    }
    Err(Error::refused("amount_not_positive", format!("amount: {text:?} must be above zero")))
}

/// One step of an intake item's life.
pub(super) struct Step<'a> {
    /// The command's name.
    pub(super) name: &'static str,
    /// Who takes it.
    pub(super) actor: &'a Actor,
    /// When.
    pub(super) now: Moment,
    /// What it books.
    pub(super) legs: &'a [(Account, i64)],
}

/// The commit of a step.
pub(super) fn intake_item(
    unit: UnitId,
    expected: u64,
    head: store::Head,
    intake: &Intake,
    step: &Step<'_>,
) -> Result<Item, Error> {
    let &Step { name, actor, now, legs } = step;
    let tenant = intake.tenant;
    let doc = intake::intake_doc(intake);
    let mut lines = Lines::after(head, now);
    lines.push(LineKind::Record, super::record(actor, now, &doc)?);
    // An item may come to the same state twice, as when money is matched in vain.
    let hash = sha256(&[name.as_bytes(), &expected.to_be_bytes(), doc.as_bytes()]);
    let mut key = [0; 16];
    key.copy_from_slice(&hash[..16]);
    let currency = intake.currency.code().to_owned();
    let postings = legs.iter().map(|(account, minor)| Posting {
        at: now,
        account: account.name(),
        minor: *minor,
        currency: currency.clone(),
    });
    Ok(Item {
        tenant,
        unit,
        kind: UnitKind::Intake,
        expected,
        command: store::Command { key, hash, name },
        change: Change {
            doc,
            facets: Facets {
                name: intake.reference.clone(),
                status: intake.state.name().to_owned(),
                rung: 0,
                step: 0,
                currency: currency.clone(),
            },
            next_look: NextLook::Keep,
            head: lines.head,
        },
        postings: postings.collect(),
        journal: lines.lines,
        reserve: Vec::new(),
        free: Vec::new(),
        personal: Vec::new(),
        jobs: Vec::new(),
        finished: Vec::new(),
    })
}

/// The job that finishes what a crash may leave half done.
pub(super) fn look_after(unit: UnitId, now: Moment, what: &str) -> NewJob {
    NewJob { key: transit_job(unit), due: now.plus_seconds(TRANSIT_S), payload: what.to_owned() }
}

pub(super) fn transit_job(unit: UnitId) -> JobKey {
    JobKey { queue: Queue::InTransit, key: unit.bytes() }
}

/// What makes two reports of the same id the same money.
pub(super) fn fingerprint(reference: &str, amount: Money, paid_at: Moment) -> [u8; 32] {
    let Money { minor, currency } = amount;
    sha256(&[format!("{reference}\n{minor}\n{currency}\n{}", paid_at.micros()).as_bytes()])
}
