//! The mix of a book: what the n-th contract is like. The same for the same seed, and for
//! whoever builds the book.

/// A contract, as seen on the day that is about to end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    /// Instalments, 12 to 24; of a phone sold by days as many weeks of days.
    pub(crate) rows: u32,
    /// Days between two: 7, 14, or a month as 30.
    pub(crate) days: u32,
    /// Sold by days (PAYG): what is due is the next week of them.
    pub(crate) payg: bool,
    /// Days past due; 0 = due today, below zero = days until the next is due.
    pub(crate) past_due: i32,
    /// Instalments paid before the one that `past_due` is about.
    pub(crate) paid: u32,
    /// One more was paid since yesterday.
    pub(crate) paid_since: bool,
    /// A dispute is open.
    pub(crate) paused: bool,
    /// A payment was taken back.
    pub(crate) reversed: bool,
    /// A payment was recorded days after its value date.
    pub(crate) backdated: bool,
    /// One of five time zones.
    pub(crate) zone: usize,
}

/// The n-th contract of a seed: weekly 30 %, every two weeks 10 %, monthly 50 %, by days 10 %; 78 %
/// current, 15 % 1–30 days past due, 5 % 31–90, 2 % older; 3 % due today, 1 % paid since yesterday,
/// 0.3 % paused, 0.05 % reversed, 0.1 % backdated.
pub(crate) fn case(seed: u64, number: u64) -> Case {
    let mut dice = Dice(seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let (days, payg) = match dice.below(100) {
        0..30 => (7, false),
        30..40 => (14, false),
        40..50 => (7, true),
        _ => (30, false),
    };
    let rows = 12 + dice.below(13);
    let past_due = match dice.below(10_000) {
        0..300 => 0,
        300..7_800 => -(1 + dice.below(days).cast_signed()),
        7_800..9_300 => 1 + dice.below(30).cast_signed(),
        9_300..9_800 => 31 + dice.below(60).cast_signed(),
        _ => 91 + dice.below(270).cast_signed(),
    };
    Case {
        rows,
        days,
        payg,
        past_due,
        paid: 1 + dice.below(rows - 2),
        paid_since: past_due < 0 && dice.below(100) == 0,
        paused: dice.below(1_000) < 3,
        reversed: dice.below(2_000) == 0,
        backdated: dice.below(1_000) == 0,
        zone: dice.below(5) as usize,
    }
}

/// SplitMix64.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below another, above zero.
    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        u32::try_from(self.next() % u64::from(limit)).expect("below a 32-bit number")
    }
}
