//! What is owed and when: an explicit schedule, or equal instalments counted from a seed day.

use crate::{Day, money::portion};

/// Most rows of a schedule: ten years of weeks.
pub const ROWS_MAX: usize = 520;
/// Latest due date after the first, in days.
pub(crate) const SPAN_MAX_DAYS: i32 = 11_000;

/// The unit between two due dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Days.
    Days,
    /// Weeks.
    Weeks,
    /// Calendar months.
    Months,
}

/// What becomes of a due day a month does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MonthEnd {
    /// The last day of that month.
    #[default]
    Clamp,
    /// The first day of the month after.
    Roll,
}

/// One row: this much is due on this day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instalment {
    /// Due day; not past due until the day after.
    pub due: Day,
    /// Minor units, above zero.
    pub amount: i64,
    /// The part of it that is the price of time, in minor units.
    pub interest: i64,
}

/// Equal instalments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Equal {
    /// Number of rows.
    pub count: u32,
    /// Unit between due dates.
    pub period: Period,
    /// So many units between two.
    pub every: u32,
    /// The seed: every due date is counted from it.
    pub first_due: Day,
    /// Month ends.
    pub month_end: MonthEnd,
    /// One instalment in minor units; `None` = equal parts of what is financed.
    pub instalment: Option<i64>,
}

/// Why terms make no schedule. Each has a stable code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScheduleError {
    /// No row, or more than [`ROWS_MAX`].
    Count,
    /// The distance between due dates is zero or beyond reason.
    Every,
    /// A due date outside the calendar.
    Date,
    /// Due dates do not rise.
    Order,
    /// An amount is not above zero.
    Amount,
    /// The instalments do not cover what is financed.
    Short,
    /// The sum exceeds 64 bits.
    Overflow,
    /// The interest of the rows is not what they exceed the financed amount by.
    Interest,
    /// Price or down payment negative, or nothing left to finance.
    Nothing,
}

impl ScheduleError {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            ScheduleError::Count => "schedule_count",
            ScheduleError::Every => "schedule_every",
            ScheduleError::Date => "schedule_date",
            ScheduleError::Order => "schedule_order",
            ScheduleError::Amount => "schedule_amount",
            ScheduleError::Short => "schedule_short",
            ScheduleError::Overflow => "schedule_overflow",
            ScheduleError::Interest => "schedule_interest",
            ScheduleError::Nothing => "nothing_financed",
        }
    }

    /// What is wrong and what would be right.
    pub fn detail(self) -> &'static str {
        match self {
            ScheduleError::Count => "the number of instalments must be 1 to 520",
            ScheduleError::Every => "every must be 1 to 366",
            ScheduleError::Date => "a due date falls outside the years 1970 to 8999",
            ScheduleError::Order => "each due date must be after the one before, within 30 years",
            ScheduleError::Amount => {
                "every instalment must be above zero, its interest between zero and the amount"
            }
            ScheduleError::Interest => {
                "the interest of all rows must be their sum minus what is financed"
            }
            ScheduleError::Short => {
                "count times instalment must be at least cash_price minus down_payment"
            }
            ScheduleError::Overflow => "the sum does not fit 64 bits of minor units",
            ScheduleError::Nothing => "cash_price minus down_payment must be above zero",
        }
    }
}

impl Equal {
    /// The rows that pay `financed` back. Equal parts are rounded down to the minor unit and the
    /// last row takes the rest, so the sum is exact.
    pub fn rows(&self, financed: i64) -> Result<Vec<Instalment>, ScheduleError> {
        if financed <= 0 {
            return Err(ScheduleError::Nothing);
        }
        if self.count == 0 || self.count as usize > ROWS_MAX {
            return Err(ScheduleError::Count);
        }
        if !(1..=366).contains(&self.every) {
            return Err(ScheduleError::Every);
        }
        let count = i64::from(self.count);
        let (each, last) = match self.instalment {
            Some(each) => {
                let total = each.checked_mul(count).ok_or(ScheduleError::Overflow)?;
                if each > 0 && total < financed {
                    return Err(ScheduleError::Short);
                }
                (each, each)
            }
            None => {
                let each = portion(financed, 1, count).ok_or(ScheduleError::Overflow)?;
                (each, financed - each * (count - 1))
            }
        };
        let row = |index: u32| {
            let due = self.due(index).ok_or(ScheduleError::Date)?;
            let amount = if index + 1 == self.count { last } else { each };
            Ok(Instalment { due, amount, interest: 0 })
        };
        let rows = (0..self.count).map(row).collect::<Result<Vec<_>, _>>()?;
        check(&rows)?;
        Ok(rows)
    }

