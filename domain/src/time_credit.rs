//! Time credit: what days money has bought. It sells the phone day by day (PAYG), and opens one
//! that is past due for the days a part payment stands for.
//!
//! Purchases are kept by the moment they count from and read in that order, like the movements of
//! the [account](crate::account): the order of recording has no say.
//!
//! **Invariant:** money taken back never shortens the credit below the notice agreed.
//! **Invariant:** a purchase never shortens it.

use crate::Moment;

const DAY_S: i64 = 86_400;
/// Purchases are kept one by one for at least so many days; one with an earlier value counts from
/// the first moment that is kept.
const KEPT_S: i64 = 90 * DAY_S;
/// Folding waits until there is a month of it.
const FOLD_AT_S: i64 = KEPT_S + 30 * DAY_S;
/// Most days that terms may name.
pub const DAYS_MAX: u32 = 3_660;

/// What a day costs, and how days add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Minor units for 24 hours.
    pub day_price: i64,
    /// At most so many days ahead; money beyond them counts to what is owed alone.
    pub max_ahead_days: Option<u32>,
    /// Whether what is less than a day's price waits for more.
    pub carry: bool,
    /// Days that stay when money is taken back.
    pub notice_days: u32,
}

/// A phone sold day by day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payg {
    /// The price of a day.
    pub rate: Rate,
    /// What makes the phone the buyer's own, in minor units.
    pub total: i64,
    /// Days from the signing that cost nothing.
    pub free_days: u32,
}

/// Time bought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Credit {
    /// Until when.
    pub until: Moment,
    /// Minor units that are less than a day's price.
    pub carry: i64,
    /// Days paid for beyond the longest credit.
    pub over: i64,
    /// Days bought in all, those beyond included.
    pub days: i64,
}

/// Money that bought time, or was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// When it counts from.
    pub value: Moment,
    /// In the order of recording.
    pub number: u32,
    /// Minor units; below zero when it was taken back.
    pub amount: i64,
}

impl Purchase {
    /// At the same moment money comes before it goes.
    fn place(&self) -> (Moment, bool, u32) {
        (self.value, self.amount < 0, self.number)
    }
}

/// The time credit of a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeCredit {
    /// What purchases that are folded left.
    pub base: Credit,
    /// The first moment that is kept.
    pub folded: Moment,
    /// The others, by moment.
    pub purchases: Vec<Purchase>,
    /// Purchases recorded so far.
    pub recorded: u32,
    rate: Rate,
    now: Credit,
}

impl TimeCredit {
    /// The credit of a contract signed at a moment.
    pub fn open(rate: Rate, signed: Moment, free_days: u32) -> TimeCredit {
        let until = signed.plus_seconds(i64::from(free_days) * DAY_S);
        let base = Credit { until, ..Credit::default() };
        TimeCredit::kept(base, signed, Vec::new(), 0, rate)
    }

    /// A credit as it was kept.
    pub fn kept(
        base: Credit,
        folded: Moment,
        purchases: Vec<Purchase>,
        recorded: u32,
        rate: Rate,
    ) -> TimeCredit {
        let mut credit = TimeCredit { base, folded, purchases, recorded, rate, now: base };
        credit.now = credit.run(&credit.purchases);
        credit
    }

    /// The same with the rate of its terms.
    pub fn at_rate(self, rate: Rate) -> TimeCredit {
        let TimeCredit { base, folded, purchases, recorded, .. } = self;
        TimeCredit::kept(base, folded, purchases, recorded, rate)
    }

    /// What is left.
    pub fn now(&self) -> Credit {
        self.now
    }

    /// What buys the next day.
    pub fn next_price(&self) -> i64 {
        self.rate.day_price - self.now.carry
    }

    /// Takes a purchase in, at the moment it was recorded. Nothing counts from later than that.
    pub fn take(&mut self, amount: i64, value: Moment, recorded: Moment) {
        self.recorded = self.recorded.saturating_add(1);
        let value = value.min(recorded).max(self.folded);
        let entry = Purchase { value, number: self.recorded, amount };
        let at = self.purchases.partition_point(|known| known.place() < entry.place());
        self.purchases.insert(at, entry);
        self.fold(recorded);
        self.now = self.run(&self.purchases);
    }

    fn fold(&mut self, at: Moment) {
        let oldest = self.purchases.first().map(|entry| entry.value);
        if oldest.is_none_or(|oldest| at.seconds_since(oldest) <= FOLD_AT_S) {
            return;
        }
        let horizon = at.plus_seconds(-KEPT_S);
        let keep = self.purchases.partition_point(|entry| entry.value < horizon);
        self.base = self.run(&self.purchases[..keep]);
        self.purchases.drain(..keep);
        self.folded = horizon;
    }

    fn run(&self, purchases: &[Purchase]) -> Credit {
        let mut credit = self.base;
        for entry in purchases {
            match entry.amount {
                0.. => self.rate.buy(&mut credit, entry.amount, entry.value),
                _ => self.rate.take_back(&mut credit, entry.amount.saturating_neg(), entry.value),
            }
        }
        credit
    }
}

impl Rate {
    /// Paying late does not buy dark days back, paying early adds up.
    fn buy(&self, credit: &mut Credit, amount: i64, value: Moment) {
        let sum = amount.saturating_add(credit.carry);
        let days = sum / self.day_price;
        credit.carry = if self.carry { sum % self.day_price } else { 0 };
        if days == 0 {
            return;
        }
        credit.days = credit.days.saturating_add(days);
        let reached = plus_days(credit.until.max(value), days);
        let ahead = self.max_ahead_days.map(|most| plus_days(value, i64::from(most)));
        let capped = ahead.map_or(reached, |ahead| reached.min(ahead.max(credit.until)));
        credit.over = credit.over.saturating_add(reached.seconds_since(capped) / DAY_S);
        credit.until = credit.until.max(capped);
    }

    /// What the longest credit kept from counting goes first.
    fn take_back(&self, credit: &mut Credit, amount: i64, at: Moment) {
        let rest = if self.carry { credit.carry.saturating_sub(amount) } else { -amount };
        let whole = match self.carry {
            true if rest >= 0 => 0,
            true => rest.saturating_neg().saturating_add(self.day_price - 1) / self.day_price,
            false => amount / self.day_price,
        };
        credit.carry = if self.carry { rest + whole.saturating_mul(self.day_price) } else { 0 };
        credit.days = credit.days.saturating_sub(whole).max(0);
        let from_over = whole.min(credit.over);
        credit.over -= from_over;
        let stays = plus_days(at, i64::from(self.notice_days)).min(credit.until);
        credit.until = plus_days(credit.until, from_over - whole).max(stays);
    }
}

fn plus_days(moment: Moment, days: i64) -> Moment {
    moment.plus_seconds(days.saturating_mul(DAY_S))
}
