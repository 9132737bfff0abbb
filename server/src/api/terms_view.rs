//! Money and calendar of a contract as the API shows them.

use domain::{Contract, Currency, Money, schedule::Instalment};
use serde::Serialize;
use utoipa::ToSchema;

/// Money and calendar of a contract.
#[derive(Serialize, ToSchema)]
pub(crate) struct TermsView {
    /// `instalments`; `payg`: days are sold; `outside`: the lender's own system keeps the account.
    #[schema(example = "instalments")]
    servicing: &'static str,
    /// ISO 4217.
    #[schema(example = "INR")]
    currency: String,
    /// Decimal number.
    cash_price: String,
    /// Decimal number.
    down_payment: String,
    /// Sum of all instalments.
    total: String,
    /// What the sum exceeds the financed price by.
    finance_charge: String,
    /// The instalments by rising due day.
    rows: Vec<InstalmentView>,
    /// What the rows were computed from, with its version; absent = they were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    rules: Option<PinView>,
    /// The order in which money pays what is owed.
    #[schema(example = "default")]
    allocation: &'static str,
    /// What money in advance pays: the `next` instalment, the `last`, or all (`reamortise`).
    advance: &'static str,
    /// Until when interest runs at an early payoff: `payoff_day` or `period_end`.
    payoff: &'static str,
    /// What becomes of what a phone handed back does not cover: `keep` or `waive`.
    shortfall: &'static str,
    /// SHA-256 of what the money follows from, in hexadecimal digits.
    hash: String,
    /// The hash of the terms before, once the contract was restructured.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    before: Option<String>,
    /// IANA name.
    #[schema(example = "Asia/Kolkata")]
    time_zone: String,
    /// BCP 47 tag.
    language: String,
    /// Programme and version pinned at the signing.
    programme: PinView,
    /// Policy packs and versions pinned at the signing.
    packs: Vec<PinView>,
    /// Whether the borrower's consent is on record.
    consent: bool,
}

/// An amount and its day.
#[derive(Serialize, ToSchema)]
pub(crate) struct RowView {
    /// Day.
    #[schema(format = Date)]
    pub(super) due: String,
    /// Decimal number.
    pub(super) amount: String,
}

/// An instalment.
#[derive(Serialize, ToSchema)]
pub(crate) struct InstalmentView {
    /// Day.
    #[schema(format = Date)]
    due: String,
    /// Decimal number.
    amount: String,
    /// The part of it that is the price of time.
    interest: String,
}

/// A name and its version.
#[derive(Serialize, ToSchema)]
pub(crate) struct PinView {
    /// Name.
    id: String,
    /// Version.
    version: u32,
}

pub(super) fn terms(contract: &Contract) -> TermsView {
    let terms = contract.terms();
    let money = |minor: i64| Money::new(minor, terms.currency()).decimal();
    let pin = |(id, version): &(String, u32)| PinView { id: id.clone(), version: *version };
    let rules = terms
        .origin()
        .map(|origin| PinView { id: origin.plan.rules.name().to_owned(), version: origin.version });
    let agreed = terms.agreed();
    TermsView {
        servicing: terms.servicing().name(),
        currency: terms.currency().code().to_owned(),
        cash_price: money(terms.cash_price()),
        down_payment: money(terms.down_payment()),
        total: money(terms.total()),
        finance_charge: money(terms.finance_charge()),
        rows: instalments(terms.rows(), terms.currency()),
        rules,
        allocation: agreed.allocation.name(),
        advance: agreed.allocation.advance().name(),
        payoff: agreed.payoff.name(),
        shortfall: agreed.shortfall.name(),
        hash: formats::terms_hash(terms).to_string(),
        before: contract.amended.as_ref().map(|amended| amended.before.to_string()),
        time_zone: terms.zone().name().to_owned(),
        language: terms.language().to_owned(),
        programme: pin(&contract.signed.programme),
        packs: contract.packs().iter().map(pin).collect(),
        consent: contract.consent().is_some(),
    }
}

/// Rows as the API shows them.
pub(crate) fn instalments(rows: &[Instalment], currency: Currency) -> Vec<InstalmentView> {
    let money = |minor: i64| Money::new(minor, currency).decimal();
    let row = |row: &Instalment| InstalmentView {
        due: row.due.to_string(),
        amount: money(row.amount),
        interest: money(row.interest),
    };
    rows.iter().map(row).collect()
}
