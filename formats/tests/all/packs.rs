//! Packs that contradict themselves or their parent are refused with the line and the reason.

use domain::{
    Actor, Channel, Day, Fact, Ladder, Moment, Restriction, What,
    law::{Law, LawChange},
    policy::{Lender, Pack},
};
use formats::{
    doc, fact_line, packs, packs::check_parent, parse_fact, parse_pack, parse_pack_file,
    parse_programme,
};

use crate::world;

fn text(id: &str) -> &'static str {
    packs::builtin().iter().find(|(known, _)| *known == id).unwrap().1
}

/// The Indian draft with one text replaced is refused with these words, and on that line.
fn refused(from: &str, to: &str, expected: &str) {
    let whole = text("in-rbi-draft-2026");
    let changed = whole.replacen(from, to, 1);
    assert_ne!(changed, whole, "{from}");
    let error = parse_pack(&changed).unwrap_err();
    let line = changed.lines().nth(error.line - 1).unwrap();
    let told = error.to_string();
    let key = error.field.rsplit('.').next().unwrap();
    let named = line.contains(key) || told.contains(line.trim().trim_end_matches(','));
    assert!(named, "{told}: not on line {line:?}");
    assert!(told.ends_with(expected), "{told:?} does not say {expected:?}");
}

#[test]
fn a_pack_that_contradicts_itself_is_refused() {
    let notices = text("test-fast").split("[[notices]]").next().unwrap();
    let error = parse_pack(notices).unwrap_err();
    assert!(error.to_string().ends_with("no step comes before its notice"), "{error}");
    let long = format!("# {}\n{}", "x".repeat(packs::PACK_MAX), text("test-fast"));
    assert!(parse_pack(&long).unwrap_err().message.contains("256 KiB"));
    let cases = [
        (
            "min_dpd_restrict = 90",
            "min_dpd_restrict = 87",
            "a step would come before its notice: the notices run until 88 days past due",
        ),
        (
            "cure_days = 21",
            "cure_days = 40",
            "a step would come before its notice: the notices run until 107 days past due",
        ),
        (
            "legal_status = \"conditional\"",
            "legal_status = \"court_order_required\"",
            "expected at most notice where the law is court_order_required",
        ),
        (
            "  \"outgoing_sms\",\n]",
            "  \"incoming_calls\",\n]",
            "\"incoming_calls\" is never restrictable: no text can take it away",
        ),
        (
            "  \"outgoing_sms\",\n]",
            "  \"data_network\",\n]",
            "data_network stands in never_restrict: it cannot be both",
        ),
        (
            "financed_device_only = true",
            "financed_device_only = false",
            "expected true: only the phone that a contract financed is ever restricted",
        ),
        (
            "effective_from = \"2026-10-01\"",
            "effective_from = \"2026-10-01\"\neffective_to = \"2026-09-30\"",
            "expected no day before effective_from",
        ),
        (
            "draft = true",
            "draft = true\nreviewed_on = \"2026-09-30\"",
            "expected reviewed_by too: who reviewed it?",
        ),
        (
            "draft = true",
            "draft = true\nreviewed_by = \"A. Counsel\"",
            "expected reviewed_on too: when was it reviewed?",
        ),
        (
            "version = 1",
            "version = 1\nparent = \"in-rbi-draft-2026\"",
            "another pack than this one",
        ),
    ];
    for (from, to, expected) in cases {
        refused(from, to, expected);
    }
}

