//! Where an account stands on a day: past due, days past due, next due. A pure function of the
//! schedule, the money counted and the day; never of when somebody looked.

use crate::{Day, Terms};

/// An account on one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Minor units due before this day and not covered; zero within tolerance.
    pub past_due: i64,
    /// Due day of the oldest instalment not covered, when past due.
    pub oldest_unpaid: Option<Day>,
    /// Days since then; 0 = not past due.
    pub days_past_due: u32,
    /// Instalments past due, the partly covered one included.
    pub unpaid_count: u32,
    /// The first instalment not fully covered that is not past due yet: day and open amount.
    pub next_due: Option<(Day, i64)>,
    /// Minor units still to come until the last row is covered.
    pub remaining: i64,
}

/// The one position in a schedule that matters: which row the money counted reaches.
///
/// Money covers rows from the oldest. The arrears anchor is the first row that stays uncovered by
/// more than the tolerance; all dates of the ladder count from its due day.
#[derive(Clone, Copy, Debug)]
pub struct Position<'a> {
    terms: &'a Terms,
    paid: i64,
    tolerance: i64,
    anchor: Option<usize>,
    covered_before: i64,
}

impl<'a> Position<'a> {
    /// The position after `paid` minor units with this tolerance.
    pub fn new(terms: &'a Terms, paid: i64, tolerance: i64) -> Position<'a> {
        let mut covered_before = 0;
        let mut anchor = None;
        for (index, row) in terms.rows().iter().enumerate() {
            let through = covered_before + row.amount;
            if through - paid > tolerance {
                anchor = Some(index);
                break;
            }
            covered_before = through;
        }
        Position { terms, paid, tolerance, anchor, covered_before }
    }

    /// Due day of the first row not covered; arrears count from it once it has passed.
    pub fn anchor(&self) -> Option<Day> {
        self.anchor.map(|index| self.terms.rows()[index].due)
    }

    /// The standing on a day.
    pub fn on(&self, day: Day) -> Standing {
        let remaining = (self.terms.total() - self.paid).max(0);
        let Some(anchor) = self.anchor else {
            return Standing { remaining, ..Standing::default() };
        };
        let rows = &self.terms.rows()[anchor..];
        let mut through = self.covered_before;
        let mut standing = Standing { remaining, ..Standing::default() };
        for row in rows {
            let open_before = (through - self.paid).max(0);
            through += row.amount;
            if row.due >= day {
                let open = (through - self.paid) - open_before;
                standing.next_due = Some((row.due, open));
                break;
            }
            standing.past_due = through - self.paid;
            standing.unpaid_count += 1;
        }
        if standing.unpaid_count > 0 {
            let oldest = rows[0].due;
            standing.oldest_unpaid = Some(oldest);
            standing.days_past_due = u32::try_from(day.days_since(oldest)).unwrap_or(0);
        }
        standing
    }

    /// The first row that stays open once the sum past due is paid: its due day and open amount.
    pub fn next_after(&self, past_due: i64) -> Option<(Day, i64)> {
        let mut through = self.covered_before;
        for row in &self.terms.rows()[self.anchor?..] {
            let open_before = (through - self.paid).max(past_due);
            through += row.amount;
            let open = through - self.paid - open_before;
            if open > 0 {
                return Some((row.due, open));
            }
        }
        None
    }

    /// First day on which so many instalments are past due, if nothing more is paid.
    pub(crate) fn unpaid_reaches(&self, count: u32) -> Option<Day> {
        let skip = usize::try_from(count.max(1) - 1).ok()?;
        let row = self.terms.rows().get(self.anchor?.checked_add(skip)?)?;
        row.due.plus_days(1)
    }

    /// First day on which so much is past due, if nothing more is paid.
    pub(crate) fn past_due_reaches(&self, minor: i64) -> Option<Day> {
        let mut through = self.covered_before;
        for row in &self.terms.rows()[self.anchor?..] {
            through += row.amount;
            if through - self.paid >= minor.max(1) {
                return row.due.plus_days(1);
            }
        }
        None
    }

    /// First day after `day` on which a further row falls past due.
    pub(crate) fn next_past_due_after(&self, day: Day) -> Option<Day> {
        let rows = &self.terms.rows()[self.anchor?..];
        rows.iter().filter_map(|row| row.due.plus_days(1)).find(|start| *start > day)
    }

    /// At or below this much open, a row counts as covered.
    pub fn tolerance(&self) -> i64 {
        self.tolerance
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Currency, Zone,
        schedule::{Equal, MonthEnd, Period},
        terms::Price,
    };

    fn terms() -> Terms {
        let price = Price {
            currency: Currency::parse("INR").unwrap(),
            cash_price: 40_000,
            down_payment: 0,
        };
        let plan = Equal {
            count: 4,
            period: Period::Months,
            every: 1,
            first_due: Day::parse("2026-01-10").unwrap(),
            month_end: MonthEnd::Clamp,
            instalment: None,
        };
        Terms::equal(price, &plan, Zone::parse("Asia/Kolkata").unwrap(), "en".into()).unwrap()
    }

    fn on(paid: i64, day: &str) -> (i64, u32, u32, Option<i64>) {
        let terms = terms();
        let standing = Position::new(&terms, paid, 200).on(Day::parse(day).unwrap());
        let next = standing.next_due.map(|(_, open)| open);
        (standing.past_due, standing.days_past_due, standing.unpaid_count, next)
    }

    #[test]
    fn days_past_due_begin_the_day_after_the_due_day() {
        assert_eq!(on(0, "2026-01-10"), (0, 0, 0, Some(10_000)));
        assert_eq!(on(0, "2026-01-11"), (10_000, 1, 1, Some(10_000)));
        assert_eq!(on(0, "2026-02-11"), (20_000, 32, 2, Some(10_000)));
        assert_eq!(on(0, "2026-12-31"), (40_000, 355, 4, None));
    }

    #[test]
    fn money_covers_the_oldest_and_moves_the_anchor() {
        assert_eq!(on(10_000, "2026-02-11"), (10_000, 1, 1, Some(10_000)));
        assert_eq!(on(15_000, "2026-02-11"), (5_000, 1, 1, Some(10_000)));
        assert_eq!(on(25_000, "2026-02-11"), (0, 0, 0, Some(5_000)));
        assert_eq!(on(40_000, "2026-12-31"), (0, 0, 0, None));
        assert_eq!(on(45_000, "2026-12-31"), (0, 0, 0, None));
    }

    #[test]
    fn at_or_below_the_tolerance_nothing_is_past_due() {
        assert_eq!(on(9_800, "2026-01-20"), (0, 0, 0, Some(10_000 + 200 - 200)));
        assert_eq!(on(9_799, "2026-01-20").0, 201);
        // The crumb of the first row neither ages nor carries the second row's age.
        assert_eq!(on(9_800, "2026-02-11"), (10_200, 1, 1, Some(10_000)));
    }

    #[test]
    fn what_follows_the_arrears_is_what_the_standing_says_is_due_next() {
        let terms = terms();
        for paid in [0, 4_000, 9_800, 10_000, 25_000, 40_000] {
            let position = Position::new(&terms, paid, 200);
            for day in 0..120 {
                let day = Day::parse("2026-01-05").unwrap().plus_days(day).unwrap();
                let standing = position.on(day);
                assert_eq!(position.next_after(standing.past_due), standing.next_due, "{day}");
            }
        }
    }

    #[test]
    fn what_is_first_reached_agrees_with_the_standing_of_that_day() {
        let terms = terms();
        for paid in [0, 4_000, 10_000, 19_900, 33_000] {
            let position = Position::new(&terms, paid, 200);
            for count in 1..=4 {
                if let Some(day) = position.unpaid_reaches(count) {
                    assert!(position.on(day).unpaid_count >= count);
                    assert!(position.on(day.plus_days(-1).unwrap()).unpaid_count < count);
                }
            }
            for minor in [1, 9_000, 20_000] {
                if let Some(day) = position.past_due_reaches(minor) {
                    assert!(position.on(day).past_due >= minor);
                    assert!(position.on(day.plus_days(-1).unwrap()).past_due < minor);
                }
            }
        }
    }
}
