//! Journal lines: canonical, strict, and read back as they were.

use domain::{
    Actor, Channel, Day, EnrolmentId, Fact, HoldId, Moment, NoticeId, Planned, Reason, Recorded,
    Stage, Standing, TenantId, UnitId,
    assignment::{Arrival, Assignment, Passed, TakenOver},
    custody::Custody,
    delivery::{Delivery, DeliveryState},
    ending::Ending,
    fact::{Consent, Enrolment, ReleaseCause, Told, What, Withheld},
    hold::{Hold, HoldKind},
    outside::Pushed,
    policy::care::Evidence,
    redress::Redress,
    remind::Reminder,
    safety::Safety,
    wording::{Review, Template},
};
use expect_test::expect_file;
use formats::{
    Entry, JournalError,
    chain::{chain, genesis},
    decision_line, fact_line,
    fold::{FoldError, fold},
    journal::{RecordEntry, record_line},
    lease_line, parse_decision, parse_fact, parse_line,
};
use proptest::prelude::*;
use serde_json::Value;

use crate::world;

const AT: Moment = Moment::from_micros(1_770_000_000_123_456);

fn fact(what: What) -> Fact {
    Fact { at: AT, actor: Actor::Feed("bank \"a\"".into()), what }
}

/// One fact of every kind.
fn every_fact() -> Vec<Fact> {
    let payment = UnitId::from_bytes([1; 16]);
    let id = NoticeId::from_bytes([2; 16]);
    let hold = Hold {
        id: HoldId::from_bytes([3; 16]),
        kind: HoldKind::Promise,
        from: AT,
        until: Some(AT),
        cause: "Zahltag ü\n".into(),
    };
    let enrolment = Enrolment {
        id: EnrolmentId::from_bytes([4; 16]),
        key_gen: 1,
        key: vec![0xff, 0xfe],
        tier: 2,
        disclosure: [5; 32],
        offer: [6; 32],
    };
    let pushed = Pushed {
        as_of: AT,
        past_due: 1_582,
        oldest_unpaid: Day::new(2026, 1, 31),
        next_due: Day::new(2026, 2, 28).map(|day| (day, 791)),
        remaining: None,
        settled: false,
    };
    let whats = [
        What::Signed(Box::new(world::full(2).signed)),
        What::Enrolled(enrolment),
        What::PaymentPosted { payment, amount: i64::MAX, value: AT, confirmed: false },
        What::PaymentConfirmed { payment, amount: 1 },
        What::PaymentReversed { payment, amount: 1 },
        What::GoodwillCredited { amount: 1, reason: "r".into() },
        What::NoticePrepared {
            id,
            k: 1,
            show_from: AT,
            owed: 5,
            language: "hi".into(),
            templates: Vec::new(),
            text: "ध्यान दें".into(),
        },
        What::NoticeDelivered {
            id,
            channel: Channel::Declared,
            delivered: AT,
            evidence: "post 7".into(),
        },
        What::NoticesLapsed,
        What::StageApplied { stage: Stage::restrict(2), sequence: u64::MAX, applied: AT },
        What::PassUsed { used: AT, hours: 24 },
        What::DeviceReported { what: "sim_changed".into(), happened: AT, detail: 3 },
        What::EventsThrough(9),
        What::HoldOpened(hold.clone()),
        What::HoldOpened(Hold { until: None, ..hold }),
        What::HoldClosed(HoldId::from_bytes([3; 16])),
        What::StandingPushed(pushed),
        What::Settled,
        What::Released { cause: ReleaseCause::Paid, certificate: vec![1, 2, 3] },
        What::RemovalConfirmed,
    ];
    let words = every_word().into_iter();
    let endings = every_ending().into_iter().map(What::Ending);
    let custody = every_custody().into_iter().map(What::Custody);
    let assignments = every_assignment().into_iter().map(What::Assignment);
    let redress = every_redress().into_iter().map(What::Redress);
    let safety = every_safety().into_iter().map(What::Safety);
    let kinds = words.chain(endings).chain(custody).chain(assignments).chain(redress).chain(safety);
    whats.into_iter().chain(kinds).map(fact).collect()
}

