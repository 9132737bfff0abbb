//! Facts told by hand, and the timelines they come to.

use std::fmt::Write as _;

use domain::{
    Day, Ladder, Moment,
    evaluate::evaluate,
    rehearse::{Assume, Rehearsal, rehearse},
};
use expect_test::{Expect, expect};
use formats::{Facts, parse_facts};

const EXAMPLE: &str = include_str!("../../../examples/facts.json");
const POLICY: &str = include_str!("../../../docs/policy.md");
const MONTHS: [&str; 4] = ["January", "February", "March", "April"];

fn ladder() -> Ladder {
    let programme = include_str!("../../../examples/programme.toml");
    let pack = include_str!("../../../packs/in-rbi-draft-2026.toml");
    let lender = include_str!("../../../examples/lender.toml");
    let programme = formats::parse_programme(programme).unwrap();
    let pack = formats::parse_pack(pack).unwrap();
    let lender = formats::parse_lender(lender).unwrap().lender;
    Ladder::resolve(&programme, &[&pack], &lender).unwrap()
}

fn run(facts: &Facts, until: Moment, assume: Assume) -> Rehearsal {
    let ladder = ladder();
    rehearse(facts.contract(&ladder), &ladder, &facts.told, until, assume).unwrap()
}

fn at(facts: &Facts, day: &str) -> Moment {
    facts.terms.zone().midnight(Day::parse(day).unwrap())
}

/// Local time, days past due, stage, where the stage is another one.
fn stages(facts: &Facts, ran: &Rehearsal) -> String {
    let mut told = String::new();
    let mut last = None;
    for turn in &ran.turns {
        if last.replace(turn.decision.stage) != Some(turn.decision.stage) {
            let (day, second) = facts.terms.zone().wall(turn.at);
            let (hour, minute) = (second / 3600, second / 60 % 60);
            let dpd = turn.decision.standing.days_past_due;
            writeln!(told, "{day} {hour:02}:{minute:02} {dpd} {}", turn.decision.stage).unwrap();
        }
    }
    told
}

fn check(text: &str, until: &str, assume: Assume, expected: Expect) {
    let facts = parse_facts(text).unwrap();
    let ran = run(&facts, at(&facts, until), assume);
    expected.assert_eq(&stages(&facts, &ran));
}

const NOTHING: Assume = Assume { delivered: false, reported: false };

/// Each row of the guide's worked timeline: what it says holds at its moment.
#[test]
fn the_worked_timeline_of_the_guide_comes_out() {
    let facts = parse_facts(EXAMPLE).unwrap();
    let ladder = ladder();
    let rows = POLICY.split("## A worked timeline").nth(1).unwrap().lines();
    let rows: Vec<Vec<&str>> = rows
        .filter(|line| line.starts_with("| ") && line.contains('`'))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), 13, "{rows:?}");
    for row in rows {
        let (when, dpd, stage) = (row[0], row[1], row[2].trim_matches('`'));
        let mut words = when.split(' ');
        let day: i8 = words.next().unwrap().parse().unwrap();
        let month = words.next().unwrap();
        let month = MONTHS.iter().position(|known| *known == month).unwrap();
        let clock = words.next().unwrap_or("00:00").split_once(':').unwrap();
        let second = clock.0.parse::<u32>().unwrap() * 3600 + clock.1.parse::<u32>().unwrap() * 60;
        let day = Day::new(2026, i8::try_from(month).unwrap() + 1, day).unwrap();
        let moment = facts.terms.zone().at(day, second);
        let contract = run(&facts, moment, NOTHING).contract;
        let decision = evaluate(&contract, &ladder, moment);
        let found = (decision.standing.days_past_due.to_string(), decision.stage.to_string());
        assert_eq!(found, (dpd.to_owned(), stage.to_owned()), "{when}");
    }
}

