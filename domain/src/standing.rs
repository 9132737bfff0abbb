//! Where an account stands on a day: past due, days past due, next due. A pure function of the
//! schedule, the money counted and the day; never of when somebody looked.

use crate::{
    Day, account::Balance, contract::Contract, ladder::Ladder, outside::Pushed, terms::Servicing,
};

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

/// The arrears and what follows them: open amounts by due day, and the row from which the dates of
/// the ladder count.
///
/// That anchor is the first row with which more than the tolerance is open.
#[derive(Clone, Debug)]
pub struct Position {
    /// Due day, and what is open through it.
    open: Vec<(Day, i64)>,
    remaining: i64,
    tolerance: i64,
    anchor: Option<usize>,
    /// What is to come next, where no row says so.
    announced: Option<(Day, i64)>,
}

impl Position {
    /// Where a contract stands, whoever keeps count of its money.
    pub fn stands(contract: &Contract, ladder: &Ladder) -> Position {
        let terms = contract.terms();
        match terms.servicing() {
            Servicing::Instalments => {
                Position::new(contract.account.now(), ladder.tolerance(terms))
            }
            Servicing::Payg(_) => Position::bought(contract),
            Servicing::Outside => Position::told(contract.outside.as_ref()),
        }
    }

    /// The position of a phone that is sold day by day: the price of a day is due on the last day
    /// that is paid for.
    fn bought(contract: &Contract) -> Position {
        let remaining = contract.account.now().open();
        let price = contract.credit.as_ref().map(|credit| {
            // A moment is the end of what lies before it.
            let last = credit.now().until.plus_seconds(-1);
            (contract.day(last), credit.next_price().min(remaining))
        });
        Position::of(price.into_iter().filter(|(_, price)| *price > 0), remaining, 0)
    }

    /// The position of an account that is kept elsewhere. Who has not been told anything knows of
    /// nothing past due.
    fn told(pushed: Option<&Pushed>) -> Position {
        let past_due = pushed.map_or(0, |pushed| pushed.past_due);
        let oldest = pushed.and_then(|pushed| pushed.oldest_unpaid);
        let open = oldest.map(|due| (due, past_due)).into_iter();
        let remaining = pushed.and_then(|pushed| pushed.remaining).unwrap_or(past_due);
        let announced = pushed.and_then(|pushed| pushed.next_due);
        Position { announced, ..Position::of(open, remaining, 0) }
    }

    /// The position of a balance with this tolerance.
    pub fn new(balance: &Balance, tolerance: i64) -> Position {
        Position::of(balance.arrears(), balance.open(), tolerance)
    }

    /// The position of open amounts by rising due day; `remaining` is all that is open.
    pub fn of(open: impl Iterator<Item = (Day, i64)>, remaining: i64, tolerance: i64) -> Position {
        let mut through = 0_i64;
        let sum = |(due, amount): (Day, i64)| {
            through = through.saturating_add(amount);
            (due, through)
        };
        let open: Vec<(Day, i64)> = open.map(sum).collect();
        let anchor = open.iter().position(|(_, through)| *through > tolerance);
        Position { open, remaining, tolerance, anchor, announced: None }
    }

    /// Due day of the first row not covered; arrears count from it once it has passed.
    pub fn anchor(&self) -> Option<Day> {
        self.rows().first().map(|(due, _)| *due)
    }

    /// Rows from the anchor on.
    fn rows(&self) -> &[(Day, i64)] {
        self.anchor.map_or(&[], |anchor| &self.open[anchor..])
    }

    /// What is open before the anchor: crumbs within the tolerance.
    fn crumbs(&self) -> i64 {
        let before = self.anchor.and_then(|anchor| anchor.checked_sub(1));
        before.map_or(0, |row| self.open[row].1)
    }

    /// The standing on a day.
    pub fn on(&self, day: Day) -> Standing {
        let mut standing = Standing { remaining: self.remaining, ..Standing::default() };
        let mut before = self.crumbs();
        for (due, through) in self.rows() {
            if *due >= day {
                standing.next_due = Some((*due, through - before));
                break;
            }
            before = *through;
            standing.past_due = *through;
            standing.unpaid_count += 1;
        }
        let announced = self.announced.filter(|(due, _)| *due >= day);
        standing.next_due = standing.next_due.or(announced);
        if let Some(oldest) = self.anchor().filter(|_| standing.unpaid_count > 0) {
            standing.oldest_unpaid = Some(oldest);
            standing.days_past_due = u32::try_from(day.days_since(oldest)).unwrap_or(0);
        }
        standing
    }

    /// The first row that stays open once the sum past due is paid: its due day and open amount.
    pub fn next_after(&self, past_due: i64) -> Option<(Day, i64)> {
        let before = past_due.max(self.crumbs());
        let next = self.rows().iter().find(|(_, through)| *through > before);
        next.map(|(due, through)| (*due, through - before)).or(self.announced)
    }

    /// First day on which so many instalments are past due, if nothing more is paid.
    pub(crate) fn unpaid_reaches(&self, count: u32) -> Option<Day> {
        let skip = usize::try_from(count.max(1) - 1).ok()?;
        self.rows().get(skip)?.0.plus_days(1)
    }

    /// First day on which so much is past due, if nothing more is paid.
    pub(crate) fn past_due_reaches(&self, minor: i64) -> Option<Day> {
        let reached = self.rows().iter().find(|(_, through)| *through >= minor.max(1));
        reached.and_then(|(due, _)| due.plus_days(1))
    }

    /// Whether something that is not covered falls due on a day.
    pub(crate) fn falls_due(&self, day: Day) -> bool {
        self.dues().any(|due| due == day)
    }

    /// First day after `day` on which something that is not covered falls due.
    pub(crate) fn falls_due_after(&self, day: Day) -> Option<Day> {
        self.dues().find(|due| *due > day)
    }

    fn dues(&self) -> impl Iterator<Item = Day> + '_ {
        let announced = self.announced.iter().map(|(due, _)| *due);
        self.rows().iter().map(|(due, _)| *due).chain(announced)
    }

    /// First day after `day` on which a further row falls past due.
    pub(crate) fn next_past_due_after(&self, day: Day) -> Option<Day> {
        self.rows().iter().filter_map(|(due, _)| due.plus_days(1)).find(|start| *start > day)
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
        Currency, Terms, Zone,
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

    /// After so much was paid.
    fn position(paid: i64) -> Position {
        let mut left = paid;
        let open = terms().rows().to_vec().into_iter().map(move |row| {
            let covered = row.amount.min(left);
            left -= covered;
            (row.due, row.amount - covered)
        });
        let remaining = (40_000 - paid).max(0);
        Position::of(open.filter(|(_, open)| *open > 0), remaining, 200)
    }

    fn on(paid: i64, day: &str) -> (i64, u32, u32, Option<i64>) {
        let standing = position(paid).on(Day::parse(day).unwrap());
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
        for paid in [0, 4_000, 9_800, 10_000, 25_000, 40_000] {
            let position = position(paid);
            for day in 0..120 {
                let day = Day::parse("2026-01-05").unwrap().plus_days(day).unwrap();
                let standing = position.on(day);
                assert_eq!(position.next_after(standing.past_due), standing.next_due, "{day}");
            }
        }
    }

    #[test]
    fn what_is_first_reached_agrees_with_the_standing_of_that_day() {
        for paid in [0, 4_000, 10_000, 19_900, 33_000] {
            let position = position(paid);
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
