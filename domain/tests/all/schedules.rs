//! Schedules at their edges: every figure here can be checked by hand.

use domain::{
    Day,
    allocation::Owed,
    amortise::{
        DayCount, DownPayment, Event, GivenRow, Method, PRINCIPAL_MAX, Plan, Rest, Row, RuleSet,
        Shape, Share, Table, Unpayable, YearDays, amortise,
    },
    payoff::{Until, quote},
    schedule::{MonthEnd, Period},
};

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn plan(principal: i64, start: &str, count: u32) -> Plan {
    Plan::new(principal, day(start), count)
}

fn percent(percent: i64) -> Share {
    Share(percent * Share::WHOLE / 100)
}

fn made(plan: &Plan) -> Table {
    amortise(plan).unwrap_or_else(|refusal| panic!("{}: {plan:?}", refusal.code()))
}

fn dues(plan: &Plan) -> Vec<String> {
    made(plan).rows.iter().map(|row| row.due.to_string()).collect()
}

fn totals(plan: &Plan) -> Vec<i64> {
    made(plan).rows.iter().map(Row::total).collect()
}

const ACTUAL: DayCount = DayCount { year: YearDays::Actual, month_30: false };

#[test]
fn a_year_of_month_ends_keeps_its_anchor() {
    let roll = |start| Plan { month_end: MonthEnd::Roll, ..plan(1_200, start, 12) };
    let clamped = dues(&plan(1_200, "2024-01-31", 12));
    assert_eq!(clamped[..4], ["2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"]);
    assert_eq!(clamped[11], "2025-01-31");
    let rolled = dues(&roll("2024-01-31"));
    assert_eq!(rolled[..4], ["2024-03-01", "2024-03-31", "2024-05-01", "2024-05-31"]);
    assert_eq!(dues(&plan(1_200, "2025-01-31", 12))[0], "2025-02-28");
    assert_eq!(dues(&roll("2025-01-30"))[0], "2025-03-01");
    assert_eq!(dues(&plan(1_200, "2024-02-29", 12))[11], "2025-02-28");
    assert_eq!(dues(&roll("2024-02-29"))[11], "2025-03-01");
}

#[test]
fn a_first_due_date_is_the_seed_of_the_rest() {
    let from = |first| Plan {
        first_due: Some(day(first)),
        rate: percent(12),
        ..plan(10_000, "2026-01-01", 3)
    };
    let on_the_day = made(&from("2026-01-01"));
    assert_eq!(on_the_day.rows[0].interest, 0);
    let interest = |first| made(&from(first)).rows[0].interest;
    assert_eq!(interest("2026-02-01"), 100);
    // Half of January's 31 days, less half a day: 15 ÷ 31 of one percent.
    assert_eq!(interest("2026-01-16"), 48);
    // Two whole months, and 14 of the 31 days of March.
    assert_eq!(interest("2026-03-15"), 245);
    assert_eq!(interest("2026-04-01"), 300);
    assert_eq!(dues(&from("2026-01-31"))[1..], ["2026-02-28", "2026-03-31"]);
    assert_eq!(amortise(&from("2025-12-31")), Err(Unpayable::Order));
}

#[test]
fn one_row_pays_all_and_ten_years_of_weeks_end() {
    let one = Plan { rate: percent(12), ..plan(10_000, "2026-01-01", 1) };
    assert_eq!(totals(&one), [10_100]);
    for rules in [RuleSet::Progressive, RuleSet::Classic] {
        let weeks = Plan {
            rules,
            period: Period::Weeks,
            rate: percent(30),
            ..plan(5_200_000, "2026-01-01", 520)
        };
        let table = made(&weeks);
        assert_eq!((table.rows.len(), table.rows[519].balance), (520, 0));
        assert_eq!(table.rows[519].due, day("2035-12-20"));
    }
}

#[test]
fn no_rate_bears_no_interest_in_any_shape() {
    let shapes = [
        (Shape::Level, [3_333, 3_333, 3_334]),
        (Shape::EqualPrincipal, [3_333, 3_333, 3_334]),
        (Shape::PrincipalShare(percent(5)), [500, 500, 9_000]),
        (Shape::FixedPayment(4_000), [4_000, 4_000, 2_000]),
        (Shape::Balloon(7_000), [1_000, 1_000, 8_000]),
        (Shape::InterestOnly, [0, 0, 10_000]),
    ];
    for rules in [RuleSet::Progressive, RuleSet::Classic] {
        for (shape, expected) in shapes {
            let none = Plan { rules, shape, ..plan(10_000, "2026-01-01", 3) };
            assert_eq!(totals(&none), expected, "{rules:?} {shape:?}");
            if !matches!(shape, Shape::FixedPayment(_)) {
                let flat = Plan { method: Method::Flat, ..none };
                assert_eq!(totals(&flat), expected, "flat {rules:?} {shape:?}");
            }
        }
    }
}

