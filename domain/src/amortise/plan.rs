//! What a schedule is made from.

use super::{Rounding, Unpayable};
use crate::{
    Day,
    schedule::{MonthEnd, Period, ROWS_MAX},
};

/// Largest principal: a quadrillion minor units.
pub const PRINCIPAL_MAX: i64 = 1_000_000_000_000_000;
/// Largest share or rate: ten times the whole.
const RATE_MAX: i64 = 10 * Share::WHOLE;

/// A set of rounding and interest rules. A change of any table is a further version, never an
/// edit: a contract keeps the version it was signed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RuleSet {
    /// Per-period rate factors of twelve digits, smoothed last row. Version 1.
    #[default]
    Progressive,
    /// Twelfths of a year, or days of 365, with the annuity formula. Version 1.
    Classic,
}

impl RuleSet {
    /// The name on a command line and in a snapshot.
    pub fn name(self) -> &'static str {
        match self {
            RuleSet::Progressive => "progressive",
            RuleSet::Classic => "classic",
        }
    }

    /// The rule set of this name.
    pub fn parse(name: &str) -> Option<RuleSet> {
        [RuleSet::Progressive, RuleSet::Classic].into_iter().find(|rules| rules.name() == name)
    }

    /// The version a snapshot pins.
    pub fn version(self) -> u32 {
        1
    }
}

/// A share of a whole, or a rate a year, in parts per billion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(pub i64);

impl Share {
    /// One.
    pub const WHOLE: i64 = 1_000_000_000;
}

/// On what interest is charged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// On the balance of each period.
    #[default]
    Declining,
    /// On the whole financed amount over the whole term.
    Flat,
}

/// How the principal is paid back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Equal payments.
    #[default]
    Level,
    /// Equal parts of principal.
    EqualPrincipal,
    /// This share of the financed principal in every row, the rest in the last.
    PrincipalShare(Share),
    /// This payment until nothing is left; the number of rows follows, `count` is the most.
    FixedPayment(i64),
    /// Equal payments that leave this amount to the last row.
    Balloon(i64),
    /// Interest alone, the whole principal in the last row.
    InterestOnly,
}

/// Whether interest counts days or whole periods.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rest {
    /// Days, by the day count.
    #[default]
    Daily,
    /// Twelfths of a year, or its weeks as 52nds, whatever their length.
    Period,
}

/// Days of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YearDays {
    /// 365 or 366, each calendar year by its own; 31 December counts to the year after.
    Actual,
    /// So many.
    Fixed(u16),
}

/// How a stretch of days becomes a fraction of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayCount {
    /// The year.
    pub year: YearDays,
    /// Whether a whole month counts 30 days; otherwise its days are counted.
    pub month_30: bool,
}

/// Money paid at the sale, as row 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DownPayment {
    /// None.
    #[default]
    None,
    /// This much.
    Amount(i64),
    /// This share of the principal, rounded to the currency and then to the instalment multiple.
    Share(Share),
}

/// A row given as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GivenRow {
    /// Due day.
    pub due: Day,
    /// Principal in minor units.
    pub principal: i64,
    /// Interest in minor units.
    pub interest: i64,
}

/// What happened to a schedule after it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A due date moved, and all later ones with it. The level payment stays; the last row takes
    /// the difference.
    Reschedule {
        /// The due date as it was.
        from_due: Day,
        /// The due date as it is.
        new_due: Day,
    },
    /// More was handed over. The level payment is made anew from the period it falls into.
    Disbursement {
        /// When.
        on: Day,
        /// How much, in minor units.
        amount: i64,
    },
    /// Nothing was paid until this day: principal past due goes on bearing interest up to it. The
    /// payment stays; the last row takes the difference.
    Overdue {
        /// The day up to which interest is known.
        on: Day,
    },
}

/// The terms of a schedule. Amounts are minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Whose arithmetic.
    pub rules: RuleSet,
    /// Price, down payment included.
    pub principal: i64,
    /// Minor digits of the currency.
    pub digits: u8,
    /// The first period begins.
    pub start: Day,
    /// The money was handed over on another day than `start`.
    pub disbursed_on: Option<Day>,
    /// Number of rows, the down payment not counted.
    pub count: u32,
    /// Unit between due dates.
    pub period: Period,
    /// So many units between two.
    pub every: u32,
    /// First due date where it is not one period after `start`; the seed of all later ones.
    pub first_due: Option<Day>,
    /// Month ends.
    pub month_end: MonthEnd,
    /// Interest a year.
    pub rate: Share,
    /// On what interest is charged.
    pub method: Method,
    /// How the principal is paid back.
    pub shape: Shape,
    /// Whether interest counts days or periods.
    pub rest: Rest,
    /// Day count of the progressive rules; the classic ones always count 365.
    pub day_count: DayCount,
    /// First rows without principal.
    pub principal_grace: u32,
    /// First rows whose interest is collected with the first row after them.
    pub interest_payment_grace: u32,
    /// First rows without any interest.
    pub interest_free: u32,
    /// Level payments, flat parts and down payments are multiples of this.
    pub instalment_multiple: Option<i64>,
    /// Every amount of a currency without minor units is a multiple of this, ties up.
    pub currency_multiple: Option<i64>,
    /// How amounts round.
    pub rounding: Rounding,
    /// Paid at the sale.
    pub down_payment: DownPayment,
    /// Rows given one by one instead of computed ones.
    pub given: Vec<GivenRow>,
    /// What happened since, in order.
    pub events: Vec<Event>,
}

