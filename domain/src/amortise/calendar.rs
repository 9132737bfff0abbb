//! Due dates, and how much of a regular period and of a year lies between two of them.

use super::{
    Event, Plan, Unpayable, YearDays,
    number::{Decimal, Precision, Ratio},
};
use crate::{
    Day,
    schedule::{MonthEnd, Period, SPAN_MAX_DAYS},
};

/// The days interest runs for one row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    /// Interest begins: with the period, or when the money was handed over.
    pub(super) begin: Day,
    /// Due day.
    pub(super) due: Day,
    /// From `begin` to `due`, in regular periods.
    pub(super) units: Ratio,
}

impl Span {
    /// Regular periods from one day to another, both within the span.
    pub(super) fn part(&self, from: Day, to: Day) -> Option<Ratio> {
        if (from, to) == (self.begin, self.due) {
            return Some(self.units);
        }
        if to <= from {
            return Some(Ratio::ZERO);
        }
        let length = i128::from(self.due.days_since(self.begin));
        self.units.times(Ratio::new(i128::from(to.days_since(from)), length)?)
    }
}

/// The due dates of a plan: always counted from a seed day, never from the date before.
pub(super) struct Calendar<'a> {
    plan: &'a Plan,
    /// Row a seed stands for, and its day. Row -1 is the start.
    seeds: Vec<(i64, Day)>,
}

impl<'a> Calendar<'a> {
    /// The dates as first agreed.
    pub(super) fn agreed(plan: &'a Plan) -> Calendar<'a> {
        let mut seeds = vec![(-1, plan.start)];
        seeds.extend(plan.first_due.map(|day| (0, day)));
        Calendar { plan, seeds }
    }

    /// The dates after every re-dating.
    pub(super) fn moved(plan: &'a Plan) -> Result<Calendar<'a>, Unpayable> {
        let mut calendar = Calendar::agreed(plan);
        for event in &plan.events {
            let Event::Reschedule { from_due, new_due } = *event else { continue };
            let row = (0..plan.count).find(|row| calendar.due(*row) == Some(from_due));
            let row = row.ok_or(Unpayable::Event)?;
            if new_due <= calendar.from(row).ok_or(Unpayable::Date)? {
                return Err(Unpayable::Order);
            }
            calendar.seeds.push((i64::from(row), new_due));
        }
        Ok(calendar)
    }

    /// Due day of a row counted from zero.
    pub(super) fn due(&self, row: u32) -> Option<Day> {
        due_from(self.plan, &self.seeds, i64::from(row))
    }

    /// First day of a row's period.
    pub(super) fn from(&self, row: u32) -> Option<Day> {
        due_from(self.plan, &self.seeds, i64::from(row) - 1)
    }

    /// The period of a row.
    pub(super) fn span(&self, row: u32) -> Result<Span, Unpayable> {
        let from = self.from(row).ok_or(Unpayable::Date)?;
        let due = self.due(row).ok_or(Unpayable::Date)?;
        if due < from || due.days_since(from) > SPAN_MAX_DAYS {
            return Err(Unpayable::Order);
        }
        let whole = self.units(row, from, due)?;
        let span = Span { begin: from, due, units: whole };
        match self.plan.disbursed_on.filter(|_| row == 0) {
            Some(begin) if begin > due || due == from => Err(Unpayable::Order),
            Some(begin) => {
                let days = i128::from(due.days_since(begin));
                let share = Ratio::new(days, i128::from(due.days_since(from)));
                let units = share.and_then(|share| whole.times(share));
                Ok(Span { begin, units: units.ok_or(Unpayable::Overflow)?, ..span })
            }
            None => Ok(span),
        }
    }

    /// The periods of so many rows, checked to rise.
    pub(super) fn spans(&self, count: u32) -> Result<Vec<Span>, Unpayable> {
        let spans = (0..count).map(|row| self.span(row)).collect::<Result<Vec<_>, _>>()?;
        let rise = spans.windows(2).all(|pair| pair[0].due < pair[1].due);
        let ends = spans.first().zip(spans.last());
        let near = ends.is_none_or(|(one, last)| last.due.days_since(one.due) <= SPAN_MAX_DAYS);
        if rise && near { Ok(spans) } else { Err(Unpayable::Order) }
    }

    /// The length of a row in regular periods. A row that is itself a seed is measured on the
    /// dates as they were before: whole periods count one, the rest by its days.
    fn units(&self, row: u32, from: Day, due: Day) -> Result<Ratio, Unpayable> {
        let row = i64::from(row);
        let at = self.seeds.iter().rposition(|(seed, _)| *seed == row);
        let Some(at) = at else { return Ok(Ratio::ONE) };
        let before = &self.seeds[..at];
        let (mut begin, mut whole) = (from, Ratio::ZERO);
        for next in row.. {
            let end = due_from(self.plan, before, next).ok_or(Unpayable::Date)?;
            if end <= begin {
                return Err(Unpayable::Order);
            }
            let days = Ratio::new(
                i128::from(due.min(end).days_since(begin)),
                i128::from(end.days_since(begin)),
            );
            whole = days.and_then(|days| whole.plus(days)).ok_or(Unpayable::Overflow)?;
            if due <= end {
                break;
            }
            begin = end;
        }
        Ok(whole)
    }
}

/// The day of a row by the last seed that reaches it.
fn due_from(plan: &Plan, seeds: &[(i64, Day)], row: i64) -> Option<Day> {
    let (seed, day) = *seeds.iter().rev().find(|(seed, _)| *seed <= row)?;
    let distance = i32::try_from((row - seed).checked_mul(i64::from(plan.every))?).ok()?;
    match (plan.period, plan.month_end) {
        (Period::Days, _) => day.plus_days(distance),
        (Period::Weeks, _) => day.plus_days(distance.checked_mul(7)?),
        (Period::Months, MonthEnd::Clamp) => day.plus_months_clamped(distance),
        (Period::Months, MonthEnd::Roll) => day.plus_months_rolled(distance),
    }
}

/// The fraction of a year from one day to another, each calendar year by its own length.
/// 31 December belongs to the year after.
pub(super) fn by_calendar_years(precision: Precision, from: Day, to: Day) -> Option<Decimal> {
    let mut begin = from;
    let mut sum = Decimal::ZERO;
    for year in from.year()..=to.year() {
        let end = if year < to.year() { Day::new(year, 12, 31)? } else { to };
        let days = precision.int(i128::from(end.days_since(begin)))?;
        sum = precision.add(sum, precision.div(days, precision.int(year_length(year))?)?)?;
        begin = end;
    }
    Some(sum)
}

/// Days of the year a plan's day count divides by, for a stretch that begins on this day.
pub(super) fn year_days(year: YearDays, from: Day) -> i128 {
    match year {
        YearDays::Actual => year_length(from.year()),
        YearDays::Fixed(days) => i128::from(days),
    }
}

fn year_length(year: i16) -> i128 {
    let leap = Day::new(year, 2, 29).is_some();
    if leap { 366 } else { 365 }
}
