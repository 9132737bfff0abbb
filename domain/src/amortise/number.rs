//! Numbers with a fixed count of significant digits, and rounding to whole units. All of it is
//! integers; a result that does not fit is `None`.

/// Most significant digits a context may keep: two factors then fit 128 bits.
const DIGITS_MAX: u32 = 18;
/// Digits of a dividend: with at most 18 of the divisor at least 19 remain to round from.
const DIVIDEND_DIGITS: u32 = 37;

/// How a number between two whole units becomes one of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearer one; a tie to the even one.
    #[default]
    HalfEven,
    /// To the nearer one; a tie away from zero.
    HalfUp,
    /// To the nearer one; a tie towards zero.
    HalfDown,
    /// Away from zero.
    Up,
    /// Towards zero.
    Down,
}

/// `numerator ÷ denominator` as a whole number. `None` when the denominator is not above zero.
pub fn divide(numerator: i128, denominator: i128, rounding: Rounding) -> Option<i128> {
    if denominator <= 0 {
        return None;
    }
    let quotient = numerator / denominator;
    let rest = (numerator % denominator).unsigned_abs();
    let half = rest.cmp(&(denominator.unsigned_abs() - rest));
    let away = match rounding {
        Rounding::Down => false,
        Rounding::Up => rest > 0,
        Rounding::HalfUp => half.is_ge(),
        Rounding::HalfDown => half.is_gt(),
        Rounding::HalfEven => half.is_gt() || (half.is_eq() && quotient % 2 != 0),
    };
    Some(quotient + if away { numerator.signum() } else { 0 })
}

/// The multiple of `unit` that rounding leads to.
pub fn to_multiple(value: i64, unit: i64, rounding: Rounding) -> Option<i64> {
    let count = divide(i128::from(value), i128::from(unit), rounding)?;
    i64::try_from(count.checked_mul(i128::from(unit))?).ok()
}

/// A fraction in lowest terms, not below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ratio {
    pub(super) over: i128,
    pub(super) under: i128,
}

impl Ratio {
    pub(super) const ZERO: Ratio = Ratio { over: 0, under: 1 };
    pub(super) const ONE: Ratio = Ratio { over: 1, under: 1 };

    /// `over ÷ under`; `None` when it is negative or divides by zero.
    pub(super) fn new(over: i128, under: i128) -> Option<Ratio> {
        if over < 0 || under <= 0 {
            return None;
        }
        let common = gcd(over, under);
        Some(Ratio { over: over / common, under: under / common })
    }

    pub(super) fn times(self, other: Ratio) -> Option<Ratio> {
        // Crosswise reduction keeps the products small.
        let left = Ratio::new(self.over, other.under)?;
        let right = Ratio::new(other.over, self.under)?;
        Ratio::new(left.over.checked_mul(right.over)?, left.under.checked_mul(right.under)?)
    }

    pub(super) fn plus(self, other: Ratio) -> Option<Ratio> {
        let common = gcd(self.under, other.under);
        let left = self.over.checked_mul(other.under / common)?;
        let right = other.over.checked_mul(self.under / common)?;
        Ratio::new(left.checked_add(right)?, self.under.checked_mul(other.under / common)?)
    }
}

fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

/// `digits × 10^exponent`, not below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    digits: i128,
    exponent: i32,
}

impl Decimal {
    pub(super) const ZERO: Decimal = Decimal { digits: 0, exponent: 0 };
    pub(super) const ONE: Decimal = Decimal { digits: 1, exponent: 0 };

    pub(super) fn is_zero(self) -> bool {
        self.digits == 0
    }

    /// The whole number it rounds to.
    pub(super) fn whole(self, rounding: Rounding) -> Option<i128> {
        match u32::try_from(self.exponent) {
            Ok(up) => self.digits.checked_mul(ten(up)?),
            // Beyond 38 digits behind the point even a rounding up sees only "more than nothing".
            Err(_) => match ten(self.exponent.unsigned_abs()) {
                Some(under) => divide(self.digits, under, rounding),
                None => divide(self.digits.signum(), 3, rounding),
            },
        }
    }
}

