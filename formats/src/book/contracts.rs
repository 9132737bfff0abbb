//! Rows of contracts.

use std::{collections::BTreeMap, fmt};

use domain::{
    Currency, Imei, Money, Terms, Zone,
    fact::{Consent, Told},
    terms::{Price, TermsHash},
};

use super::{
    cells::{Cells, Column, column, imei_column, optional, optional_personal, personal},
    payg,
    plans::{self, GivenRow},
    sealed,
};

/// A contract to be signed.
#[derive(Clone, PartialEq, Eq)]
pub struct ContractRow {
    /// The lender's own name for it.
    pub reference: String,
    /// The financed phone.
    pub imei: Imei,
    /// Money and calendar.
    pub terms: Terms,
    /// The JSON text the terms were computed from, as it was told.
    pub told: Option<String>,
    /// Id of the programme.
    pub programme: String,
    /// The borrower's name.
    pub borrower_name: String,
    /// The borrower's phone number; may be empty.
    pub borrower_phone: String,
    /// The borrower's mail address; may be empty.
    pub borrower_email: String,
    /// The borrower's consent to restrictions, where the file has it.
    pub consent: Option<Consent>,
}

impl fmt::Debug for ContractRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContractRow")
            .field("reference", &self.reference)
            .field("imei", &self.imei)
            .field("programme", &self.programme)
            .finish_non_exhaustive()
    }
}

const REFERENCE: usize = 0;
const IMEI: usize = 1;
const CURRENCY: usize = 2;
pub(super) const CASH_PRICE: usize = 3;
pub(super) const DOWN_PAYMENT: usize = 4;
pub(super) const COUNT: usize = 5;
pub(super) const UNIT: usize = 6;
pub(super) const EVERY: usize = 7;
pub(super) const INSTALMENT: usize = 8;
pub(super) const FIRST_DUE: usize = 9;
const TIME_ZONE: usize = 10;
const LANGUAGE: usize = 11;
const PROGRAMME: usize = 12;
const NAME: usize = 13;
const PHONE: usize = 14;
const FORM: usize = 15;
const VERSION: usize = 16;
const CONSENT_AT: usize = 17;
pub(super) const TERMS: usize = 18;
pub(super) const STANDING: usize = 19;
pub(super) const PAYG_DAY_PRICE: usize = 20;
pub(super) const PAYG_TOTAL: usize = 21;
pub(super) const PAYG_TOTAL_DAYS: usize = 22;
pub(super) const PAYG_FREE_DAYS: usize = 23;
pub(super) const PAYG_MAX_AHEAD_DAYS: usize = 24;
pub(super) const PAYG_NOTICE_DAYS: usize = 25;
pub(super) const PAYG_CARRY: usize = 26;
pub(super) const PARTIAL_DAY_PRICE: usize = 27;
pub(super) const PARTIAL_MAX_DAYS: usize = 28;
const EMAIL: usize = 29;
const CONSENT_LANGUAGE: usize = 30;
const CONSENT_HASH: usize = 31;

/// Lines on which references and handsets were first seen.
#[derive(Debug, Default)]
pub struct Seen {
    references: BTreeMap<String, u64>,
    imeis: BTreeMap<Imei, u64>,
}

impl sealed::Row for ContractRow {
    type Seen = Seen;

    const COLUMNS: &'static [Column] = &[
        column("reference"),
        imei_column("imei"),
        column("currency"),
        column("cash_price"),
        column("down_payment"),
        column("count"),
        column("unit"),
        column("every"),
        column("instalment"),
        column("first_due"),
        column("time_zone"),
        column("language"),
        column("programme"),
        personal("borrower_name"),
        personal("borrower_phone"),
        optional("consent_form"),
        optional("consent_version"),
        optional("consent_at"),
        optional("terms"),
        optional("standing"),
        optional("payg_day_price"),
        optional("payg_total"),
        optional("payg_total_days"),
        optional("payg_free_days"),
        optional("payg_max_ahead_days"),
        optional("payg_notice_days"),
        optional("payg_carry"),
        optional("partial_unlock_day_price"),
        optional("partial_unlock_max_days"),
        optional_personal("borrower_email"),
        optional("consent_language"),
        optional("consent_hash"),
    ];

    fn read(cells: &mut Cells<'_>, seen: &mut Seen) -> Option<Self> {
        read(cells, seen, None)
    }
}

