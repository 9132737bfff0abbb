//! Laws of schedules, allocation, fees and arrears over random terms and money.

use domain::{
    Day,
    allocation::{Advance, Component, Order, Owed, Sweep, allocate},
    amortise::{
        DayCount, DownPayment, Event, Method, Plan, Rest, Rounding, Row, RuleSet, Shape, Share,
        YearDays, amortise,
    },
    delinquency::{Pause, age},
    late_fee::{Base, Caps, Charge, Charged, LateFee, fall_until},
    payoff::{Until, quote},
    schedule::{MonthEnd, Period},
};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{RngSeed, TestRunner},
};

fn day(after: i32) -> Day {
    Day::parse("2019-11-30").unwrap().plus_days(after).unwrap()
}

fn one_in_five<T: Clone + std::fmt::Debug + 'static>(
    some: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Option<T>> {
    prop_oneof![4 => Just(None), 1 => some.prop_map(Some)].boxed()
}

fn shapes() -> impl Strategy<Value = Shape> {
    prop_oneof![
        4 => Just(Shape::Level),
        1 => Just(Shape::EqualPrincipal),
        1 => Just(Shape::InterestOnly),
        1 => (1..=Share::WHOLE / 4).prop_map(|share| Shape::PrincipalShare(Share(share))),
        1 => (1..10_000_000_i64).prop_map(Shape::FixedPayment),
        1 => (1..1_000_000_i64).prop_map(Shape::Balloon),
    ]
}

fn downs() -> impl Strategy<Value = DownPayment> {
    prop_oneof![
        3 => Just(DownPayment::None),
        1 => (-1..1_000_000_i64).prop_map(DownPayment::Amount),
        1 => (-1..=Share::WHOLE).prop_map(|share| DownPayment::Share(Share(share))),
    ]
}

/// What happens to a plan: a row whose date moves by days, or money so many days after the start.
#[derive(Clone, Copy, Debug)]
enum Happening {
    Moved(usize, i32),
    Handed(i32, i64),
    Overdue(i32),
}

fn happenings() -> impl Strategy<Value = Vec<Happening>> {
    let moved = (0..12_usize, -20..60_i32).prop_map(|(row, by)| Happening::Moved(row, by));
    let handed =
        (-1..400_i32, 0..10_000_000_i64).prop_map(|(on, amount)| Happening::Handed(on, amount));
    let late = (-1..400_i32).prop_map(Happening::Overdue);
    let one = prop_oneof![moved, handed, late];
    prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(one, 1..4)]
}

/// The plan with what happens to it, in shapes that bear it.
fn happened(plan: Plan, happenings: &[Happening]) -> Plan {
    let plan = Plan { events: Vec::new(), ..plan };
    if happenings.is_empty() {
        return plan;
    }
    let (shape, method) = (Shape::Level, Method::Declining);
    let down_payment = DownPayment::None;
    let mut plan = Plan { shape, method, down_payment, rules: RuleSet::Progressive, ..plan };
    let dues = amortise(&plan).map(|table| table.rows).unwrap_or_default();
    for happening in happenings {
        plan.events.push(match *happening {
            Happening::Moved(row, by) => {
                let from_due = dues.get(row).map_or(plan.start, |row| row.due);
                Event::Reschedule { from_due, new_due: from_due.plus_days(by).unwrap() }
            }
            Happening::Overdue(after) => {
                Event::Overdue { on: plan.start.plus_days(after).unwrap() }
            }
            Happening::Handed(after, amount) => {
                Event::Disbursement { on: plan.start.plus_days(after).unwrap(), amount }
            }
        });
    }
    plan
}

fn dates() -> impl Strategy<Value = Plan> {
    let period = prop_oneof![Just(Period::Days), Just(Period::Weeks), Just(Period::Months)];
    let end = prop_oneof![Just(MonthEnd::Clamp), Just(MonthEnd::Roll)];
    let near = one_in_five(0..400_i32);
    (0..1_500, 1..80_u32, 1..8_u32, period, end, near.clone(), near).prop_map(
        |(start, count, every, period, month_end, first, handed)| Plan {
            period,
            every,
            month_end,
            first_due: first.map(|after| day(start + after)),
            disbursed_on: handed.map(|after| day(start + after - 20)),
            ..Plan::new(1, day(start), count)
        },
    )
}