/// How many significant digits every operation keeps; ties go to the even digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Precision(u32);

impl Precision {
    /// A context of 1 to 18 digits.
    pub(super) const fn new(digits: u32) -> Precision {
        assert!(digits >= 1 && digits <= DIGITS_MAX, "two factors must fit 128 bits");
        Precision(digits)
    }

    /// A whole number, not below zero.
    pub(super) fn int(self, value: i128) -> Option<Decimal> {
        self.round(value, 0, false)
    }

    pub(super) fn ratio(self, ratio: Ratio) -> Option<Decimal> {
        self.div(self.int(ratio.over)?, self.int(ratio.under)?)
    }

    pub(super) fn mul(self, a: Decimal, b: Decimal) -> Option<Decimal> {
        let digits = a.digits.checked_mul(b.digits)?;
        self.round(digits, a.exponent.checked_add(b.exponent)?, false)
    }

    pub(super) fn div(self, a: Decimal, b: Decimal) -> Option<Decimal> {
        if a.digits == 0 {
            return (b.digits > 0).then_some(Decimal::ZERO);
        }
        let up = DIVIDEND_DIGITS - count(a.digits);
        let dividend = a.digits.checked_mul(ten(up)?)?;
        let digits = dividend.checked_div(b.digits)?;
        let exponent = a.exponent.checked_sub(b.exponent)?.checked_sub(up.cast_signed())?;
        self.round(digits, exponent, dividend % b.digits != 0)
    }

    pub(super) fn add(self, a: Decimal, b: Decimal) -> Option<Decimal> {
        let (high, low) = if a.exponent >= b.exponent { (a, b) } else { (b, a) };
        if high.digits == 0 {
            return self.round(low.digits, low.exponent, false);
        }
        let apart = high.exponent.checked_sub(low.exponent)?.unsigned_abs();
        let room = DIVIDEND_DIGITS - count(high.digits);
        if apart <= room {
            let sum = high.digits.checked_mul(ten(apart)?)?.checked_add(low.digits)?;
            return self.round(sum, low.exponent, false);
        }
        // The smaller one lies wholly below what the sum can show: only "and a little more" stays.
        let lifted = high.digits.checked_mul(ten(room)?)?;
        let shifted = low.digits / ten((apart - room).min(38))?;
        let exponent = high.exponent.checked_sub(room.cast_signed())?;
        self.round(lifted.checked_add(shifted)?, exponent, low.digits != 0)
    }

    /// The difference; `None` when it would be negative.
    pub(super) fn sub(self, a: Decimal, b: Decimal) -> Option<Decimal> {
        let low = a.exponent.min(b.exponent);
        let lift = |number: Decimal| {
            let up = u32::try_from(number.exponent.checked_sub(low)?).ok()?;
            number.digits.checked_mul(ten(up)?)
        };
        let digits = lift(a)?.checked_sub(lift(b)?)?;
        if digits < 0 { None } else { self.round(digits, low, false) }
    }

    /// Cuts to the context's digits. `more` says that something not zero follows the digits.
    fn round(self, digits: i128, exponent: i32, more: bool) -> Option<Decimal> {
        if digits < 0 {
            return None;
        }
        let Some(cut) = count(digits).checked_sub(self.0).filter(|cut| *cut > 0) else {
            return Some(Decimal { digits, exponent });
        };
        let unit = ten(cut)?;
        let tie = digits % unit == unit / 2 && more;
        let kept = divide(digits, unit, if tie { Rounding::Up } else { Rounding::HalfEven })?;
        Some(Decimal { digits: kept, exponent: exponent.checked_add(cut.cast_signed())? })
    }
}

fn ten(power: u32) -> Option<i128> {
    10_i128.checked_pow(power)
}

