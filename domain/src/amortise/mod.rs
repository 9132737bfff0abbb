//! The schedule of a debt: what is due on which day, to the minor unit, by a named rule set.
//!
//! [`amortise`] makes the rows of a [`Plan`]. Interest of one period and the level payment are the
//! only amounts ever rounded; everything else is subtraction, so the rows always sum to what is
//! financed plus its interest and the last balance is nought.
//!
//! **Invariant:** no float; every operation is checked, and what does not fit is refused.
//! **Invariant:** a due date is counted from the seed, never from the date before.
//! **Invariant:** the tables of a rule set's version never change.

mod calendar;
mod factor;
mod level;
mod number;
mod plan;
mod refusal;
mod rows;

pub use number::{Rounding, divide, to_multiple};
pub use plan::{
    DayCount, DownPayment, Event, GivenRow, Method, PRINCIPAL_MAX, Plan, Rest, RuleSet, Shape,
    Share, YearDays,
};
pub use refusal::Unpayable;

use crate::{
    Day,
    schedule::{ROWS_MAX, SPAN_MAX_DAYS},
};
use calendar::{Calendar, Span};
use factor::Factor;
use rows::{Advance, Book, Part, Pay};

/// One row of a schedule. Amounts are minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Counted from 1; a down payment is row 1.
    pub n: u32,
    /// Due day.
    pub due: Day,
    /// Part that pays back what was financed.
    pub principal: i64,
    /// Part that is the price of time.
    pub interest: i64,
    /// Principal still owed once this row is paid.
    pub balance: i64,
}

impl Row {
    /// What is due.
    pub fn total(&self) -> i64 {
        self.principal + self.interest
    }
}

/// A schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// By rising due date.
    pub rows: Vec<Row>,
    /// Sum of all principal, a down payment included.
    pub principal: i64,
    /// Sum of all interest.
    pub interest: i64,
    /// The level payment, where there is one.
    pub payment: Option<i64>,
}

/// The rows of a plan, or why there are none.
pub fn amortise(plan: &Plan) -> Result<Table, Unpayable> {
    plan.check()?;
    let down = down_payment(plan)?;
    let financed = plan.principal - down;
    if financed <= 0 {
        return Err(Unpayable::Nothing);
    }
    if !plan.given.is_empty() {
        return given(plan, down, financed);
    }
    let (spans, payment, parts) = match plan.method {
        Method::Flat => flat(plan, financed)?,
        Method::Declining => declining(plan, financed)?,
    };
    let dues: Vec<Day> = spans.iter().map(|span| span.due).collect();
    table(plan, down, payment, &dues, &parts)
}

/// What is paid at the sale, in minor units.
pub fn down_payment(plan: &Plan) -> Result<i64, Unpayable> {
    let amount = match plan.down_payment {
        DownPayment::None => return Ok(0),
        DownPayment::Amount(amount) => amount,
        DownPayment::Share(share) => {
            let part = i128::from(plan.principal).checked_mul(i128::from(share.0));
            let part = part.ok_or(Unpayable::Overflow)?;
            plan.instalment(plan.cash_ratio(part, i128::from(Share::WHOLE))?)?
        }
    };
    if amount < 0 {
        return Err(Unpayable::Amount);
    }
    Ok(amount)
}

/// Interest on a balance over the days of one row that lie before `until`, by the plan's rules.
/// `row` counts from zero and leaves the down payment out.
pub fn interest_until(plan: &Plan, row: u32, balance: i64, until: Day) -> Result<i64, Unpayable> {
    let span = Calendar::moved(plan)?.span(row)?;
    if row < plan.interest_free {
        return Ok(0);
    }
    let factor = factor::between(plan, &span, span.begin, until.min(span.due))?;
    factor::interest(plan, &[(balance, factor)])
}

/// First and last day of a row's interest, by [`interest_until`]'s count of rows.
pub fn period(plan: &Plan, row: u32) -> Result<(Day, Day), Unpayable> {
    let span = Calendar::moved(plan)?.span(row)?;
    Ok((span.begin, span.due))
}

type Made = (Vec<Span>, Option<i64>, Vec<Part>);

