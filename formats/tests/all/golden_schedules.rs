//! Tables, due dates, allocation, payoff, late fees and delinquency that public test suites fix,
//! through the functions the program and the contract use.

use std::path::Path;

use domain::{
    Day,
    allocation::{Advance, Order, Owed, allocate},
    amortise::{RuleSet, Share, amortise},
    delinquency::{Bucket, Pause, age, bucket},
    late_fee::{Base, Caps, Charge, Charged, LateFee, fall_until},
    payoff::{Until, quote},
};
use formats::schedule_terms::{parse_plan, schedule};
use serde_json::{Value, json};

const DATA: &str = include_str!("../data/golden-schedules.json");
const SHARED: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/golden-schedules.json");

fn golden() -> Value {
    serde_json::from_str(DATA).unwrap()
}

fn cases(name: &str) -> Vec<Value> {
    let cases = golden()[name].as_array().unwrap().clone();
    assert!(!cases.is_empty(), "{name}");
    cases
}

fn day(value: &Value) -> Day {
    Day::parse(value.as_str().unwrap()).unwrap()
}

/// Cents of a decimal text.
fn cents(value: &Value) -> i64 {
    let text = value.as_str().unwrap();
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{part:0<2}").parse().unwrap()
}

#[test]
fn every_table_is_equal_to_the_minor_unit() {
    let tables = cases("schedules");
    assert_eq!(tables.len(), 33);
    for case in &tables {
        let id = &case["id"];
        let made = schedule(case, None, false).unwrap_or_else(|error| panic!("{id}: {error}"));
        let rows = made["rows"].as_array().unwrap();
        let expected = case["rows"].as_array().unwrap();
        let partial = case["partial"] == json!(true);
        assert!(partial || rows.len() == expected.len(), "{id}: {} rows", rows.len());
        for row in expected {
            let made = rows.iter().find(|made| made["n"] == row["n"]);
            let made = made.unwrap_or_else(|| panic!("{id}: no row {}", row["n"]));
            for (key, value) in row.as_object().unwrap() {
                assert_eq!(&made[key], value, "{id} row {} {key}", row["n"]);
            }
        }
        if let Some(totals) = case.get("totals") {
            assert_eq!(&made["totals"], totals, "{id}");
        }
    }
}

#[test]
fn the_bare_terms_with_the_rule_set_named_make_the_same_table() {
    for case in cases("schedules") {
        let rules = RuleSet::parse(case["engine"].as_str().unwrap());
        let mut terms = case["terms"].clone();
        if let Some(events) = case.get("events") {
            terms["events"] = events.clone();
        }
        assert_eq!(schedule(&terms, rules, false), schedule(&case, None, false), "{}", case["id"]);
    }
}

#[test]
fn every_due_date_counts_from_its_seed() {
    for case in cases("due_date_sequences") {
        let dates = case["due_dates"].as_array().unwrap();
        let mut terms = json!({
            "principal": "1000", "start_date": case["seed"], "count": dates.len(),
            "unit": case["unit"], "every": case["every"], "month_end": case["month_end"],
        });
        if case["seed_is"] == "first due date" {
            terms["first_due"] = case["seed"].clone();
        }
        for rules in [RuleSet::Progressive, RuleSet::Classic] {
            let made = schedule(&terms, Some(rules), false).unwrap();
            let rows = made["rows"].as_array().unwrap();
            let dues: Vec<Value> = rows.iter().map(|row| row["due"].clone()).collect();
            assert_eq!(&dues, dates, "{}", case["id"]);
        }
    }
}

fn order(rule: &Value) -> Option<Order> {
    let advance = match rule.as_str()? {
        "NEXT_INSTALLMENT" => Advance::Next,
        "LAST_INSTALLMENT" => Advance::Last,
        "REAMORTIZATION" => Advance::Reamortise,
        _ => return None,
    };
    Some(Order::default().with_advance(advance))
}

#[test]
fn every_payment_reaches_the_rows_it_should() {
    for case in cases("allocation_cases") {
        let owes = |row: &Value| Owed {
            principal: cents(&row["amount"]),
            ..Owed::nothing(day(&row["date"]))
        };
        let due = case["due"].as_array().unwrap();
        let mut owed: Vec<Owed> = due.iter().map(owes).collect();
        let mut rest = 0;
        for payment in case["payments"].as_array().unwrap() {
            let rule = order(&payment["rule"]).or_else(|| order(&case["in_advance_rule"]));
            let amount = cents(&payment["amount"]);
            rest += allocate(&mut owed, amount, day(&payment["date"]), &rule.unwrap()).rest;
        }
        let paid = due.iter().zip(&owed).map(|(row, owed)| cents(&row["amount"]) - owed.total());
        let expected = case["expected_paid"].as_array().unwrap().iter().map(cents);
        assert_eq!(paid.collect::<Vec<_>>(), expected.collect::<Vec<_>>(), "{}", case["id"]);
        assert_eq!(rest, cents(&case["unallocated"]), "{}", case["id"]);
    }
}

