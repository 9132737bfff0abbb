//! The fields of one record, and the faults found in them.

use csv::ByteRecord;
use domain::{Currency, Day, Imei, Moment, Money, imei::ImeiError, money::AmountError};

use super::{RowError, When};

/// A column of a file.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub(crate) name: &'static str,
    pub(crate) optional: bool,
    pub(crate) shown: Shown,
}

/// How much of a value an error shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// All of it.
    All,
    /// The type allocation code, which is no personal data.
    First8,
    /// That there is one.
    Nothing,
}

pub(crate) const fn column(name: &'static str) -> Column {
    Column { name, optional: false, shown: Shown::All }
}

pub(crate) const fn optional(name: &'static str) -> Column {
    Column { name, optional: true, shown: Shown::All }
}

pub(crate) const fn imei_column(name: &'static str) -> Column {
    Column { name, optional: false, shown: Shown::First8 }
}

pub(crate) const fn personal(name: &'static str) -> Column {
    Column { name, optional: false, shown: Shown::Nothing }
}

pub(crate) const fn optional_personal(name: &'static str) -> Column {
    Column { name, optional: true, shown: Shown::Nothing }
}

/// One record.
pub struct Cells<'a> {
    record: &'a ByteRecord,
    line: u64,
    columns: &'static [Column],
    places: &'a [Option<usize>],
    errors: Vec<RowError>,
}

/// Personal data: only the place shows.
impl std::fmt::Debug for Cells<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cells(line {})", self.line)
    }
}

impl<'a> Cells<'a> {
    pub(crate) fn new(
        record: &'a ByteRecord,
        line: u64,
        columns: &'static [Column],
        places: &'a [Option<usize>],
    ) -> Cells<'a> {
        Cells { record, line, columns, places, errors: Vec::new() }
    }

    pub(crate) fn into_errors(self) -> Vec<RowError> {
        self.errors
    }

    /// Notes a fault of a value that stands in no column.
    pub(crate) fn note(&mut self, place: String, value: &str, code: &'static str, detail: &str) {
        let value = value.chars().take(64).collect();
        let line = self.line;
        self.errors.push(RowError { line, column: place, value, code, detail: detail.to_owned() });
    }

    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Notes a fault of a column and gives nothing.
    pub(crate) fn fail<T>(&mut self, index: usize, code: &'static str, detail: &str) -> Option<T> {
        let column = self.columns[index];
        let text = self.bytes(index).map(String::from_utf8_lossy).unwrap_or_default();
        let error = error(self.line, column, &text, code, detail);
        self.errors.push(error);
        None
    }

    /// The text of a column without blanks at its ends; empty where the column is absent.
    pub(crate) fn text(&mut self, index: usize) -> Option<&'a str> {
        let bytes = self.bytes(index).unwrap_or_default();
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(text.trim()),
            Err(_) => self.fail(index, "not_utf8", "not UTF-8: save the file as UTF-8"),
        }
    }

    /// A text of 1 to `max` bytes on one line.
    pub(crate) fn filled(&mut self, index: usize, max: usize) -> Option<&'a str> {
        match self.within(index, max)? {
            "" => self.fail(index, "empty", "expected a value"),
            text => Some(text),
        }
    }

    /// A text of at most `max` bytes on one line; may be empty.
    pub(crate) fn within(&mut self, index: usize, max: usize) -> Option<&'a str> {
        let text = self.text(index)?;
        if text.chars().any(char::is_control) {
            return self.fail(index, "bad_text", "expected one line without control characters");
        }
        if text.len() > max {
            return self.fail(index, "too_long", &format!("expected at most {max} bytes"));
        }
        Some(text)
    }

    pub(crate) fn imei(&mut self, index: usize) -> Option<Imei> {
        let text = self.filled(index, 64)?;
        match Imei::parse(text) {
            Ok(imei) => Some(imei),
            Err(ImeiError::NotDigits) if text.contains(['E', 'e']) && text.contains('.') => {
                let detail = "a spreadsheet has rounded it: format the column as text";
                self.fail(index, "bad_imei", detail)
            }
            Err(error) => self.fail(index, "bad_imei", &error.to_string()),
        }
    }

    pub(crate) fn currency(&mut self, index: usize) -> Option<Currency> {
        let text = self.filled(index, 8)?;
        match Currency::parse(text) {
            Some(currency) => Some(currency),
            None => {
                let detail = "expected an ISO 4217 code in capitals, for example INR";
                self.fail(index, "unknown_currency", detail)
            }
        }
    }

    pub(crate) fn money(&mut self, index: usize, currency: Currency) -> Option<Money> {
        let text = self.filled(index, 40)?;
        match amount(text, currency) {
            Ok(money) => Some(money),
            Err((code, detail)) => self.fail(index, code, &detail),
        }
    }

    pub(crate) fn number(&mut self, index: usize, max: u32) -> Option<u32> {
        let text = self.filled(index, 20)?;
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse::<u32>() {
            Ok(number) if digits && (1..=max).contains(&number) => Some(number),
            _ => {
                let detail = format!("expected a whole number from 1 to {max}");
                self.fail(index, "bad_number", &detail)
            }
        }
    }

    pub(crate) fn day(&mut self, index: usize) -> Option<Day> {
        let text = self.filled(index, 40)?;
        match Day::parse(text) {
            Some(day) => Some(day),
            None => self.fail(index, "bad_date", "expected a day as YYYY-MM-DD"),
        }
    }

    pub(crate) fn when(&mut self, index: usize) -> Option<When> {
        let text = self.filled(index, 64)?;
        let read = Moment::parse(text).map(When::At).or_else(|| Day::parse(text).map(When::On));
        match read {
            Some(when) => Some(when),
            None => {
                let detail = "expected a moment such as 2026-03-31T18:05:00+05:30, or YYYY-MM-DD";
                self.fail(index, "bad_moment", detail)
            }
        }
    }

    fn bytes(&self, index: usize) -> Option<&'a [u8]> {
        self.record.get(self.places[index]?)
    }
}