fn every_safety() -> [Safety; 2] {
    let (evidence, reason) = (Evidence::SimChanged, "r".to_owned());
    let stage = Stage::LOCK;
    [
        Safety::StepApproved { stage, reason: reason.clone() },
        Safety::EvidenceDismissed { evidence, reason },
    ]
}

/// What is said, agreed to, or left unsaid.
fn every_word() -> Vec<What> {
    let told = Some(Box::new(Told { language: "hi".into(), hash: [3; 32] }));
    vec![
        What::ConsentRecorded(Consent { form: "f".into(), version: "2".into(), at: AT, told }),
        What::NoticeWithheld { k: 2, cause: Withheld::Draft },
        What::Reminded(Reminder { due: Day::new(2026, 1, 31).unwrap(), days: -3 }),
        What::NoticeDelivery(Delivery {
            notice: NoticeId::from_bytes([2; 16]),
            k: 2,
            channel: Channel::Sms,
            state: DeliveryState::Bounced,
            at: AT,
            evidence: "SM1: unknown_subscriber".into(),
        }),
    ]
}

fn every_redress() -> Vec<Redress> {
    let payment = UnitId::from_bytes([9; 16]);
    vec![
        Redress::WrongfulFound { since: AT, payment },
        Redress::Compensated { amount: 25_000, seconds: 3_601, wrongful: true },
        Redress::Compensated { amount: 1, seconds: i64::MAX, wrongful: false },
        Redress::PaidOut { amount: 7, reason: "r".into() },
    ]
}

fn every_assignment() -> Vec<Assignment> {
    let (to, unit) = (TenantId::from_bytes([8; 16]), UnitId::from_bytes([9; 16]));
    let passed = |certificate| Passed { to, unit, lender: "L".into(), certificate };
    let mut old = world::full(1);
    old.apply(&fact(What::Assignment(Assignment::Passed(passed(None)))));
    let enrolment = EnrolmentId::from_bytes([7; 16]);
    let arrival = Arrival { reference: "B-1".into(), from: "L".into(), enrolment };
    let contract = old.carried_over(arrival).unwrap();
    vec![
        Assignment::Offered { to, reason: "r".into() },
        Assignment::Withdrawn { reason: "r".into() },
        Assignment::Passed(passed(Some(vec![1, 2]))),
        Assignment::TakenOver(Box::new(TakenOver { contract, reason: "r".into() })),
        Assignment::Followed(enrolment),
    ]
}

fn every_custody() -> Vec<Custody> {
    let consent = || Consent { form: "f".into(), version: "1".into(), at: AT, told: None };
    vec![
        Custody::Exchanged { certificate: None, imeis: vec!["h".into()], reason: "r".into() },
        Custody::Transferred {
            buyer: "b".into(),
            buyer_consent: consent(),
            certificate: Some(vec![1, 2]),
            reason: "r".into(),
            seller_consent: consent(),
        },
        Custody::RemovalConfirmed(EnrolmentId::from_bytes([4; 16])),
    ]
}

fn every_ending() -> Vec<Ending> {
    let reason = || "r".to_owned();
    vec![
        Ending::HandedOver { value: AT, note: String::new() },
        Ending::HandOverUndone { reason: reason() },
        Ending::Graded { grade: "B".into(), amount: 250_000, waived: 7 },
        Ending::WrittenOff { release: false, reason: reason() },
        Ending::WriteOffUndone { reason: reason() },
        Ending::LetGo { reason: reason() },
    ]
}

