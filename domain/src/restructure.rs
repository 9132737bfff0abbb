//! Restructure: the open balance on new rows, agreed with the borrower.
//!
//! The old schedule closes on the day it happens. What is open of its principal and interest moves
//! to new rows; what was paid stays where it was paid, and fees stay fees. Where interest follows
//! from a balance, the interest of days that have not run is reckoned anew on the new dates.
//!
//! **Invariant:** the principal of the new rows is the principal that was open, to the minor unit.
//! **Invariant:** without interest on a balance the interest of the new rows is what was open, too.

mod dates;
mod spread;

use crate::{
    Day, Moment, Terms,
    account::{Balance, Claim},
    allocation::Owed,
    amortise::{GivenRow, Plan, Shape, Unpayable},
    command::Refusal,
    contract::Contract,
    decide::has_schedule,
    fact::Consent,
    schedule::{Instalment, Period, ROWS_MAX},
    terms::{Origin, Price, TermsHash},
};

/// How a contract changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// All that is open on new dates, in a new number of rows.
    ReAge,
    /// Arrears spread over the rows that remain; their dates stay.
    ReAmortise,
    /// All that is open over the rows that remain and further ones.
    Extend,
    /// The next due dates are left out; arrears fall due with the first row after them.
    Holiday,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 4] = [Kind::ReAge, Kind::ReAmortise, Kind::Extend, Kind::Holiday];

    /// The name in files and journals.
    pub fn name(self) -> &'static str {
        match self {
            Kind::ReAge => "re_age",
            Kind::ReAmortise => "re_amortise",
            Kind::Extend => "extend",
            Kind::Holiday => "holiday",
        }
    }

    /// The kind of this name.
    pub fn parse(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// How the contract changes.
    pub kind: Kind,
    /// Rows of a re-age, further rows of an extension, due dates of a holiday.
    pub count: u32,
    /// First due day of a re-age.
    pub first_due: Option<Day>,
    /// Its unit between due dates; that of the rows where none is given.
    pub period: Option<Period>,
    /// So many units between two.
    pub every: Option<u32>,
}

/// Old rows and new ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The day the old schedule closes.
    pub on: Day,
    /// What is open of it: day, amount, interest.
    pub old: Vec<Instalment>,
    /// The terms from then on; their rows are the new ones.
    pub terms: Terms,
}

impl Proposal {
    /// What the new rows bear more than was open, in minor units; below zero = less.
    pub fn added(&self) -> i64 {
        let old = self.old.iter().fold(0_i64, |sum, row| sum.saturating_add(row.amount));
        self.terms.total().saturating_sub(old)
    }
}

/// A restructure as it was agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amendment {
    /// How the contract changed.
    pub kind: Kind,
    /// The day the old schedule closed.
    pub on: Day,
    /// The terms from then on.
    pub terms: Terms,
    /// Their hash.
    pub terms_hash: TermsHash,
    /// The hash of the terms before.
    pub before: TermsHash,
    /// The borrower's consent to it.
    pub consent: Consent,
    /// Why, in the words of whoever agreed to it for the lender; empty where no record says.
    pub reason: String,
}

/// The account as it stands at the restructure, reckoned through its day.
fn reckoned(contract: &Contract, on: Day) -> Balance {
    let mut account = contract.account.clone();
    account.reckon(on);
    account.now().clone()
}