#[test]
fn ten_times_a_year_still_ends_and_more_is_refused() {
    for rules in [RuleSet::Progressive, RuleSet::Classic] {
        let rest = Rest::Period;
        let dear = Plan { rules, rest, rate: percent(1_000), ..plan(100_000, "2026-01-01", 60) };
        let table = made(&dear);
        assert_eq!(table.rows[0].interest, 83_333, "{rules:?}");
        assert_eq!(table.rows[59].balance, 0);
        let absurd = Plan { rate: Share(10 * Share::WHOLE + 1), ..dear };
        assert_eq!(amortise(&absurd), Err(Unpayable::Rate));
    }
}

#[test]
fn each_day_count_crosses_the_year_in_its_own_way() {
    let interest = |year, month_30| {
        let crossing = Plan {
            rate: percent(36),
            day_count: DayCount { year, month_30 },
            ..plan(1_000_000, "2023-12-15", 1)
        };
        made(&crossing).rows[0].interest
    };
    assert_eq!(interest(YearDays::Fixed(360), true), 30_000);
    assert_eq!(interest(YearDays::Fixed(360), false), 31_000);
    assert_eq!(interest(YearDays::Fixed(365), false), 30_575);
    assert_eq!(interest(YearDays::Fixed(364), false), 30_659);
    // 16 days to 31 December of 365, 15 days from it of 366.
    assert_eq!(interest(YearDays::Actual, false), 30_535);
}

#[test]
fn ties_go_to_the_even_cent_unless_the_terms_say_up() {
    let tie = Plan { rate: percent(12), ..plan(1_250, "2026-01-01", 2) };
    assert_eq!(made(&tie).rows[0].interest, 12);
    let up = Plan { rounding: domain::amortise::Rounding::HalfUp, ..tie };
    assert_eq!(made(&up).rows[0].interest, 13);
}

#[test]
fn smoothing_is_kept_only_where_it_comes_nearer() {
    let smooth =
        Plan { rate: Share(106_500_000), day_count: ACTUAL, ..plan(33_177, "2023-12-12", 5) };
    assert_eq!(made(&smooth).payment, Some(6_814));
    let rough = Plan { rules: RuleSet::Classic, rest: Rest::Daily, ..smooth };
    let table = made(&rough);
    assert!((table.rows[4].total() - table.payment.unwrap()).abs() > 2, "{table:?}");
}

#[test]
fn graces_move_principal_and_interest_apart() {
    let base = Plan { rate: percent(12), ..plan(10_000, "2026-01-01", 4) };
    let principal = made(&Plan { principal_grace: 2, ..base.clone() });
    assert_eq!(principal.rows[1].total(), 100);
    assert_eq!(principal.rows[1].balance, 10_000);
    let payment = made(&Plan { interest_payment_grace: 2, ..base.clone() });
    let plain = made(&base);
    assert_eq!(payment.rows[0].principal, plain.rows[0].principal);
    let interest: Vec<i64> = payment.rows.iter().map(|row| row.interest).collect();
    assert_eq!(interest[..2], [0, 0]);
    assert_eq!(payment.interest, plain.interest);
    let free = made(&Plan { interest_free: 4 - 1, ..base.clone() });
    assert_eq!(free.rows[..3].iter().map(|row| row.interest).sum::<i64>(), 0);
    assert!(free.rows[3].interest > 0);
    assert_eq!(amortise(&Plan { interest_free: 4, ..base }), Err(Unpayable::Grace));
}

#[test]
fn a_balloon_is_left_to_the_last_row() {
    for rules in [RuleSet::Progressive, RuleSet::Classic] {
        let balloon = Plan {
            rules,
            rate: percent(12),
            rest: Rest::Period,
            shape: Shape::Balloon(50_000),
            ..plan(100_000, "2026-01-01", 12)
        };
        let table = made(&balloon);
        let payment = table.payment.unwrap();
        assert!((table.rows[11].total() - payment - 50_000).abs() <= 12, "{table:?}");
        assert!(table.rows[..11].iter().all(|row| row.total() == payment));
    }
}

