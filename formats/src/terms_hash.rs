//! The terms hash: what a borrower, a lender and an auditor can compare.
//!
//! It covers what the money follows from: currency, price, down payment, rows, what they were
//! computed from, the order of allocation, the payoff rule and what becomes of a shortfall. The
//! same terms have the same hash, whoever computes it: a contract, its journal, or
//! `quittance schedule`.

use domain::{
    Currency, Terms,
    amortise::{Table, Unpayable, down_payment},
    ending::Shortfall,
    schedule::Instalment,
    terms::{Agreed, Origin, TermsHash, instalments},
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    doc::written,
    schedule_terms::ScheduleTerms,
    shape::{AsShape, terms::Rows},
    text::AsText,
};

#[derive(Serialize)]
struct Hashed<'a> {
    advance: &'static str,
    allocation: &'static str,
    cash_price: AsText<&'a i64>,
    currency: Option<&'a str>,
    down_payment: AsText<&'a i64>,
    origin: Option<AsShape<&'a Origin>>,
    payoff: &'static str,
    rows: Rows<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shortfall: Option<&'static str>,
}

/// The hash of a contract's terms.
pub fn terms_hash(terms: &Terms) -> TermsHash {
    let sums = (terms.cash_price(), terms.down_payment());
    hash(Some(terms.currency()), sums, terms.agreed(), terms.origin(), terms.rows())
}

/// The hash that a contract on these terms of a schedule has.
pub fn schedule_hash(terms: &ScheduleTerms, table: &Table) -> Result<TermsHash, Unpayable> {
    let plan = terms.plan.clone();
    let sums = (plan.principal, down_payment(&plan)?);
    let rows = instalments(&plan, table)?;
    let version = plan.rules.version();
    Ok(hash(terms.currency, sums, terms.agreed, Some(&Origin { plan, version }), &rows))
}

fn hash(
    currency: Option<Currency>,
    (cash_price, down_payment): (i64, i64),
    Agreed { allocation, payoff, shortfall }: Agreed,
    origin: Option<&Origin>,
    rows: &[Instalment],
) -> TermsHash {
    let currency = currency.map(|currency| currency.code().to_owned());
    let text = written(&Hashed {
        advance: allocation.advance().name(),
        allocation: allocation.name(),
        cash_price: AsText(&cash_price),
        currency: currency.as_deref(),
        down_payment: AsText(&down_payment),
        origin: origin.map(AsShape),
        payoff: payoff.name(),
        rows: Rows(rows),
        shortfall: Some(shortfall.name()).filter(|_| shortfall != Shortfall::default()),
    });
    TermsHash(Sha256::digest(text.as_bytes()).into())
}