/// The new rows of a contract at a moment, or why there are none. Changes nothing.
pub fn propose(contract: &Contract, ask: &Ask, at: Moment) -> Result<Proposal, Refusal> {
    has_schedule(contract)?;
    if !contract.is_active() {
        let detail = format!("the contract is {}", contract.state.name());
        return Err(Refusal::new("contract_not_active", detail));
    }
    let on = contract.day(at);
    let balance = reckoned(contract, on);
    let open = open_rows(&balance);
    let principal =
        open.iter().fold(0_i64, |sum, row| sum.saturating_add(row.amount - row.interest));
    if principal <= 0 {
        return Err(Refusal::new("nothing_owed", "no principal is open: nothing to restructure"));
    }
    let (arrears, future): (Vec<Instalment>, Vec<Instalment>) =
        open.iter().copied().partition(|row| row.due < on);
    let dates = dates::of(contract.terms(), ask, on, &future)?;
    let terms = contract.terms();
    let price = Price { currency: terms.currency(), cash_price: principal, down_payment: 0 };
    let bearing = bearing(terms);
    let rows = match bearing {
        Some(plan) => {
            let given = Given { plan, on, arrears: &arrears, future: &future, balance: &balance };
            let begins = begins(contract, on);
            spread::bearing(&given, begins, &dates).map_err(unpayable)?
        }
        None => spread::fixed(ask.kind, &arrears, &future, &dates),
    };
    let rows: Vec<Instalment> = rows.into_iter().filter(|row| row.amount > 0).collect();
    let origin = bearing.map(|plan| origin(plan, principal, on, &rows));
    let terms = Terms::explicit(price, rows, terms.zone().clone(), terms.language().to_owned())
        .map_err(|error| Refusal::new(error.code(), error.detail()))?
        .with_agreed(terms.agreed())
        .with_origin(origin);
    Ok(Proposal { on, old: open, terms })
}

fn unpayable(error: Unpayable) -> Refusal {
    Refusal::new(error.code(), error.detail())
}

/// What the new rows of a contract that bears interest follow from.
struct Given<'a> {
    plan: &'a Plan,
    on: Day,
    arrears: &'a [Instalment],
    future: &'a [Instalment],
    balance: &'a Balance,
}

/// What is open of the schedule, chargebacks and fees left out.
fn open_rows(balance: &Balance) -> Vec<Instalment> {
    let rows = balance.claims.iter().zip(&balance.owed);
    let open = |(claim, owed): (&Claim, &Owed)| {
        let amount = owed.principal + owed.interest;
        let row = Instalment { due: owed.due, amount, interest: owed.interest };
        (claim.chargeback.is_none() && amount > 0).then_some(row)
    };
    rows.filter_map(open).collect()
}

/// The plan of a contract whose interest follows from a balance.
fn bearing(terms: &Terms) -> Option<&Plan> {
    let plan = &terms.origin()?.plan;
    let declining = plan.method == crate::amortise::Method::Declining;
    (declining && plan.rate.0 > 0).then_some(plan)
}

/// The first day of the period that runs on a day.
fn begins(contract: &Contract, on: Day) -> Day {
    let terms = contract.terms();
    let due = terms.rows().iter().map(|row| row.due).rfind(|due| *due <= on);
    let start = terms.origin().map(|origin| origin.plan.disbursed_on.unwrap_or(origin.plan.start));
    due.or(start).unwrap_or(on).min(on)
}

/// The plan that the new rows bear interest by, so that they can change again.
fn origin(plan: &Plan, principal: i64, on: Day, rows: &[Instalment]) -> Origin {
    let given = |row: &Instalment| GivenRow {
        due: row.due,
        principal: row.amount - row.interest,
        interest: row.interest,
    };
    let shape = match plan.shape {
        Shape::EqualPrincipal => Shape::EqualPrincipal,
        _ => Shape::Level,
    };
    let plan = Plan {
        principal,
        start: on,
        disbursed_on: None,
        count: u32::try_from(rows.len()).unwrap_or(u32::MAX).min(ROWS_MAX as u32),
        first_due: None,
        shape,
        principal_grace: 0,
        interest_payment_grace: 0,
        interest_free: 0,
        down_payment: crate::amortise::DownPayment::None,
        given: rows.iter().map(given).collect(),
        events: Vec::new(),
        ..plan.clone()
    };
    let version = plan.rules.version();
    Origin { plan, version }
}
