//! Money that a bank or a provider tells of. It is written down once under its own id, matched to a
//! contract by whatever its payer wrote, and counted; what cannot be matched or counted waits in
//! suspense with its reason. What nobody vouches for is a hint: written down, and no money.

use domain::{Actor, Currency, Money, TenantId, UnitId, ledger::Account, money::AmountError};
use formats::{
    book::When,
    camt::Taken,
    intake::{Intake, IntakeState, Teller, Telling},
    journal,
};
use store::{Head, Outcome, Personal, Row, UnitKind};

use super::{
    App,
    find_contract::Named,
    post_payment::{Posted, Step, intake_item, look_after, open_intake, payment_unit},
};
use crate::{crypto::sha256, error::Error};

/// Tries to put somebody's word on record while others change the same item.
const TRIES: u32 = 16;

/// Money, or its taking back, as a bank or a provider tells of it.
#[derive(Clone)]
pub struct Receipt {
    /// Who tells it.
    pub by: Teller,
    /// Who took the money.
    pub provider: String,
    /// Its own id; unique with the provider.
    pub provider_id: String,
    /// Another id under which the same money may be known.
    pub same_as: Option<String>,
    /// Whether it came in or was taken back.
    pub taken: Taken,
    /// Ids under which the money taken back may be known.
    pub originals: Vec<String>,
    /// Texts that may name the contract, the likeliest first.
    pub references: Vec<String>,
    /// Decimal amount in major units, above zero.
    pub amount: String,
    /// ISO 4217.
    pub currency: String,
    /// When the payer paid.
    pub paid_at: When,
    /// What makes two reports of the same id the same. Absent = amount and currency.
    pub content_hash: Option<[u8; 32]>,
    /// SHA-256 of the bytes it came in.
    pub raw_hash: [u8; 32],
    /// Whether whoever tells it has proved who he is.
    pub proven: bool,
    /// Why it cannot be counted as it is, as a stable code.
    pub suspense: Option<String>,
    /// What is kept of it apart: payer, texts, the bytes themselves.
    pub kept: Vec<Personal>,
}

/// What the payer wrote is personal data.
impl std::fmt::Debug for Receipt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Receipt { provider, provider_id, taken, amount, currency, proven, .. } = self;
        write!(f, "Receipt({provider} {provider_id}: {taken:?}, {amount} {currency}, {proven})")
    }
}

impl App {
    /// Takes a receipt in. Telling it again answers the same and counts nothing twice; the same id
    /// with other content is refused, and the contradiction stays on record.
    pub async fn receive_money(
        &self,
        tenant: TenantId,
        receipt: &Receipt,
        actor: Actor,
    ) -> Result<Posted, Error> {
        if receipt.proven {
            self.feed_heard(tenant, &receipt.provider);
        }
        let unit = payment_unit(tenant, &receipt.provider, &receipt.provider_id);
        if let Some(row) = self.known_receipt(tenant, unit, receipt).await? {
            return self.received_before(row, receipt, actor).await;
        }
        let (intake, _) = self.weigh(tenant, receipt).await?;
        match self.write_down(tenant, unit, &intake, receipt, &actor).await? {
            None => self.go_on(unit, intake, actor, false).await,
            Some(row) => self.received_before(row, receipt, actor).await,
        }
    }

    /// Whether a receipt is known already, and what it comes to; or what it would be refused with.
    /// Changes nothing.
    pub async fn would_receive(
        &self,
        tenant: TenantId,
        receipt: &Receipt,
    ) -> Result<(bool, IntakeState), Error> {
        let unit = payment_unit(tenant, &receipt.provider, &receipt.provider_id);
        match self.known_receipt(tenant, unit, receipt).await? {
            Some(row) => {
                let intake = open_intake(&row)?;
                let hint = matches!(intake.state, IntakeState::Hint { .. }) && receipt.proven;
                if row.unit == unit && !hint && !says_the_same(&intake, receipt) {
                    return Err(contradiction());
                }
                Ok((true, intake.state))
            }
            None => self.weigh(tenant, receipt).await.map(|(intake, _)| (false, intake.state)),
        }
    }