/// Reads a contract; its instalments from the columns, or from rows given one by one.
pub(crate) fn read(
    cells: &mut Cells<'_>,
    seen: &mut Seen,
    rows: Option<&[GivenRow<'_>]>,
) -> Option<ContractRow> {
    let reference = cells.filled(REFERENCE, 64);
    let imei = cells.imei(IMEI);
    let outside = outside(cells);
    let priced = outside == Some(false);
    let price = cells.currency(CURRENCY).and_then(|currency| price(cells, currency, priced));
    let zone = zone(cells);
    let currency = price.map(|price| price.currency);
    let told = cells.text(TERMS).filter(|text| !text.is_empty()).map(str::to_owned);
    let plan = match outside {
        Some(outside) => plans::read(cells, currency, rows, outside),
        None => None,
    };
    let language = language(cells, LANGUAGE);
    let programme = cells.filled(PROGRAMME, 64);
    let borrower_name = cells.filled(NAME, 200);
    let borrower_phone = phone(cells);
    let borrower_email = email(cells);
    let consent = consent(cells, zone.as_ref());
    doubles(cells, seen, reference, imei);
    let eased = currency.and_then(|currency| payg::partial_unlock(cells, currency));
    let terms = plans::terms(cells, price?, plan?, zone?, language?)?;
    let terms = terms.with_partial_unlock(eased?);
    Some(ContractRow {
        reference: reference?.to_owned(),
        imei: imei?,
        terms,
        told,
        programme: programme?.to_owned(),
        borrower_name: borrower_name?.to_owned(),
        borrower_phone: borrower_phone?.to_owned(),
        borrower_email: borrower_email?.to_owned(),
        consent: consent?,
    })
}

/// Whether the lender's own system keeps the account.
fn outside(cells: &mut Cells<'_>) -> Option<bool> {
    match cells.within(STANDING, 20)? {
        "" => Some(false),
        "outside" => Some(true),
        _ => cells.fail(STANDING, "bad_standing", "expected outside, or nothing"),
    }
}

fn price(cells: &mut Cells<'_>, currency: Currency, needed: bool) -> Option<Price> {
    let cash_price = match cells.text(CASH_PRICE)? {
        "" if !needed => Some(Money::new(0, currency)),
        _ => cells.money(CASH_PRICE, currency),
    };
    let down_payment = match cells.text(DOWN_PAYMENT)? {
        "" => Some(0),
        _ => cells.money(DOWN_PAYMENT, currency).map(|money| money.minor),
    };
    let (cash_price, down_payment) = (cash_price?.minor, down_payment?);
    if cash_price < 0 {
        return cells.fail(CASH_PRICE, "bad_amount", "expected an amount above zero");
    }
    if down_payment < 0 {
        return cells.fail(DOWN_PAYMENT, "bad_amount", "expected zero or more");
    }
    Some(Price { currency, cash_price, down_payment })
}

fn zone(cells: &mut Cells<'_>) -> Option<Zone> {
    let name = cells.filled(TIME_ZONE, 64)?;
    match Zone::parse(name) {
        Some(zone) => Some(zone),
        None => {
            let detail = "expected an IANA name, for example Asia/Kolkata";
            cells.fail(TIME_ZONE, "unknown_time_zone", detail)
        }
    }
}

/// The shape of a BCP 47 tag: a language of two or three letters, and subtags.
fn language(cells: &mut Cells<'_>, column: usize) -> Option<String> {
    let tag = cells.filled(column, 64)?;
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or("");
    let letters = first.bytes().all(|byte| byte.is_ascii_lowercase());
    let subtag = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    if letters && (2..=3).contains(&first.len()) && tag.len() <= 35 && parts.all(subtag) {
        return Some(tag.to_owned());
    }
    cells.fail(column, "bad_language", "expected a BCP 47 tag, for example hi or pt-BR")
}

fn phone<'a>(cells: &mut Cells<'a>) -> Option<&'a str> {
    let text = cells.within(PHONE, 40)?;
    let known = |byte: u8| byte.is_ascii_digit() || b"+-() ./".contains(&byte);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if text.is_empty() || text.bytes().all(known) && (4..=20).contains(&digits) {
        return Some(text);
    }
    cells.fail(
        PHONE,
        "bad_phone",
        "expected 4 to 20 digits, with + ( ) - . / and blanks, or nothing",
    )
}