fn interests() -> impl Strategy<Value = (RuleSet, Share, Method, Rest, DayCount, [u32; 3])> {
    let year = prop_oneof![
        Just(YearDays::Actual),
        Just(YearDays::Fixed(360)),
        Just(YearDays::Fixed(364)),
        Just(YearDays::Fixed(365)),
    ];
    let grace = || prop_oneof![3 => Just(0), 1 => 0..12_u32];
    (
        prop_oneof![Just(RuleSet::Progressive), Just(RuleSet::Classic)],
        prop_oneof![1 => Just(0), 3 => 0..=Share::WHOLE, 1 => -1..=10 * Share::WHOLE + 1],
        prop_oneof![3 => Just(Method::Declining), 1 => Just(Method::Flat)],
        prop_oneof![Just(Rest::Daily), Just(Rest::Period)],
        (year, any::<bool>()).prop_map(|(year, month_30)| DayCount { year, month_30 }),
        [grace(), grace(), grace()],
    )
        .prop_map(|(rules, rate, method, rest, count, graces)| {
            (rules, Share(rate), method, rest, count, graces)
        })
}

fn plans() -> impl Strategy<Value = Plan> {
    let modes = prop_oneof![
        4 => Just(Rounding::HalfEven),
        1 => Just(Rounding::HalfUp),
        1 => Just(Rounding::HalfDown),
        1 => Just(Rounding::Up),
        1 => Just(Rounding::Down),
    ];
    let money = (
        prop_oneof![5 => 1..100_000_000_i64, 1 => any::<i64>()],
        0..5_u8,
        one_in_five(0..10_000_i64),
        one_in_five(one_in_five(1..1_000_i64)).prop_map(Option::flatten),
        modes,
    );
    (dates(), interests(), money, shapes(), downs(), happenings()).prop_map(
        |(dates, interest, money, shape, down_payment, happenings)| {
            let (rules, rate, method, rest, day_count, graces) = interest;
            let [principal_grace, interest_payment_grace, interest_free] = graces;
            let (principal, digits, instalment_multiple, currency_multiple, rounding) = money;
            let plan = Plan {
                rules,
                rate,
                method,
                rest,
                day_count,
                principal_grace,
                interest_payment_grace,
                interest_free,
                principal,
                digits,
                instalment_multiple,
                currency_multiple,
                rounding,
                shape,
                down_payment,
                ..dates
            };
            happened(plan, &happenings)
        },
    )
}

fn handed_later(plan: &Plan) -> i64 {
    let amount = |event: &Event| match event {
        Event::Disbursement { amount, .. } => *amount,
        Event::Reschedule { .. } | Event::Overdue { .. } => 0,
    };
    plan.events.iter().map(amount).sum()
}

fn books() -> impl Strategy<Value = Vec<Owed>> {
    let amount = || prop_oneof![1 => Just(0), 2 => 0..2_000_i64];
    let row = (1..40_i32, amount(), amount(), amount(), amount());
    prop::collection::vec(row, 1..8).prop_map(|rows| {
        let mut on = 0;
        let mut book = Vec::new();
        for (apart, penalty, fee, interest, principal) in rows {
            on += apart;
            book.push(Owed { due: day(on), penalty, fee, interest, principal });
        }
        book
    })
}

fn orders() -> impl Strategy<Value = Order> {
    let advance = prop_oneof![Just(Advance::Next), Just(Advance::Last), Just(Advance::Reamortise)];
    (rows_in_turn(), advance).prop_map(|(order, advance)| order.with_advance(advance))
}

