//! One row for each field of a pack: which of two values is the stricter.

use std::collections::BTreeSet;

use domain::{
    Channel, Currency, Day, Guard, Restriction, Rung, Stage,
    policy::{
        Blackout, Function, LegalStatus, Pack, PackStep, Passes, Proof, Weekday,
        care::{Evidence, Promise, Relock, Silence, Stay, WrongfulLock},
        paper::{Disclosure, Telemetry},
        strictness::{ROWS, explain, milder_fields},
    },
    stage::Floor,
};

use crate::scene::{pack, pack_notice};

type Set = fn(&mut Pack);

/// A field, what makes it mild, what makes it strict, and the strictest value in words.
struct Row(&'static str, Set, Set, &'static str);

fn step(min_days: u32, taken: usize) -> PackStep {
    let restrictions = Restriction::ALL.iter().copied().take(taken).collect();
    PackStep { restrictions, min_days }
}

fn rows() -> Vec<Row> {
    [ladder_rows(), step_rows(), care_rows(), unlock_rows(), paper_rows()]
        .into_iter()
        .flatten()
        .collect()
}

fn ladder_rows() -> Vec<Row> {
    vec![
        Row(
            "legal_status",
            |p| p.legal_status = LegalStatus::Permitted,
            |p| p.legal_status = LegalStatus::Unclear,
            "unclear",
        ),
        Row("rung_max", |p| p.rung_max = Rung::Lock, |p| p.rung_max = Rung::Notice, "notice"),
        Row("min_dpd_restrict", |p| p.min_dpd_restrict = 6, |p| p.min_dpd_restrict = 9, "9"),
        Row(
            "notices",
            |p| p.notices = vec![pack_notice(3, 9)],
            |p| {
                let mut first = pack_notice(5, 9);
                first.proof = Proof::Shown;
                p.notices = vec![first, pack_notice(8, 1)];
            },
            "from 5 days past due, 9 days to cure, 1 of (screen, declared), shown; \
             from 8 days past due, 1 days to cure, 1 of (screen, declared), delivered",
        ),
        Row(
            "min_days_between_steps",
            |p| p.min_days_between_steps = 1,
            |p| p.min_days_between_steps = 4,
            "4",
        ),
        Row(
            "restrictions",
            |p| p.restrictions = [Restriction::Camera, Restriction::Gallery].into(),
            |p| p.restrictions = [Restriction::Camera].into(),
            "camera",
        ),
        Row(
            "never_restrict",
            |p| p.never_restrict = [Function::Floor(Floor::IncomingCalls)].into(),
            |p| {
                let data = Function::Restriction(Restriction::DataNetwork);
                p.never_restrict = [Function::Floor(Floor::IncomingCalls), data].into();
            },
            "incoming_calls, data_network",
        ),
        Row(
            "guards",
            |p| p.guards = Guard::ALL.iter().copied().collect(),
            |p| p.guards = BTreeSet::new(),
            "none",
        ),
        Row(
            "passes",
            |p| p.passes = Passes { count: 1, hours: 24 },
            |p| p.passes = Passes { count: 3, hours: 48 },
            "3 of 48 hours",
        ),
        Row(
            "offline_step_max_age_hours",
            |p| p.offline_step_max_age_hours = 72,
            |p| p.offline_step_max_age_hours = 0,
            "0",
        ),
        Row("removal_hours", |p| p.removal_hours = 24, |p| p.removal_hours = 1, "1"),
    ]
}

fn step_rows() -> Vec<Row> {
    vec![
        Row(
            "steps",
            |p| p.steps = vec![step(1, 3)],
            |p| p.steps = vec![step(1, 1), step(2, 3)],
            "after 1 days (wallpaper); after 2 days (wallpaper, camera, gallery)",
        ),
        Row(
            "blackout",
            |p| p.blackout = None,
            |p| {
                p.blackout = Some(Blackout {
                    weekdays: [Weekday::Sunday].into(),
                    holidays: [Day::parse("2026-01-26").unwrap()].into(),
                    ..Blackout::daily(18 * 3600, 9 * 3600)
                });
            },
            "18:00-09:00 and sun and 1 holidays",
        ),
        Row(
            "contact_window",
            |p| p.conduct.windows.clear(),
            |p| p.conduct.windows = vec![Default::default()],
            "08:00-20:00 on mon, tue, wed, thu, fri, sat",
        ),
        Row(
            "reminder_max_per_day",
            |p| p.conduct.reminder_max_per_day = 3,
            |p| p.conduct.reminder_max_per_day = 1,
            "1",
        ),
        Row(
            "drafts_refused",
            |p| p.conduct.drafts_refused = false,
            |p| p.conduct.drafts_refused = true,
            "yes",
        ),
    ]
}

