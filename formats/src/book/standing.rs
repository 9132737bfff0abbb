//! Rows of standings, as the lender's own system tells them.

use std::collections::BTreeMap;

use domain::Day;

use super::{
    When,
    cells::{Cells, Column, column, maybe, optional},
    sealed,
};

/// Where an account stands. Its currency is the contract's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingRow {
    /// The contract.
    pub reference: String,
    /// The moment it speaks of.
    pub as_of: When,
    /// A decimal number, zero or above.
    pub past_due: String,
    /// Due day of the oldest instalment past due.
    pub oldest_unpaid: Option<Day>,
    /// Everything is paid.
    pub settled: bool,
    /// The next instalment to come: day and decimal number.
    pub next_due: Option<(Day, String)>,
    /// A decimal number, zero or above.
    pub remaining: Option<String>,
    /// ISO 4217, where it is named.
    pub currency: Option<String>,
}

const REFERENCE: usize = 0;
const AS_OF: usize = 1;
const PAST_DUE: usize = 2;
const OLDEST_UNPAID: usize = 3;
const SETTLED: usize = 4;
const NEXT_DUE: usize = 5;
const NEXT_AMOUNT: usize = 6;
const REMAINING: usize = 7;
const CURRENCY: usize = 8;

impl sealed::Row for StandingRow {
    type Seen = BTreeMap<(String, String), (u64, StandingRow)>;

    const COLUMNS: &'static [Column] = &[
        column("reference"),
        column("as_of"),
        column("past_due"),
        column("oldest_unpaid"),
        optional("settled"),
        optional("next_due"),
        optional("next_amount"),
        optional("remaining"),
        optional("currency"),
    ];

    fn read(cells: &mut Cells<'_>, seen: &mut Self::Seen) -> Option<Self> {
        let reference = cells.filled(REFERENCE, 64);
        let as_of = cells.when(AS_OF);
        let past_due = decimal(cells, PAST_DUE);
        let oldest_unpaid = maybe(cells, OLDEST_UNPAID, Cells::day);
        let settled = settled(cells);
        let next_due = next_due(cells);
        let remaining = maybe(cells, REMAINING, decimal);
        let currency = maybe(cells, CURRENCY, |cells, index| cells.filled(index, 8));
        let row = StandingRow {
            reference: reference?.to_owned(),
            as_of: as_of?,
            past_due: past_due?.to_owned(),
            oldest_unpaid: oldest_unpaid?,
            settled: settled?,
            next_due: next_due?,
            remaining: remaining?.map(str::to_owned),
            currency: currency?.map(str::to_owned),
        };
        let key = (row.reference.clone(), cells.text(AS_OF)?.to_owned());
        match seen.get(&key) {
            Some((first, known)) if *known != row => {
                let detail = format!("line {first} tells something else of the same moment");
                cells.fail(AS_OF, "duplicate_standing", &detail)
            }
            Some(_) => Some(row),
            None => {
                seen.insert(key, (cells.line(), row.clone()));
                Some(row)
            }
        }
    }
}

fn settled(cells: &mut Cells<'_>) -> Option<bool> {
    match cells.within(SETTLED, 20)? {
        "" | "no" | "false" => Some(false),
        "yes" | "true" => Some(true),
        _ => cells.fail(SETTLED, "bad_flag", "expected yes or no"),
    }
}

/// Day and amount go together.
fn next_due(cells: &mut Cells<'_>) -> Option<Option<(Day, String)>> {
    let day = maybe(cells, NEXT_DUE, Cells::day);
    let amount = maybe(cells, NEXT_AMOUNT, decimal);
    match (day?, amount?) {
        (Some(day), Some(amount)) => Some(Some((day, amount.to_owned()))),
        (None, None) => Some(None),
        (Some(_), None) => cells.fail(NEXT_AMOUNT, "empty", "expected the amount of next_due"),
        (None, Some(_)) => cells.fail(NEXT_DUE, "empty", "expected the day of next_amount"),
    }
}

/// A plain decimal number, zero or above, whatever the currency.
fn decimal<'a>(cells: &mut Cells<'a>, index: usize) -> Option<&'a str> {
    let text = cells.filled(index, 40)?;
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if digits(whole) && digits(part) {
        return Some(text);
    }
    let detail = "expected a decimal number with a point, zero or above, for example 199.90";
    cells.fail(index, "bad_amount", detail)
}