impl Plan {
    /// A level plan of monthly rows without interest, to be filled in.
    pub fn new(principal: i64, start: Day, count: u32) -> Plan {
        Plan {
            rules: RuleSet::default(),
            principal,
            digits: 2,
            start,
            disbursed_on: None,
            count,
            period: Period::Months,
            every: 1,
            first_due: None,
            month_end: MonthEnd::Clamp,
            rate: Share(0),
            method: Method::default(),
            shape: Shape::default(),
            rest: Rest::default(),
            day_count: DayCount { year: YearDays::Fixed(360), month_30: true },
            principal_grace: 0,
            interest_payment_grace: 0,
            interest_free: 0,
            instalment_multiple: None,
            currency_multiple: None,
            rounding: Rounding::default(),
            down_payment: DownPayment::None,
            given: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Refuses what no rule could compute from.
    pub(super) fn check(&self) -> Result<(), Unpayable> {
        if self.principal <= 0 {
            return Err(Unpayable::Nothing);
        }
        if self.principal > PRINCIPAL_MAX {
            return Err(Unpayable::Overflow);
        }
        if self.digits > 3 || (self.digits > 0 && self.currency_multiple.is_some()) {
            return Err(Unpayable::Digits);
        }
        if self.given.is_empty() && (self.count == 0 || self.count as usize > ROWS_MAX) {
            return Err(Unpayable::Count);
        }
        if !(1..=366).contains(&self.every) {
            return Err(Unpayable::Every);
        }
        if !(0..=RATE_MAX).contains(&self.rate.0) {
            return Err(Unpayable::Rate);
        }
        let graces = [self.principal_grace, self.interest_payment_grace, self.interest_free];
        if self.given.is_empty() && graces.iter().any(|grace| *grace >= self.count && *grace > 0) {
            return Err(Unpayable::Grace);
        }
        let multiples = [self.instalment_multiple, self.currency_multiple];
        if multiples.iter().flatten().any(|m| !(1..=PRINCIPAL_MAX).contains(m)) {
            return Err(Unpayable::Amount);
        }
        if self.day_count.year == YearDays::Fixed(0) {
            return Err(Unpayable::Unsupported);
        }
        self.check_shape()?;
        self.check_events()
    }

    fn check_shape(&self) -> Result<(), Unpayable> {
        match self.shape {
            Shape::FixedPayment(amount) | Shape::Balloon(amount) if amount <= 0 => {
                Err(Unpayable::Amount)
            }
            Shape::PrincipalShare(share) if share.0 <= 0 || share.0 > Share::WHOLE => {
                Err(Unpayable::Amount)
            }
            Shape::FixedPayment(_) if self.method == Method::Flat || !self.events.is_empty() => {
                Err(Unpayable::Unsupported)
            }
            Shape::InterestOnly if self.principal_grace > 0 => Err(Unpayable::Unsupported),
            Shape::PrincipalShare(_) if self.principal_grace > 0 => Err(Unpayable::Unsupported),
            _ => Ok(()),
        }
    }

    fn check_events(&self) -> Result<(), Unpayable> {
        if self.events.is_empty() {
            return Ok(());
        }
        if !self.given.is_empty() {
            return Err(Unpayable::Unsupported);
        }
        let handed = |event: &Event| matches!(event, Event::Disbursement { .. });
        let late = |event: &Event| matches!(event, Event::Overdue { .. });
        let declining = self.rules == RuleSet::Progressive && self.method == Method::Declining;
        if self.events.iter().any(late) && !declining {
            return Err(Unpayable::Unsupported);
        }
        let level = matches!(self.shape, Shape::Level) && self.method == Method::Declining;
        let one_sum = self.down_payment == DownPayment::None;
        if self.events.iter().any(handed)
            && !(self.rules == RuleSet::Progressive && level && one_sum)
        {
            return Err(Unpayable::Unsupported);
        }
        Ok(())
    }

    /// First rows without principal.
    pub(super) fn grace(&self) -> u32 {
        match self.shape {
            Shape::InterestOnly => self.count.saturating_sub(1),
            _ => self.principal_grace,
        }
    }
}