#[test]
fn the_example_walks_to_the_top() {
    check(
        EXAMPLE,
        "2026-05-01",
        NOTHING,
        expect![[r#"
            2025-12-06 11:00 0 clear
            2026-01-06 00:00 1 remind
            2026-03-06 00:00 60 notice
            2026-04-06 00:00 91 restrict/1
            2026-04-09 08:15 94 restrict/2
            2026-04-12 08:15 97 restrict/3
            2026-04-19 08:15 104 restrict/4
        "#]],
    );
}

/// The two other endings that the guide tells.
#[test]
fn a_payment_brings_it_down_at_once() {
    let paid = |amount: &str| {
        let last = EXAMPLE.rfind(",\n    {\"at\": \"2026-04-19").unwrap();
        let payment = format!("{{\"at\": \"2026-04-15 11:00\", \"fact\": \"payment\", {amount}}}");
        format!("{},\n{payment}]}}", &EXAMPLE[..last])
    };
    let all = parse_facts(&paid("\"amount\": \"4000.00\"")).unwrap();
    let told = stages(&all, &run(&all, at(&all, "2026-05-07"), NOTHING));
    assert!(told.ends_with("2026-04-15 11:00 0 clear\n2026-05-06 00:00 1 remind\n"), "{told}");
    let one = parse_facts(&paid("\"amount\": 1000")).unwrap();
    let told = stages(&one, &run(&one, at(&one, "2026-04-16"), NOTHING));
    assert!(told.ends_with("2026-04-15 11:00 69 notice\n"), "{told}");
}

/// Where the file is silent, deliveries and reports can be assumed, each alone.
#[test]
fn what_is_not_told_can_be_assumed() {
    let cut = EXAMPLE.find(",\n    {\"at\": \"2026-03-06").unwrap();
    let silent = format!("{}]}}", &EXAMPLE[..cut]);
    let both = Assume { delivered: true, reported: true };
    check(
        &silent,
        "2026-05-01",
        both,
        expect![[r#"
            2025-12-06 11:00 0 clear
            2026-01-06 00:00 1 remind
            2026-03-06 00:00 60 notice
            2026-04-05 00:00 90 restrict/1
            2026-04-08 00:00 93 restrict/2
            2026-04-12 00:00 97 restrict/3
            2026-04-19 00:00 104 restrict/4
        "#]],
    );
    let facts = parse_facts(&silent).unwrap();
    let until = at(&facts, "2026-05-01");
    for assume in [NOTHING, Assume { reported: false, ..both }, Assume { delivered: false, ..both }]
    {
        let told = stages(&facts, &run(&facts, until, assume));
        assert!(told.ends_with("60 notice\n"), "{assume:?}: {told}");
    }
    assert!(run(&facts, until, both).assumed > run(&facts, until, NOTHING).assumed);
}

#[test]
fn what_cannot_have_happened_is_named() {
    let early = EXAMPLE
        .replace("2026-03-06 09:30\", \"fact\": \"notice", "2026-01-20\", \"fact\": \"notice");
    let facts = parse_facts(&early).unwrap();
    let ladder = ladder();
    let until = at(&facts, "2026-05-01");
    let wrong = rehearse(facts.contract(&ladder), &ladder, &facts.told, until, NOTHING);
    let wrong = wrong.unwrap_err();
    assert_eq!((wrong.index, wrong.refusal.code), (1, "notice_not_due"));
}

#[test]
fn errors_name_their_field() {
    let cases = [
        ("\"currency\": \"INR\"", "\"currency\": \"RUPEE\"", "terms.currency: "),
        ("\"count\": 12,", "\"count\": 0,", "terms: "),
        ("\"count\": 12,", "\"count\": 12, \"colour\": 1,", "terms.colour: unknown key"),
        ("\"signed\"", "\"sold\"", "signed: missing"),
        ("2025-12-06 11:20", "2025-12-05", "facts[0].at: expected no earlier moment"),
        ("2025-12-06 11:20", "yesterday", "facts[0].at: \"yesterday\": expected YYYY-MM-DD"),
        ("\"enrolled\"", "\"married\"", "facts[0].fact: \"married\": expected one of enrolled"),
        ("\"k\": 1", "\"k\": 0", "facts[1].k: expected the number of a notice"),
        ("restrict/1", "restrict/99x", "facts[4].stage: "),
        ("\"consent\": true", "\"consent\": \"yes\"", "consent: expected true or false"),
    ];
    for (from, to, expected) in cases {
        let text = EXAMPLE.replacen(from, to, 1);
        assert_ne!(text, EXAMPLE, "{from}");
        let error = parse_facts(&text).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}, expected {expected}");
    }
    assert!(parse_facts("{").unwrap_err().to_string().starts_with("JSON: "));
}

/// What a carrier tells of a message starts the clock, or does not.
#[test]
fn messages_can_be_told() {
    let shown = r#""fact": "notice_shown", "k": 1}"#;
    assert!(EXAMPLE.contains(shown));
    let told = |channel: &str, state: &str| {
        let fact = format!(
            r#""fact": "notice_message", "k": 1, "channel": "{channel}", "state": "{state}"}}"#
        );
        parse_facts(&EXAMPLE.replacen(shown, &fact, 1))
    };
    for (channel, state, wrong) in [
        ("screen", "read", "channel: \"screen\": expected one of sms, whatsapp, email"),
        ("sms", "deemed", "state: \"deemed\": expected one of accepted, delivered, read, failed"),
    ] {
        let error = told(channel, state).unwrap_err().to_string();
        assert!(error.contains(wrong), "{error}");
    }
    let facts = told("sms", "delivered").unwrap();
    let ran = run(&facts, at(&facts, "2026-03-07"), NOTHING);
    assert_eq!(ran.contract.notices[0].messages.len(), 1);
}
