//! Time that money buys: phones sold by days, and part payments that open one for a while.

use domain::{
    Command, Currency, Moment, Reason, Stage, Terms, UnitId, Zone, ledger,
    schedule::Period,
    terms::Price,
    time_credit::{Payg, Rate, TimeCredit},
};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, RngSeed, TestCaseError, TestRunner},
};

use crate::scene::{DAY_S, RATE, World, equal_terms, fast};

const ZONE: &str = "Asia/Kolkata";
const PRICE: i64 = 100;

fn rate() -> Rate {
    Rate { day_price: PRICE, max_ahead_days: None, carry: true, notice_days: 2 }
}

fn at(days: i64) -> Moment {
    Moment::from_seconds(1_770_000_000 + days * DAY_S)
}

/// Days of credit left after these purchases of (day, amount), and what is carried.
fn after(rate: Rate, free_days: u32, purchases: &[(i64, i64)]) -> (i64, i64) {
    let mut credit = TimeCredit::open(rate, at(0), free_days);
    for (day, amount) in purchases {
        credit.take(*amount, at(*day), at(*day));
    }
    let now = credit.now();
    (now.until.seconds_since(at(0)) / DAY_S, now.carry)
}

/// Name, purchases of day and amount, days left and carry.
type Case = (&'static str, &'static [(i64, i64)], (i64, i64));

#[test]
fn money_buys_whole_days_and_the_rest_waits() {
    let cases: &[Case] = &[
        ("free days alone", &[], (3, 0)),
        ("less than a day", &[(0, 99)], (3, 99)),
        ("carried to a day", &[(0, 99), (1, 1)], (4, 0)),
        ("several days", &[(0, 250)], (5, 50)),
        ("paying early adds up", &[(0, 200), (1, 300)], (8, 0)),
        ("dark days are not bought back", &[(10, 200)], (12, 0)),
        ("less than a day while dark buys nothing", &[(10, 60)], (3, 60)),
        ("and waits for the rest", &[(10, 60), (12, 40)], (13, 0)),
        ("taken back", &[(0, 1000), (1, -500)], (8, 0)),
        ("taken back into the carry", &[(0, 150), (1, -30)], (4, 20)),
        ("taken back a part of a day", &[(0, 1000), (1, -150)], (11, 50)),
        ("never below the notice", &[(0, 1000), (5, -1000)], (7, 0)),
        ("nor above what was left", &[(0, 100), (3, -100)], (4, 0)),
        ("nor does it light a dark phone", &[(0, 100), (9, -100)], (4, 0)),
    ];
    for (name, purchases, expected) in cases {
        assert_eq!(after(rate(), 3, purchases), *expected, "{name}");
    }
}

#[test]
fn the_longest_credit_caps_days_and_not_money() {
    let capped = Rate { max_ahead_days: Some(5), ..rate() };
    assert_eq!(after(capped, 0, &[(0, 2000)]), (5, 0));
    assert_eq!(after(capped, 9, &[(0, 300)]), (9, 0), "what is longer already stays");
    assert_eq!(after(capped, 0, &[(0, 2000), (1, -1500)]), (5, 0), "the surplus goes first");
    assert_eq!(after(capped, 0, &[(0, 300), (0, 2000), (1, -2000)]), (3, 0), "as before");
    let spent = Rate { carry: false, ..rate() };
    assert_eq!(after(spent, 0, &[(0, 150), (0, 150)]), (2, 0), "without a carry the rest is gone");
}

fn check<S: Strategy>(strategy: S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let mut config = Config { cases: 10_000, failure_persistence: None, ..Config::default() };
    config.rng_seed = RngSeed::Fixed(20_260_212);
    TestRunner::new(config).run(&strategy, test).unwrap_or_else(|error| panic!("{error}"));
}

fn rates() -> impl Strategy<Value = Rate> {
    (prop_oneof![Just(None), (1..20_u32).prop_map(Some)], any::<bool>(), 0..4_u32).prop_map(
        |(max_ahead_days, carry, notice_days)| Rate {
            day_price: PRICE,
            max_ahead_days,
            carry,
            notice_days,
        },
    )
}

/// Seconds and amounts within three months.
fn purchases() -> impl Strategy<Value = Vec<(i64, i64)>> {
    let amount = prop_oneof![6 => 1..2_000_i64, 2 => Just(PRICE), 2 => -900..0_i64];
    let second = prop_oneof![(0..80_i64).prop_map(|day| day * DAY_S), 0..80 * DAY_S];
    vec((second, amount), 0..10)
}

