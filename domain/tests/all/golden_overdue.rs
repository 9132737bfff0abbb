//! The dates alone, against timelines that another system's public tests fix: `Standing` is built
//! from the invoices (due ≤ day; payments name their invoice; a refund is a reversal, an adjustment
//! a goodwill credit), `enforcement_off` is a hold that keeps everything clear.

use std::{collections::BTreeMap, path::Path};

use domain::{
    Currency, Day, Ladder, Money, Restriction, Stage, Standing,
    hold::HoldKind,
    policy::{Condition, LegalStatus, Programme, StepRule},
};
use serde_json::Value;

use crate::scene;

const DATA: &str = include_str!("../data/golden-overdue.json");
const SHARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/golden-overdue.json");
const DEFECT: &str = "upstream defect, do NOT copy";

fn golden() -> Value {
    serde_json::from_str(DATA).unwrap()
}

fn minor(text: &Value) -> i64 {
    Money::parse(text.as_str().unwrap(), Currency::parse("USD").unwrap()).unwrap().minor
}

fn condition(parts: &Value) -> Condition {
    let count = |name: &str| parts[name].as_u64().map_or(0, |n| u32::try_from(n).unwrap());
    Condition {
        days_past_due: count("age_days_at_least"),
        unpaid_count: count("unpaid_count_at_least"),
        past_due: parts.get("unpaid_balance_at_least").map_or(0, minor),
    }
}

/// The states of a configuration as steps of a ladder, mildest first, with their names.
struct Config {
    ladder: Ladder,
    names: Vec<String>,
}

impl Config {
    fn of(golden: &Value, name: &str) -> Config {
        let states = golden["configs"][name]["states"].as_array().unwrap();
        let rule = |state: &Value| StepRule {
            when: condition(&state["condition"]),
            min_days: 0,
            restrictions: [Restriction::Camera].into(),
        };
        let programme = Programme {
            remind: None,
            steps: states.iter().rev().map(rule).collect(),
            lock: None,
            ..scene::programme("golden")
        };
        let mut pack = scene::pack("golden");
        pack.legal_status = LegalStatus::Permitted;
        pack.min_dpd_restrict = 0;
        pack.min_days_between_steps = 0;
        let programme = Programme { notices: vec![scene::notice(0, 0)], ..programme };
        let ladder = Ladder::resolve(&programme, &[&pack], &scene::lender()).unwrap();
        let names = states.iter().rev().map(|state| state["name"].as_str().unwrap().to_owned());
        Config { ladder, names: names.collect() }
    }

    /// The state's name for what the dates say of a standing.
    fn state(&self, standing: &Standing) -> &str {
        let stage = self.ladder.dates_stage(standing);
        if stage.restricts() { &self.names[usize::from(stage.step) - 1] } else { "CLEAR" }
    }
}

/// An account as invoices name it.
#[derive(Default)]
struct Account {
    /// Date and open amount by invoice.
    invoices: BTreeMap<String, (Day, i64)>,
    hold: Option<HoldKind>,
}

impl Account {
    fn take(&mut self, day: Day, event: &Value) {
        let invoice = |name: &str| event[name].as_str().unwrap().to_owned();
        match event["type"].as_str().unwrap() {
            "invoice" => {
                self.invoices.insert(invoice("id"), (day, minor(&event["amount"])));
            }
            "payment" | "adjustment" => {
                self.invoices.get_mut(&invoice("invoice")).unwrap().1 -= minor(&event["amount"]);
            }
            "refund" => {
                self.invoices.get_mut(&invoice("invoice")).unwrap().1 += minor(&event["amount"]);
            }
            "enforcement_off" => self.hold = Some(HoldKind::EnforcementOff),
            "enforcement_on" => self.hold = None,
            other => panic!("unknown event {other}"),
        }
    }

    fn on(&self, day: Day) -> Standing {
        let open = self.invoices.values().filter(|(due, open)| *due <= day && *open > 0);
        let oldest_unpaid = open.clone().map(|(due, _)| *due).min();
        let past_due = open.clone().map(|(_, open)| open).sum();
        let days = oldest_unpaid.map_or(0, |oldest| day.days_since(oldest));
        Standing {
            past_due,
            oldest_unpaid,
            days_past_due: u32::try_from(days).unwrap(),
            unpaid_count: u32::try_from(open.count()).unwrap(),
            next_due: None,
            remaining: past_due,
        }
    }

    fn state<'a>(&self, config: &'a Config, day: Day) -> &'a str {
        let ceiling = self.hold.and_then(HoldKind::ceiling);
        if ceiling == Some(Stage::CLEAR) { "CLEAR" } else { config.state(&self.on(day)) }
    }
}

