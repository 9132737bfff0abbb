//! Early settlement: what ends a contract if paid by a day, quoted as a fact, and how money closes
//! it.
//!
//! **Invariant:** interest that was earned is never forgone.
//! **Invariant:** a quote binds the lender only: money that is late, or too little, is an ordinary
//! payment.

use crate::{
    Day, Moment, QuoteId,
    account::{Balance, Claim, MoveKind},
    allocation::Owed,
    amortise::{GivenRow, Plan, Row, Unpayable, amortise},
    command::Refusal,
    contract::Contract,
    decide::has_schedule,
    fact::What,
    payoff::{Quote, quote},
};

/// A quote reaches at most so many days ahead.
pub const QUOTE_DAYS_MAX: i32 = 31;
/// So many quotes stand at a time; a further one takes the place of the oldest.
pub const QUOTES_MAX: usize = 4;

/// A quote as it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// Its id.
    pub id: QuoteId,
    /// Its day and sums.
    pub quote: Quote,
    /// Interest that is not asked for, in minor units.
    pub forgone: i64,
}

/// A quote that stands, and what was known when it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The quote.
    pub quoted: Quoted,
    /// Money counted by then.
    pub paid: i64,
    /// Late fees that had fallen by then.
    pub charged: i64,
}

/// The quote for a day, as the account stands at a moment. Changes nothing.
pub fn offer(contract: &Contract, id: QuoteId, on: Day, at: Moment) -> Result<Quoted, Refusal> {
    has_schedule(contract)?;
    if !contract.is_active() {
        let detail = format!("the contract is {}", contract.state.name());
        return Err(Refusal::new("contract_not_active", detail));
    }
    let today = contract.day(at);
    if on < today || on.days_since(today) > QUOTE_DAYS_MAX {
        let detail = format!("on: today, or at most {QUOTE_DAYS_MAX} days ahead");
        return Err(Refusal::new("payoff_out_of_range", detail));
    }
    let mut account = contract.account.clone();
    account.reckon(today);
    let balance = account.now();
    if balance.is_settled() {
        return Err(Refusal::new("nothing_owed", "nothing is open"));
    }
    let unpayable = |error: Unpayable| Refusal::new(error.code(), error.detail());
    let quote = reckon(contract, balance, on).map_err(unpayable)?;
    quote.total().ok_or_else(|| unpayable(Unpayable::Overflow))?;
    Ok(Quoted { id, quote, forgone: interest_open(balance) - quote.interest })
}

fn interest_open(balance: &Balance) -> i64 {
    balance.owed.iter().fold(0, |sum, row| sum.saturating_add(row.interest))
}

/// What is open of the schedule by its rows; what stands beside them is added as it is.
fn reckon(contract: &Contract, balance: &Balance, on: Day) -> Result<Quote, Unpayable> {
    let plan = plan(contract);
    let rows = amortise(&plan)?.rows;
    let mut owed: Vec<Owed> = rows.iter().map(|row: &Row| Owed::nothing(row.due)).collect();
    let mut beside = Owed::nothing(on);
    for (claim, open) in balance.claims.iter().zip(&balance.owed) {
        beside.fee = beside.fee.saturating_add(open.fee);
        beside.penalty = beside.penalty.saturating_add(open.penalty);
        let of_schedule = |claim: &Claim| claim.chargeback.is_none();
        let row = owed.iter_mut().find(|row| row.due == open.due && of_schedule(claim));
        let row = row.unwrap_or(&mut beside);
        row.principal = row.principal.saturating_add(open.principal);
        row.interest = row.interest.saturating_add(open.interest);
    }
    let asked = quote(&plan, &rows, &owed, on, contract.terms().agreed().payoff)?;
    let open = interest_open(balance);
    let paid = balance.interest() - open;
    let least = (balance.earned(on) - paid).clamp(0, open);
    let principal = asked.principal.saturating_add(beside.principal);
    Ok(Quote {
        principal: principal.saturating_add(balance.missing()),
        interest: asked.interest.saturating_add(beside.interest).clamp(least, open),
        fee: beside.fee,
        penalty: beside.penalty,
        ..asked
    })
}

/// What the rows bear interest by: the plan they were computed from, or the rows themselves, whose
/// interest then runs evenly over the days between two.
fn plan(contract: &Contract) -> Plan {
    let terms = contract.terms();
    if let Some(origin) = terms.origin() {
        return origin.plan.clone();
    }
    let given = |row: &crate::schedule::Instalment| GivenRow {
        due: row.due,
        principal: row.amount - row.interest,
        interest: row.interest,
    };
    let begins = contract.amended.as_ref().map(|amended| amended.on);
    let begins = begins.unwrap_or_else(|| contract.day(contract.signed_at));
    let first = terms.rows().first().map_or(begins, |row| row.due);
    let financed = terms.cash_price() - terms.down_payment();
    Plan {
        given: terms.rows().iter().map(given).collect(),
        ..Plan::new(financed, begins.min(first), 1)
    }
}

/// How money of this value date closes the contract by a quote that stands, if it does. `after` is
/// the contract with the money counted.
pub(crate) fn closing(after: &Contract, value: Moment, tolerance: i64) -> Option<What> {
    let on = after.day(value);
    let closes = |standing: &&Standing| {
        let paid = after.paid.saturating_sub(standing.paid);
        standing.quoted.quote.closes(paid, on, tolerance)
    };
    let standing = after.quotes.iter().rev().find(closes)?;
    let forgone = standing.quoted.forgone;
    let mut account = after.account.clone();
    account.take(MoveKind::Close { forgone, crumbs: 0 }, on, on);
    let crumbs = account.now().open();
    let fallen = account.now().charged.total().saturating_sub(standing.charged).max(0);
    if crumbs > tolerance.max(0).saturating_add(fallen) || (forgone == 0 && crumbs == 0) {
        return None;
    }
    Some(What::PaidOff { quote: standing.quoted.id, value, forgone, crumbs })
}