fn taken(rate: Rate, purchases: &[(i64, i64)]) -> TimeCredit {
    let mut credit = TimeCredit::open(rate, at(0), 3);
    for (second, amount) in purchases {
        credit.take(*amount, at(0).plus_seconds(*second), at(85));
    }
    credit
}

#[test]
fn the_order_of_recording_has_no_say() {
    let shuffled = purchases().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle()));
    check((rates(), shuffled), |(rate, (one, other))| {
        prop_assert_eq!(taken(rate, &one).now(), taken(rate, &other).now());
        Ok(())
    });
}

#[test]
fn a_payment_may_come_in_parts() {
    check((rates(), purchases(), 0..80_i64, 1..900_i64, 1..900_i64), |(rate, all, day, a, b)| {
        let rate = Rate { carry: true, ..rate };
        let with = |parts: &[i64]| {
            let parts = parts.iter().map(|part| (day * DAY_S, *part));
            taken(rate, &all.iter().copied().chain(parts).collect::<Vec<_>>()).now()
        };
        prop_assert_eq!(with(&[a + b]), with(&[a, b]));
        Ok(())
    });
}

#[test]
fn a_further_payment_never_shortens_and_one_in_time_may_be_earlier() {
    // Whole days: a part of one may be what a later payment lacks to buy a day after a dark one.
    let days = (1..9_i64).prop_map(|days| days * PRICE);
    check((rates(), purchases(), 0..80_i64, days, 0..9_i64), |(rate, all, day, sum, by)| {
        let whole = |(second, amount): (i64, i64)| (second, amount / PRICE * PRICE);
        let all: Vec<(i64, i64)> = all.into_iter().map(whole).filter(|one| one.1 > 0).collect();
        let without = taken(rate, &all).now();
        let with = |day: i64| taken(rate, &[all.as_slice(), &[(day * DAY_S, sum)]].concat()).now();
        prop_assert!(with(day).until >= without.until);
        // Where no moment between the two is dark, the moment of paying has no say.
        let (early, free) = ((day - by).max(0), Rate { max_ahead_days: None, ..rate });
        let (from, to) = (early * DAY_S, day * DAY_S);
        let lit = |second: i64| {
            let before = all.iter().copied().filter(|one| one.0 < second);
            taken(free, &before.collect::<Vec<_>>()).now().until >= at(0).plus_seconds(second)
        };
        let moments = all.iter().map(|one| one.0).filter(|second| (from..=to).contains(second));
        if moments.chain([from, to]).all(lit) {
            let paid =
                |second: i64| taken(free, &[all.as_slice(), &[(second, sum)]].concat()).now();
            prop_assert_eq!(paid(from), paid(to));
        }
        Ok(())
    });
}

#[test]
fn what_is_kept_reads_the_same_and_stays_bounded() {
    check((rates(), vec((0..40_i64, 1..900_i64), 1..30)), |(rate, gaps)| {
        let (mut credit, mut day) = (TimeCredit::open(rate, at(0), 0), 0);
        let mut whole = TimeCredit::open(rate, at(0), 0);
        let mut all = Vec::new();
        for (gap, amount) in gaps {
            day += gap;
            credit.take(amount, at(day), at(day));
            all.push((day, amount));
            let TimeCredit { base, folded, purchases, recorded, .. } = credit.clone();
            prop_assert!(purchases.iter().all(|one| one.value >= at(day - 121)));
            let kept = TimeCredit::kept(base, folded, purchases, recorded, rate);
            prop_assert_eq!(&kept, &credit);
        }
        for (day, amount) in all {
            // Recorded at once nothing is folded.
            whole.take(amount, at(day), at(day));
        }
        prop_assert_eq!(whole.now(), credit.now());
        Ok(())
    });
}

/// A phone of 30.00 at 1.00 a day, three of them free; paid at once it would be cheaper.
fn sold() -> World {
    let currency = Currency::parse("INR").unwrap();
    let price = Price { currency, cash_price: 27 * PRICE, down_payment: 0 };
    let payg = Payg { rate: rate(), total: 30 * PRICE, free_days: 3 };
    let zone = Zone::parse(ZONE).unwrap();
    World::new(fast(), Terms::payg(price, payg, zone, "en".into()).unwrap())
}