/// Replays a timeline on the events of `events` and answers every step that names a state:
/// date, what it expects, what we say.
fn replay(golden: &Value, timeline: &Value, events: &Value) -> Vec<(String, String, String)> {
    let config = Config::of(golden, timeline["config"].as_str().unwrap());
    let mut account = Account::default();
    let own = timeline["id"] == events["id"];
    if !own {
        for step in events["steps"].as_array().unwrap() {
            let event = &step["event"];
            if !event.is_null() {
                account.take(Day::parse(step["date"].as_str().unwrap()).unwrap(), event);
            }
        }
    }
    let mut told = Vec::new();
    for step in timeline["steps"].as_array().unwrap() {
        let date = step["date"].as_str().unwrap();
        let day = Day::parse(date).unwrap();
        if !step["event"].is_null() {
            account.take(day, &step["event"]);
        }
        if let Some(expected) = step["expect"].as_str() {
            let ours = account.state(&config, day).to_owned();
            told.push((date.to_owned(), expected.to_owned(), ours));
        }
    }
    told
}

fn timelines(golden: &Value) -> &[Value] {
    golden["timelines"].as_array().unwrap()
}

/// The timeline whose events this one uses: its own, or those it names under `given`.
fn events_of<'a>(golden: &'a Value, timeline: &'a Value) -> &'a Value {
    let Some(given) = timeline["given"].as_str() else {
        return timeline;
    };
    let named = |other: &&Value| given.contains(other["id"].as_str().unwrap());
    timelines(golden).iter().find(named).unwrap()
}

#[test]
fn required_timelines_hold_at_every_step() {
    let golden = golden();
    let mut steps = 0;
    for timeline in timelines(&golden).iter().filter(|t| t["kind"] == "required") {
        for (date, expected, ours) in replay(&golden, timeline, events_of(&golden, timeline)) {
            assert_eq!(ours, expected, "{} on {date}", timeline["id"]);
            steps += 1;
        }
    }
    assert_eq!(steps, 100, "every step of the required timelines was compared");
}

#[test]
fn defects_of_the_origin_are_not_ours() {
    let golden = golden();
    let defects: Vec<&Value> = timelines(&golden).iter().filter(|t| t["kind"] == DEFECT).collect();
    let kinds = timelines(&golden).len();
    let required = timelines(&golden).iter().filter(|t| t["kind"] == "required").count();
    assert_eq!(required + defects.len(), kinds, "no kind of timeline is passed over");
    let mut differences = Vec::new();
    for timeline in &defects {
        let told = replay(&golden, timeline, timeline);
        let differs = told.into_iter().filter(|(_, theirs, ours)| theirs != ours);
        let differs: Vec<_> = differs.collect();
        assert!(!differs.is_empty(), "{} is a defect of the origin", timeline["id"]);
        differences.extend(differs);
    }
    // The origin is late with its warning and then skips it.
    let expected = [("2012-06-07", "CLEAR", "WARNING")];
    let ours: Vec<_> =
        differences.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
    assert_eq!(ours, expected);
}

/// Conditions of age, count and balance only: ours have no other parts.
fn is_ours(condition: &Value) -> bool {
    let known = ["age_days_at_least", "unpaid_count_at_least", "unpaid_balance_at_least"];
    let parts = condition.as_object().unwrap();
    !parts.is_empty() && parts.keys().all(|part| known.contains(&part.as_str()))
}

fn standing_of(state: &Value) -> Standing {
    let age = state["earliest_unpaid_age_days"].as_u64().map(|age| u32::try_from(age).unwrap());
    let count = state["unpaid_count"].as_u64().map(|count| u32::try_from(count).unwrap());
    let balance = state.get("unpaid_balance").filter(|value| !value.is_null()).map(minor);
    // A state that names one part only leaves the others as its account would have them.
    let unpaid = count.unwrap_or(u32::from(age.is_some() || balance.is_some_and(|b| b > 0)));
    Standing {
        past_due: balance.unwrap_or(0),
        days_past_due: age.unwrap_or(0),
        unpaid_count: unpaid,
        ..Standing::default()
    }
}

#[test]
fn conditions_alone_agree() {
    let golden = golden();
    let cases = golden["condition_cases"].as_array().unwrap();
    let ours = cases.iter().filter(|case| is_ours(&case["condition"]));
    let mut compared = 0;
    for case in ours {
        let met = condition(&case["condition"]).met(&standing_of(&case["state"]));
        assert_eq!(met, case["expected"].as_bool().unwrap(), "{case}");
        compared += 1;
    }
    assert!(compared >= 9, "only {compared} conditions were compared");
}

#[test]
fn evaluations_of_a_moment_agree() {
    let golden = golden();
    let mut compared = 0;
    for case in golden["evaluation_cases"].as_array().unwrap() {
        let name = case["config"].as_str().unwrap();
        let states = golden["configs"][name]["states"].as_array().unwrap();
        if !states.iter().all(|state| is_ours(&state["condition"])) {
            continue;
        }
        let config = Config::of(&golden, name);
        let state = config.state(&standing_of(case));
        assert_eq!(state, case["expected_state"].as_str().unwrap(), "{case}");
        compared += 1;
    }
    assert!(compared >= 10, "only {compared} evaluations were compared");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test compares two files")]
fn the_copy_equals_its_origin() {
    let origin = Path::new(SHARED);
    match std::fs::read_to_string(origin) {
        Ok(text) => assert_eq!(text, DATA, "tests/data/golden-overdue.json is not the original"),
        Err(_) => {
            assert!(std::env::var_os("CI").is_none(), "{SHARED} is missing");
            println!("skipped: {SHARED} is not here");
        }
    }
}