/// As much of an address as tells it from something else; whether it exists, its server says.
fn email<'a>(cells: &mut Cells<'a>) -> Option<&'a str> {
    let text = cells.within(EMAIL, 200)?;
    let halves = text.split_once('@').filter(|(name, host)| {
        let plain = |part: &str| !part.is_empty() && !part.contains([' ', '@', '<', '>']);
        plain(name) && plain(host) && host.contains('.')
    });
    if text.is_empty() || halves.is_some() {
        return Some(text);
    }
    cells.fail(EMAIL, "bad_email", "expected a mail address, or nothing")
}

/// `None` = faulty, `Some(None)` = none in the file.
fn consent(cells: &mut Cells<'_>, zone: Option<&Zone>) -> Option<Option<Consent>> {
    let columns = [FORM, VERSION, CONSENT_AT, CONSENT_LANGUAGE, CONSENT_HASH];
    let mut filled = 0;
    for column in columns {
        filled += usize::from(!cells.within(column, 100)?.is_empty());
    }
    if filled == 0 {
        return Some(None);
    }
    let form = cells.filled(FORM, 100);
    let version = cells.filled(VERSION, 100);
    let at = cells.when(CONSENT_AT);
    let told = told(cells);
    let at = at?.moment(zone?);
    let (form, version) = (form?.to_owned(), version?.to_owned());
    Some(Some(Consent { form, version, at, told: told? }))
}

/// The disclosure that a consent was given on: language and hash, or neither.
fn told(cells: &mut Cells<'_>) -> Option<Option<Box<Told>>> {
    if cells.text(CONSENT_LANGUAGE)?.is_empty() && cells.text(CONSENT_HASH)?.is_empty() {
        return Some(None);
    }
    let language = language(cells, CONSENT_LANGUAGE);
    let text = cells.filled(CONSENT_HASH, 64)?;
    let Some(TermsHash(hash)) = TermsHash::parse(text) else {
        let detail = "expected 64 hexadecimal digits in lower case";
        return cells.fail(CONSENT_HASH, "bad_hash", detail);
    };
    Some(Some(Box::new(Told { language: language?, hash })))
}

fn doubles(cells: &mut Cells<'_>, seen: &mut Seen, reference: Option<&str>, imei: Option<Imei>) {
    let line = cells.line();
    if let Some(reference) = reference {
        match seen.references.get(reference) {
            Some(first) => {
                let detail = format!("the reference stands on line {first} already");
                cells.fail::<()>(REFERENCE, "duplicate_reference", &detail);
            }
            None => {
                seen.references.insert(reference.to_owned(), line);
            }
        }
    }
    if let Some(imei) = imei {
        match seen.imeis.get(&imei) {
            Some(first) => {
                let detail = format!("the IMEI stands on line {first} already");
                cells.fail::<()>(IMEI, "duplicate_imei", &detail);
            }
            None => {
                seen.imeis.insert(imei, line);
            }
        }
    }
}