#[test]
fn a_phone_sold_by_days_goes_dark_by_the_same_ladder_and_opens_with_a_day() {
    let mut world = sold();
    world.walk_days(3);
    assert_eq!(world.stage(), Stage::REMIND, "the credit ended with the day");
    let ran_out = world.now;
    assert_eq!(world.decision().reasons[0], Reason::CreditRanOut(ran_out));
    world.walk_days(6);
    assert!(world.stage().restricts(), "{}", world.told());
    assert_eq!(world.decision().standing.past_due, PRICE, "a day opens it");
    world.pay(PRICE - 1);
    assert!(world.stage().restricts(), "less than a day opens nothing");
    assert_eq!(world.decision().standing.past_due, 1, "what is carried counts");
    world.pay(1);
    assert_eq!(world.stage(), Stage::CLEAR);
    let given = world.contract.notices.iter().any(|notice| !notice.delivered.is_empty());
    assert!(!given, "the next time needs notices of its own");
    world.walk_days(1);
    assert_eq!(world.stage(), Stage::REMIND);
    assert_eq!(world.contract.account.next_reckoning(), None, "no fee falls, no interest");
}

#[test]
fn the_last_day_makes_it_the_buyers_own_and_the_rest_is_his_credit() {
    let mut world = sold();
    let books = ledger::books(&world.contract);
    assert_eq!(books.of(ledger::Account::ReceivablePrincipal), 30 * PRICE);
    assert_eq!((books.of(ledger::Account::Sales), books.sum()), (-30 * PRICE, 0));
    assert_eq!(books.of(ledger::Account::Sales), -30 * PRICE);
    world.pay(25 * PRICE);
    assert_eq!(world.decision().standing.remaining, 5 * PRICE);
    world.walk_days(20);
    assert_eq!(world.stage(), Stage::CLEAR);
    world.pay(7 * PRICE);
    assert!(world.contract.is_released());
    assert_eq!(world.contract.account.now().credit, 2 * PRICE);
}

#[test]
fn money_taken_back_leaves_days_of_notice() {
    let mut world = sold();
    world.pay(20 * PRICE);
    world.walk_days(10);
    let payment = UnitId::from_bytes([1; 16]);
    world.act(Command::ReversePayment { payment, amount: 20 * PRICE });
    let left = world.contract.credit.as_ref().unwrap().now().until;
    assert_eq!(left, world.now.plus_seconds(2 * DAY_S));
    assert_eq!(world.stage(), Stage::CLEAR);
    assert_eq!(world.decision().standing.remaining, 30 * PRICE);
}

/// Weekly instalments; a part payment of 10.00 a day opens for at most five days.
fn mixed(days_late: i64) -> World {
    let eased = Rate { day_price: 1_000, max_ahead_days: Some(5), carry: true, notice_days: 0 };
    let terms = equal_terms(ZONE, "2026-01-10", 4, Period::Months, 1);
    let mut world = World::new(fast(), terms.with_partial_unlock(Some(eased)));
    world.walk_to("2026-01-10");
    world.walk_days(days_late);
    world
}

#[test]
fn a_part_payment_opens_for_the_days_it_stands_for() {
    let mut world = mixed(8);
    let before = world.stage();
    assert_eq!(before, Stage::restrict(2), "{}", world.told());
    world.pay(999);
    assert_eq!(world.stage(), before, "less than a day opens nothing");
    world.pay(1_001);
    let until = world.now.plus_seconds(2 * DAY_S);
    assert_eq!(world.stage(), Stage::NOTICE);
    assert!(world.decision().reasons.contains(&Reason::PartlyPaid(until)));
    let back: Vec<_> =
        world.decision().timetable.into_iter().map(|one| (one.stage, one.at)).collect();
    assert_eq!(back[..2], [(Stage::restrict(1), until), (Stage::restrict(2), until)]);
    assert!(world.decision().next_look.is_some_and(|look| look <= until));
    world.walk(until.plus_seconds(-1));
    assert_eq!(world.stage(), Stage::NOTICE);
    world.walk(until);
    assert!(world.stage() >= before, "it restricts again by itself: {}", world.told());
    world.pay(7_000);
    world.walk_days(5);
    assert!(world.stage().restricts(), "five days are the most");
    world.pay(1_000 + RATE);
    assert_eq!(world.stage(), Stage::CLEAR, "nothing is past due");
}

/// Whoever pays a part during a dispute is not restricted when its days end, but when it does.
#[test]
fn nothing_rises_after_a_part_payment_while_a_dispute_lasts() {
    let mut world = mixed(7);
    world.pay(2_000);
    let dispute = world.open_hold(domain::hold::HoldKind::Dispute, None);
    world.walk_days(10);
    assert_eq!(world.stage(), Stage::NOTICE, "{}", world.told());
    world.act(Command::CloseHold(dispute));
    assert!(world.stage().restricts());
}