fn count(digits: i128) -> u32 {
    digits.checked_ilog10().map_or(1, |log| log + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWELVE: Precision = Precision::new(12);

    fn shown(number: Decimal) -> (i128, i32) {
        (number.digits, number.exponent)
    }

    #[test]
    fn ties_go_where_the_mode_says() {
        use Rounding::{Down, HalfDown, HalfEven, HalfUp, Up};
        for (over, expected) in [
            (25, [2, 3, 2, 3, 2]),
            (35, [4, 4, 3, 4, 3]),
            (26, [3, 3, 3, 3, 2]),
            (-25, [-2, -3, -2, -3, -2]),
            (30, [3, 3, 3, 3, 3]),
        ] {
            let modes = [HalfEven, HalfUp, HalfDown, Up, Down];
            assert_eq!(modes.map(|mode| divide(over, 10, mode).unwrap()), expected, "{over}");
        }
        assert_eq!(divide(1, 0, HalfEven), None);
        assert_eq!(to_multiple(31_250, 100, HalfEven), Some(31_200));
        assert_eq!(to_multiple(18_750, 100, HalfEven), Some(18_800));
        assert_eq!(to_multiple(i64::MAX, 1_000_000, Up), None);
    }

    #[test]
    fn operations_keep_twelve_digits() {
        let third = TWELVE.ratio(Ratio::new(1, 3).unwrap()).unwrap();
        assert_eq!(shown(third), (333_333_333_333, -12));
        let two_thirds = TWELVE.ratio(Ratio::new(2, 3).unwrap()).unwrap();
        assert_eq!(shown(two_thirds), (666_666_666_667, -12));
        // 12 % of a twelfth comes back to one hundredth.
        let twelfth = TWELVE.ratio(Ratio::new(30, 360).unwrap()).unwrap();
        let rate = TWELVE.ratio(Ratio::new(12, 100).unwrap()).unwrap();
        let month = TWELVE.mul(rate, twelfth).unwrap();
        let hundred = TWELVE.int(10_000).unwrap();
        let interest = TWELVE.mul(hundred, month).unwrap();
        assert_eq!(interest.whole(Rounding::Down), Some(100));
    }

    #[test]
    fn sums_of_far_apart_numbers_keep_the_larger() {
        let large = TWELVE.mul(TWELVE.int(10_i128.pow(30)).unwrap(), TWELVE.int(1).unwrap());
        let tiny = Decimal { digits: 1, exponent: -60 };
        let sum = TWELVE.add(large.unwrap(), tiny).unwrap();
        assert_eq!(sum.whole(Rounding::HalfEven), Some(10_i128.pow(30)));
        assert_eq!(tiny.whole(Rounding::HalfEven), Some(0));
        assert_eq!(tiny.whole(Rounding::Up), Some(1));
        assert_eq!(TWELVE.sub(tiny, Decimal::ONE), None);
        assert_eq!(TWELVE.div(Decimal::ONE, Decimal::ZERO), None);
    }

    #[test]
    fn what_follows_the_digits_breaks_a_tie() {
        let one = Precision::new(1);
        assert_eq!(shown(one.round(25, 0, false).unwrap()), (2, 1));
        assert_eq!(shown(one.round(25, 0, true).unwrap()), (3, 1));
        assert_eq!(shown(one.round(24, 0, true).unwrap()), (2, 1));
        assert_eq!(shown(one.round(96, 0, false).unwrap()), (10, 1));
    }

    #[test]
    fn fractions_stay_in_lowest_terms() {
        let half = Ratio::new(31, 62).unwrap();
        assert_eq!(half.plus(Ratio::new(17, 29).unwrap()), Ratio::new(63, 58));
        assert_eq!(half.times(Ratio::new(2, 1).unwrap()), Some(Ratio::ONE));
        assert_eq!(Ratio::new(1, 0), None);
        assert_eq!(Ratio::new(-1, 2), None);
        assert_eq!(Ratio::new(0, 7), Some(Ratio::ZERO));
    }
}
