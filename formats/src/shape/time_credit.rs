//! `#[serde(with = "time_credit")]`: what is kept of a time credit, and the terms that it follows.
//! A credit as it was read says nothing before the terms are put back to it.

use domain::{
    Moment,
    time_credit::{Credit, DAYS_MAX, Payg, Purchase, Rate, TimeCredit},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::{account::Word, shaped};
use crate::text::one;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Doc {
    #[serde(with = "one")]
    carry: i64,
    #[serde(with = "one")]
    days: i64,
    #[serde(with = "one")]
    folded: Moment,
    #[serde(with = "one")]
    over: i64,
    purchases: Vec<(Word<Moment>, u32, Word<i64>)>,
    recorded: u32,
    #[serde(with = "one")]
    until: Moment,
}

pub(crate) fn serialize<S: Serializer>(
    credit: &Option<TimeCredit>,
    s: S,
) -> Result<S::Ok, S::Error> {
    let purchase = |one: &Purchase| (Word(one.value), one.number, Word(one.amount));
    let doc = credit.as_ref().map(|credit| {
        let Credit { until, carry, over, days } = credit.base;
        let purchases = credit.purchases.iter().map(purchase).collect();
        let (folded, recorded) = (credit.folded, credit.recorded);
        Doc { carry, days, folded, over, purchases, recorded, until }
    });
    doc.serialize(s)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<TimeCredit>, D::Error> {
    let Some(doc) = Option::<Doc>::deserialize(d)? else { return Ok(None) };
    let Doc { carry, days, folded, over, purchases, recorded, until } = doc;
    let base = Credit { until, carry, over, days };
    let purchase = |(Word(value), number, Word(amount))| Purchase { value, number, amount };
    let purchases: Vec<Purchase> = purchases.into_iter().map(purchase).collect();
    if purchases.windows(2).any(|pair| pair[0].value > pair[1].value) {
        return Err(D::Error::custom("purchases: expected by rising moment"));
    }
    // Until the terms are put back a day costs more than any money.
    let rate = Rate { day_price: i64::MAX, max_ahead_days: None, carry: false, notice_days: 0 };
    Ok(Some(TimeCredit::kept(base, folded, purchases, recorded, rate)))
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Rate", deny_unknown_fields)]
struct RateShape {
    carry: bool,
    #[serde(with = "one")]
    day_price: i64,
    max_ahead_days: Option<u32>,
    notice_days: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Payg", deny_unknown_fields)]
pub(crate) struct PaygShape {
    free_days: u32,
    #[serde(with = "RateShape")]
    rate: Rate,
    #[serde(with = "one")]
    total: i64,
}

shaped!(Rate: RateShape, Payg: PaygShape);

/// Whether a rate read from outside is one that days can be reckoned by.
pub(crate) fn holds(rate: &Rate) -> bool {
    rate.day_price > 0
        && rate.notice_days <= DAYS_MAX
        && rate.max_ahead_days.is_none_or(|most| (1..=DAYS_MAX).contains(&most))
}