#[test]
fn every_payoff_is_quoted_to_the_cent() {
    for case in cases("payoff_cases") {
        let plan = parse_plan(&case["schedule_terms"], Some(RuleSet::Progressive)).unwrap();
        let table = amortise(&plan).unwrap();
        let mut owed: Vec<Owed> = table.rows.iter().map(Owed::from).collect();
        let until = match case["interest_until"].as_str().unwrap() {
            "payoff date" => Until::PayoffDay,
            "end of the running period" => Until::PeriodEnd,
            other => panic!("{other}"),
        };
        for event in case["events"].as_array().unwrap() {
            let on = day(&event["date"]);
            match event["type"].as_str().unwrap() {
                "payment" => {
                    let done = allocate(&mut owed, cents(&event["amount"]), on, &Order::default());
                    assert_eq!(done.rest, 0);
                }
                "payoff_quote" => {
                    let quote = quote(&plan, &table.rows, &owed, on, until).unwrap();
                    let expected = &case["expected"];
                    assert_eq!(quote.principal, cents(&expected["principal"]), "{}", case["id"]);
                    assert_eq!(quote.interest, cents(&expected["interest"]), "{}", case["id"]);
                    assert_eq!(quote.total(), Some(cents(&expected["total"])), "{}", case["id"]);
                }
                other => panic!("{other}"),
            }
        }
    }
}

#[test]
fn every_late_fee_falls_once() {
    for case in cases("late_fee_cases") {
        let plan = parse_plan(&case["terms"], Some(RuleSet::Classic)).unwrap();
        let table = amortise(&plan).unwrap();
        let fee = &case["late_fee"];
        let base = match fee["base"].as_str().unwrap() {
            "overdue_principal" => Base::Principal,
            "overdue_principal_plus_interest" => Base::PrincipalInterest,
            other => panic!("{other}"),
        };
        // Percent with two decimals is ten million parts per billion.
        let share =
            Share(cents(&json!(format!("{}0", fee["percent"].as_str().unwrap()))) * 100_000);
        let rule = LateFee {
            charge: Charge::Share(share, base),
            grace_days: 0,
            minimum_past_due: 0,
            caps: Caps::default(),
        };
        let mut owed: Vec<Owed> = table.rows.iter().map(Owed::from).collect();
        let until = day(&case["nothing_paid_until"]);
        let fees = fall_until(&rule, &owed, until, table.principal, &mut Charged::default());
        for (row, _, amount) in fees {
            owed[row].penalty += amount;
        }
        let expected = case["expected"].as_array().unwrap();
        assert_eq!(owed.len(), expected.len());
        for (owed, expected) in owed.iter().zip(expected) {
            assert_eq!(owed.penalty, cents(&expected["penalty"]), "{}", case["id"]);
            assert_eq!(owed.total(), cents(&expected["total"]), "{}", case["id"]);
        }
        let total: i64 = owed.iter().map(Owed::total).sum();
        assert_eq!(total, cents(&case["total"]), "{}", case["id"]);
    }
}

#[test]
fn every_delinquency_has_its_days_and_its_class() {
    let number = |value: &Value| value.as_u64().map(|days| u32::try_from(days).unwrap());
    let range = |range: &Value| Bucket {
        name: range["name"].as_str().unwrap().to_owned(),
        min: number(&range["min"]).unwrap(),
        max: number(&range["max"]),
    };
    let buckets: Vec<Bucket> = cases("delinquency_ranges").iter().map(range).collect();
    for case in cases("delinquency_cases") {
        let pause = |pause: &Value| Pause {
            start: day(&pause["start"]),
            end: pause["end"].as_str().map(|text| Day::parse(text).unwrap()),
        };
        let pauses: Vec<Pause> = case["pauses"].as_array().unwrap().iter().map(pause).collect();
        let oldest = Some(day(&case["oldest_unpaid_due"]));
        let grace = number(&case["grace_days"]).unwrap();
        let age = age(oldest, day(&case["business_date"]), grace, &pauses);
        let expected = &case["expected"];
        assert_eq!(Some(age.past_due_days), number(&expected["past_due_days"]), "{}", case["id"]);
        assert_eq!(
            Some(age.delinquent_days),
            number(&expected["delinquent_days"]),
            "{}",
            case["id"]
        );
        if let Some(class) = expected.get("class") {
            let found = bucket(&buckets, age.delinquent_days);
            assert_eq!(found.map_or("NONE", |bucket| &bucket.name), class, "{}", case["id"]);
        }
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test compares two files")]
fn the_copy_is_the_original() {
    match std::fs::read_to_string(Path::new(SHARED)) {
        Ok(text) => assert_eq!(text, DATA, "tests/data/golden-schedules.json is not the original"),
        Err(_) => {
            assert!(std::env::var_os("CI").is_none(), "{SHARED} is missing");
            println!("skipped: {SHARED} is not here");
        }
    }
}