fn care_rows() -> Vec<Row> {
    vec![
        Row(
            "not_while_in_use",
            |p| p.care.not_while_in_use = false,
            |p| p.care.not_while_in_use = true,
            "yes",
        ),
        Row(
            "relock_after_partial",
            |p| p.care.relock_after_partial = Relock::BelowMin,
            |p| p.care.relock_after_partial = Relock::EveryPayment,
            "every_payment",
        ),
        Row(
            "promise_to_pay_hold",
            |p| p.care.promise = Promise { allowed: false, grace_days: 1 },
            |p| p.care.promise = Promise { allowed: true, grace_days: 2 },
            "holds until its day and 2 days more",
        ),
        Row(
            "dispute_stay",
            |p| p.care.dispute = Stay { until_closed: false, days_after_refusal: 14 },
            |p| p.care.dispute = Stay { until_closed: true, days_after_refusal: 14 },
            "while open and 14 days after a refusal",
        ),
        Row(
            "hardship_stay",
            |p| p.care.hardship = Stay { until_closed: true, days_after_refusal: 7 },
            |p| p.care.hardship = Stay { until_closed: true, days_after_refusal: 14 },
            "while open and 14 days after a refusal",
        ),
        Row(
            "wrongful_lock",
            |p| {
                let (release_first, incident, compensate) = (true, false, false);
                p.care.wrongful_lock = WrongfulLock { release_first, incident, compensate };
            },
            |p| {
                let (release_first, incident, compensate) = (true, true, true);
                p.care.wrongful_lock = WrongfulLock { release_first, incident, compensate };
            },
            "release first, incident, compensate",
        ),
        Row(
            "human_review_from",
            |p| p.care.human_review_from = None,
            |p| p.care.human_review_from = Some(Rung::Restrict),
            "restrict",
        ),
        Row(
            "silence",
            |p| p.care.silence = Some(Silence { after_hours: 240, stage: Stage::REMIND }),
            |p| p.care.silence = None,
            "nothing",
        ),
        Row(
            "evidence_effects",
            |p| p.care.evidence_effects = [(Evidence::Root, Rung::Restrict)].into(),
            |p| p.care.evidence_effects = [(Evidence::Root, Rung::Notice)].into(),
            "root to notice",
        ),
    ]
}

fn unlock_rows() -> Vec<Row> {
    vec![
        Row(
            "max_unlock_minutes.issue",
            |p| p.unlock.issue_minutes = 5,
            |p| p.unlock.issue_minutes = 1,
            "1",
        ),
        Row(
            "max_unlock_minutes.device",
            |p| p.unlock.device_minutes = 600,
            |p| p.unlock.device_minutes = 60,
            "60",
        ),
        Row(
            "late_unlock_compensation",
            |p| p.unlock.compensation.clear(),
            |p| p.unlock.compensation = [(Currency::parse("INR").unwrap(), 25_000)].into(),
            "INR 25000 minor units an hour",
        ),
        Row("offline_unlock", |p| p.unlock.offline = false, |p| p.unlock.offline = true, "yes"),
    ]
}

fn paper_rows() -> Vec<Row> {
    vec![
        Row(
            "consent",
            |p| p.paper.consent.min_font_points = 8,
            |p| {
                p.paper.consent.min_font_points = 10;
                p.paper.consent.timetable_included = true;
            },
            "separate signature, borrower's language, copy kept, timetable in the first contract, \
             10 point print",
        ),
        Row(
            "disclosure",
            |p| p.paper.disclosure = [Disclosure::When].into(),
            |p| p.paper.disclosure = [Disclosure::When, Disclosure::NoFee].into(),
            "when, no_fee",
        ),
        Row(
            "device_fee_allowed",
            |p| p.paper.device_fee_allowed = true,
            |p| p.paper.device_fee_allowed = false,
            "no",
        ),
        Row(
            "data_allowed",
            |p| p.paper.data_allowed = [Telemetry::DeviceId, Telemetry::Battery].into(),
            |p| p.paper.data_allowed = [Telemetry::DeviceId].into(),
            "device_id",
        ),
        Row(
            "retention_years",
            |p| p.paper.retention_years = 6,
            |p| p.paper.retention_years = 9,
            "9",
        ),
    ]
}

#[test]
fn every_field_has_one_strictness_order() {
    let mut tested = BTreeSet::new();
    for Row(name, mild, strict, value) in rows() {
        let (mut milder, mut stricter) = (pack("milder"), pack("stricter"));
        mild(&mut milder);
        strict(&mut stricter);
        for (packs, winner) in [([&milder, &stricter], 1), ([&stricter, &milder], 0)] {
            let told = explain(&packs);
            let field = told.iter().find(|told| told.field == name).unwrap();
            assert_eq!(field.value, value, "{name}");
            assert_eq!(field.winners, [winner], "{name}");
            assert!(!field.order.is_empty());
        }
        assert_eq!(milder_fields(&milder, &stricter), [name].into(), "{name}");
        assert_eq!(milder_fields(&stricter, &milder), [].into(), "{name}");
        tested.insert(name);
    }
    let all: BTreeSet<&str> = ROWS.iter().map(|row| row.name()).collect();
    assert_eq!(tested, all, "a field without a row here has no tested order");
}

/// Where neither holds the strictest value by itself, both made it.
#[test]
fn what_two_packs_make_together_both_have_won() {
    let (mut a, mut b, c) = (pack("a"), pack("b"), pack("c"));
    a.restrictions = [Restriction::Camera, Restriction::Gallery].into();
    b.restrictions = [Restriction::Camera, Restriction::AppInstall].into();
    let told = explain(&[&a, &b, &c]);
    let field = told.iter().find(|told| told.field == "restrictions").unwrap();
    assert_eq!((field.value.as_str(), &*field.winners), ("camera", &[0, 1][..]));
    let notice = |days, channels: &[Channel]| {
        let mut notice = pack_notice(days, 1);
        notice.channels = channels.iter().copied().collect();
        vec![notice]
    };
    a.notices = notice(3, &[Channel::Screen]);
    b.notices = notice(9, &[Channel::Declared]);
    let told = explain(&[&a, &b]);
    let field = told.iter().find(|told| told.field == "notices").unwrap();
    assert!(field.value.starts_with("from 9 days past due, 1 days to cure, 1 of (screen, decl"));
    assert_eq!(field.winners, [0, 1]);
}
