//! The due dates of new rows.

use super::{Ask, Kind};
use crate::{
    Day, Terms,
    command::Refusal,
    schedule::{Instalment, MonthEnd, Period, ROWS_MAX},
};

/// The first due day of a re-age lies within a year.
const FIRST_DUE_DAYS: i32 = 366;

/// The due dates of the new rows, by rising day, none before the day of the restructure.
pub(super) fn of(
    terms: &Terms,
    ask: &Ask,
    on: Day,
    future: &[Instalment],
) -> Result<Vec<Day>, Refusal> {
    let left: Vec<Day> = future.iter().map(|row| row.due).collect();
    let rows = left.len() + ask.count as usize;
    if rows > ROWS_MAX || (ask.count == 0) != (ask.kind == Kind::ReAmortise) {
        let detail =
            format!("count: 1 to {ROWS_MAX} rows with those that remain; none for re_amortise");
        return Err(Refusal::new("restructure_count", detail));
    }
    let redated = ask.first_due.is_some() || ask.period.is_some() || ask.every.is_some();
    if redated && ask.kind != Kind::ReAge {
        let detail = "first_due, unit and every belong to re_age alone";
        return Err(Refusal::new("restructure_dates", detail));
    }
    if ask.every.is_some_and(|every| !(1..=366).contains(&every)) {
        return Err(Refusal::new("schedule_every", "every must be 1 to 366"));
    }
    let rhythm = Rhythm::of(terms, on);
    let dates = match ask.kind {
        Kind::ReAge => re_age(ask, on, rhythm)?,
        Kind::ReAmortise if left.is_empty() => {
            let detail = "no instalment remains to spread arrears over: re_age puts them on dates";
            return Err(Refusal::new("no_rows_left", detail));
        }
        Kind::ReAmortise => Some(left),
        Kind::Extend => rhythm.further(on, ask.count).map(|more| [left, more].concat()),
        Kind::Holiday => rhythm.further(on, ask.count).map(|more| {
            let all = [left, more].concat();
            let rows = all.len() - ask.count as usize;
            all[all.len() - rows.max(1)..].to_vec()
        }),
    };
    dates.ok_or_else(|| Refusal::new("schedule_date", "a due date falls outside the calendar"))
}

fn re_age(ask: &Ask, on: Day, rhythm: Rhythm) -> Result<Option<Vec<Day>>, Refusal> {
    let first = ask.first_due.filter(|first| *first > on && first.days_since(on) <= FIRST_DUE_DAYS);
    let Some(first) = first else {
        let detail = "first_due must lie ahead, within a year";
        return Err(Refusal::new("restructure_dates", detail));
    };
    let period = ask.period.unwrap_or(rhythm.period);
    let every = ask.every.unwrap_or(if ask.period.is_some() { 1 } else { rhythm.every });
    let rhythm = Rhythm { period, every, month_end: rhythm.month_end, anchor: first, last: first };
    Ok((0..ask.count).map(|row| rhythm.day(row)).collect())
}

/// The distance of a contract's due dates, and the day they are counted from.
#[derive(Clone, Copy)]
struct Rhythm {
    period: Period,
    every: u32,
    month_end: MonthEnd,
    anchor: Day,
    last: Day,
}

impl Rhythm {
    /// The rhythm that the rows show: whole months counted from one of them, else days.
    fn of(terms: &Terms, on: Day) -> Rhythm {
        let rows = terms.rows();
        let last = rows.last().map_or(on, |row| row.due);
        let month_end = terms.origin().map_or(MonthEnd::Clamp, |origin| origin.plan.month_end);
        let usual = Rhythm { period: Period::Months, every: 1, month_end, anchor: last, last };
        let Some(before) = rows.len().checked_sub(2).map(|row| rows[row].due) else {
            return usual;
        };
        let months = |day: Day| i32::from(day.year()) * 12 + i32::from(day.month());
        let apart = months(last) - months(before);
        let every = u32::try_from(apart).unwrap_or(0);
        for anchor in rows.iter().rev().take(13).map(|row| row.due) {
            let rhythm = Rhythm { every, anchor, ..usual };
            let fits = |day: Day| rhythm.months_from(months(day) - months(anchor)) == Some(day);
            if apart > 0 && fits(last) && fits(before) {
                return rhythm;
            }
        }
        let every = u32::try_from(last.days_since(before)).unwrap_or(1);
        Rhythm { period: Period::Days, every, ..usual }
    }

    fn months_from(&self, months: i32) -> Option<Day> {
        match self.month_end {
            MonthEnd::Clamp => self.anchor.plus_months_clamped(months),
            MonthEnd::Roll => self.anchor.plus_months_rolled(months),
        }
    }

    /// The day so many rows after the anchor.
    fn day(&self, rows: u32) -> Option<Day> {
        let distance = i32::try_from(rows.checked_mul(self.every)?).ok()?;
        match self.period {
            Period::Days => self.anchor.plus_days(distance),
            Period::Weeks => self.anchor.plus_days(distance.checked_mul(7)?),
            Period::Months => self.months_from(distance),
        }
    }

    /// The next days after the last row that lie ahead.
    fn further(&self, on: Day, count: u32) -> Option<Vec<Day>> {
        let mut days = Vec::new();
        let mut rows = 0_u32;
        while days.len() < count as usize {
            rows = rows.checked_add(1)?;
            let day = self.day(rows)?;
            if day > self.last && day > on {
                days.push(day);
            }
        }
        Some(days)
    }
}