fn declining(plan: &Plan, financed: i64) -> Result<Made, Unpayable> {
    if let Shape::FixedPayment(payment) = plan.shape {
        return fixed(plan, financed, payment);
    }
    let agreed = Calendar::agreed(plan).spans(plan.count)?;
    let factors = factors(plan, &agreed)?;
    let grace = plan.grace() as usize;
    let book =
        Book { plan, financed, spans: &agreed, factors: &factors, advances: &[], overdue: &[] };
    let mut pays = vec![Pay::Principal(0); agreed.len()];
    if let Some(each) = principal_part(plan, financed)? {
        pays[grace..].fill(Pay::Principal(each));
        let parts = reckon_moved(plan, &book, &pays)?;
        return Ok((parts.0, None, parts.1));
    }
    let payment = first_payment(plan, financed, &factors[grace..])?;
    let (payment, parts) = level::smoothed(&book, &mut pays, grace, payment)?;
    if !plan.events.is_empty() {
        return eventful(plan, financed, pays, payment);
    }
    if plan.instalment_multiple.is_some() {
        let last = parts.last().map_or(0, Part::level) - balloon(plan);
        if last > payment.saturating_mul(2) {
            return Err(Unpayable::Payment);
        }
    }
    Ok((agreed, Some(payment), parts))
}

/// The fixed part of principal, for the shapes that have one.
fn principal_part(plan: &Plan, financed: i64) -> Result<Option<i64>, Unpayable> {
    let each = match plan.shape {
        Shape::EqualPrincipal => {
            let rows = i128::from(plan.count - plan.principal_grace);
            plan.cash_ratio(i128::from(financed), rows)?
        }
        Shape::PrincipalShare(share) => {
            let part = i128::from(financed) * i128::from(share.0);
            plan.cash_ratio(part, i128::from(Share::WHOLE))?
        }
        _ => return Ok(None),
    };
    if each == 0 && plan.count > 1 {
        return Err(Unpayable::Payment);
    }
    Ok(Some(each))
}

fn balloon(plan: &Plan) -> i64 {
    match plan.shape {
        Shape::Balloon(left) => left,
        _ => 0,
    }
}

/// The level payment before smoothing. The classic one knows neither stubs nor month lengths.
fn first_payment(plan: &Plan, financed: i64, factors: &[Factor]) -> Result<i64, Unpayable> {
    let left = balloon(plan);
    if left >= financed {
        return Err(Unpayable::Amount);
    }
    match plan.rules {
        RuleSet::Progressive => level::payment(plan, financed, left, factors),
        RuleSet::Classic => {
            let nominal = vec![factor::nominal(plan)?; factors.len()];
            level::payment(plan, financed, left, &nominal)
        }
    }
}

fn factors(plan: &Plan, spans: &[Span]) -> Result<Vec<Factor>, Unpayable> {
    let free = plan.interest_free as usize;
    let one = |(row, span)| if row < free { Ok(Factor::NONE) } else { factor::of_row(plan, span) };
    spans.iter().enumerate().map(one).collect()
}

/// The same payments on the dates as they are after the plan's events.
fn reckon_moved(
    plan: &Plan,
    book: &Book<'_>,
    pays: &[Pay],
) -> Result<(Vec<Span>, Vec<Part>), Unpayable> {
    let spans = Calendar::moved(plan)?.spans(plan.count)?;
    let factors = factors(plan, &spans)?;
    let overdue = overdue(plan, &spans)?;
    let moved = Book { plan, spans: &spans, factors: &factors, overdue: &overdue, ..*book };
    let parts = moved.walk(pays)?;
    Ok((spans, parts))
}

