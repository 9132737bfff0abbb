//! Walks up and down the ladder, look by look.

use domain::{
    Command, Moment, NoticeId, Reason, Refusal, Stage, UnitId,
    evaluate::{Planned, evaluate},
};
use expect_test::{Expect, expect};

use crate::scene::{DAY_S, RATE, World, fast, lender, rbi, terms, wall};

fn check(world: &World, expected: Expect) {
    expected.assert_eq(&world.told());
}

/// An overdue contract under the fast ladder on the day its first row is this many days past due.
fn overdue(days: i64) -> World {
    let mut world = World::new(fast(), terms("Asia/Kolkata"));
    world.walk_to("2026-01-10");
    world.walk_days(days);
    world
}

fn at_stage(stage: Stage) -> World {
    let mut world = World::new(fast(), terms("Asia/Kolkata"));
    while world.stage() != stage {
        world.walk_days(1);
        assert!(world.now < world.midnight("2026-03-01"), "{stage} was never reached");
    }
    world
}

#[test]
fn the_fast_ladder_reaches_lock_rung_by_rung() {
    let mut world = World::new(fast(), terms("Asia/Kolkata"));
    world.walk_to("2026-02-01");
    check(
        &world,
        expect![[r#"
            2025-12-11 00:00 clear
            2026-01-11 00:00 remind
            2026-01-13 00:00 notice
            2026-01-17 00:00 restrict/1
            2026-01-18 00:00 restrict/2
            2026-01-19 00:00 lock
        "#]],
    );
}

#[test]
fn a_second_notice_that_nobody_saw_keeps_everything_at_notice() {
    let mut world = overdue(3);
    world.habits.shows = false;
    world.walk_days(300);
    assert_eq!(world.stage(), Stage::NOTICE);
    assert!(world.decision().reasons.contains(&Reason::NoticeNotDelivered(2)));
    world.habits.shows = true;
    world.look();
    world.walk_days(3);
    assert_eq!(world.stage(), Stage::restrict(2));
}

#[test]
fn a_silent_device_never_starts_the_next_clock() {
    let mut world = overdue(6);
    world.habits.reports = false;
    world.walk_days(300);
    assert_eq!(world.stage(), Stage::restrict(1));
    assert!(world.decision().reasons.contains(&Reason::WaitsForEffect(Stage::restrict(1))));
    world.habits.reports = true;
    world.look();
    let heard = world.now;
    world.walk_days(30);
    assert_eq!(world.stages.last(), Some(&(heard.plus_seconds(2 * DAY_S), Stage::LOCK)));
}

/// A letter proves that the notice reached a person, not that the phone stood on its rung.
#[test]
fn a_declared_notice_does_not_speak_for_a_silent_device() {
    let mut world = World::new(fast(), terms("Asia/Kolkata")).silent();
    world.walk_to("2026-01-14");
    for k in [1, 2] {
        let delivered = world.now;
        world.act(Command::DeclareNotice { k, delivered, evidence: format!("letter {k}") });
        world.walk_days(2);
    }
    world.walk_days(60);
    assert_eq!(world.stage(), Stage::NOTICE);
    assert!(world.decision().reasons.contains(&Reason::WaitsForEffect(Stage::NOTICE)));
    world.habits.reports = true;
    world.look();
    assert_eq!(world.stage(), Stage::restrict(1));
}

/// What keeps the next stage away, in turn: the text nobody saw, its days, the time of the step
/// below, the dates.
#[test]
fn reasons_say_what_the_next_stage_waits_for() {
    let mut programme = crate::scene::fast_programme();
    programme.steps[0].min_days = 5;
    programme.steps[1].when.days_past_due = 20;
    programme.lock = None;
    let packs = [&crate::scene::fast_pack()];
    let ladder = domain::Ladder::resolve(&programme, &packs, &lender()).unwrap();
    let mut world = World::new(ladder, terms("Asia/Kolkata"));
    let at = |day: &str| world.midnight(day);
    let (first, runs, below, dates) =
        (at("2026-01-13"), at("2026-01-17"), at("2026-01-18"), at("2026-01-30"));
    let expected = [
        ("2026-01-12", Reason::DatesCome(Stage::NOTICE, first)),
        ("2026-01-13", Reason::NoticeNotDelivered(2)),
        ("2026-01-15", Reason::DatesCome(Stage::restrict(1), below)),
        ("2026-01-18", Reason::DatesCome(Stage::restrict(2), dates)),
    ];
    for (day, reason) in expected {
        world.walk_to(day);
        assert!(world.decision().reasons.contains(&reason), "{day}: {:?}", world.decision());
    }
    let mut plain = World::new(fast(), terms("Asia/Kolkata"));
    plain.walk_to("2026-01-15");
    assert!(plain.decision().reasons.contains(&Reason::NoticeRuns(2, runs)));
}

/// Invariant 4: down in the very commit of the payment, from everywhere.
#[test]
fn paying_opens_at_once_from_every_stage() {
    let stages =
        [Stage::REMIND, Stage::NOTICE, Stage::restrict(1), Stage::restrict(2), Stage::LOCK];
    for stage in stages {
        let mut world = at_stage(stage);
        world.pay(RATE);
        assert_eq!(world.stages.last(), Some(&(world.now, Stage::CLEAR)), "{stage}");
        assert!(world.contract.notices.is_empty(), "{stage}: cured arrears keep no notice");
        assert_eq!(world.decision().reasons, [Reason::InGoodStanding]);
        // The next arrears climb from the bottom with notices of their own.
        let paid_at = world.now;
        world.walk_to("2026-03-01");
        let again: Vec<String> = (world.stages.iter().filter(|(at, _)| *at > paid_at))
            .map(|(at, stage)| format!("{} {stage}", wall(world.contract.terms().zone(), *at)))
            .collect();
        let expected = [
            "2026-02-11 00:00 remind",
            "2026-02-13 00:00 notice",
            "2026-02-17 00:00 restrict/1",
            "2026-02-18 00:00 restrict/2",
            "2026-02-19 00:00 lock",
        ];
        assert_eq!(again, expected, "after {stage}");
    }
}

#[test]
fn a_part_payment_moves_the_anchor_and_the_stage_follows() {
    // Two rows past due: 40 and 9 days. Covering the first leaves 9 days: still above the pack's
    // least, the notices carry on; 2 days below it they lapse.
    let cases = [("2026-02-19", Stage::LOCK, true), ("2026-02-17", Stage::restrict(2), true)];
    for (day, after, carry) in cases {
        let mut world = World::new(fast(), terms("Asia/Kolkata"));
        world.walk_to(day);
        assert_eq!(world.stage(), Stage::LOCK);
        world.pay(RATE);
        assert_eq!(world.stage(), after, "{day}");
        assert_eq!(!world.contract.notices.is_empty(), carry, "{day}");
    }
    for (day, after) in [("2026-02-15", Stage::NOTICE), ("2026-02-12", Stage::REMIND)] {
        let mut world = World::new(fast(), terms("Asia/Kolkata"));
        world.walk_to(day);
        world.pay(RATE);
        assert_eq!(world.stage(), after, "{day}");
        let lapsed = world.facts.iter().any(|fact| fact.what == domain::What::NoticesLapsed);
        assert!(lapsed, "{day}");
    }
    // A part of the oldest row moves nothing.
    let mut world = at_stage(Stage::restrict(2));
    world.pay(RATE / 2);
    assert_eq!(world.stage(), Stage::restrict(2));
}

#[test]
fn money_taken_back_needs_notices_of_its_own() {
    let mut world = overdue(30);
    assert_eq!(world.stage(), Stage::LOCK);
    world.pay(RATE);
    world.walk_days(5);
    let payment = UnitId::from_bytes([200; 16]);
    world.act(Command::ReversePayment { payment, amount: RATE });
    // 35 days past due at once, and yet the ladder starts with a notice.
    assert_eq!(world.decision().standing.days_past_due, 35);
    assert_eq!(world.stage(), Stage::NOTICE);
    let reversed = world.now;
    world.walk_days(30);
    let first = world.stages.iter().find(|(at, stage)| *at > reversed && stage.restricts());
    assert_eq!(first, Some(&(reversed.plus_seconds(4 * DAY_S), Stage::restrict(1))));
}

#[test]
fn crumbs_within_the_tolerance_are_not_past_due() {
    // 2 % of an instalment of 10,000 is 200.
    for (short, stage) in [(200, Stage::CLEAR), (201, Stage::LOCK)] {
        let mut world = World::new(fast(), terms("Asia/Kolkata"));
        world.pay(RATE - short);
        world.walk_to("2026-02-08");
        assert_eq!(world.stage(), stage, "short by {short}");
    }
}

#[test]
fn what_is_owed_voids_a_text_that_nobody_saw() {
    let mut world = World::new(rbi(), terms("Asia/Kolkata"));
    world.habits.shows = false;
    world.walk_to("2026-03-12");
    let old = world.contract.notices[0].clone();
    assert_eq!(old.owed, 3 * RATE);
    world.pay(RATE / 2);
    let text_hash = "00".to_owned();
    let shown = Command::NoticeShown { id: old.id, shown: world.now, text_hash };
    assert_eq!(world.try_act(shown.clone()), Ok(0), "the old text proves nothing");
    assert_eq!(world.contract.notices[0].owed, 3 * RATE - RATE / 2);
    // A payment that takes the notice's dates away leaves no text behind for the screen.
    let mut early = world.clone();
    early.pay(RATE);
    assert!(early.contract.notices.is_empty());
    // A row that falls due does the same, however late somebody looks.
    let current = world.contract.notices[0].id;
    world.now = world.midnight("2026-04-12");
    let text_hash = "00".to_owned();
    let late = Command::NoticeShown { id: current, shown: world.now, text_hash };
    assert_eq!(world.try_act(late), Ok(0));
    assert_eq!(world.contract.notices[0].owed, 4 * RATE - RATE / 2);
}

/// Frozen at most three days ahead, shown no sooner than it says, over what is owed then, one after
/// the other.
#[test]
fn a_notice_has_its_time_and_turn() {
    let mut world = World::new(rbi(), terms("Asia/Kolkata"));
    world.habits.shows = false;
    let prepare = |k, show_from, owed, days_text: &str| Command::PrepareNotice {
        id: NoticeId::from_bytes([77; 16]),
        k,
        show_from,
        owed,
        language: "en".into(),
        templates: Vec::new(),
        text: days_text.into(),
    };
    let due = world.midnight("2026-03-11");
    world.walk_to("2026-03-07");
    for (k, show_from, owed, text, code) in [
        (1, due, 3 * RATE, "text", "notice_too_early"),
        (1, world.now, RATE, "text", "notice_not_due"),
        (2, due, 3 * RATE, "text", "notice_not_due"),
        (0, due, 3 * RATE, "text", "notice_not_due"),
    ] {
        let refusal = world.try_act(prepare(k, show_from, owed, text)).unwrap_err();
        assert_eq!(refusal.code, code, "notice {k} from {show_from}");
    }
    // On the 8th the server freezes the first itself.
    world.now = world.midnight("2026-03-08");
    for (owed, text, code) in [(2 * RATE, "text", "notice_amount"), (3 * RATE, " ", "bad_text")] {
        assert_eq!(world.try_act(prepare(1, due, owed, text)).unwrap_err().code, code);
    }
    world.look();
    assert_eq!(world.try_act(prepare(1, due, 3 * RATE, "text")), Ok(0), "it is frozen already");
    world.walk(due);
    assert_eq!(show(&mut world, 1), Ok(1));
    world.walk_to("2026-03-31");
    assert_eq!(show(&mut world, 2), Ok(0), "frozen and not to be shown yet");
    assert_eq!(
        world.try_act(prepare(2, due, 3 * RATE, "text")).unwrap_err().code,
        "notice_not_due"
    );
}

fn show(world: &mut World, k: usize) -> Result<usize, Refusal> {
    let id = world.contract.notices[k - 1].id;
    world.try_act(Command::NoticeShown { id, shown: world.now, text_hash: "00".into() })
}

/// Paid down to fewer days, the ladder climbs again from where the dates are: the step below has
/// to stand its days anew, also on a device that stayed where it was.
#[test]
fn a_step_that_begins_anew_runs_anew() {
    let mut programme = crate::scene::fast_programme();
    programme.steps = vec![crate::scene::step(10, 0, 1), crate::scene::step(11, 3, 3)];
    programme.lock = None;
    let packs = [&crate::scene::fast_pack()];
    let ladder = domain::Ladder::resolve(&programme, &packs, &lender()).unwrap();
    let mut world = World::new(ladder, terms("Asia/Kolkata"));
    world.walk_to("2026-02-17");
    assert_eq!(world.stage(), Stage::restrict(2));
    world.habits.reports = false;
    world.pay(RATE);
    let paid = world.stages.len() - 1;
    world.walk_to("2026-03-01");
    let told: Vec<_> = (world.stages[paid..].iter())
        .map(|(at, stage)| format!("{} {stage}", wall(world.contract.terms().zone(), *at)))
        .collect();
    let expected =
        ["2026-02-17 00:00 notice", "2026-02-20 00:00 restrict/1", "2026-02-23 00:00 restrict/2"];
    assert_eq!(told, expected);
}

#[test]
fn what_a_device_reported_in_earlier_arrears_starts_no_clock() {
    let mut world = at_stage(Stage::restrict(1));
    world.habits.reports = false;
    world.pay(RATE);
    world.walk_to("2026-03-09");
    assert_eq!(world.stage(), Stage::restrict(1));
    assert!(world.decision().reasons.contains(&Reason::WaitsForEffect(Stage::restrict(1))));
}

/// A programme that gives notice from a sum on: paid down below it, notice is given anew.
#[test]
fn arrears_below_the_programmes_notice_need_notices_of_their_own() {
    let mut programme = crate::scene::fast_programme();
    programme.notices.iter_mut().for_each(|notice| notice.when.past_due = RATE);
    let packs = [&crate::scene::fast_pack()];
    let ladder = domain::Ladder::resolve(&programme, &packs, &lender()).unwrap();
    let mut world = World::new(ladder, terms("Asia/Kolkata"));
    world.walk_to("2026-02-01");
    assert_eq!(world.stage(), Stage::LOCK);
    world.pay(RATE / 2);
    assert_eq!(world.stage(), Stage::REMIND);
    world.walk_to("2026-02-11");
    assert_eq!(world.stage(), Stage::NOTICE, "32 days past due, and first of all a notice");
    world.walk_to("2026-02-15");
    assert_eq!(world.stage(), Stage::restrict(1));
}

/// The same facts give the same stages at the same moments, however rarely somebody looks.
#[test]
fn a_late_sweep_changes_nothing() {
    let mut exact = World::new(fast(), terms("America/Havana"));
    exact.walk_to("2026-01-30");
    exact.pay(RATE);
    exact.walk_to("2026-03-20");
    let ladder = &exact.ladder;
    for sweep_days in [1, 5, 40, 1000] {
        let mut contract = crate::scene::signed(terms("America/Havana"), ladder, true);
        let mut facts = exact.facts.iter().peekable();
        let mut swept = contract.signed_at;
        let mut hour = contract.signed_at;
        let mut told = vec![(hour, Stage::CLEAR)];
        while hour < exact.now {
            hour = hour.plus_seconds(3600);
            while let Some(fact) = facts.next_if(|fact| fact.at <= hour) {
                contract.apply(fact);
            }
            let decision = evaluate(&contract, ladder, hour);
            if told.last().is_none_or(|(_, known)| *known != decision.stage) {
                told.push((hour, decision.stage));
            }
            if hour.seconds_since(swept) >= sweep_days * DAY_S {
                swept = hour;
                contract.record(decision.recorded(hour));
            }
        }
        assert_eq!(told, exact.stages, "a sweep every {sweep_days} days");
    }
}

/// What a device does with a timetable alone: each entry at the later of its own moment and its
/// seconds after the entry before took effect.
pub(crate) fn followed(timetable: &[Planned], standing_since: Moment) -> Vec<(Moment, Stage)> {
    let mut effect = standing_since;
    let mut told = Vec::new();
    for entry in timetable {
        effect = entry.at.max(effect.plus_seconds(i64::from(entry.after_s)));
        told.push((effect, entry.stage));
    }
    told
}

#[test]
fn an_offline_follower_walks_where_the_server_would_send_it() {
    for day in ["2026-01-14", "2026-01-15", "2026-01-17", "2026-01-18"] {
        let mut world = World::new(fast(), terms("Asia/Kolkata"));
        world.walk_to(day);
        // Both notices are seen from the 14th on; by then all that follows is justified.
        world.walk_days(1);
        let known = world.stages.len();
        let stage = world.stage();
        let since = world.contract.effect(stage).unwrap();
        let alone = followed(&world.decision().timetable, since);
        world.walk_to("2026-03-01");
        assert_eq!(alone, world.stages[known..], "from {day}");
        assert!(!alone.is_empty() || stage == Stage::LOCK, "from {day}");
    }
}

/// A phone that was reset comes up on the step that is due, and reports nothing below it.
#[test]
fn a_device_on_a_higher_stage_stands_on_those_below() {
    let mut world = at_stage(Stage::restrict(1));
    world.habits.reports = false;
    world.act(Command::Enrol(crate::scene::enrolment(2)));
    assert_eq!(world.stage(), Stage::NOTICE);
    let (stage, applied) = (Stage::restrict(1), world.now);
    world.act(Command::ReportStage { stage, sequence: 1, applied });
    assert_eq!(world.stage(), Stage::restrict(1));
}
