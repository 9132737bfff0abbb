//! The level payment and its smoothing.

use super::{
    Plan, RuleSet, Shape, Unpayable,
    factor::{self, Factor},
    number::{Decimal, Rounding, divide, to_multiple},
    rows::{Book, Part, Pay},
};

/// The payment that brings `owed` to `left` over these rows:
/// `(owed × Π(1+f) − left) ÷ S`, `S₁ = 1`, `S = 1 + S(1+f)`.
pub(super) fn payment(
    plan: &Plan,
    owed: i64,
    left: i64,
    factors: &[Factor],
) -> Result<i64, Unpayable> {
    // Without interest the payment is a plain quotient, and no digit need be lost on a large sum.
    let cash = if factors.iter().all(|factor| factor.is_none()) {
        let rows = i128::try_from(factors.len()).map_err(|_| Unpayable::Count)?;
        plan.cash_ratio(i128::from(owed) - i128::from(left), rows)?
    } else {
        let exact = annuity(plan, owed, left, factors)?;
        plan.cash(exact.whole(plan.rounding).ok_or(Unpayable::Overflow)?)?
    };
    let payment = plan.instalment(cash)?;
    if payment > 0 { Ok(payment) } else { Err(Unpayable::Payment) }
}

fn annuity(plan: &Plan, owed: i64, left: i64, factors: &[Factor]) -> Result<Decimal, Unpayable> {
    let digits = factor::precision(plan.rules);
    let (mut product, mut sum) = (Decimal::ONE, Decimal::ZERO);
    for factor in factors {
        let factor = factor.decimal(digits)?;
        let step = || {
            let grown = digits.add(Decimal::ONE, factor)?;
            let sum = digits.add(Decimal::ONE, digits.mul(sum, grown)?)?;
            Some((digits.mul(product, grown)?, sum))
        };
        (product, sum) = step().ok_or(Unpayable::Overflow)?;
    }
    let quotient = || {
        let grown = digits.mul(digits.int(i128::from(owed))?, product)?;
        let rest = digits.sub(grown, digits.int(i128::from(left))?)?;
        digits.div(rest, sum)
    };
    quotient().ok_or(Unpayable::Overflow)
}

/// Rows with this payment from row `first` on, made once more with a better one where the last row
/// differs by more than half a cent a row: one try, kept only if it comes nearer.
pub(super) fn smoothed(
    book: &Book<'_>,
    pays: &mut [Pay],
    first: usize,
    payment: i64,
) -> Result<(i64, Vec<Part>), Unpayable> {
    let plan = book.plan;
    fill(pays, first, payment);
    let parts = book.walk(pays)?;
    let rows = i128::try_from(pays.len() - first).map_err(|_| Unpayable::Count)?;
    let off = difference(plan, &parts, payment);
    // The threshold is written in hundredths of a major unit, whatever the currency's digits.
    let far =
        off.unsigned_abs() * 100 > (rows / 2).unsigned_abs() * 10_u128.pow(plan.digits.into());
    if plan.rules == RuleSet::Classic || !far {
        return Ok((payment, parts));
    }
    let better = divide(off, rows, plan.rounding).and_then(|step| step.checked_add(payment.into()));
    let better = plan.instalment(plan.cash(better.ok_or(Unpayable::Overflow)?)?)?;
    if better == payment || better <= 0 {
        return Ok((payment, parts));
    }
    fill(pays, first, better);
    match book.walk(pays) {
        Ok(tried) if difference(plan, &tried, better).abs() < off.abs() => Ok((better, tried)),
        _ => {
            fill(pays, first, payment);
            Ok((payment, parts))
        }
    }
}

/// By how much the last row exceeds the payment and what the payment was to leave.
fn difference(plan: &Plan, parts: &[Part], payment: i64) -> i128 {
    let left = match plan.shape {
        Shape::Balloon(left) => left,
        _ => 0,
    };
    let last = parts.last().map_or(0, Part::level);
    i128::from(last) - i128::from(left) - i128::from(payment)
}

fn fill(pays: &mut [Pay], first: usize, payment: i64) {
    pays[first..].fill(Pay::Total(payment));
}

impl Plan {
    /// A whole number of minor units as an amount: in multiples where the currency wants them.
    pub(super) fn cash(&self, minor: i128) -> Result<i64, Unpayable> {
        let minor = i64::try_from(minor).map_err(|_| Unpayable::Overflow)?;
        match self.currency_multiple {
            Some(unit) => to_multiple(minor, unit, Rounding::HalfUp).ok_or(Unpayable::Overflow),
            None => Ok(minor),
        }
    }

    /// A quotient as an amount.
    pub(super) fn cash_ratio(&self, over: i128, under: i128) -> Result<i64, Unpayable> {
        self.cash(divide(over, under, self.rounding).ok_or(Unpayable::Overflow)?)
    }

    /// An amount in multiples of the instalment unit.
    pub(super) fn instalment(&self, amount: i64) -> Result<i64, Unpayable> {
        match self.instalment_multiple {
            Some(unit) => to_multiple(amount, unit, self.rounding).ok_or(Unpayable::Overflow),
            None => Ok(amount),
        }
    }
}