/// Level rows after the plan's events: dates as moved, a payment made anew at each hand-over.
fn eventful(
    plan: &Plan,
    financed: i64,
    mut pays: Vec<Pay>,
    payment: i64,
) -> Result<Made, Unpayable> {
    let spans = Calendar::moved(plan)?.spans(plan.count)?;
    let factors = factors(plan, &spans)?;
    let grace = plan.grace() as usize;
    let (mut advances, mut payment) = (Vec::new(), payment);
    let bare =
        Book { plan, financed, spans: &spans, factors: &factors, advances: &[], overdue: &[] };
    let mut seen = plan.start;
    for event in &plan.events {
        let Event::Disbursement { on, amount } = *event else { continue };
        if on < seen || amount <= 0 || amount > PRINCIPAL_MAX {
            return Err(Unpayable::Event);
        }
        seen = on;
        let row = spans.iter().position(|span| on < span.due).ok_or(Unpayable::Event)?;
        let factor = match row < plan.interest_free as usize {
            true => Factor::NONE,
            false => factor::between(plan, &spans[row], on.max(spans[row].begin), spans[row].due)?,
        };
        let before = Book { advances: &advances, ..bare }.walk(&pays).map(|parts| match row {
            0 => financed,
            row => parts[row - 1].balance,
        })?;
        advances.push(Advance { row, amount, factor });
        let book = Book { advances: &advances, ..bare };
        let owed = book.after_advances(row, before)?;
        let first = row.max(grace);
        payment = level::payment(plan, owed, 0, &factors[first..])?;
        (payment, _) = level::smoothed(&book, &mut pays, first, payment)?;
    }
    let overdue = overdue(plan, &spans)?;
    let parts = Book { advances: &advances, overdue: &overdue, ..bare }.walk(&pays)?;
    Ok((spans, Some(payment), parts))
}

/// Factors of principal past due: from each row's begin to the last day known to be unpaid.
fn overdue(plan: &Plan, spans: &[Span]) -> Result<Vec<Factor>, Unpayable> {
    let days = plan.events.iter().filter_map(|event| match event {
        Event::Overdue { on } => Some(*on),
        _ => None,
    });
    let Some(until) = days.max() else { return Ok(Vec::new()) };
    if until < plan.start {
        return Err(Unpayable::Event);
    }
    let free = plan.interest_free as usize;
    let one = |(row, span): (usize, &Span)| match row < free {
        true => Ok(Factor::NONE),
        false => factor::between(plan, span, span.begin, until.min(span.due)),
    };
    spans.iter().enumerate().map(one).collect()
}

fn fixed(plan: &Plan, financed: i64, payment: i64) -> Result<Made, Unpayable> {
    let calendar = Calendar::agreed(plan);
    let most = plan.count.min(u32::try_from(ROWS_MAX).unwrap_or(u32::MAX));
    let spans = (0..most).map_while(|row| calendar.span(row).ok()).collect::<Vec<_>>();
    if spans.is_empty() {
        return Err(Unpayable::Date);
    }
    let all = factors(plan, &spans)?;
    let book = Book { plan, financed, spans: &spans, factors: &all, advances: &[], overdue: &[] };
    let rows = book.rows_of_payment(payment)?;
    let spans = calendar.spans(u32::try_from(rows).map_err(|_| Unpayable::Count)?)?;
    let mut pays = vec![Pay::Total(payment); rows];
    pays[..(plan.principal_grace as usize).min(rows)].fill(Pay::Principal(0));
    let parts = Book { spans: &spans, factors: &all[..rows], ..book }.walk(&pays)?;
    Ok((spans, Some(payment), parts))
}

fn flat(plan: &Plan, financed: i64) -> Result<Made, Unpayable> {
    let spans = Calendar::moved(plan)?.spans(plan.count)?;
    let rows = spans.len();
    let mut term = Factor::NONE;
    for factor in factors(plan, &spans)? {
        term = term.plus(factor)?;
    }
    let charge = factor::interest(plan, &[(financed, term)])?;
    let (interest_each, interest) =
        rows::equal_parts(plan, charge, rows, plan.interest_free as usize)?;
    let (payment, principal) = flat_principal(plan, financed, rows, interest_each)?;
    let (mut balance, mut deferred) = (financed, 0);
    let mut parts = Vec::with_capacity(rows);
    for (row, (principal, own)) in principal.into_iter().zip(interest).enumerate() {
        balance -= principal;
        let last = row + 1 == rows;
        if principal < 0 || own < 0 || (last && principal + own <= 0) || (!last && balance <= 0) {
            return Err(Unpayable::LastRow);
        }
        deferred += own;
        let waits = row < plan.interest_payment_grace as usize && !last;
        let interest = if waits { 0 } else { std::mem::take(&mut deferred) };
        parts.push(Part { principal, interest, own, balance });
    }
    Ok((spans, payment, parts))
}

