//! What falls due on each of the new dates.

use super::{Given, Kind};
use crate::{
    Day,
    allocation::Owed,
    amortise::{Plan, Shape, Unpayable, interest_until, to_multiple},
    money::portion,
    schedule::Instalment,
};

/// Principal and interest that are open, on the new dates.
pub(super) fn fixed(
    kind: Kind,
    arrears: &[Instalment],
    future: &[Instalment],
    dates: &[Day],
) -> Vec<Instalment> {
    let (late, ahead) = (Sum::of(arrears), Sum::of(future));
    let part = |row: usize| match kind {
        Kind::ReAge | Kind::Extend => late.plus(ahead).share(row, dates.len()),
        Kind::ReAmortise => Sum::of(&future[row..=row]).plus(late.share(row, dates.len())),
        Kind::Holiday => {
            let own = future.get(row).map_or(Sum::default(), |own| Sum::of(&[*own]));
            if row == 0 { own.plus(late) } else { own }
        }
    };
    dates.iter().enumerate().map(|(row, due)| part(row).due(*due)).collect()
}

/// A level schedule of all open principal, or one of equal parts where the contract had such.
/// Interest of arrears, and of the days that have run since the period began, is spread over it.
pub(super) fn bearing(
    given: &Given<'_>,
    begins: Day,
    dates: &[Day],
) -> Result<Vec<Instalment>, Unpayable> {
    let (late, ahead) = (Sum::of(given.arrears), Sum::of(given.future));
    let run = interest(given.plan, begins, given.on, ahead.principal)?;
    let owed = late.interest.checked_add(run - prepaid(given)).ok_or(Unpayable::Overflow)?;
    let walk = Walk { plan: given.plan, on: given.on, dates };
    let principal = late.plus(ahead).principal;
    let mut rows = match given.plan.shape {
        Shape::EqualPrincipal => walk.equal(principal)?,
        _ => walk.level(principal)?,
    };
    let more = Sum { principal: 0, interest: owed.max(0) };
    for (row, part) in rows.iter_mut().enumerate() {
        *part = part.plus(more.share(row, dates.len()));
    }
    let mut less = owed.min(0).saturating_neg();
    for part in &mut rows {
        let taken = less.min(part.interest);
        part.interest -= taken;
        less -= taken;
    }
    Ok(rows.iter().zip(dates).map(|(part, due)| part.due(*due)).collect())
}

/// Interest of rows still to come that was paid in advance.
fn prepaid(given: &Given<'_>) -> i64 {
    let rows = given.balance.claims.iter().zip(&given.balance.owed);
    let ahead = rows.filter(|(claim, _)| claim.due >= given.on);
    let paid = |(claim, owed): (&crate::account::Claim, &Owed)| claim.interest - owed.interest;
    ahead.map(paid).fold(0, i64::saturating_add)
}

/// Interest on a balance from one day to another, by the plan's rules. A stretch that is one whole
/// period counts as one where months count thirty days.
fn interest(plan: &Plan, from: Day, to: Day, balance: i64) -> Result<i64, Unpayable> {
    if to <= from || balance <= 0 {
        return Ok(0);
    }
    let one = Plan {
        start: from,
        disbursed_on: None,
        count: 1,
        first_due: Some(to),
        given: Vec::new(),
        events: Vec::new(),
        principal_grace: 0,
        interest_payment_grace: 0,
        interest_free: 0,
        ..plan.clone()
    };
    interest_until(&one, 0, balance, to)
}

/// New rows on their dates.
struct Walk<'a> {
    plan: &'a Plan,
    on: Day,
    dates: &'a [Day],
}

impl Walk<'_> {
    fn own(&self, row: usize, balance: i64) -> Result<i64, Unpayable> {
        let from = row.checked_sub(1).map_or(self.on, |before| self.dates[before]);
        interest(self.plan, from, self.dates[row], balance)
    }

    fn equal(&self, principal: i64) -> Result<Vec<Sum>, Unpayable> {
        let mut balance = principal;
        let whole = Sum { principal, interest: 0 };
        let part = |row: usize| {
            let interest = self.own(row, balance)?;
            let principal = whole.share(row, self.dates.len()).principal;
            balance -= principal;
            Ok(Sum { principal, interest })
        };
        (0..self.dates.len()).map(part).collect()
    }

    /// The smallest payment that leaves the last row no more than itself.
    fn level(&self, principal: i64) -> Result<Vec<Sum>, Unpayable> {
        let last = self.dates.len() - 1;
        let (mut low, mut high) = (0, principal);
        for row in 0..=last {
            high = high.checked_add(self.own(row, principal)?).ok_or(Unpayable::Overflow)?;
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            let fits = match self.paying(principal, middle) {
                Ok(rows) => rows[last].principal + rows[last].interest <= middle,
                Err(Unpayable::NotAmortising) => false,
                Err(error) => return Err(error),
            };
            if fits { high = middle } else { low = middle }
        }
        let multiple = self.plan.instalment_multiple.or(self.plan.currency_multiple);
        let payment = match multiple {
            None => high,
            Some(multiple) => to_multiple(high, multiple, self.plan.rounding).unwrap_or(high),
        };
        self.paying(principal, payment)
    }

    fn paying(&self, principal: i64, payment: i64) -> Result<Vec<Sum>, Unpayable> {
        let mut balance = principal;
        let last = self.dates.len() - 1;
        let part = |row: usize| {
            let interest = self.own(row, balance)?;
            let part = match payment.checked_sub(interest) {
                _ if row == last => balance,
                Some(part) if part >= 0 => part.min(balance),
                _ => return Err(Unpayable::NotAmortising),
            };
            balance -= part;
            Ok(Sum { principal: part, interest })
        };
        (0..self.dates.len()).map(part).collect()
    }
}

/// Principal and interest together.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    principal: i64,
    interest: i64,
}

impl Sum {
    fn of(rows: &[Instalment]) -> Sum {
        let sum = |sum: Sum, row: &Instalment| Sum {
            principal: sum.principal.saturating_add(row.amount - row.interest),
            interest: sum.interest.saturating_add(row.interest),
        };
        rows.iter().fold(Sum::default(), sum)
    }

    fn plus(self, other: Sum) -> Sum {
        Sum {
            principal: self.principal.saturating_add(other.principal),
            interest: self.interest.saturating_add(other.interest),
        }
    }

    /// The part of a row when it is spread evenly; the last ones take the rest.
    fn share(self, row: usize, rows: usize) -> Sum {
        let through = |amount: i64, row: usize| {
            let (row, rows) = (i64::try_from(row).unwrap_or(0), i64::try_from(rows).unwrap_or(1));
            portion(amount, row, rows).unwrap_or(0)
        };
        let part = |amount: i64| through(amount, row + 1) - through(amount, row);
        Sum { principal: part(self.principal), interest: part(self.interest) }
    }

    fn due(self, due: Day) -> Instalment {
        Instalment {
            due,
            amount: self.principal.saturating_add(self.interest),
            interest: self.interest,
        }
    }
}
