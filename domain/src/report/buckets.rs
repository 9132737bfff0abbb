//! Bands of days past due, with the share of each that is provided for.

/// Most bands.
const BANDS_MAX: usize = 64;

/// From so many days, so many basis points; the bands that reports go by when nobody says.
const DEFAULT: [(u32, u32); 10] = [
    (0, 100),
    (1, 200),
    (4, 1_000),
    (31, 2_500),
    (61, 5_000),
    (91, 7_500),
    (121, 7_500),
    (151, 7_500),
    (181, 10_000),
    (241, 10_000),
];

/// Why a list makes no bands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BandsError {
    /// Without bands, or with too many.
    Count,
    /// The first does not begin at zero days.
    Start,
    /// Its beginnings do not rise.
    Order,
    /// A share above the whole.
    Rate,
}

impl BandsError {
    /// What is wrong and what was expected.
    pub fn text(self) -> &'static str {
        match self {
            BandsError::Count => "expected 1 to 64 buckets",
            BandsError::Start => "the first bucket begins at 0 days",
            BandsError::Order => "each bucket begins at more days than the one before",
            BandsError::Rate => "a rate is at most 10000 basis points",
        }
    }
}

/// Bands of days past due, without gaps and the last without end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bands(Vec<(u32, u32)>);

impl Bands {
    /// Bands from their first days, each with its rate in basis points.
    pub fn new(bands: Vec<(u32, u32)>) -> Result<Bands, BandsError> {
        if !(1..=BANDS_MAX).contains(&bands.len()) {
            return Err(BandsError::Count);
        }
        if bands[0].0 != 0 {
            return Err(BandsError::Start);
        }
        if bands.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
            return Err(BandsError::Order);
        }
        if bands.iter().any(|(_, rate)| *rate > 10_000) {
            return Err(BandsError::Rate);
        }
        Ok(Bands(bands))
    }

    /// First day and rate of each band.
    pub fn all(&self) -> &[(u32, u32)] {
        &self.0
    }

    /// Which band so many days lie in.
    pub fn of(&self, days_past_due: u32) -> usize {
        self.0.partition_point(|(from, _)| *from <= days_past_due) - 1
    }

    /// How a band is called: its days, both included.
    pub fn name(&self, band: usize) -> String {
        let from = self.0[band].0;
        match self.0.get(band + 1) {
            None => format!("{from}+"),
            Some((next, _)) if next - from == 1 => from.to_string(),
            Some((next, _)) => format!("{from}-{}", next - 1),
        }
    }

    /// The share of a band that is provided for, in basis points.
    pub fn rate(&self, band: usize) -> u32 {
        self.0[band].1
    }
}

impl Default for Bands {
    fn default() -> Bands {
        Bands(DEFAULT.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_named_by_their_days_and_have_no_gap() {
        let bands = Bands::default();
        let names: Vec<String> = (0..10).map(|band| bands.name(band)).collect();
        let expected = "0 1-3 4-30 31-60 61-90 91-120 121-150 151-180 181-240 241+";
        assert_eq!(names.join(" "), expected);
        for (days, band) in [(0, 0), (1, 1), (3, 1), (4, 2), (30, 2), (31, 3), (240, 8), (241, 9)] {
            assert_eq!(bands.of(days), band, "{days}");
        }
        assert_eq!(bands.of(u32::MAX), 9);
    }

    #[test]
    fn what_is_no_list_of_bands_is_refused() {
        let cases = [
            (vec![], BandsError::Count),
            (vec![(0, 0); 65], BandsError::Count),
            (vec![(1, 0)], BandsError::Start),
            (vec![(0, 0), (5, 0), (5, 0)], BandsError::Order),
            (vec![(0, 10_001)], BandsError::Rate),
        ];
        for (bands, error) in cases {
            assert_eq!(Bands::new(bands), Err(error));
        }
        assert!(Bands::new(vec![(0, 0), (1, 10_000)]).is_ok());
    }
}
