//! A JSON object read field by field, so that every error names the field it is about.

use domain::Day;
use serde_json::{Map, Value};

/// Why a value is not what was expected, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field with the way to it, for example `events[0].new_due`.
    pub field: String,
    /// What is wrong and what was expected.
    pub message: String,
}

impl std::fmt::Display for FieldError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.field.as_str() {
            "" => f.write_str(&self.message),
            field => write!(f, "{field}: {}", self.message),
        }
    }
}

impl std::error::Error for FieldError {}

/// An object whose fields are taken out one by one; what nobody took is unknown.
pub(crate) struct Fields {
    map: Map<String, Value>,
    at: String,
}

impl Fields {
    pub(crate) fn new(value: &Value, at: &str) -> Result<Fields, FieldError> {
        match value {
            Value::Object(map) => Ok(Fields { map: map.clone(), at: at.to_owned() }),
            other => {
                let message = format!("expected an object, found {}", kind(other));
                Err(FieldError { field: at.to_owned(), message })
            }
        }
    }

    /// An error about one of the fields.
    pub(crate) fn wrong(&self, name: &str, message: impl Into<String>) -> FieldError {
        let dot = if self.at.is_empty() { "" } else { "." };
        FieldError { field: format!("{}{dot}{name}", self.at), message: message.into() }
    }

    /// The way to a field.
    pub(crate) fn path(&self, name: &str) -> String {
        self.wrong(name, "").field
    }

    /// Takes a field out; `null` is as good as absent.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.map.remove(name).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, FieldError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(self.wrong(name, format!("expected text, found {}", kind(&other)))),
        }
    }

    /// One of several words.
    pub(crate) fn word<T: Copy>(
        &mut self,
        name: &str,
        words: &[(&str, T)],
    ) -> Result<Option<T>, FieldError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let known = words.iter().find(|(word, _)| *word == text);
        let list = || words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        let wrong = || self.wrong(name, format!("{text:?}: expected one of {}", list()));
        known.map(|(_, value)| Some(*value)).ok_or_else(wrong)
    }

    pub(crate) fn count(&mut self, name: &str) -> Result<Option<u32>, FieldError> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let whole = value.as_u64().and_then(|number| u32::try_from(number).ok());
        let wrong = || self.wrong(name, "expected a whole number, zero or above");
        whole.map(Some).ok_or_else(wrong)
    }

    pub(crate) fn day(&mut self, name: &str) -> Result<Option<Day>, FieldError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let wrong = || self.wrong(name, format!("{text:?}: expected a day as YYYY-MM-DD"));
        Day::parse(&text).map(Some).ok_or_else(wrong)
    }

    /// A decimal number, as text or as a JSON number, in units of `10^-places`.
    pub(crate) fn decimal(&mut self, name: &str, places: u32) -> Result<Option<i64>, FieldError> {
        let text = match self.take(name) {
            None => return Ok(None),
            Some(Value::String(text)) => text,
            Some(Value::Number(number)) => number.to_string(),
            Some(other) => {
                let message = format!("expected a decimal number, found {}", kind(&other));
                return Err(self.wrong(name, message));
            }
        };
        scaled(&text, places).map(Some).map_err(|message| self.wrong(name, message))
    }

    pub(crate) fn list(&mut self, name: &str) -> Result<Vec<Value>, FieldError> {
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) => Ok(list),
            Some(other) => {
                Err(self.wrong(name, format!("expected a list, found {}", kind(&other))))
            }
        }
    }

    /// A field that has to be there.
    pub(crate) fn needed<T>(&self, name: &str, value: Option<T>) -> Result<T, FieldError> {
        value.ok_or_else(|| self.wrong(name, "missing"))
    }

    /// Refuses what nobody took.
    pub(crate) fn done(self) -> Result<(), FieldError> {
        let known = self.map.iter().find(|(_, value)| !value.is_null());
        match known.or_else(|| self.map.iter().next()) {
            None => Ok(()),
            Some((name, _)) => Err(self.wrong(name, "unknown key")),
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A plain decimal number in units of `10^-places`; no digit is lost.
fn scaled(text: &str, places: u32) -> Result<i64, String> {
    let wrong = || format!("{text:?}: expected a plain decimal number");
    let (negative, plain) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, part) = match plain.split_once('.') {
        Some((_, "")) => return Err(wrong()),
        Some(parts) => parts,
        None => (plain, ""),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) {
        return Err(wrong());
    }
    let kept = part.trim_end_matches('0');
    let width = places as usize;
    if kept.len() > width {
        return Err(format!("{text:?}: at most {places} decimal places"));
    }
    let magnitude: i64 =
        format!("{whole}{kept:0<width$}").parse().map_err(|_| format!("{text:?}: too large"))?;
    Ok(if negative { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_or_refused() {
        assert_eq!(scaled("9.4822", 7), Ok(94_822_000));
        assert_eq!(scaled("-0.50", 2), Ok(-50));
        assert_eq!(scaled("100", 0), Ok(100));
        assert_eq!(scaled("1.00", 0), Ok(1));
        for text in ["", ".5", "1.", "1e3", "+1", "1,0", "--1", "1.005"] {
            assert!(scaled(text, 2).is_err(), "{text}");
        }
        assert!(scaled("92233720368547758.08", 2).is_err());
    }
}
