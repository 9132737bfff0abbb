//! Rows from payments: interest on the balance, principal as the rest, the last row pays all.

use super::{
    Plan, Unpayable,
    calendar::Span,
    factor::{self, Factor},
};

/// What a row before the last one pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pay {
    /// This much in all.
    Total(i64),
    /// This much principal and its interest.
    Principal(i64),
}

/// More money handed over within a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Advance {
    pub(super) row: usize,
    pub(super) amount: i64,
    /// From the hand-over to the row's due day.
    pub(super) factor: Factor,
}

/// One row's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) principal: i64,
    /// What is collected with the row.
    pub(super) interest: i64,
    /// What arose in its period.
    pub(super) own: i64,
    /// After the row is paid.
    pub(super) balance: i64,
}

impl Part {
    /// Principal and the period's own interest.
    pub(super) fn level(&self) -> i64 {
        self.principal.saturating_add(self.own)
    }
}

/// Everything a declining walk needs.
#[derive(Clone, Copy)]
pub(super) struct Book<'a> {
    pub(super) plan: &'a Plan,
    pub(super) financed: i64,
    pub(super) spans: &'a [Span],
    pub(super) factors: &'a [Factor],
    pub(super) advances: &'a [Advance],
    /// Of each row: interest on principal past due, until the day it is known to be unpaid.
    pub(super) overdue: &'a [Factor],
}

impl Book<'_> {
    /// Walks the rows. Every row before the last must pay its interest and leave something.
    pub(super) fn walk(&self, pays: &[Pay]) -> Result<Vec<Part>, Unpayable> {
        let mut parts = Vec::with_capacity(self.spans.len());
        let (mut balance, mut deferred, mut fallen_due) = (self.financed, 0_i64, 0_i64);
        for row in 0..self.spans.len() {
            let own = self.own_interest(row, balance, fallen_due)?;
            balance = self.after_advances(row, balance)?;
            let last = row + 1 == self.spans.len();
            let principal = match pays.get(row) {
                _ if last => balance,
                Some(Pay::Total(total)) => total.checked_sub(own).ok_or(Unpayable::Overflow)?,
                Some(Pay::Principal(principal)) => *principal,
                None => return Err(Unpayable::Count),
            };
            if principal < 0 {
                return Err(Unpayable::NotAmortising);
            }
            balance = balance.checked_sub(principal).ok_or(Unpayable::Overflow)?;
            fallen_due = fallen_due.checked_add(principal).ok_or(Unpayable::Overflow)?;
            let open_later = self.advances.iter().any(|advance| advance.row > row);
            if !last && balance <= 0 && !(balance == 0 && open_later) {
                return Err(Unpayable::LastRow);
            }
            deferred = deferred.checked_add(own).ok_or(Unpayable::Overflow)?;
            let waits = row < self.plan.interest_payment_grace as usize && !last;
            let interest = if waits { 0 } else { std::mem::take(&mut deferred) };
            parts.push(Part { principal, interest, own, balance });
        }
        Ok(parts)
    }

    /// Rows of a fixed payment, as many as it takes.
    pub(super) fn rows_of_payment(&self, payment: i64) -> Result<usize, Unpayable> {
        let mut balance = self.financed;
        for row in 0..self.spans.len() {
            let own = self.own_interest(row, balance, 0)?;
            if balance.saturating_add(own) <= payment {
                return Ok(row + 1);
            }
            if row < self.plan.grace() as usize {
                continue;
            }
            if payment <= own {
                return Err(Unpayable::NotAmortising);
            }
            balance -= payment - own;
        }
        Err(Unpayable::NotAmortising)
    }

    fn own_interest(&self, row: usize, balance: i64, past_due: i64) -> Result<i64, Unpayable> {
        let mut parts = vec![(balance, self.factors[row])];
        parts.extend(self.overdue.get(row).map(|factor| (past_due, *factor)));
        let advances = self.advances.iter().filter(|advance| advance.row == row);
        parts.extend(advances.map(|advance| (advance.amount, advance.factor)));
        factor::interest(self.plan, &parts)
    }

    /// The balance with what was handed over in a row.
    pub(super) fn after_advances(&self, row: usize, balance: i64) -> Result<i64, Unpayable> {
        let advances = self.advances.iter().filter(|advance| advance.row == row);
        let sum = advances.into_iter().try_fold(balance, |sum, one| sum.checked_add(one.amount));
        sum.ok_or(Unpayable::Overflow)
    }
}

/// `total` in equal rounded parts over the rows after the first `without`; the last takes the rest.
pub(super) fn equal_parts(
    plan: &Plan,
    total: i64,
    rows: usize,
    without: usize,
) -> Result<(i64, Vec<i64>), Unpayable> {
    let paying = i64::try_from(rows - without).map_err(|_| Unpayable::Count)?;
    let each = plan.cash_ratio(i128::from(total), i128::from(paying))?;
    let mut parts = vec![0; without];
    parts.resize(rows - 1, each);
    let before = each.checked_mul(paying - 1).ok_or(Unpayable::Overflow)?;
    parts.push(total - before);
    Ok((each, parts))
}