    /// Counts a hint that somebody else has confirmed: it is money from here on. Confirming
    /// anything else answers what it is, and that it is settled.
    pub async fn confirm_hint(
        &self,
        tenant: TenantId,
        payment: UnitId,
        by: Teller,
        actor: Actor,
    ) -> Result<Posted, Error> {
        let (row, intake) = self.received(tenant, payment).await?;
        let content = intake.content_hash;
        let state = match intake.state {
            IntakeState::Hint { contract: Some(contract) } if intake.amount > 0 => {
                IntakeState::InTransit { contract }
            }
            IntakeState::Hint { .. } => {
                let taken = intake.amount < 0;
                let reason = if taken { "reversal_unmatched" } else { "no_reference" };
                IntakeState::Suspense { reason: reason.to_owned() }
            }
            _ => {
                if intake.settled().is_none() {
                    self.also_told(payment, by, content, &actor).await?;
                }
                return self.go_on(payment, intake, actor, true).await;
            }
        };
        let confirmed = Intake { state, ..intake }.told_by(by, self.now(), content);
        self.confirmed(row, confirmed, actor).await
    }

    /// A hint becomes what it would have been, had it been proved at once.
    pub(super) async fn confirmed(
        &self,
        row: Row,
        intake: Intake,
        actor: Actor,
    ) -> Result<Posted, Error> {
        let now = self.now();
        let legs = first_legs(&intake);
        let step = Step { name: "confirm_hint", actor: &actor, now, legs: &legs };
        let mut item = intake_item(row.unit, row.version, row.head, &intake, &step)?;
        if on_its_way(&intake.state) {
            item.jobs = vec![look_after(row.unit, now, "")];
        }
        match self.store.commit(vec![item]).await?.pop() {
            Some(Outcome::Done(_)) => self.go_on(row.unit, intake, actor, false).await,
            _ => Err(Error::Busy),
        }
    }

    /// An intake item of this tenant.
    pub async fn received(
        &self,
        tenant: TenantId,
        payment: UnitId,
    ) -> Result<(Row, Intake), Error> {
        let row = self.store.load(&[payment]).await?.pop().flatten();
        let own = row.filter(|row| row.tenant == tenant && row.kind == UnitKind::Intake);
        let row = own.ok_or(Error::NotFound("payment"))?;
        let intake = open_intake(&row)?;
        Ok((row, intake))
    }

    /// The row under the receipt's id, or under the other one the same money may have.
    async fn known_receipt(
        &self,
        tenant: TenantId,
        unit: UnitId,
        receipt: &Receipt,
    ) -> Result<Option<Row>, Error> {
        let mut units = vec![unit];
        let also = receipt.same_as.iter().map(|id| payment_unit(tenant, &receipt.provider, id));
        units.extend(also);
        Ok(self.store.load(&units).await?.into_iter().flatten().next())
    }

    /// What a receipt comes to, and the contract it names.
    async fn weigh(
        &self,
        tenant: TenantId,
        receipt: &Receipt,
    ) -> Result<(Intake, Option<UnitId>), Error> {
        check_texts(receipt)?;
        let now = self.now();
        let currency = Currency::parse(&receipt.currency).ok_or_else(|| {
            let detail = format!("currency: {:?} is not a currency", receipt.currency);
            Error::refused("unknown_currency", detail)
        })?;
        let (amount, exact) = amount_told(&receipt.amount, currency)?;
        let mut named = self.find_contract(tenant, &receipt.references).await?;
        if !matches!(named, Named::One(..)) && receipt.taken == Taken::In && exact.is_none() {
            let money = Money::new(amount, currency);
            let claim = self.claimed_by(tenant, &receipt.provider_id, money).await?;
            named = claim.map_or(named, |(unit, reference)| Named::One(unit, reference));
        }
        let mut zone = self.directory.tenant(tenant)?.tenant.time_zone.clone();
        let (reference, contract, mut reason) = match named {
            Named::One(unit, text) => {
                let loaded = self.contract_of(tenant, unit).await?;
                let terms = loaded.contract.terms();
                zone = terms.zone().clone();
                let strange = terms.currency() != currency;
                (text, Some(unit), strange.then_some("currency_mismatch"))
            }
            Named::Several => (String::new(), None, Some("ambiguous_reference")),
            Named::Nobody => (String::new(), None, Some("no_reference")),
        };
        if exact.is_some() {
            reason = Some("amount_too_precise");
        }
        let reason = receipt.suspense.clone().or_else(|| reason.map(str::to_owned));
        let taken = receipt.taken;
        let state = match (taken, reason, contract) {
            (Taken::Back, ..) if exact.is_none() => {
                self.taken_back(tenant, receipt, amount, contract).await?
            }
            (_, Some(reason), _) => IntakeState::Suspense { reason },
            (_, None, Some(contract)) => IntakeState::InTransit { contract },
            (_, None, None) => IntakeState::Suspense { reason: "no_reference".to_owned() },
        };
        let state = if receipt.proven { state } else { IntakeState::Hint { contract } };
        let told = Telling { at: now, by: receipt.by, content: None };
        let intake = Intake {
            alarm: None,
            amount: if taken == Taken::In { amount } else { -amount },
            content_hash: content_of(receipt),
            currency,
            denied: None,
            exact,
            matched_because: None,
            paid_at: receipt.paid_at.moment(&zone).min(now),
            provider: receipt.provider.clone(),
            provider_id: receipt.provider_id.clone(),
            raw_hash: receipt.raw_hash,
            received_at: now,
            reference,
            state,
            tellings: vec![told],
            tenant,
        };
        Ok((intake, contract))
    }

