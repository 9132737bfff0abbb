//! The cast: who buys a phone, on what terms, with what habits.

use domain::{
    Currency, Day, Imei, Moment, Terms, Zone,
    fact::Consent,
    schedule::{Equal, MonthEnd, Period},
    terms::{Price, Servicing},
    time_credit::{Payg, Rate},
};
use server::app::sign_contract::NewContract;

use crate::{
    Setup,
    chance::Chance,
    rail::{MOBILE_CURRENCY, Rail},
};

/// How somebody pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Temperament {
    /// On the day.
    Punctual,
    /// Days after.
    Late,
    /// Half on the day, the rest later.
    Partial,
    /// Stops; some come back and pay it all.
    Vanishing,
    /// More than is asked.
    Over,
    /// Everything at once, before it is due.
    Early,
    /// A payment comes back, and is made again.
    Bouncing,
    /// Says that something is wrong before paying.
    Disputing,
}

/// How a holder treats notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reads {
    /// At once.
    Promptly,
    /// Some day.
    Late,
    /// Not at all.
    Never,
}

/// One contract with its people and its phone.
#[derive(Clone, Debug)]
pub struct Member {
    /// Place in the cast, from 0.
    pub index: u32,
    /// The lender's name for the contract.
    pub reference: String,
    /// The phone.
    pub imei: Imei,
    /// Money and calendar.
    pub terms: Terms,
    /// What the borrower means to pay, by rising day.
    pub dues: Vec<(Day, i64)>,
    /// How the borrower pays.
    pub temperament: Temperament,
    /// The way the money takes.
    pub rail: Rail,
    /// How notices are treated.
    pub reads: Reads,
    /// Whether he consents with the signing, or only at the counter.
    pub consent: bool,
    /// Whether the device key is P-256; else Ed25519.
    pub p256: bool,
    /// Day of the sale.
    pub joins: u32,
    /// Days without network, from and until.
    pub offline: Option<(u32, u32)>,
    /// By how much the phone's wall clock lies, seconds.
    pub wall_off_s: i64,
}

const PLACES: [(&str, &str); 7] = [
    ("INR", "Asia/Kolkata"),
    ("KES", "Africa/Nairobi"),
    ("MXN", "America/Mexico_City"),
    ("JPY", "Asia/Tokyo"),
    ("KWD", "Asia/Kuwait"),
    ("BRL", "America/Sao_Paulo"),
    ("EUR", "Europe/Madrid"),
];

const TEMPERAMENTS: [Temperament; 20] = [
    Temperament::Punctual,
    Temperament::Punctual,
    Temperament::Punctual,
    Temperament::Punctual,
    Temperament::Punctual,
    Temperament::Late,
    Temperament::Late,
    Temperament::Late,
    Temperament::Late,
    Temperament::Partial,
    Temperament::Partial,
    Temperament::Vanishing,
    Temperament::Vanishing,
    Temperament::Vanishing,
    Temperament::Vanishing,
    Temperament::Over,
    Temperament::Early,
    Temperament::Bouncing,
    Temperament::Disputing,
    Temperament::Disputing,
];

/// The cast of a world.
pub fn cast(setup: &Setup) -> Vec<Member> {
    (0..setup.phones).map(|index| member(setup, index)).collect()
}

fn member(setup: &Setup, index: u32) -> Member {
    let mut chance = Chance::new(setup.seed, 1_000 + u64::from(index));
    let joins = chance.between(0, setup.join_days);
    let (currency, zone) = chance.pick(&PLACES);
    let zone = Zone::parse(zone).expect("a zone of the bundled database");
    let sold = zone.day(setup.start.plus_seconds(i64::from(joins) * 86_400));
    let reads = match chance.below(20) {
        0..=12 => Reads::Promptly,
        13..=17 => Reads::Late,
        _ => Reads::Never,
    };
    let temperament = chance.pick(&TEMPERAMENTS);
    let terms = terms(&mut chance, currency, zone, sold);
    let terms = by_days(Chance::new(setup.seed, 8_000_000 + u64::from(index)), terms);
    let dues = dues(&terms, sold);
    let offline = chance.happens(120).then(|| {
        let from = chance.between(15, 70);
        (from, from + chance.pick(&[5, 12, 40]))
    });
    let wall_off_s = match chance.below(8) {
        0 => -40 * 86_400,
        1 => 40 * 86_400,
        2 => 5_000,
        _ => 0,
    };
    let rail = rail(Chance::new(setup.seed, 9_000_000 + u64::from(index)), currency);
    let number = (setup.seed % 9_000) * 1_000_000 + u64::from(index);
    Member {
        index,
        reference: format!("Q-{index:05}"),
        imei: imei(number),
        terms,
        dues,
        temperament,
        rail,
        reads,
        consent: !chance.happens(40),
        p256: index % 10 == 9,
        joins,
        offline,
        wall_off_s,
    }
}

