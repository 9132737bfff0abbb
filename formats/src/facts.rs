//! Facts of a contract told by hand, for a dry run: its terms, and what happened when.

mod event;

use domain::{
    Contract, Currency, Day, Ladder, Moment, TenantId, Terms, UnitId, Zone,
    fact::{Consent, Signed},
    rehearse::Told,
    schedule::{Equal, Instalment, MonthEnd, Period},
    terms::Price,
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::fields::{FieldError, Fields};

/// Most facts of one file.
const FACTS_MAX: usize = 10_000;

/// A contract told by hand.
#[derive(Clone, Debug)]
pub struct Facts {
    /// When it was signed.
    pub signed: Moment,
    /// Money and calendar.
    pub terms: Terms,
    /// Whether the borrower's consent is on record.
    pub consent: bool,
    /// What happened, in the order of time.
    pub told: Vec<Told>,
}

impl Facts {
    /// The contract as signed on a ladder.
    pub fn contract(&self, ladder: &Ladder) -> Contract {
        let (form, version) = ("told".to_owned(), "1".to_owned());
        let consent =
            self.consent.then_some(Consent { form, version, at: self.signed, told: None });
        let signed = Signed {
            reference: "TOLD".to_owned(),
            terms: self.terms.clone(),
            terms_hash: None,
            sunset: None,
            late_fee: ladder.late_fee,
            programme: ladder.programme.clone(),
            packs: ladder.packs.clone(),
            imeis: Vec::new(),
            consent,
        };
        let (unit, tenant) = (UnitId::from_bytes([0; 16]), TenantId::from_bytes([0; 16]));
        Contract::sign(unit, tenant, self.signed, signed)
    }
}

/// Reads a file of facts.
pub fn parse_facts(text: &str) -> Result<Facts, FieldError> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| FieldError { field: String::new(), message: format!("JSON: {error}") })?;
    let mut file = Fields::new(&value, "")?;
    let terms = file.take("terms");
    let terms = file.needed("terms", terms)?;
    let mut fields = Fields::new(&terms, "terms")?;
    let terms = terms_of(&mut fields)?;
    fields.done()?;
    let signed = moment(&mut file, "signed", terms.zone())?;
    let signed = file.needed("signed", signed)?;
    let consent = flag(&mut file, "consent")?.unwrap_or(false);
    let listed = file.list("facts")?;
    file.done()?;
    if listed.len() > FACTS_MAX {
        let message = format!("expected at most {FACTS_MAX} facts");
        return Err(FieldError { field: "facts".to_owned(), message });
    }
    let mut told: Vec<Told> = Vec::with_capacity(listed.len());
    let mut reader = event::Reader::new(&terms);
    let mut last = signed;
    for (index, fact) in listed.iter().enumerate() {
        let mut fields = Fields::new(fact, &format!("facts[{index}]"))?;
        let at = moment(&mut fields, "at", terms.zone())?;
        let at = fields.needed("at", at)?;
        if at < last {
            let message = "expected no earlier moment than the fact before, or the signing";
            return Err(fields.wrong("at", message));
        }
        last = at;
        let event = reader.read(&mut fields, at)?;
        fields.done()?;
        told.push(Told { at, event });
    }
    Ok(Facts { signed, terms, consent, told })
}