    /// The first commit; the row that was faster, if there is one.
    async fn write_down(
        &self,
        tenant: TenantId,
        unit: UnitId,
        intake: &Intake,
        receipt: &Receipt,
        actor: &Actor,
    ) -> Result<Option<Row>, Error> {
        let legs = first_legs(intake);
        let now = intake.received_at;
        let genesis = Head { entries: 0, hash: journal::genesis(tenant, unit) };
        let step = Step { name: "receive", actor, now, legs: &legs };
        let mut item = intake_item(unit, 0, genesis, intake, &step)?;
        item.personal = receipt.kept.clone();
        item.jobs = self.to_pull(unit, intake).into_iter().collect();
        if on_its_way(&intake.state) {
            item.jobs = vec![look_after(unit, now, "")];
        }
        match self.store.commit(vec![item]).await?.pop() {
            Some(Outcome::Done(_)) => Ok(None),
            Some(_) => self.received(tenant, unit).await.map(|(row, _)| Some(row)),
            None => Err(Error::Fault("the store answered nothing".into())),
        }
    }

    /// What follows from where an intake item is.
    pub(super) async fn go_on(
        &self,
        unit: UnitId,
        intake: Intake,
        actor: Actor,
        repeated: bool,
    ) -> Result<Posted, Error> {
        match intake.state {
            IntakeState::InTransit { contract } => {
                self.count(unit, contract, intake, actor, repeated).await
            }
            IntakeState::Reversing { payment } => {
                self.finish_taking_back(unit, payment, actor, repeated).await
            }
            IntakeState::Hint { contract: Some(contract) } => {
                self.open_for_hint(unit, &intake, contract, &actor).await?;
                Ok(Posted { payment: unit, intake, contract: None, repeated })
            }
            _ => Ok(Posted { payment: unit, intake, contract: None, repeated }),
        }
    }

    async fn received_before(
        &self,
        row: Row,
        receipt: &Receipt,
        actor: Actor,
    ) -> Result<Posted, Error> {
        let intake = open_intake(&row)?;
        let (tenant, unit) = (row.tenant, row.unit);
        if unit != payment_unit(tenant, &receipt.provider, &receipt.provider_id) {
            return Ok(Posted { payment: unit, intake, contract: None, repeated: true });
        }
        let same = says_the_same(&intake, receipt);
        match intake.state {
            IntakeState::Hint { contract } if receipt.proven => {
                let (proved, named) = self.weigh(tenant, receipt).await?;
                if same && named.is_none() && contract.is_some() && receipt.suspense.is_none() {
                    // Whoever proves it need not repeat for whom it is.
                    return self.confirm_hint(tenant, unit, receipt.by, actor).await;
                }
                // A hint blocks nothing: anybody may have told it. What it said is an alarm.
                let alarm = (!same).then_some(intake.content_hash);
                let proved = Intake { alarm, ..proved }.after(&intake);
                self.confirmed(row, proved, actor).await
            }
            _ if !same => {
                self.alarm(row, intake, content_of(receipt), &actor).await?;
                Err(contradiction())
            }
            _ => {
                let known = intake.said_by(receipt.by).is_some();
                let posted = self.go_on(unit, intake, actor.clone(), true).await?;
                if !known {
                    self.also_told(unit, receipt.by, content_of(receipt), &actor).await?;
                }
                Ok(posted)
            }
        }
    }

    /// Puts it on record that somebody else tells of money that is known. Whoever told of it
    /// before tells nothing new.
    pub(super) async fn also_told(
        &self,
        unit: UnitId,
        by: Teller,
        content: [u8; 32],
        actor: &Actor,
    ) -> Result<(), Error> {
        for _ in 0..TRIES {
            let row = self.store.load(&[unit]).await?.pop().flatten();
            let row = row.ok_or_else(|| Error::Fault(format!("intake {unit} vanished")))?;
            let known = open_intake(&row)?;
            if known.said_by(by).is_some() {
                return Ok(());
            }
            let now = self.now();
            let told = known.told_by(by, now, content);
            let step = Step { name: "also_told", actor, now, legs: &[] };
            let item = intake_item(unit, row.version, row.head, &told, &step)?;
            match self.store.commit(vec![item]).await?.pop() {
                Some(Outcome::Done(_) | Outcome::Repeat(_)) => return Ok(()),
                _ => continue,
            }
        }
        Err(Error::Busy)
    }