/// Principal of flat rows, and their level payment. With a multiple the row's sum becomes one, by
/// the principal's part alone.
fn flat_principal(
    plan: &Plan,
    financed: i64,
    rows: usize,
    interest: i64,
) -> Result<(Option<i64>, Vec<i64>), Unpayable> {
    let grace = plan.grace() as usize;
    let left = balloon(plan);
    if left >= financed {
        return Err(Unpayable::Amount);
    }
    let (each, parts) = rows::equal_parts(plan, financed - left, rows, grace)?;
    let each = match plan.shape {
        Shape::EqualPrincipal => each,
        Shape::PrincipalShare(_) => principal_part(plan, financed)?.unwrap_or(each),
        _ if plan.instalment_multiple.is_some() => {
            plan.instalment(each)? + plan.instalment(interest)? - interest
        }
        _ => each,
    };
    if each <= 0 && rows > grace + 1 {
        return Err(Unpayable::Payment);
    }
    let paying = i64::try_from(rows - grace - 1).map_err(|_| Unpayable::Count)?;
    let before = each.checked_mul(paying).ok_or(Unpayable::Overflow)?;
    let last = financed.checked_sub(before).ok_or(Unpayable::Overflow)?;
    let mut parts = parts;
    parts[grace..].fill(each);
    parts[rows - 1] = last;
    let level = matches!(plan.shape, Shape::Level | Shape::Balloon(_));
    let doubled = (each + interest).saturating_mul(2);
    if level && plan.instalment_multiple.is_some() && last + interest - left > doubled {
        return Err(Unpayable::Payment);
    }
    Ok((level.then_some(each + interest), parts))
}

/// Rows given one by one.
fn given(plan: &Plan, down: i64, financed: i64) -> Result<Table, Unpayable> {
    if plan.given.len() > ROWS_MAX {
        return Err(Unpayable::Count);
    }
    let mut balance = financed;
    let mut parts = Vec::with_capacity(plan.given.len());
    for row in &plan.given {
        let fits = row.principal >= 0 && row.interest >= 0 && row.interest <= PRINCIPAL_MAX;
        if !fits || (row.principal == 0 && row.interest == 0) {
            return Err(Unpayable::Amount);
        }
        balance = balance.checked_sub(row.principal).ok_or(Unpayable::Overflow)?;
        let GivenRow { principal, interest, .. } = *row;
        parts.push(Part { principal, interest, own: interest, balance });
    }
    if balance != 0 {
        return Err(Unpayable::Rows);
    }
    let dues: Vec<Day> = plan.given.iter().map(|row| row.due).collect();
    table(plan, down, None, &dues, &parts)
}

fn table(
    plan: &Plan,
    down: i64,
    payment: Option<i64>,
    dues: &[Day],
    parts: &[Part],
) -> Result<Table, Unpayable> {
    let mut rows = Vec::with_capacity(parts.len() + 1);
    if down > 0 {
        let balance = plan.principal - down;
        rows.push(Row { n: 1, due: plan.start, principal: down, interest: 0, balance });
    }
    for (due, part) in dues.iter().zip(parts) {
        let n = u32::try_from(rows.len() + 1).map_err(|_| Unpayable::Count)?;
        let Part { principal, interest, balance, .. } = *part;
        principal.checked_add(interest).ok_or(Unpayable::Overflow)?;
        rows.push(Row { n, due: *due, principal, interest, balance });
    }
    let sum = |of: fn(&Row) -> i64| {
        rows.iter().try_fold(0_i64, |sum, row| sum.checked_add(of(row))).ok_or(Unpayable::Overflow)
    };
    let (principal, interest) = (sum(|row| row.principal)?, sum(|row| row.interest)?);
    principal.checked_add(interest).ok_or(Unpayable::Overflow)?;
    let rise = rows.windows(2).all(|pair| pair[0].due < pair[1].due);
    let near = rows[rows.len() - 1].due.days_since(rows[0].due) <= SPAN_MAX_DAYS;
    if !rise || !near || rows[0].due < plan.start {
        return Err(Unpayable::Order);
    }
    Ok(Table { rows, principal, interest, payment })
}