fn terms_of(fields: &mut Fields) -> Result<Terms, FieldError> {
    let currency = fields.text("currency")?;
    let currency = fields.needed("currency", currency)?;
    let currency = Currency::parse(&currency).ok_or_else(|| {
        fields.wrong("currency", format!("{currency:?}: expected an ISO 4217 code"))
    })?;
    let zone = fields.text("time_zone")?;
    let zone = fields.needed("time_zone", zone)?;
    let zone = Zone::parse(&zone).ok_or_else(|| {
        fields.wrong("time_zone", format!("{zone:?}: expected an IANA time zone"))
    })?;
    let language = fields.text("language")?.unwrap_or_else(|| "en".to_owned());
    let kept = fields.word("servicing", &[("instalments", false), ("outside", true)])?;
    let rows = fields.list("rows")?;
    let places = u32::from(currency.digits());
    let terms = if kept == Some(true) {
        Terms::outside(Price { currency, cash_price: 0, down_payment: 0 }, zone, language)
    } else if rows.is_empty() {
        let plan = plan(fields, places)?;
        let total = plan.instalment.unwrap_or(0).checked_mul(i64::from(plan.count));
        let cash_price = fields.decimal("cash_price", places)?.or(total).unwrap_or(0);
        let down_payment = fields.decimal("down_payment", places)?.unwrap_or(0);
        let price = Price { currency, cash_price, down_payment };
        Terms::equal(price, &plan, zone, language)
    } else {
        let rows = rows_of(fields, &rows, places)?;
        let sum = rows.iter().try_fold(0_i64, |sum, row| sum.checked_add(row.amount));
        let cash_price = fields.decimal("cash_price", places)?.or(sum).unwrap_or(0);
        let price = Price { currency, cash_price, down_payment: 0 };
        Terms::explicit(price, rows, zone, language)
    };
    let terms = terms.map_err(|error| FieldError {
        field: "terms".to_owned(),
        message: error.detail().to_owned(),
    })?;
    Ok(terms)
}

fn plan(fields: &mut Fields, places: u32) -> Result<Equal, FieldError> {
    let count = fields.count("count")?;
    let count = fields.needed("count", count)?;
    let words = [("days", Period::Days), ("weeks", Period::Weeks), ("months", Period::Months)];
    let period = fields.word("period", &words)?.unwrap_or(Period::Months);
    let every = fields.count("every")?.unwrap_or(1);
    let first_due = fields.day("first_due")?;
    let first_due = fields.needed("first_due", first_due)?;
    let instalment = fields.decimal("instalment", places)?;
    Ok(Equal { count, period, every, first_due, month_end: MonthEnd::Clamp, instalment })
}

fn rows_of(fields: &Fields, rows: &[Value], places: u32) -> Result<Vec<Instalment>, FieldError> {
    let read = |(index, row): (usize, &Value)| {
        let mut row = Fields::new(row, &fields.path(&format!("rows[{index}]")))?;
        let due = row.day("due")?;
        let due = row.needed("due", due)?;
        let amount = row.decimal("amount", places)?;
        let amount = row.needed("amount", amount)?;
        row.done()?;
        Ok(Instalment { due, amount, interest: 0 })
    };
    rows.iter().enumerate().map(read).collect()
}

/// A moment: a local day or minute, or RFC 3339 with its offset.
fn moment(fields: &mut Fields, name: &str, zone: &Zone) -> Result<Option<Moment>, FieldError> {
    let Some(text) = fields.text(name)? else { return Ok(None) };
    let wrong = || {
        let expected = "expected YYYY-MM-DD, YYYY-MM-DD HH:MM (local), or RFC 3339";
        fields.wrong(name, format!("{text:?}: {expected}"))
    };
    local(&text, zone).or_else(|| Moment::parse(&text)).map(Some).ok_or_else(wrong)
}

fn local(text: &str, zone: &Zone) -> Option<Moment> {
    let Some((day, clock)) = text.split_once(' ') else {
        return Day::parse(text).map(|day| zone.midnight(day));
    };
    let (hour, minute) = clock.split_once(':')?;
    let two = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let number =
        |text: &str, end: u32| text.parse().ok().filter(|number: &u32| two(text) && *number < end);
    let second = number(hour, 24)? * 3600 + number(minute, 60)? * 60;
    Some(zone.at(Day::parse(day)?, second))
}

fn flag(fields: &mut Fields, name: &str) -> Result<Option<bool>, FieldError> {
    match fields.take(name) {
        None => Ok(None),
        Some(Value::Bool(said)) => Ok(Some(said)),
        Some(_) => Err(fields.wrong(name, "expected true or false")),
    }
}

/// The id that a name in the file stands for.
fn id_of(kind: &str, name: &str) -> [u8; 16] {
    let hash = Sha256::new().chain_update(kind).chain_update([0]).chain_update(name).finalize();
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    id
}