fn every_reason() -> Vec<Reason> {
    vec![
        Reason::InGoodStanding,
        Reason::PastDue(Day::new(2026, 1, 31).unwrap()),
        Reason::Settled,
        Reason::Released,
        Reason::Ended,
        Reason::HandedOver,
        Reason::WrittenOff,
        Reason::Assigned,
        Reason::NoticeNotDelivered(1),
        Reason::NoticeWithheld(1, Withheld::TooLong),
        Reason::NoticeRuns(2, AT),
        Reason::DatesCome(Stage::restrict(1), AT),
        Reason::WaitsForEffect(Stage::NOTICE),
        Reason::Tampered(Evidence::SimChanged),
        Reason::NotApproved(Stage::LOCK),
        Reason::NoConsent,
        Reason::NotEnrolled,
        Reason::LenderNotNamed,
        Reason::CreditRanOut(AT),
        Reason::PartlyPaid(AT),
        Reason::StandingStale(AT),
        Reason::LenderChanged,
        Reason::Held(HoldKind::Dispute),
    ]
}

fn decision() -> (Recorded, Standing) {
    let recorded = Recorded {
        at: AT,
        stage: Stage::restrict(1),
        reasons: every_reason(),
        timetable: vec![
            Planned { stage: Stage::restrict(2), at: AT, after_s: 86_400, notice: None },
            Planned {
                stage: Stage::LOCK,
                at: AT,
                after_s: 0,
                notice: Some(NoticeId::from_bytes([2; 16])),
            },
        ],
        past_due: 1_000,
    };
    let standing = Standing {
        past_due: 1_000,
        oldest_unpaid: Day::new(2026, 1, 31),
        days_past_due: 7,
        unpaid_count: 1,
        next_due: Day::new(2026, 2, 28).map(|day| (day, 500)),
        remaining: 9_000,
    };
    (recorded, standing)
}

fn decision_text() -> String {
    let (recorded, standing) = decision();
    // The zone data's version moves with its library; the golden text names a fixed one.
    let line = decision_line(&recorded, &standing, &world::ladder());
    line.replace(domain::time::tz_version(), "TZ")
}

#[test]
fn the_lines_are_fixed() {
    let mut lines: Vec<String> = every_fact().iter().map(fact_line).collect();
    lines.push(decision_text());
    lines.push(lease_line(u64::MAX, &[0xfb; 32]));
    expect_file!["journal.jsonl"].assert_eq(&(lines.join("\n") + "\n"));
}

/// What the page on journals shows is what the code makes.
#[test]
fn the_worked_example_of_the_page_holds() {
    let page = include_str!("../../../docs/journal.md");
    let lines: Vec<&str> = include_str!("journal.jsonl").lines().collect();
    let digits = |hash: &[u8; 32]| -> String { hash.iter().map(|b| format!("{b:02x}")).collect() };
    let mut hash = genesis(TenantId::from_bytes(world::TENANT), UnitId::from_bytes(world::UNIT));
    let mut printed = vec![format!("genesis {}", digits(&hash))];
    for (name, line) in [("1", lines[0]), ("6", lines[5]), ("$", lines[lines.len() - 1])] {
        hash = chain(&hash, line);
        printed.push(format!("line {name} {}", digits(&hash)));
    }
    let printed = printed.join("\n");
    assert!(page.contains(&printed), "the page does not show\n{printed}");
    let digits = digits(&hash);
    let head = format!("`(3, {}…{})`", &digits[..8], &digits[58..]);
    assert!(page.contains(&head), "the page does not show {head}");
    let shown = page.lines().filter(|line| line.starts_with("{\"") && !line.contains("\"record\""));
    for line in shown {
        assert!(lines.contains(&line), "the page shows a line that is no more: {line}");
    }
}