#[test]
fn a_value_out_of_its_range_is_refused() {
    let cases = [
        ("human_review_from = \"lock\"", "human_review_from = \"clear\"", "never, restrict, lock"),
        ("\"battery\"]", "\"location\"]", "last_contact, battery: a place has no name"),
        ("device = 60", "device = 0", "expected at least 1"),
        ("issue = 1", "issue = 61", "a phone opens after its lease is signed"),
        ("amount_minor = 25000", "amount_minor = -1", "minor units from 0 to a trillion"),
        ("from = \"08:00\"", "from = \"21:00\"", "expected from before until, on one day"),
        (
            "weekdays = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\"]",
            "weekdays = []",
            "day of the week",
        ),
        ("root = \"clear\"", "root = \"lock\"", "expected at most restrict"),
        ("retention_years = 8", "retention_years = 800", "expected at most 100"),
        ("grace_days = 2", "grace_days = 99999", "expected at most 3660"),
        ("proof = \"delivered\"", "proof = \"sent\"", "accepted, delivered, shown, acknowledged"),
        (
            "[passes]",
            "[[steps]]\nrestrictions = [\"camera\"]\n\
             [[steps]]\nrestrictions = [\"gallery\"]\n[passes]",
            "expected camera too: sets only grow from step to step",
        ),
        (
            "[passes]",
            "[[steps]]\nrestrictions = [\"data_network\"]\n[passes]",
            "data_network is not among the restrictions of this pack",
        ),
        (
            "[passes]",
            "[silence]\nafter_hours = 240\nstage = \"lock\"\n[passes]",
            "expected a stage from remind to restrict",
        ),
        (
            "[passes]",
            "[blackout]\nweekdays = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\", \
             \"sun\"]\n[passes]",
            "expected a day of the week to be left",
        ),
        ("[passes]", "[blackout]\nfrom = \"18:00\"\n[passes]", "expected from and until together"),
    ];
    for (from, to, expected) in cases {
        refused(from, to, expected);
    }
}

/// A state only tightens what its country says.
#[test]
fn a_pack_is_nowhere_milder_than_its_parent() {
    let country = parse_pack(text("in-rbi-draft-2026")).unwrap();
    let state = text("in-rbi-draft-2026")
        .replace("id = \"in-rbi-draft-2026\"", "id = \"in-state\"\nparent = \"in-rbi-draft-2026\"");
    let check = |text: &str| {
        let pack = parse_pack(text).unwrap();
        assert_eq!(pack.parent.as_deref(), Some("in-rbi-draft-2026"));
        check_parent(text, &pack, &country).map_err(|error| error.to_string())
    };
    assert_eq!(check(&state), Ok(()));
    assert_eq!(check(&state.replace("min_dpd_restrict = 90", "min_dpd_restrict = 120")), Ok(()));
    let cases = [
        ("removal_hours = 24", "removal_hours = 48", "removal_hours = 48", "removal_hours"),
        ("device = 60", "device = 90", "device = 90", "max_unlock_minutes.device"),
        ("cure_days = 21", "cure_days = 20", "[[notices]]", "notices"),
    ];
    for (from, to, line, field) in cases {
        let changed = state.replacen(from, to, 1);
        let number = changed.lines().position(|found| found == line).unwrap() + 1;
        let error = check(&changed).unwrap_err();
        assert!(error.starts_with(&format!("line {number}: {field}: milder")), "{error}");
        assert!(
            error.ends_with("its parent in-rbi-draft-2026 version 1: a parent is only tightened")
        );
    }
}

#[test]
fn later_law_is_kept_in_journal_and_document() {
    let from = Day::parse("2027-01-01").unwrap();
    let at = Moment::from_seconds(1_770_000_000);
    let fact = |change| Fact { at, actor: Actor::Time, what: What::Law(change) };
    let learnt = fact(LawChange::Learnt { pack: "x".into(), version: 2, from });
    let line = fact_line(&learnt);
    let said = r#""what":{"law":{"learnt":{"from":"2027-01-01","pack":"x","version":2}}}}"#;
    assert!(line.ends_with(said), "{line}");
    assert_eq!(parse_fact(&line).unwrap(), learnt);
    let began = fact(LawChange::Began { pack: "x".into(), version: 2 });
    assert_eq!(parse_fact(&fact_line(&began)).unwrap(), began);
    let mut contract = world::full(1);
    assert!(!doc::contract_doc(&contract).contains("laws"), "what says the usual is left out");
    contract.apply(&learnt);
    contract.apply(&began);
    assert_eq!(contract.laws, [Law { pack: "x".into(), version: 2, from, begun: true }]);
    let text = doc::contract_doc(&contract);
    let read = doc::parse_contract(contract.unit, contract.tenant, &text).unwrap();
    assert_eq!(read, contract);
}