#[test]
fn a_second_purchase_joins_from_its_day() {
    let base = Plan { rate: Share(94_822_000), ..plan(10_000, "2024-01-01", 6) };
    let with = |on: &str, amount| {
        let events = vec![Event::Disbursement { on: day(on), amount }];
        made(&Plan { events, ..base.clone() })
    };
    let alone = made(&base);
    // On the first day it is as if all had been handed over at once.
    let twice = made(&Plan { principal: 20_000, ..base.clone() });
    assert_eq!(with("2024-01-01", 10_000).rows, twice.rows);
    // On a due date it begins with the row after: the rest is a schedule of its own.
    let later = with("2024-02-01", 10_000);
    assert_eq!(later.rows[0], alone.rows[0]);
    let owed = alone.rows[0].balance + 10_000;
    let rest = made(&Plan { principal: owed, start: day("2024-02-01"), count: 5, ..base.clone() });
    let money = |rows: &[Row]| rows.iter().map(|row| (row.due, row.total())).collect::<Vec<_>>();
    assert_eq!(money(&later.rows[1..]), money(&rest.rows));
    let third = with("2024-03-01", 10_000);
    let totals: Vec<i64> = third.rows.iter().map(Row::total).collect();
    assert_eq!(totals, [1_713, 1_713, 4_263, 4_263, 4_263, 4_261]);
    assert_eq!(third.rows[2].interest, 132);
    // Within a period the parts of its interest are rounded once, as their sum.
    let within = with("2024-01-08", 20_000);
    assert_eq!(within.rows[0].interest, 201);
    assert_eq!(within.principal, 30_000);
    assert_eq!(within.rows[5].balance, 0);
    let refused = |on: &str, amount| {
        let events = vec![Event::Disbursement { on: day(on), amount }];
        amortise(&Plan { events, ..base.clone() })
    };
    for (on, amount) in [("2023-12-31", 1), ("2024-07-01", 1), ("2024-02-01", 0)] {
        assert_eq!(refused(on, amount), Err(Unpayable::Event), "{on}");
    }
}

#[test]
fn a_moved_date_moves_what_follows_and_keeps_the_payment() {
    let base = Plan { rate: percent(12), ..plan(100_000, "2026-01-31", 4) };
    let to = |from_due: &str, new_due: &str| {
        let event = Event::Reschedule { from_due: day(from_due), new_due: day(new_due) };
        Plan { events: vec![event], ..base.clone() }
    };
    let moved = to("2026-03-31", "2026-04-15");
    assert_eq!(dues(&moved), ["2026-02-28", "2026-04-15", "2026-05-15", "2026-06-15"]);
    let (was, is) = (made(&base), made(&moved));
    assert_eq!(is.rows[0], was.rows[0]);
    assert_eq!(is.payment, was.payment);
    assert_eq!(is.rows[1].total(), was.rows[1].total());
    assert!(is.rows[3].total() > was.rows[3].total());
    assert_eq!(amortise(&to("2026-03-30", "2026-04-15")), Err(Unpayable::Event));
    assert_eq!(amortise(&to("2026-03-31", "2026-02-28")), Err(Unpayable::Order));
}

#[test]
fn principal_past_due_bears_interest_until_it_is_known_to_be_paid() {
    let base = Plan { rate: percent(7), ..plan(10_000, "2024-01-01", 6) };
    let unpaid =
        |on| amortise(&Plan { events: vec![Event::Overdue { on: day(on) }], ..base.clone() });
    let alone = made(&base);
    assert_eq!(unpaid("2024-02-01").unwrap(), alone);
    let half = unpaid("2024-02-15").unwrap();
    // 83.57 for the month and 16.43 for 14 of its 29 days: 0.4875 + 0.0463, rounded once.
    assert_eq!((half.rows[0], half.rows[1].interest), (alone.rows[0], 53));
    assert_eq!(half.rows[1].total(), 1_701);
    // Two months later both rows stand open: 100.00 for a whole month each.
    let none = unpaid("2024-04-01").unwrap();
    assert_eq!([none.rows[1].interest, none.rows[2].interest], [58, 58]);
    assert_eq!(none.rows[5].balance, 0);
    assert!(none.rows[5].total() > half.rows[5].total());
    assert_eq!(unpaid("2023-12-31"), Err(Unpayable::Event));
}