#[test]
fn every_kind_reads_back() {
    for fact in every_fact() {
        let line = fact_line(&fact);
        assert_eq!(parse_fact(&line).unwrap(), fact);
        assert_eq!(parse_line(&line), Ok(Entry::Fact(fact)));
    }
    let actors = [
        Actor::Person(UnitId::from_bytes([1; 16])),
        Actor::Key(UnitId::from_bytes([1; 16])),
        Actor::Device(EnrolmentId::from_bytes([1; 16])),
        Actor::Time,
    ];
    for actor in actors {
        let fact = Fact { at: AT, actor, what: What::Settled };
        assert_eq!(parse_fact(&fact_line(&fact)).unwrap(), fact);
    }
    let (recorded, standing) = decision();
    let entry = parse_decision(&decision_text()).unwrap();
    assert_eq!((&entry.recorded, entry.standing), (&recorded, standing));
    assert_eq!(entry.programme, ("fast".to_owned(), 1));
    assert_eq!(entry.packs, [("test-fast".to_owned(), 1)]);
    assert_eq!((entry.rules, entry.tz.as_str()), (domain::evaluate::RULES_VERSION, "TZ"));
    assert_eq!(entry.restrictions, world::ladder().restrictions(Stage::restrict(1)));
    assert_eq!(entry.line(), decision_text());
    let lease = Entry::Lease { version: 3, hash: [9; 32] };
    assert_eq!(parse_line(&lease_line(3, &[9; 32])), Ok(lease));
}

#[test]
fn keys_are_sorted_and_numbers_small() {
    fn check(value: &Value, line: &str) {
        match value {
            Value::Object(map) => {
                let keys: Vec<&String> = map.keys().collect();
                assert!(keys.windows(2).all(|pair| pair[0] < pair[1]), "{keys:?} in {line}");
                map.values().for_each(|value| check(value, line));
            }
            Value::Array(list) => list.iter().for_each(|value| check(value, line)),
            Value::Number(number) => {
                assert!(number.as_u64().is_some_and(|n| n <= u64::from(u32::MAX)), "{line}");
            }
            _ => {}
        }
    }
    let mut lines: Vec<String> = every_fact().iter().map(fact_line).collect();
    lines.extend([decision_text(), lease_line(1, &[0; 32])]);
    lines.push(formats::contract_doc(&world::full(2)));
    for line in lines {
        check(&serde_json::from_str(&line).unwrap(), &line);
    }
}

#[test]
fn anything_but_the_canonical_text_is_an_error() {
    let line = fact_line(&fact(What::PaymentConfirmed {
        payment: UnitId::from_bytes([0xab; 16]),
        amount: 7,
    }));
    assert!(parse_fact(&line).is_ok());
    let not_canonical = [
        line.replace("\":", "\": "),
        line.replace("\"7\"", "\"07\""),
        line.replace("\"7\"", "\"+7\""),
        line.replace("abab", "ABAB"),
        line.replace("Z\"", "+00:00\""),
        line.replace("bank", "\\u0062ank"),
        format!("{line}\n"),
        line.replace("\"kind\":\"fact\",", "").replacen('{', "{\"kind\":\"fact\",", 1),
    ];
    for text in &not_canonical {
        assert_ne!(*text, line);
        assert_eq!(parse_fact(text), Err(JournalError::NotCanonical), "{text}");
    }
    let malformed = [
        line.replace("payment_confirmed", "payment_imagined"),
        line.replace("\"amount\":\"7\",", ""),
        line.replace("\"amount\"", "\"extra\":1,\"amount\""),
        line.replace("\"kind\"", "\"extra\":1,\"kind\""),
        line.replace("\"7\"", "7"),
        line.replace("\"7\"", "\"9223372036854775808\""),
        line.replace("\"at\":\"2026", "\"at\":\"1826"),
        line.replace("fact", "rumour"),
        line[..line.len() - 1].to_owned(),
        String::new(),
    ];
    for text in &malformed {
        assert!(matches!(parse_fact(text), Err(JournalError::Malformed(_))), "{text}");
        assert!(parse_line(text).is_err(), "{text}");
    }
    assert!(parse_fact(&decision_text()).is_err());
    assert!(parse_decision(&line).is_err());
}

