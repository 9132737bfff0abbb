//! Money: integer minor units and an ISO 4217 currency. No float, no rounding away.

use std::fmt;

/// An ISO 4217 currency this system knows, with its number of minor digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: [u8; 3],
    digits: u8,
}

/// ISO 4217 alphabetic codes in use whose minor unit is not two digits.
const DIGITS_0: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
const DIGITS_3: &str = "BHD IQD JOD KWD LYD OMR TND";
const DIGITS_2: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN \
    BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL \
    GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR \
    LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB \
    PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP \
    SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWG";

impl Currency {
    /// The currency with this upper-case code, if ISO 4217 lists it.
    pub fn parse(code: &str) -> Option<Currency> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        let listed = |list: &str| list.split_ascii_whitespace().any(|known| known == code);
        let digits = match () {
            () if listed(DIGITS_2) => 2,
            () if listed(DIGITS_0) => 0,
            () if listed(DIGITS_3) => 3,
            () => return None,
        };
        Some(Currency { code: bytes, digits })
    }

    /// The alphabetic code.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).expect("only listed ASCII codes are constructed")
    }

    /// Number of digits after the decimal point.
    pub fn digits(&self) -> u8 {
        self.digits
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Why a text is not an amount of this currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountError {
    /// Not a plain decimal number.
    NotANumber,
    /// More digits than the currency has.
    TooPrecise,
    /// Beyond 64 bits of minor units.
    Overflow,
}

/// An amount in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money {
    /// Minor units; may be negative in a difference.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// So many minor units.
    pub fn new(minor: i64, currency: Currency) -> Money {
        Money { minor, currency }
    }

    /// A decimal number in major units, for example `199.90`; a sign is allowed.
    pub fn parse(text: &str, currency: Currency) -> Result<Money, AmountError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let pointed = digits.contains('.');
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return Err(AmountError::NotANumber);
        }
        if pointed && fraction.is_empty() {
            return Err(AmountError::NotANumber);
        }
        let width = usize::from(currency.digits);
        let kept = fraction.trim_end_matches('0');
        if kept.len() > width {
            return Err(AmountError::TooPrecise);
        }
        let joined = format!("{whole}{kept:0<width$}");
        let magnitude: i64 = joined.parse().map_err(|_| AmountError::Overflow)?;
        Ok(Money::new(if negative { -magnitude } else { magnitude }, currency))
    }

    /// The sum, if the currencies agree and it fits.
    pub fn checked_add(self, other: Money) -> Option<Money> {
        self.same(other)?;
        Some(Money::new(self.minor.checked_add(other.minor)?, self.currency))
    }

    /// The difference, if the currencies agree and it fits.
    pub fn checked_sub(self, other: Money) -> Option<Money> {
        self.same(other)?;
        Some(Money::new(self.minor.checked_sub(other.minor)?, self.currency))
    }

    fn same(self, other: Money) -> Option<()> {
        (self.currency == other.currency).then_some(())
    }

    /// The number in major units without the currency, for example `199.90`.
    pub fn decimal(&self) -> String {
        decimal(self.minor.into(), self.currency)
    }
}

/// Minor units as a number in major units, for sums that one amount may not hold.
pub fn decimal(minor: i128, currency: Currency) -> String {
    let width = usize::from(currency.digits);
    let magnitude = minor.unsigned_abs().to_string();
    let sign = if minor < 0 { "-" } else { "" };
    if width == 0 {
        return format!("{sign}{magnitude}");
    }
    let padded = format!("{magnitude:0>min$}", min = width + 1);
    let (whole, fraction) = padded.split_at(padded.len() - width);
    format!("{sign}{whole}.{fraction}")
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency)
    }
}

/// `amount × numerator ÷ denominator` rounded down, through 128 bits.
pub fn portion(amount: i64, numerator: i64, denominator: i64) -> Option<i64> {
    let product = i128::from(amount) * i128::from(numerator);
    let quotient = product.checked_div_euclid(i128::from(denominator))?;
    i64::try_from(quotient).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    #[test]
    fn amounts_round_trip_in_every_width() {
        let cases = [
            ("KWD", "1.234", 1234),
            ("KWD", "0.001", 1),
            ("INR", "199.90", 19990),
            ("INR", "-0.05", -5),
            ("JPY", "1200", 1200),
        ];
        for (code, text, minor) in cases {
            let money = Money::parse(text, currency(code)).unwrap();
            assert_eq!(money.minor, minor, "{code} {text}");
            assert_eq!(money.decimal(), text, "{code} {text}");
        }
        assert_eq!(Money::parse("5", currency("INR")).unwrap().minor, 500);
        assert_eq!(Money::parse("5.500", currency("INR")).unwrap().minor, 550);
    }

    #[test]
    fn amounts_that_are_not_are_refused() {
        let cases = [
            ("INR", "1.234", AmountError::TooPrecise),
            ("JPY", "1.5", AmountError::TooPrecise),
            ("INR", "", AmountError::NotANumber),
            ("INR", "1.", AmountError::NotANumber),
            ("INR", ".5", AmountError::NotANumber),
            ("INR", "1,000", AmountError::NotANumber),
            ("INR", "1e3", AmountError::NotANumber),
            ("INR", "--1", AmountError::NotANumber),
            ("INR", "92233720368547758.08", AmountError::Overflow),
        ];
        for (code, text, expected) in cases {
            assert_eq!(Money::parse(text, currency(code)), Err(expected), "{text}");
        }
    }

    #[test]
    fn only_listed_currencies_exist() {
        assert!(Currency::parse("XXX").is_none());
        assert!(Currency::parse("inr").is_none());
        assert!(Currency::parse("RUPEE").is_none());
    }

    #[test]
    fn a_portion_rounds_down_and_does_not_wrap() {
        assert_eq!(portion(10_001, 2, 100), Some(200));
        assert_eq!(portion(i64::MAX, 2, 1), None);
        assert_eq!(portion(1, 1, 0), None);
    }
}