/// Id, status, highest stage with the example's programme, days past due of its first restriction.
const SHIPPED: [(&str, &str, &str, u32); 18] = [
    ("in-rbi-draft-2026", "conditional", "restrict/4", 90),
    ("us-ct-self-help", "conditional", "lock", 90),
    ("us-ca-analog", "conditional", "lock", 90),
    ("us-nj-analog", "conditional", "lock", 90),
    ("us-ny-analog", "conditional", "lock", 90),
    ("ke-baseline", "unclear", "lock", 90),
    ("ph-baseline", "unclear", "lock", 90),
    ("id-baseline", "unclear", "lock", 90),
    ("mx-baseline", "unclear", "lock", 90),
    ("co-baseline", "unclear", "restrict/4", 90),
    ("za-baseline", "unclear", "lock", 90),
    ("ng-baseline", "unclear", "lock", 90),
    ("cn-baseline", "unclear", "restrict/4", 90),
    ("br", "court_order_required", "notice", 0),
    ("de", "court_order_required", "notice", 0),
    ("eu-default", "court_order_required", "notice", 0),
    ("uk", "unclear", "restrict/4", 90),
    ("au", "unclear", "lock", 90),
];

/// Every pack that ships needs counsel, says where its rules come from, and makes a ladder; none
/// allows the network to be cut, or anything before it says so.
#[test]
fn every_shipped_pack_needs_counsel_and_makes_a_ladder() {
    let asked = include_str!("../../../examples/programme.toml").to_owned()
        + "\n[lock]\ndays_past_due = 120\n";
    let ids: Vec<&str> = packs::builtin().iter().map(|(id, _)| *id).collect();
    let mut expected: Vec<&str> = SHIPPED.iter().map(|(id, ..)| *id).collect();
    expected.push("test-fast");
    assert_eq!(ids, expected);
    for (id, status, top, first) in SHIPPED {
        let file = parse_pack_file(text(id)).unwrap();
        let pack = &file.pack;
        assert_eq!((pack.id.as_str(), pack.legal_status.name()), (id, status));
        assert!(file.draft && file.reviewed_by.is_none(), "{id}");
        assert!(file.summary.contains("needs counsel") && !pack.sources.is_empty(), "{id}");
        assert!(!pack.restrictions.contains(&Restriction::DataNetwork), "{id}");
        assert!(pack.care.silence.is_none() && pack.care.evidence_effects.len() == 5, "{id}");
        let ladder = resolve(&asked, pack);
        assert_eq!(ladder.top().to_string(), top, "{id}");
        let days = ladder.steps.first().map_or(0, |step| step.when.days_past_due);
        assert_eq!(days, first, "{id}");
        // A lender who asks for everything at once gets what the law's own numbers leave.
        let hurry = asked
            .replace("days_past_due = 60", "days_past_due = 1")
            .replace("days_past_due = 90", "days_past_due = 2")
            .replace("days_past_due = 93", "days_past_due = 3")
            .replace("days_past_due = 97", "days_past_due = 4")
            .replace("days_past_due = 104", "days_past_due = 5");
        let ladder = resolve(&hurry, pack);
        let days = ladder.steps.first().map(|step| step.when.days_past_due);
        assert!(days.is_none_or(|days| days == pack.min_dpd_restrict), "{id}: {days:?}");
        assert!(ladder.notices.len() >= pack.notices.len(), "{id}");
    }
}

/// A notice counts by every channel, save where a law names a form that no message has: pack and
/// number of the notice.
#[test]
fn a_message_counts_where_the_law_names_no_other_form() {
    let mut formal = Vec::new();
    for (id, text) in packs::builtin() {
        for (k, notice) in parse_pack(text).unwrap().notices.iter().enumerate() {
            if notice.channels.len() != Channel::ALL.len() {
                assert!(Channel::MESSAGES.iter().all(|sent| !notice.channels.contains(sent)));
                assert!(notice.channels.contains(&Channel::Declared), "{id}");
                formal.push((*id, k + 1));
            }
        }
    }
    assert_eq!(formal, [("us-ny-analog", 1), ("za-baseline", 1), ("uk", 1)]);
}

fn resolve(programme: &str, pack: &Pack) -> Ladder {
    let mut programme = parse_programme(programme).unwrap();
    programme.packs = vec![pack.id.clone()];
    Ladder::resolve(&programme, &[pack], &Lender::default()).unwrap()
}
