//! Amounts as the format has them: up to eighteen digits, five of them after the point.

use std::fmt;

/// Units of the fifth decimal in one.
const SCALE: i128 = 100_000;
/// Digits after the point.
const DIGITS: usize = 5;
/// Digits before the point.
const WHOLE_MAX: usize = 18;

/// A decimal number with at most five digits after the point, exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exact(i128);

impl Exact {
    /// A number without sign, for example `8.85` or `1200`.
    pub fn parse(text: &str) -> Option<Exact> {
        let text = text.strip_prefix('+').unwrap_or(text);
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(part) || (whole.is_empty() && part.is_empty()) {
            return None;
        }
        let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
        if whole.len() > WHOLE_MAX || part.len() > DIGITS {
            return None;
        }
        format!("0{whole}{part:0<DIGITS$}").parse().ok().map(Exact)
    }

    /// The sum; within reach of any file's entries.
    pub fn plus(self, other: Exact) -> Exact {
        Exact(self.0.saturating_add(other.0))
    }

    /// The number with the other sign.
    pub fn negated(self) -> Exact {
        Exact(-self.0)
    }

    /// Whether nothing.
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }
}

/// The shortest decimal number.
impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        let scale = SCALE.unsigned_abs();
        let part = format!("{:0DIGITS$}", magnitude % scale);
        let part = part.trim_end_matches('0');
        let point = if part.is_empty() { "" } else { "." };
        write!(f, "{sign}{}{point}{part}", magnitude / scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact() {
        let cases = [
            ("8.85", "8.85"),
            ("8.850", "8.85"),
            ("0.00001", "0.00001"),
            ("200000", "200000"),
            (".5", "0.5"),
            ("5.", "5"),
            ("007.10", "7.1"),
            ("999999999999999999.99999", "999999999999999999.99999"),
        ];
        for (text, shown) in cases {
            assert_eq!(Exact::parse(text).unwrap().to_string(), shown, "{text}");
        }
        assert_eq!(Exact::parse("1.2").unwrap().negated().to_string(), "-1.2");
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", ".", "-1", "1e3", "1,5", "0.000001", "1.2.3", "1000000000000000000", "١"]
        {
            assert_eq!(Exact::parse(text), None, "{text}");
        }
    }
}
