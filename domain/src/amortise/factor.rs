//! The interest of one minor unit over a stretch of days, by rule set.

use super::{
    DayCount, Plan, Rest, RuleSet, Share, Unpayable, YearDays,
    calendar::{Span, by_calendar_years, year_days},
    number::{Decimal, Precision, Ratio, divide},
};
use crate::{Day, schedule::Period};

/// The progressive rules keep twelve significant digits in every operation.
const PROGRESSIVE: Precision = Precision::new(12);
/// The classic rules compute interest exactly; only the level payment needs digits.
const CLASSIC: Precision = Precision::new(18);

/// Digits of a plan's rule set.
pub(super) fn precision(rules: RuleSet) -> Precision {
    match rules {
        RuleSet::Progressive => PROGRESSIVE,
        RuleSet::Classic => CLASSIC,
    }
}

/// Interest on one minor unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Factor {
    /// A fraction, no digit lost.
    Exact(Ratio),
    /// Twelve significant digits.
    Rounded(Decimal),
}

impl Factor {
    pub(super) const NONE: Factor = Factor::Exact(Ratio::ZERO);

    /// Whether nothing is charged.
    pub(super) fn is_none(self) -> bool {
        match self {
            Factor::Exact(ratio) => ratio == Ratio::ZERO,
            Factor::Rounded(decimal) => decimal.is_zero(),
        }
    }

    /// With the digits of a context.
    pub(super) fn decimal(self, precision: Precision) -> Result<Decimal, Unpayable> {
        match self {
            Factor::Exact(ratio) => precision.ratio(ratio).ok_or(Unpayable::Overflow),
            Factor::Rounded(decimal) => Ok(decimal),
        }
    }

    /// The sum of two.
    pub(super) fn plus(self, other: Factor) -> Result<Factor, Unpayable> {
        let sum = match (self, other) {
            (Factor::Exact(one), Factor::Exact(two)) => one.plus(two).map(Factor::Exact),
            (one, two) => {
                let (one, two) = (one.decimal(PROGRESSIVE)?, two.decimal(PROGRESSIVE)?);
                PROGRESSIVE.add(one, two).map(Factor::Rounded)
            }
        };
        sum.ok_or(Unpayable::Overflow)
    }
}

/// Interest on several amounts, each by its own factor, rounded once as their sum.
pub(super) fn interest(plan: &Plan, parts: &[(i64, Factor)]) -> Result<i64, Unpayable> {
    let whole = match parts {
        [(amount, Factor::Exact(ratio))] => {
            let product = i128::from(*amount).checked_mul(ratio.over);
            product.and_then(|product| divide(product, ratio.under, plan.rounding))
        }
        _ => {
            let mut sum = Decimal::ZERO;
            for (amount, factor) in parts {
                let amount = PROGRESSIVE.int(i128::from(*amount)).ok_or(Unpayable::Overflow)?;
                let part = PROGRESSIVE.mul(amount, factor.decimal(PROGRESSIVE)?);
                let both = part.and_then(|part| PROGRESSIVE.add(sum, part));
                sum = both.ok_or(Unpayable::Overflow)?;
            }
            sum.whole(plan.rounding)
        }
    };
    plan.cash(whole.ok_or(Unpayable::Overflow)?)
}

/// The factor of a whole row.
pub(super) fn of_row(plan: &Plan, span: &Span) -> Result<Factor, Unpayable> {
    between(plan, span, span.begin, span.due)
}

/// The factor from one day to another within a row.
pub(super) fn between(plan: &Plan, span: &Span, from: Day, to: Day) -> Result<Factor, Unpayable> {
    if to <= from {
        return Ok(Factor::NONE);
    }
    let factor = match (plan.rules, plan.rest) {
        (RuleSet::Classic, Rest::Daily) => {
            let days = Ratio::new(i128::from(to.days_since(from)), 365);
            days.and_then(|years| years.times(annual(plan)?)).map(Factor::Exact)
        }
        (RuleSet::Classic, Rest::Period) => {
            let units = span.part(from, to);
            units.and_then(|units| units.times(period_rate(plan)?)).map(Factor::Exact)
        }
        (RuleSet::Progressive, _) => progressive(plan, span, from, to).map(Factor::Rounded),
    };
    factor.ok_or(Unpayable::Overflow)
}

/// The factor the classic level payment is made from: every row alike, 30 days a month.
pub(super) fn nominal(plan: &Plan) -> Result<Factor, Unpayable> {
    let ratio = match plan.rest {
        Rest::Period => period_rate(plan),
        Rest::Daily => {
            let days = i128::from(plan.every) * unit_days(plan.period);
            Ratio::new(days, 365).and_then(|years| years.times(annual(plan)?))
        }
    };
    ratio.map(Factor::Exact).ok_or(Unpayable::Overflow)
}

fn annual(plan: &Plan) -> Option<Ratio> {
    Ratio::new(i128::from(plan.rate.0), i128::from(Share::WHOLE))
}

/// The year's interest of one regular period as twelfths, 52nds or 365ths.
fn period_rate(plan: &Plan) -> Option<Ratio> {
    Ratio::new(i128::from(plan.every), per_year(plan.period))?.times(annual(plan)?)
}

fn per_year(period: Period) -> i128 {
    match period {
        Period::Months => 12,
        Period::Weeks => 52,
        Period::Days => 365,
    }
}

fn unit_days(period: Period) -> i128 {
    match period {
        Period::Months => 30,
        Period::Weeks => 7,
        Period::Days => 1,
    }
}

/// Rate times fraction of the year; every step keeps twelve digits, in this order.
fn progressive(plan: &Plan, span: &Span, from: Day, to: Day) -> Option<Decimal> {
    let digits = PROGRESSIVE;
    let rate = digits.ratio(annual(plan)?)?;
    let every = i128::from(plan.every);
    let DayCount { year, month_30 } = plan.day_count;
    let crossing = year == YearDays::Actual && from.year() != to.year();
    if plan.rest == Rest::Period {
        let part = digits.div(digits.int(every)?, digits.int(per_year(plan.period))?)?;
        return scaled(digits.mul(rate, part)?, span.part(from, to)?);
    }
    if crossing {
        return digits.mul(rate, by_calendar_years(digits, from, to)?);
    }
    let length = digits.int(year_days(year, from))?;
    if month_30 {
        let days = digits.int(unit_days(plan.period) * every)?;
        let whole = digits.mul(rate, digits.div(days, length)?)?;
        return scaled(whole, span.part(from, to)?);
    }
    let days = digits.int(i128::from(to.days_since(from)))?;
    digits.mul(rate, digits.div(days, length)?)
}

fn scaled(factor: Decimal, by: Ratio) -> Option<Decimal> {
    if by == Ratio::ONE {
        return Some(factor);
    }
    let digits = PROGRESSIVE;
    digits.div(digits.mul(factor, digits.int(by.over)?)?, digits.int(by.under)?)
}
