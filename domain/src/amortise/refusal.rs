//! Why a plan has no schedule.

/// Why a plan has no schedule. Each has a stable code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unpayable {
    /// No row, or more than a schedule may have.
    Count,
    /// The distance between due dates is zero or beyond reason.
    Every,
    /// A due date outside the calendar.
    Date,
    /// Due dates do not rise, or begin before the money is handed over.
    Order,
    /// Nothing is left to finance.
    Nothing,
    /// An amount, multiple or payment that is not above zero.
    Amount,
    /// More than ten times the principal a year, or below zero.
    Rate,
    /// Minor digits of no currency, or a cash multiple where there are minor units.
    Digits,
    /// As many periods of grace as there are rows, or more.
    Grace,
    /// A combination of terms no rule defines.
    Unsupported,
    /// An event that fits no row of the plan.
    Event,
    /// A payment does not cover its own period's interest.
    NotAmortising,
    /// What the rows before leave for the last one is nothing, or less.
    LastRow,
    /// The level payment rounds to nothing, or so far that the last row exceeds two of them.
    Payment,
    /// Rows given one by one do not pay back exactly what is financed.
    Rows,
    /// An amount beyond what a schedule carries.
    Overflow,
}

impl Unpayable {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Unpayable::Count => "schedule_count",
            Unpayable::Every => "schedule_every",
            Unpayable::Date => "schedule_date",
            Unpayable::Order => "schedule_order",
            Unpayable::Nothing => "nothing_financed",
            Unpayable::Amount => "schedule_amount",
            Unpayable::Rate => "rate_absurd",
            Unpayable::Digits => "schedule_digits",
            Unpayable::Grace => "schedule_grace",
            Unpayable::Unsupported => "terms_unsupported",
            Unpayable::Event => "schedule_event",
            Unpayable::NotAmortising => "schedule_not_amortising",
            Unpayable::LastRow => "schedule_last_row",
            Unpayable::Payment => "schedule_payment",
            Unpayable::Rows => "schedule_rows",
            Unpayable::Overflow => "schedule_overflow",
        }
    }

    /// What is wrong and what would be right.
    pub fn detail(self) -> &'static str {
        match self {
            Unpayable::Count => "count must be 1 to 520",
            Unpayable::Every => "every must be 1 to 366",
            Unpayable::Date => "a due date falls outside the years 1970 to 8999",
            Unpayable::Order => {
                "due dates must rise, none before the start, the last within 30 years of the first"
            }
            Unpayable::Nothing => "the principal less the down payment must be above zero",
            Unpayable::Amount => "amounts, multiples and payments must be above zero",
            Unpayable::Rate => "the rate must be 0 to 1000 percent a year",
            Unpayable::Digits => {
                "a currency has 0 to 3 digits, and a currency multiple only without any"
            }
            Unpayable::Grace => "a grace must be shorter than the number of rows",
            Unpayable::Unsupported => "these terms cannot stand together in this rule set",
            Unpayable::Event => "the event names no row or day of this schedule",
            Unpayable::NotAmortising => {
                "a payment does not cover the interest of its period: the debt would never end"
            }
            Unpayable::LastRow => {
                "the rows before leave nothing for the last one: fewer rows or a smaller multiple"
            }
            Unpayable::Payment => {
                "the payment rounds to nothing or leaves more than two payments for the last row"
            }
            Unpayable::Rows => "the rows must pay back exactly the principal less the down payment",
            Unpayable::Overflow => "an amount exceeds a quadrillion minor units",
        }
    }
}