#[test]
fn an_error_names_the_field() {
    let line = fact_line(&fact(What::EventsThrough(9)));
    let unknown = line.replace("\"kind\"", "\"colour\":1,\"kind\"");
    let error = parse_fact(&unknown).unwrap_err().to_string();
    assert!(error.contains("unknown field `colour`"), "{error}");
    let missing = line.replace("\"kind\":\"fact\",", "");
    let error = parse_fact(&missing).unwrap_err().to_string();
    assert!(error.contains("missing field `kind`"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn every_line_of_a_life_is_canonical(life in world::lives(40)) {
        for line in &life.journal {
            match parse_line(line).unwrap() {
                Entry::Fact(fact) => prop_assert_eq!(&fact_line(&fact), line),
                Entry::Decision(entry) => prop_assert_eq!(&entry.line(), line),
                Entry::Lease { version, hash } => {
                    prop_assert_eq!(&lease_line(version, &hash), line);
                }
                Entry::Record(_) => prop_assert!(false, "a contract has no records"),
            }
        }
    }

    /// One changed byte is never read as another canonical line of the same meaning.
    #[test]
    fn a_changed_byte_is_an_error_or_another_entry(at in 0..400_usize, byte in 0x20..0x7f_u8) {
        for fact in every_fact() {
            let line = fact_line(&fact);
            let mut bytes = line.clone().into_bytes();
            let at = at % bytes.len();
            bytes[at] = byte;
            let Ok(text) = String::from_utf8(bytes) else { continue };
            if text != line && let Ok(Entry::Fact(read)) = parse_line(&text) {
                prop_assert_ne!(read, fact);
            }
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,60}|\\{\"kind\":\"(fact|decision|lease)\",\\PC{0,40}") {
        prop_assert!(parse_line(&text).is_err());
    }
}

/// A record line holds a whole document and gives it back byte for byte; a contract has none.
#[test]
fn a_record_holds_its_document() {
    let actor = Actor::Feed("bank".into());
    let doc = r#"{"device":{"make":"A \u00fc","model":"B"}}"#;
    let doc = serde_json::from_str::<Value>(doc).unwrap().to_string();
    let line = record_line(&actor, AT, &doc).unwrap();
    let expected = concat!(
        r#"{"actor":{"feed":"bank"},"at":"2026-02-02T02:40:00.123456Z","#,
        r#""doc":{"device":{"make":"A ü","model":"B"}},"kind":"record"}"#
    );
    assert_eq!(line, expected);
    let entry = RecordEntry { actor, at: AT, doc };
    assert_eq!(parse_line(&line), Ok(Entry::Record(entry)));
    assert!(matches!(parse_line(&line.replace(":{", ": {")), Err(JournalError::NotCanonical)));
    let tenant = domain::TenantId::from_bytes([1; 16]);
    let folded = fold(tenant, UnitId::from_bytes([2; 16]), [line.as_str()]);
    assert!(matches!(folded, Err(FoldError::Line(1, JournalError::Kind(_)))));
}

/// What a notice's text was made of stands beside it; a line from before says nothing of it.
#[test]
fn a_notice_tells_its_templates_or_nothing_of_them() {
    let review = Review { by: "Amina Otieno".into(), on: Day::parse("2026-10-01").unwrap() };
    let builtin = Template { own: false, version: 1, reviewed: None };
    let own = Template { own: true, version: 3, reviewed: Some(review) };
    let fact = |templates| Fact {
        at: AT,
        actor: Actor::Time,
        what: What::NoticePrepared {
            id: NoticeId::from_bytes([2; 16]),
            k: 1,
            show_from: AT,
            owed: 5,
            language: "sw".into(),
            templates,
            text: "t".into(),
        },
    };
    let told = fact(vec![builtin, own]);
    let line = fact_line(&told);
    let said = r#""templates":[{"own":false,"reviewed":null,"version":1},{"own":true,"#.to_owned()
        + r#""reviewed":{"by":"Amina Otieno","on":"2026-10-01"},"version":3}],"text":"t""#;
    assert!(line.contains(&said), "{line}");
    assert_eq!(parse_fact(&line).unwrap(), told);
    let before = fact_line(&fact(Vec::new()));
    assert!(!before.contains("templates"), "what says the usual is left out");
    assert_eq!(parse_fact(&before).unwrap(), fact(Vec::new()));
    assert!(parse_fact(&before.replace(r#""text""#, r#""templates":[],"text""#)).is_err());
}
