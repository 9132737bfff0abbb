//! Taking in where an account stands, as the lender's own system tells it. `as_of` is what makes a
//! word one: the same again is a repeat, an older one changes nothing.

use std::sync::Mutex;

use domain::{
    Actor, Command, Contract, Currency, Day, Money, TenantId, decide,
    money::AmountError,
    outside::{Pushed, Word},
};
use formats::book::{StandingRow, When};

use super::{
    App,
    change::{Asked, Changed, Extras},
};
use crate::error::Error;

/// A standing as it was told.
#[derive(Clone, Debug)]
pub struct NewStanding {
    /// Reference of the contract.
    pub reference: String,
    /// The moment it speaks of.
    pub as_of: When,
    /// Decimal amount in major units.
    pub past_due: String,
    /// Due day of the oldest instalment past due.
    pub oldest_unpaid: Option<Day>,
    /// The next instalment to come: day and decimal amount.
    pub next_due: Option<(Day, String)>,
    /// Decimal amount.
    pub remaining: Option<String>,
    /// Everything is paid.
    pub settled: bool,
    /// ISO 4217; absent = the contract's.
    pub currency: Option<String>,
}

impl NewStanding {
    /// What a row of a file tells.
    pub fn of_row(row: StandingRow) -> NewStanding {
        NewStanding {
            reference: row.reference,
            as_of: row.as_of,
            past_due: row.past_due,
            oldest_unpaid: row.oldest_unpaid,
            next_due: row.next_due,
            remaining: row.remaining,
            settled: row.settled,
            currency: row.currency,
        }
    }

    /// In the currency and on the calendar of its contract.
    fn of(&self, contract: &Contract) -> Result<Pushed, Error> {
        let terms = contract.terms();
        let currency = terms.currency();
        if let Some(code) = self.currency.as_deref().filter(|code| *code != currency.code()) {
            let detail = format!("currency: the contract is in {currency}, not in {code:?}");
            return Err(Error::refused("currency_mismatch", detail));
        }
        let minor = |field: &str, text: &str| minor(field, text, currency);
        let next_due = self.next_due.as_ref();
        let next_due = next_due.map(|(due, text)| Ok::<_, Error>((*due, minor("next_due", text)?)));
        let remaining = self.remaining.as_deref().map(|text| minor("remaining", text));
        Ok(Pushed {
            as_of: self.as_of.moment(terms.zone()),
            past_due: minor("past_due", &self.past_due)?,
            oldest_unpaid: self.oldest_unpaid,
            next_due: next_due.transpose()?,
            remaining: remaining.transpose()?,
            settled: self.settled,
        })
    }
}

/// What became of a standing.
#[derive(Debug)]
pub struct Told {
    /// The contract as it is.
    pub changed: Changed,
    /// What the word was to it.
    pub word: Word,
}

impl App {
    /// Takes a standing in.
    pub async fn push_standing(
        &self,
        tenant: TenantId,
        new: &NewStanding,
        actor: Actor,
    ) -> Result<Told, Error> {
        let unit = self.standing_of(tenant, new).await?;
        let asked = Asked::once(self, "push_standing", actor);
        // The contract may change between two tries, and with it what is news to it.
        let word = Mutex::new(Word::New);
        let changed = self.change(unit, &asked, Extras::default(), |loaded, _| {
            let pushed = new.of(&loaded.contract)?;
            *word.lock().unwrap_or_else(|poison| poison.into_inner()) = pushed.to(&loaded.contract);
            Ok(vec![Command::PushStanding(pushed)])
        });
        let changed = changed.await?;
        let word = word.into_inner().unwrap_or_else(|poison| poison.into_inner());
        Ok(Told { changed, word })
    }

    /// What a standing would be, or what it would be refused with. Changes nothing.
    pub async fn would_push(&self, tenant: TenantId, new: &NewStanding) -> Result<Word, Error> {
        let unit = self.standing_of(tenant, new).await?;
        let loaded = self.contract_of(tenant, unit).await?;
        let pushed = new.of(&loaded.contract)?;
        let word = pushed.to(&loaded.contract);
        let command = Command::PushStanding(pushed);
        decide(&loaded.contract, &loaded.ladder, command, Actor::Time, self.now())?;
        Ok(word)
    }

    async fn standing_of(
        &self,
        tenant: TenantId,
        new: &NewStanding,
    ) -> Result<domain::UnitId, Error> {
        self.by_reference(tenant, &new.reference).await?.ok_or_else(|| {
            let detail = format!("reference: {:?}: no such contract", new.reference);
            Error::refused("unknown_reference", detail)
        })
    }
}

fn minor(field: &str, text: &str, currency: Currency) -> Result<i64, Error> {
    match Money::parse(text, currency) {
        Ok(money) => Ok(money.minor),
        Err(error) => {
            let (code, why) = match error {
                AmountError::NotANumber => ("bad_amount", "a decimal number like 199.90"),
                AmountError::TooPrecise => ("amount_too_precise", "fewer decimal places"),
                AmountError::Overflow => ("amount_overflow", "an amount that fits 64 bits"),
            };
            let detail = format!("{field}: {text:?} in {currency}: expected {why}");
            Err(Error::refused(code, detail))
        }
    }
}