#[test]
fn limits_are_refused_and_never_wrapped() {
    let huge = Plan { rate: percent(1_000), ..plan(PRINCIPAL_MAX, "2026-01-01", 12) };
    assert_eq!(made(&huge).rows[11].balance, 0);
    let free = plan(PRINCIPAL_MAX - 1, "2026-01-01", 7);
    assert_eq!(made(&free).payment, Some((PRINCIPAL_MAX - 1) / 7 + 1), "no digit is lost");
    let more = Plan { principal: PRINCIPAL_MAX + 1, ..huge.clone() };
    assert_eq!(amortise(&more), Err(Unpayable::Overflow));
    let years =
        Plan { rate: percent(10), every: 366, period: Period::Days, count: 30, ..huge.clone() };
    assert!(amortise(&years).is_ok());
    let flat = Plan { method: Method::Flat, every: 12, count: 31, ..huge };
    assert_eq!(made(&flat).rows[30].balance, 0);
    let last = Plan { principal: i64::MAX, ..plan(1, "2026-01-01", 1) };
    assert_eq!(amortise(&last), Err(Unpayable::Overflow));
}

#[test]
fn a_down_payment_is_the_first_row() {
    let paid = |down_payment| Plan { down_payment, ..plan(10_000, "2026-01-01", 3) };
    let table = made(&paid(DownPayment::Amount(1_000)));
    assert_eq!((table.rows[0].n, table.rows[0].due), (1, day("2026-01-01")));
    assert_eq!(totals(&paid(DownPayment::Amount(1_000))), [1_000, 3_000, 3_000, 3_000]);
    let multiple = Plan { instalment_multiple: Some(500), ..paid(DownPayment::Share(percent(12))) };
    assert_eq!(totals(&multiple), [1_000, 3_000, 3_000, 3_000]);
    assert_eq!(amortise(&paid(DownPayment::Amount(10_000))), Err(Unpayable::Nothing));
}

#[test]
fn given_rows_pay_back_exactly() {
    let row = |due: &str, principal| GivenRow { due: day(due), principal, interest: 7 };
    let given =
        |rows: &[GivenRow]| amortise(&Plan { given: rows.to_vec(), ..plan(100, "2026-01-01", 0) });
    let fits = [row("2026-01-05", 60), row("2026-01-09", 40)];
    assert_eq!(given(&fits).unwrap().rows[1].balance, 0);
    assert_eq!(given(&fits[..1]), Err(Unpayable::Rows));
    assert_eq!(given(&[fits[1], fits[0]]), Err(Unpayable::Order));
    assert_eq!(given(&[row("2025-12-31", 100)]), Err(Unpayable::Order));
    assert_eq!(given(&[row("2026-01-05", -100)]), Err(Unpayable::Amount));
}

#[test]
fn a_payoff_asks_for_the_days_that_have_run() {
    let base = Plan { rate: percent(12), ..plan(10_000, "2026-01-01", 4) };
    let table = made(&base);
    let owed: Vec<Owed> = table.rows.iter().map(Owed::from).collect();
    let interest =
        |on: &str, until| quote(&base, &table.rows, &owed, day(on), until).unwrap().interest;
    assert_eq!(interest("2026-01-01", Until::PayoffDay), 0);
    assert_eq!(interest("2026-01-16", Until::PayoffDay), 48);
    assert_eq!(interest("2026-01-16", Until::PeriodEnd), 100);
    assert_eq!(interest("2026-02-01", Until::PayoffDay), 100);
    // The first row is overdue: its principal bears nothing more.
    let ahead = table.rows[0].balance;
    let half = quote(&base, &table.rows, &owed, day("2026-02-15"), Until::PayoffDay).unwrap();
    assert_eq!(half.interest, 100 + (ahead + 100) / 200);
    assert_eq!(half.principal, 10_000);
    let total = half.total().unwrap();
    assert!(half.closes(total - 1, day("2026-02-15"), 1));
    assert!(!half.closes(total - 2, day("2026-02-15"), 1));
    assert!(!half.closes(total, day("2026-02-16"), 1), "a quote ends");
}

#[test]
fn interest_that_waits_for_its_grace_is_part_of_a_payoff() {
    for rest in [Rest::Daily, Rest::Period] {
        for method in [Method::Declining, Method::Flat] {
            let waiting = Plan {
                rate: percent(12),
                rest,
                method,
                interest_payment_grace: 2,
                ..plan(10_000, "2026-01-01", 4)
            };
            let table = made(&waiting);
            let owed: Vec<Owed> = table.rows.iter().map(Owed::from).collect();
            let on = |on| quote(&waiting, &table.rows, &owed, day(on), Until::PayoffDay).unwrap();
            let run = on("2026-02-15").interest;
            assert!((130..=155).contains(&run), "{rest:?} {method:?}: {run}");
            assert_eq!(on("2026-04-01").interest, table.rows[2].interest);
        }
    }
}
