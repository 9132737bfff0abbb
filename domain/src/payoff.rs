//! What ends a contract on a day: open principal, the interest of the days that have run, fees.

use crate::{
    Day,
    allocation::Owed,
    amortise::{self, Method, Plan, Rounding, Row, Unpayable, divide},
};

/// Until when the running period bears interest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Until {
    /// The day of the payoff.
    #[default]
    PayoffDay,
    /// The end of the running period.
    PeriodEnd,
}

impl Until {
    /// Every rule.
    pub const ALL: [Until; 2] = [Until::PayoffDay, Until::PeriodEnd];

    /// The name in terms.
    pub fn name(self) -> &'static str {
        match self {
            Until::PayoffDay => "payoff_day",
            Until::PeriodEnd => "period_end",
        }
    }

    /// The rule of this name.
    pub fn parse(name: &str) -> Option<Until> {
        Until::ALL.into_iter().find(|until| until.name() == name)
    }
}

/// The sum that ends a contract, by component, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The day it is reckoned for; paid by then, it ends the contract.
    pub on: Day,
    /// Open principal.
    pub principal: i64,
    /// Interest due and run.
    pub interest: i64,
    /// Open fees.
    pub fee: i64,
    /// Open late fees.
    pub penalty: i64,
}

impl Quote {
    /// All of it.
    pub fn total(&self) -> Option<i64> {
        let parts = [self.interest, self.fee, self.penalty];
        parts.iter().try_fold(self.principal, |sum, part| sum.checked_add(*part))
    }

    /// Whether money that counts on a day ends the contract: in time, and short by no more than
    /// the tolerance.
    pub fn closes(&self, paid: i64, on: Day, tolerance: i64) -> bool {
        let short = self.total().and_then(|total| total.checked_sub(paid));
        on <= self.on && short.is_some_and(|short| short <= tolerance)
    }
}

/// The quote for a day. `rows` are the schedule's rows and `owed` what is open of each. Principal
/// past due bears no further interest; the running period bears it on the principal not yet due.
pub fn quote(
    plan: &Plan,
    rows: &[Row],
    owed: &[Owed],
    on: Day,
    until: Until,
) -> Result<Quote, Unpayable> {
    if rows.len() != owed.len() {
        return Err(Unpayable::Rows);
    }
    let sum = |of: fn(&Owed) -> i64| {
        owed.iter().try_fold(0_i64, |sum, row| sum.checked_add(of(row))).ok_or(Unpayable::Overflow)
    };
    let due = owed.iter().filter(|row| row.due <= on).map(|row| row.interest);
    let mut interest = due.fold(0_i64, i64::saturating_add);
    if let Some(running) = owed.iter().position(|row| row.due > on) {
        let ahead = owed[running..].iter().map(|row| row.principal).fold(0, i64::saturating_add);
        let table = Rows::new(plan, rows)?;
        let collects = table.collects(running);
        let run = table.interest(running, collects, ahead, on, until)?;
        let open = owed[running..=collects].iter().map(|row| row.interest);
        let of_rows = rows[running..=collects].iter().map(|row| row.interest);
        let sums = (of_rows.fold(0, i64::saturating_add), open.fold(0, i64::saturating_add));
        let paid = sums.0.saturating_sub(sums.1).max(0);
        interest = interest.saturating_add(run.min(sums.0).saturating_sub(paid).max(0));
    }
    Ok(Quote {
        on,
        principal: sum(|row| row.principal)?,
        interest,
        fee: sum(|row| row.fee)?,
        penalty: sum(|row| row.penalty)?,
    })
}

/// A schedule's rows, the down payment told apart.
struct Rows<'a> {
    plan: &'a Plan,
    rows: &'a [Row],
    down: usize,
}

impl Rows<'_> {
    fn new<'a>(plan: &'a Plan, rows: &'a [Row]) -> Result<Rows<'a>, Unpayable> {
        let down = usize::from(amortise::down_payment(plan)? > 0);
        Ok(Rows { plan, rows, down })
    }

    /// The row that collects the interest of this one: the first after an interest payment grace.
    fn collects(&self, running: usize) -> usize {
        let grace = if self.plan.given.is_empty() { self.plan.interest_payment_grace } else { 0 };
        running.max(self.down + grace as usize).min(self.rows.len() - 1).max(running)
    }

    /// Interest that has run up to the day and is not yet due, or all of the running period's.
    fn interest(
        &self,
        running: usize,
        collects: usize,
        ahead: i64,
        on: Day,
        until: Until,
    ) -> Result<i64, Unpayable> {
        let plan = self.plan;
        let end = if until == Until::PeriodEnd { self.rows[running].due } else { on };
        let declining = plan.given.is_empty() && plan.method == Method::Declining;
        let waiting = collects > running || self.waits(running);
        if declining && running >= self.down {
            let mut sum = 0_i64;
            let first = if waiting { self.down } else { running };
            for row in first..=running {
                let balance = if row == running { ahead } else { self.before(row) };
                let number = u32::try_from(row - self.down).map_err(|_| Unpayable::Count)?;
                let run = amortise::interest_until(plan, number, balance, end)?;
                sum = sum.checked_add(run).ok_or(Unpayable::Overflow)?;
            }
            return Ok(sum);
        }
        let first = if waiting { self.down } else { running };
        self.share(first, collects, end)
    }

    /// Whether interest of rows before this one is collected with it.
    fn waits(&self, running: usize) -> bool {
        let grace = self.plan.interest_payment_grace as usize;
        self.plan.given.is_empty() && grace > 0 && running == self.down + grace
    }

    /// Balance at the begin of a row.
    fn before(&self, row: usize) -> i64 {
        match row.checked_sub(1) {
            Some(before) => self.rows[before].balance,
            None => self.plan.principal,
        }
    }

    /// The collecting row's interest by the days that have run.
    fn share(&self, first: usize, collects: usize, end: Day) -> Result<i64, Unpayable> {
        let begins = match first.checked_sub(1) {
            Some(before) if first > self.down => self.rows[before].due,
            _ => self.plan.disbursed_on.unwrap_or(self.plan.start),
        };
        let row = &self.rows[collects];
        let length = i128::from(row.due.days_since(begins).max(1));
        let run = i128::from(end.days_since(begins).max(0)).min(length);
        let share = i128::from(row.interest).checked_mul(run);
        let share = share.and_then(|share| divide(share, length, Rounding::HalfEven));
        share.and_then(|share| i64::try_from(share).ok()).ok_or(Unpayable::Overflow)
    }
}
