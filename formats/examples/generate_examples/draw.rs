//! Draws from a seed: SplitMix64, the same on every machine.

/// A source of draws.
#[derive(Debug)]
pub(crate) struct Draw(u64);

impl Draw {
    /// Draws of one thing among many under one seed.
    pub(crate) fn of(seed: u64, thing: u64) -> Draw {
        let mut draw = Draw(seed ^ thing.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        draw.next();
        draw
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `low` to `high`, both possible.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low + 1).expect("low is not above high");
        low + i64::try_from(self.next() % span).expect("below the span")
    }

    /// True in so many of a hundred draws.
    pub(crate) fn per_cent(&mut self, share: i64) -> bool {
        self.between(1, 100) <= share
    }

    /// One of a list.
    pub(crate) fn one<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let last = i64::try_from(list.len()).expect("a short list") - 1;
        let index = usize::try_from(self.between(0, last)).expect("not negative");
        &list[index]
    }
}
