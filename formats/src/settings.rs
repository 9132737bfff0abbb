//! What the TOML files have in common: errors that name line and field, and small values.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error, Visitor},
};
use toml::Spanned;

/// Why a text is not the pack, programme or lender it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextError {
    /// Line, counted from 1; 0 = the text as a whole.
    pub line: usize,
    /// The field, where one is at fault.
    pub field: String,
    /// What is wrong and what was expected.
    pub message: String,
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for TextError {}

/// Reads a whole TOML text.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, TextError> {
    toml::from_str(text).map_err(|error| match error.span() {
        Some(span) => at(text, span.start, error.message()),
        None => TextError { line: 0, field: String::new(), message: error.message().to_owned() },
    })
}

/// An error about the value that stands here.
pub(crate) fn wrong<T>(text: &str, value: &Spanned<T>, message: &str) -> TextError {
    at(text, value.span().start, message)
}

fn at(text: &str, offset: usize, message: &str) -> TextError {
    let head = text.get(..offset).unwrap_or(text);
    let line = head.matches('\n').count() + 1;
    let field = field(text, line);
    let message = message
        .replace('\n', " ")
        .replace("expected u32", "expected a whole number, zero or above")
        .replace("expected u8", "expected a whole number, 0 to 255");
    TextError { line, field, message }
}

/// The key of the line, or of the nearest line above that has one: a list may run over several.
/// Keys of a table carry the table's name.
fn field(text: &str, line: usize) -> String {
    let above: Vec<&str> = text.lines().take(line).collect();
    let table = |line: &&str| line.starts_with('[') && line.trim_end().ends_with(']');
    let mut key = "";
    for (back, line) in above.iter().rev().enumerate() {
        let name = line.split('=').next().unwrap_or("").trim();
        let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
        if table(line) {
            let table = line.trim_end().trim_matches(['[', ']']);
            return if key.is_empty() { table.to_owned() } else { format!("{table}.{key}") };
        }
        if key.is_empty() && line.contains('=') && plain {
            key = name;
        }
        if back > 0 && key.is_empty() && line.trim().is_empty() {
            break;
        }
    }
    key.to_owned()
}

/// The line of a field that a text has, or 0: `name`, `[name]`, `[[name]]` or `table.name`.
pub(crate) fn line_of(text: &str, field: &str) -> usize {
    let (table, key) = field.split_once('.').unwrap_or(("", field));
    let mut within = "";
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.starts_with('[') && line.ends_with(']') {
            within = line.trim_matches(['[', ']']);
            if table.is_empty() && within == key {
                return number;
            }
        } else if within == table && line.split('=').next().is_some_and(|name| name.trim() == key) {
            return number;
        }
    }
    0
}

/// A share in basis points, written as `"2%"` or `"0.5%"`.
#[derive(Clone, Copy)]
pub(crate) struct Share(pub(crate) u32);

fn share(text: &str) -> Option<Share> {
    let number = text.strip_suffix('%')?;
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 2 {
        return None;
    }
    let whole: u32 = whole.parse().ok().filter(|whole| *whole <= 100)?;
    let part: u32 = format!("{part:0<2}").parse().ok()?;
    Some(Share(whole * 100 + part))
}

/// A wall-clock time in seconds of the day, written as `"18:00"`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Clock(pub(crate) u32);

fn clock(text: &str) -> Option<Clock> {
    let (hour, minute) = text.split_once(':')?;
    let two = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !two(hour) || !two(minute) {
        return None;
    }
    let hour: u32 = hour.parse().ok().filter(|hour| *hour < 24)?;
    let minute: u32 = minute.parse().ok().filter(|minute| *minute < 60)?;
    Some(Clock(hour * 3600 + minute * 60))
}

/// A text that is not blank.
pub(crate) struct Filled(pub(crate) String);

fn filled(text: &str) -> Option<Filled> {
    (!text.trim().is_empty()).then(|| Filled(text.trim().to_owned()))
}

/// A name in lower case: letters, digits, dashes; 1 to 64.
pub(crate) struct Id(pub(crate) String);

fn id(text: &str) -> Option<Id> {
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let fits = (1..=64).contains(&text.len()) && text.bytes().all(known);
    fits.then(|| Id(text.to_owned()))
}

macro_rules! written_as {
    ($($type:ident, $read:ident, $expected:literal;)*) => {$(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Reader;
                impl Visitor<'_> for Reader {
                    type Value = $type;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expected)
                    }
                    fn visit_str<E: Error>(self, text: &str) -> Result<$type, E> {
                        let wrong = || E::custom(format_args!("{text:?}: expected {}", $expected));
                        $read(text).ok_or_else(wrong)
                    }
                }
                deserializer.deserialize_str(Reader)
            }
        }
    )*};
}

written_as!(
    Share, share, "a share such as \"2%\"";
    Clock, clock, "a time of day such as \"18:00\"";
    Filled, filled, "a text that is not blank";
    Id, id, "1 to 64 lower-case letters, digits and dashes";
);