/// Orders that fill one row after the other.
fn rows_in_turn() -> impl Strategy<Value = Order> {
    use Component::{Fee, Interest, Penalty, Principal};
    let sweep = prop_oneof![Just(Sweep::Horizontal), Just(Sweep::Vertical)];
    let advance = prop_oneof![Just(Advance::Next), Just(Advance::Last)];
    let parts = Just([Penalty, Fee, Interest, Principal]).prop_shuffle();
    (parts, sweep, advance).prop_map(|(parts, sweep, advance)| {
        Order::uniform(parts).with_sweep(sweep).with_advance(advance)
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 10_000,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_260_101),
        ..ProptestConfig::default()
    })]

    #[test]
    fn rows_pay_back_what_was_financed_and_end_at_nought(plan in plans()) {
        let Ok(table) = amortise(&plan) else { return Ok(()) };
        let financed = plan.principal + handed_later(&plan);
        prop_assert_eq!(table.principal, financed);
        prop_assert_eq!(table.rows.iter().map(|row| row.principal).sum::<i64>(), financed);
        prop_assert_eq!(table.rows.iter().map(|row| row.interest).sum::<i64>(), table.interest);
        prop_assert_eq!(table.rows[table.rows.len() - 1].balance, 0);
        prop_assert!(table.rows.iter().all(|row| row.principal >= 0 && row.interest >= 0));
        prop_assert!(table.rows[table.rows.len() - 1].total() > 0);
        prop_assert!(table.rows.windows(2).all(|pair| pair[0].due < pair[1].due));
        if plan.events.is_empty() {
            let chain = |pair: &[Row]| pair[0].balance - pair[1].principal == pair[1].balance;
            prop_assert!(table.rows.windows(2).all(chain));
        }
    }

    #[test]
    fn due_dates_are_counted_from_the_seed(plan in dates()) {
        let plan = Plan { principal: 1_000_000, disbursed_on: None, ..plan };
        let Ok(table) = amortise(&plan) else { return Ok(()) };
        for (index, row) in table.rows.iter().enumerate() {
            let after = i32::try_from(index).unwrap() + i32::from(plan.first_due.is_none());
            let apart = after * i32::try_from(plan.every).unwrap();
            let seed = plan.first_due.unwrap_or(plan.start);
            let due = match (plan.period, plan.month_end) {
                (Period::Days, _) => seed.plus_days(apart),
                (Period::Weeks, _) => seed.plus_days(7 * apart),
                (Period::Months, MonthEnd::Clamp) => seed.plus_months_clamped(apart),
                (Period::Months, MonthEnd::Roll) => seed.plus_months_rolled(apart),
            };
            prop_assert_eq!(Some(row.due), due);
        }
    }

    #[test]
    fn a_hundredfold_of_all_money_is_a_hundredfold_table(
        principal in 1..10_000_000_i64, count in 1..60_u32, classic in any::<bool>(),
    ) {
        let rules = if classic { RuleSet::Classic } else { RuleSet::Progressive };
        let multiple = Some(1);
        let whole = Plan::new(principal, day(0), count);
        let whole = Plan { rules, digits: 0, instalment_multiple: multiple, ..whole };
        let cents = Plan {
            digits: 2,
            principal: principal * 100,
            instalment_multiple: multiple.map(|one| one * 100),
            ..whole.clone()
        };
        let money = |plan: &Plan, by: i64| {
            let rows = amortise(plan).map(|table| table.rows);
            rows.map(|rows| rows.iter().map(|row| row.total() * by).collect::<Vec<_>>())
        };
        prop_assert_eq!(money(&whole, 100), money(&cents, 1));
    }

    #[test]
    fn a_payoff_never_asks_for_more_than_the_schedule(plan in plans(), after in 0..2_000_i32) {
        let plan = Plan { events: Vec::new(), ..plan };
        let Ok(table) = amortise(&plan) else { return Ok(()) };
        let owed: Vec<Owed> = table.rows.iter().map(Owed::from).collect();
        let on = plan.start.plus_days(after).unwrap();
        let early = quote(&plan, &table.rows, &owed, on, Until::PayoffDay).unwrap();
        let late = quote(&plan, &table.rows, &owed, on, Until::PeriodEnd).unwrap();
        let next = on.plus_days(1).unwrap();
        let next = quote(&plan, &table.rows, &owed, next, Until::PayoffDay).unwrap();
        prop_assert!(early.interest <= late.interest && late.interest <= table.interest);
        prop_assert!(early.interest <= next.interest, "{} {}", early.interest, next.interest);
        prop_assert_eq!(early.principal, table.principal);
    }

    #[test]
    fn money_is_paid_once_and_none_is_lost(
        book in books(), order in orders(), amount in 0..20_000_i64, on in 0..200_i32,
    ) {
        let mut owed = book.clone();
        let done = allocate(&mut owed, amount, day(on), &order);
        let paid: i64 = done.portions.iter().map(|portion| portion.amount).sum();
        let total = |book: &[Owed]| book.iter().map(Owed::total).sum::<i64>();
        prop_assert_eq!(paid + done.rest, amount);
        prop_assert_eq!(total(&book) - total(&owed), paid);
        prop_assert!(done.rest == 0 || total(&owed) == 0, "money is left only beside no debt");
        prop_assert!(done.portions.iter().all(|portion| portion.amount > 0));
        for row in &owed {
            let parts = [row.penalty, row.fee, row.interest, row.principal];
            prop_assert!(parts.iter().all(|part| *part >= 0));
        }
    }

    #[test]
    fn a_payment_in_two_is_the_same_payment(
        book in books(), order in rows_in_turn(), on in 0..200_i32,
        one in 0..9_000_i64, two in 0..9_000_i64,
    ) {
        let (mut once, mut twice) = (book.clone(), book);
        let whole = allocate(&mut once, one + two, day(on), &order).rest;
        let first = allocate(&mut twice, one, day(on), &order).rest;
        let second = allocate(&mut twice, two, day(on), &order).rest;
        prop_assert_eq!(once, twice);
        prop_assert_eq!(whole, first + second);
    }

    #[test]
    fn fees_stay_below_every_cap(
        book in books(), share in 0..Share::WHOLE, grace_days in 0..40_u32,
        caps in prop::array::uniform3(prop::option::of(0..3_000_i64)),
    ) {
        let rule = LateFee {
            charge: Charge::Share(Share(share), Base::PrincipalInterestFees),
            grace_days,
            minimum_past_due: 10,
            caps: Caps { instalment: caps[0], month: caps[1], contract: caps[2], financed: None },
        };
        let mut charged = Charged::default();
        let fees = fall_until(&rule, &book, day(400), 0, &mut charged);
        let over = |cap: Option<i64>, sum: i64| cap.is_some_and(|cap| sum > cap);
        prop_assert!(fees.iter().all(|fee| fee.2 > 0 && !over(caps[0], fee.2)));
        prop_assert!(!over(caps[2], charged.total()));
        for (_, on, _) in &fees {
            let month_of = |day: Day| (day.year(), day.month());
            let month = |fee: &&(usize, Day, i64)| month_of(fee.1) == month_of(*on);
            prop_assert!(!over(caps[1], fees.iter().filter(month).map(|fee| fee.2).sum()));
        }
        prop_assert!(fall_until(&rule, &book, day(400), 0, &mut charged).is_empty(), "once");
    }

    #[test]
    fn a_further_pause_never_ages_arrears(
        pauses in prop::collection::vec((0..300_i32, prop::option::of(0..90_i32)), 0..5),
        due in 0..200_i32, on in 0..400_i32, grace in 0..10_u32,
    ) {
        let pause = |(start, long): &(i32, Option<i32>)| Pause {
            start: day(*start),
            end: long.map(|long| day(start + long)),
        };
        let all: Vec<Pause> = pauses.iter().map(pause).collect();
        let full = age(Some(day(due)), day(on), grace, &all);
        let fewer = age(Some(day(due)), day(on), grace, &all[all.len().min(1)..]);
        prop_assert!(full.delinquent_days <= fewer.delinquent_days);
        prop_assert!(full.delinquent_days <= full.past_due_days);
        prop_assert_eq!(full.past_due_days, fewer.past_due_days);
    }
}

/// Laws over plans that are all refused would say nothing.
#[test]
fn random_terms_have_schedules_of_every_kind() {
    let mut runner = TestRunner::deterministic();
    let (mut made, mut level, mut moved, mut flat) = (0, 0, 0, 0);
    for _ in 0..2_000 {
        let plan = plans().new_tree(&mut runner).unwrap().current();
        if let Ok(table) = amortise(&plan) {
            made += 1;
            level += u32::from(table.payment.is_some());
            moved += u32::from(!plan.events.is_empty());
            flat += u32::from(plan.method == Method::Flat);
        }
    }
    assert!(made > 300 && level > 100 && moved > 10 && flat > 50, "{made} {level} {moved} {flat}");
}