/// A fault of a column, with as much of the value as may be shown.
pub(crate) fn error(
    line: u64,
    column: Column,
    text: &str,
    code: &'static str,
    detail: &str,
) -> RowError {
    let shown: String = match column.shown {
        Shown::All => text.chars().take(64).collect(),
        Shown::First8 if text.chars().count() > 8 => {
            text.chars().take(8).chain("...".chars()).collect()
        }
        Shown::First8 | Shown::Nothing if text.is_empty() => String::new(),
        Shown::First8 | Shown::Nothing => "...".to_owned(),
    };
    RowError { line, column: column.name.into(), value: shown, code, detail: detail.to_owned() }
}

/// An amount, or why it is none.
pub(crate) fn amount(text: &str, currency: Currency) -> Result<Money, (&'static str, String)> {
    Money::parse(text, currency).map_err(|error| match error {
        AmountError::NotANumber => {
            ("bad_amount", "expected a decimal number with a point, for example 199.90".into())
        }
        AmountError::TooPrecise => {
            let digits = currency.digits();
            let detail = format!("expected at most {digits} digits after the point for {currency}");
            ("amount_too_precise", detail)
        }
        AmountError::Overflow => {
            ("amount_overflow", "the amount does not fit 64 bits of minor units".into())
        }
    })
}

/// A value that may be left out; `None` = faulty.
pub(crate) fn maybe<'a, T>(
    cells: &mut Cells<'a>,
    index: usize,
    read: impl FnOnce(&mut Cells<'a>, usize) -> Option<T>,
) -> Option<Option<T>> {
    match cells.text(index)? {
        "" => Some(None),
        _ => read(cells, index).map(Some),
    }
}