/// Mobile money is usual where it is at home; elsewhere cards, transfers, wallets and cash.
fn rail(mut chance: Chance, currency: &str) -> Rail {
    if currency == MOBILE_CURRENCY && chance.happens(700) {
        return Rail::Mobile;
    }
    match chance.below(20) {
        0..=5 => Rail::Card,
        6..=9 => Rail::Wallet,
        10..=16 => Rail::Bank,
        _ => Rail::Cash,
    }
}

fn imei(number: u64) -> Imei {
    Imei::parse(&format!("{:014}", 35_000_000_000_000 + number)).expect("fourteen digits")
}

fn terms(chance: &mut Chance, currency: &str, zone: Zone, sold: Day) -> Terms {
    let (period, every, count) = match chance.below(4) {
        0 | 1 => (Period::Weeks, 1, chance.between(5, 14)),
        2 => (Period::Weeks, 2, chance.between(3, 7)),
        _ => (Period::Months, 1, chance.between(3, 5)),
    };
    let first = i32::try_from(chance.between(3, 14)).expect("a few days");
    let plan = Equal {
        count,
        period,
        every,
        first_due: sold.plus_days(first).expect("a day of this century"),
        month_end: if chance.happens(500) { MonthEnd::Clamp } else { MonthEnd::Roll },
        instalment: None,
    };
    let price = Price {
        currency: Currency::parse(currency).expect("a currency of ISO 4217"),
        cash_price: i64::from(chance.between(50_000, 400_000)),
        down_payment: 10_000,
    };
    Terms::equal(price, &plan, zone, "en".to_owned()).expect("terms that make a schedule")
}

/// Of phones, so many in a thousand are sold day by day.
const BY_DAYS: u32 = 120;

/// The same phone sold day by day, at a tenth more, if it is one of those.
fn by_days(mut chance: Chance, terms: Terms) -> Terms {
    if !chance.happens(BY_DAYS) {
        return terms;
    }
    let price = Price {
        currency: terms.currency(),
        cash_price: terms.cash_price(),
        down_payment: terms.down_payment(),
    };
    let total = (price.cash_price - price.down_payment) * 11 / 10;
    let day_price = total / i64::from(chance.between(40, 120)) + 1;
    let rate = Rate { day_price, max_ahead_days: None, carry: true, notice_days: 2 };
    let payg = Payg { rate, total, free_days: 3 };
    let (zone, language) = (terms.zone().clone(), terms.language().to_owned());
    Terms::payg(price, payg, zone, language).expect("terms of a phone sold by days")
}

/// The instalments; of a phone sold by days a week's price each week.
fn dues(terms: &Terms, sold: Day) -> Vec<(Day, i64)> {
    let Servicing::Payg(payg) = terms.servicing() else {
        return terms.rows().iter().map(|row| (row.due, row.amount)).collect();
    };
    let week = payg.rate.day_price * 7;
    let weeks = (payg.total + week - 1) / week;
    let due = |n: i64| {
        let days = i32::try_from(i64::from(payg.free_days) + 7 * n).ok()?;
        Some((sold.plus_days(days)?, week.min(payg.total - n * week)))
    };
    (0..weeks).filter_map(due).collect()
}

impl Member {
    /// What the borrower signs at the counter.
    pub fn consent_at(&self, at: Moment) -> Consent {
        Consent {
            form: "counter".to_owned(),
            version: "1".to_owned(),
            at: at.plus_seconds(-60),
            told: None,
        }
    }

    /// The contract to sign, under a programme, at a moment.
    pub fn contract(&self, programme: &str, at: Moment) -> NewContract {
        let consent = self.consent_at(at);
        NewContract {
            reference: self.reference.clone(),
            imeis: vec![self.imei],
            terms: self.terms.clone(),
            programme: programme.to_owned(),
            borrower_name: format!("Borrower {}", self.index),
            borrower_phone: format!("+99 555 {:05}", self.index),
            borrower_email: String::new(),
            consent: self.consent.then_some(consent),
        }
    }
}
