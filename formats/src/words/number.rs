//! Amounts as a language and its region write them, to the minor unit.

use domain::Money;

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    point: char,
    group: char,
    /// Whether groups above the first thousand have two digits: lakh and crore.
    by_two: bool,
}

/// Regions that write Spanish with a decimal point.
const ES_POINT: &[&str] =
    &["419", "BZ", "CU", "DO", "GT", "HN", "MX", "NI", "PA", "PE", "PR", "SV", "US"];

impl Marks {
    /// The marks of a tag, as Unicode's common locale data has them.
    pub(super) fn of(tag: &str) -> Marks {
        let mut parts = tag.split('-');
        let language = parts.next().unwrap_or_default().to_ascii_lowercase();
        let region = parts.find(|part| part.len() == 2 || part.len() == 3);
        let region = region.unwrap_or_default().to_ascii_uppercase();
        let (point, group, by_two) = match (language.as_str(), region.as_str()) {
            ("es", region) if ES_POINT.contains(&region) => ('.', ',', false),
            ("fr", _) => (',', '\u{202f}', false),
            ("es" | "pt" | "id", _) => (',', '.', false),
            ("hi", _) | ("en", "IN") => ('.', ',', true),
            _ => ('.', ',', false),
        };
        Marks { point, group, by_two }
    }

    /// The number of an amount without its currency.
    pub(super) fn amount(self, money: Money) -> String {
        let decimal = money.decimal();
        let (sign, digits) = match decimal.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", decimal.as_str()),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let mut text = sign.to_owned();
        for (at, digit) in whole.char_indices() {
            let left = whole.len() - at;
            let ends_group = match left {
                3 => true,
                _ if self.by_two => left > 3 && left % 2 == 1,
                _ => left % 3 == 0,
            };
            if at > 0 && ends_group {
                text.push(self.group);
            }
            text.push(digit);
        }
        if !part.is_empty() {
            text.push(self.point);
            text.push_str(part);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use domain::Currency;

    use super::*;

    #[test]
    fn amounts_are_written_as_the_region_does_and_lose_no_minor_unit() {
        let cases = [
            ("en", "INR", 100_000, "1,000.00"),
            ("en-IN", "INR", 1_234_567_890, "1,23,45,678.90"),
            ("hi", "INR", 100_000_000, "10,00,000.00"),
            ("hi-IN", "INR", 99_999, "999.99"),
            ("es", "EUR", 123_456_789, "1.234.567,89"),
            ("es-MX", "MXN", 123_456_789, "1,234,567.89"),
            ("es-419", "USD", 100_005, "1,000.05"),
            ("pt-BR", "BRL", 100_005, "1.000,05"),
            ("fr", "XOF", 1_250_000, "1\u{202f}250\u{202f}000"),
            ("id", "IDR", 125_000_000, "1.250.000,00"),
            ("sw", "KES", 5, "0.05"),
            ("en", "JPY", 123, "123"),
            ("en", "BHD", i64::MAX, "9,223,372,036,854,775.807"),
            ("en", "USD", -123_456, "-1,234.56"),
        ];
        for (tag, code, minor, expected) in cases {
            let currency = Currency::parse(code).unwrap();
            assert_eq!(Marks::of(tag).amount(Money::new(minor, currency)), expected, "{tag}");
        }
    }
}