    /// The due day of a row counted from zero: always from the seed, never from the row before.
    fn due(&self, index: u32) -> Option<Day> {
        let distance = i32::try_from(index.checked_mul(self.every)?).ok()?;
        match (self.period, self.month_end) {
            (Period::Days, _) => self.first_due.plus_days(distance),
            (Period::Weeks, _) => self.first_due.plus_days(distance.checked_mul(7)?),
            (Period::Months, MonthEnd::Clamp) => self.first_due.plus_months_clamped(distance),
            (Period::Months, MonthEnd::Roll) => self.first_due.plus_months_rolled(distance),
        }
    }
}

/// Checks rows however they came: count, rising dates, amounts above zero, a sum that fits.
pub fn check(rows: &[Instalment]) -> Result<i64, ScheduleError> {
    if rows.is_empty() || rows.len() > ROWS_MAX {
        return Err(ScheduleError::Count);
    }
    if rows.iter().any(|row| row.amount <= 0 || !(0..=row.amount).contains(&row.interest)) {
        return Err(ScheduleError::Amount);
    }
    let spans = rows[rows.len() - 1].due.days_since(rows[0].due) <= SPAN_MAX_DAYS;
    if !spans || rows.windows(2).any(|pair| pair[1].due <= pair[0].due) {
        return Err(ScheduleError::Order);
    }
    rows.iter()
        .try_fold(0_i64, |sum, row| sum.checked_add(row.amount))
        .ok_or(ScheduleError::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monthly(first_due: &str, count: u32) -> Equal {
        Equal {
            count,
            period: Period::Months,
            every: 1,
            first_due: Day::parse(first_due).unwrap(),
            month_end: MonthEnd::Clamp,
            instalment: None,
        }
    }

    #[test]
    fn equal_parts_sum_exactly() {
        for financed in [12, 100, 10_001, 999_999_999_999] {
            let rows = monthly("2026-01-15", 12).rows(financed).unwrap();
            assert_eq!(check(&rows), Ok(financed));
            assert!(rows[11].amount - rows[0].amount < 12);
        }
    }

    #[test]
    fn due_dates_count_from_the_seed() {
        let dues = |month_end| -> Vec<String> {
            let plan = Equal { month_end, ..monthly("2027-01-31", 4) };
            plan.rows(400).unwrap().iter().map(|row| row.due.to_string()).collect()
        };
        assert_eq!(dues(MonthEnd::Clamp), ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]);
        assert_eq!(dues(MonthEnd::Roll), ["2027-01-31", "2027-03-01", "2027-03-31", "2027-05-01"]);
    }

    #[test]
    fn a_given_instalment_must_cover_and_may_exceed() {
        let plan = |each| Equal { instalment: Some(each), ..monthly("2026-01-15", 12) };
        assert_eq!(plan(99).rows(1200), Err(ScheduleError::Short));
        let rows = plan(110).rows(1200).unwrap();
        assert_eq!(check(&rows), Ok(1320));
    }

    #[test]
    fn impossible_terms_are_refused() {
        let base = monthly("2026-01-15", 12);
        let cases = [
            (Equal { count: 0, ..base }, 100, ScheduleError::Count),
            (Equal { count: 521, ..base }, 1000, ScheduleError::Count),
            (Equal { every: 0, ..base }, 100, ScheduleError::Every),
            (Equal { every: 367, ..base }, 100, ScheduleError::Every),
            (base, 0, ScheduleError::Nothing),
            (base, 11, ScheduleError::Amount),
            (Equal { instalment: Some(0), ..base }, 100, ScheduleError::Amount),
            (Equal { instalment: Some(i64::MAX), ..base }, 100, ScheduleError::Overflow),
            (Equal { every: 20, count: 520, ..base }, 1000, ScheduleError::Order),
            (Equal { every: 300, count: 520, ..base }, 1000, ScheduleError::Date),
        ];
        for (plan, financed, expected) in cases {
            assert_eq!(plan.rows(financed), Err(expected), "{plan:?}");
        }
    }
}