    /// Puts it on record that an id came again with other content, once for each such content.
    pub(super) async fn alarm(
        &self,
        row: Row,
        intake: Intake,
        told: [u8; 32],
        actor: &Actor,
    ) -> Result<(), Error> {
        let unit = row.unit;
        tracing::warn!(payment.id = %unit, "Another payment was reported under the id of {unit}");
        if intake.alarm == Some(told) {
            return Ok(());
        }
        let intake = Intake { alarm: Some(told), ..intake };
        let step = Step { name: "alarm", actor, now: self.now(), legs: &[] };
        let item = intake_item(unit, row.version, row.head, &intake, &step)?;
        // Whoever was faster has changed the item: the next such report puts it on record.
        self.store.commit(vec![item]).await?;
        Ok(())
    }
}

/// What the first commit of received money books; a hint is not booked.
fn first_legs(intake: &Intake) -> Vec<(Account, i64)> {
    let amount = intake.amount;
    let account = match intake.state {
        IntakeState::InTransit { .. } => Account::InTransit,
        IntakeState::Suspense { .. } if amount != 0 => Account::Suspense,
        _ => return Vec::new(),
    };
    vec![(Account::ProviderClearing, amount), (account, -amount)]
}

/// Whether a job must see to it that an item reaches its end.
fn on_its_way(state: &IntakeState) -> bool {
    matches!(state, IntakeState::InTransit { .. } | IntakeState::Reversing { .. })
}

/// The refusal of other content under a known id.
pub(super) fn contradiction() -> Error {
    let detail = "provider_id: this provider id was reported before with other content";
    Error::refused("payment_id_reused", detail)
}

/// Minor units, and the text itself where the currency has no such fraction.
fn amount_told(text: &str, currency: Currency) -> Result<(i64, Option<String>), Error> {
    match Money::parse(text, currency) {
        Ok(money) if money.minor > 0 => Ok((money.minor, None)),
        Ok(_) => {
            let detail = format!("amount: {text:?} must be above zero");
            Err(Error::refused("amount_not_positive", detail))
        }
        Err(AmountError::TooPrecise) => Ok((0, Some(text.to_owned()))),
        Err(AmountError::NotANumber) => {
            let detail = format!("amount: {text:?}: expected a decimal number like 199.90");
            Err(Error::refused("bad_amount", detail))
        }
        Err(AmountError::Overflow) => {
            let detail = format!("amount: {text:?}: expected an amount that fits 64 bits");
            Err(Error::refused("amount_overflow", detail))
        }
    }
}

fn check_texts(receipt: &Receipt) -> Result<(), Error> {
    for (field, text) in [("provider", &receipt.provider), ("provider_id", &receipt.provider_id)] {
        let fits = !text.trim().is_empty() && text.len() <= 128;
        if !fits || text.contains(char::is_control) {
            let detail = format!("{field}: 1 to 128 bytes without control characters");
            return Err(Error::refused("bad_text", detail));
        }
    }
    Ok(())
}

/// What makes two reports of an id the same: for whoever names nothing else, its money.
fn content_of(receipt: &Receipt) -> [u8; 32] {
    receipt.content_hash.unwrap_or_else(|| {
        let Receipt { taken, amount, currency, .. } = receipt;
        sha256(&[format!("money\n{taken:?}\n{amount}\n{currency}").as_bytes()])
    })
}

/// Whether a receipt tells of the same money. Whoever told of it before is held to his own words,
/// anybody else to the money alone: he knows it, not the words. So is who proves a hint.
fn says_the_same(intake: &Intake, receipt: &Receipt) -> bool {
    let hinted = matches!(intake.state, IntakeState::Hint { .. }) && receipt.proven;
    if let (Some(content), Some(before), false) =
        (receipt.content_hash, intake.said_by(receipt.by), hinted)
    {
        return content == before;
    }
    let told = Currency::parse(&receipt.currency)
        .and_then(|currency| Some((currency, amount_told(&receipt.amount, currency).ok()?)));
    told.is_some_and(|(currency, (minor, exact))| {
        let signed = if receipt.taken == Taken::In { minor } else { -minor };
        currency == intake.currency && signed == intake.amount && exact == intake.exact
    })
}
