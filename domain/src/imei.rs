//! IMEI: compared by its first 14 digits (3GPP TS 23.003 clause 6), checked by Luhn when typed.

use std::fmt;

/// The 14 digits that identify a handset: type allocation code and serial number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Imei([u8; 14]);

/// Why a text is not an IMEI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImeiError {
    /// Something other than digits and separators.
    NotDigits,
    /// Neither 14, 15 nor 16 digits.
    Length,
    /// The 15th digit is not the Luhn digit of the first 14.
    CheckDigit,
}

impl fmt::Display for ImeiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ImeiError::NotDigits => "an IMEI has digits, blanks, dashes and slashes only",
            ImeiError::Length => "an IMEI has 14, 15 or 16 digits",
            ImeiError::CheckDigit => "the check digit is wrong: read the IMEI again (dial *#06#)",
        })
    }
}

impl Imei {
    /// Reads an IMEI a person typed or a file holds: 14 digits, 15 with a right check digit, or 16
    /// (IMEISV, which has none). Blanks, dashes and slashes may separate them.
    pub fn parse(text: &str) -> Result<Imei, ImeiError> {
        let digits = digits_of(text)?;
        let imei = Imei::first_14(&digits)?;
        match digits.get(14) {
            Some(check) if digits.len() == 15 && *check != imei.check_digit() => {
                Err(ImeiError::CheckDigit)
            }
            _ => Ok(imei),
        }
    }

    /// Reads an IMEI as a network or device reports it: the 15th digit may be anything.
    pub fn from_network(text: &str) -> Result<Imei, ImeiError> {
        Imei::first_14(&digits_of(text)?)
    }

    fn first_14(digits: &[u8]) -> Result<Imei, ImeiError> {
        let fits = (14..=16).contains(&digits.len());
        let head = digits.get(..14).filter(|_| fits).ok_or(ImeiError::Length)?;
        Ok(Imei(head.try_into().expect("a slice of 14")))
    }

    /// The Luhn digit over the 14 digits.
    pub fn check_digit(&self) -> u8 {
        let luhn = |(index, byte): (usize, &u8)| {
            let digit = u32::from(byte - b'0');
            let doubled = if index % 2 == 1 { digit * 2 } else { digit };
            doubled / 10 + doubled % 10
        };
        let sum: u32 = self.0.iter().enumerate().map(luhn).sum();
        b'0' + u8::try_from((10 - sum % 10) % 10).expect("below ten")
    }

    /// The 14 digits.
    pub fn digits(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only ASCII digits are constructed")
    }

    /// The 15 digits with the check digit.
    pub fn with_check_digit(&self) -> String {
        format!("{}{}", self.digits(), char::from(self.check_digit()))
    }
}

/// Personal data: a log shows the type allocation code alone.
impl fmt::Debug for Imei {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Imei({}......)", &self.digits()[..8])
    }
}

fn digits_of(text: &str) -> Result<Vec<u8>, ImeiError> {
    let mut digits = Vec::with_capacity(16);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' if digits.len() < 17 => digits.push(byte),
            b'0'..=b'9' => return Err(ImeiError::Length),
            b' ' | b'-' | b'/' => {}
            _ => return Err(ImeiError::NotDigits),
        }
    }
    Ok(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_handsets_pass_luhn() {
        for text in ["351163520096208", "351163520096216", "990012001354866"] {
            let imei = Imei::parse(text).unwrap();
            assert_eq!(imei.with_check_digit(), text);
        }
    }

    #[test]
    fn fourteen_fifteen_and_sixteen_digits_are_one_handset() {
        let key = Imei::parse("35116352009620").unwrap();
        for text in ["35-116352-009620-8", "351163 520096 208", "3511635200962099"] {
            assert_eq!(Imei::parse(text), Ok(key), "{text}");
        }
        assert_eq!(Imei::from_network("351163520096200"), Ok(key));
    }

    #[test]
    fn wrong_texts_say_why() {
        let cases = [
            ("351163520096209", ImeiError::CheckDigit),
            ("3511635200962", ImeiError::Length),
            ("35116352009620812", ImeiError::Length),
            ("35116352009620x", ImeiError::NotDigits),
            ("", ImeiError::Length),
        ];
        for (text, expected) in cases {
            assert_eq!(Imei::parse(text), Err(expected), "{text}");
        }
    }
}
