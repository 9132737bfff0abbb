//! A test for each invariant of the house that the domain holds, named after it. What the agent,
//! the formats and the server hold of them stands in their own tests; `docs/proof.md` lists all.

use domain::{
    Command, Currency, Fact, Ladder, Reason, Restriction, Stage, UnitId, What, Zone,
    hold::HoldKind,
    ledger::books,
    policy::{Blackout, Pack, hours::Span},
    stage::Floor,
};
use expect_test::expect;

use crate::scene::{
    DAY_S, RATE, World, dpd, enrolment, fast, fast_pack, fast_programme, lender, rbi, terms, wall,
};

const TOTAL: i64 = 12 * RATE;

fn on_time() -> World {
    World::new(fast(), terms("Asia/Kolkata"))
}

/// On the day its first instalment is this many days past due.
fn overdue(days: i64) -> World {
    let mut world = on_time();
    world.walk_to("2026-01-10");
    world.walk_days(days);
    world
}

fn locked(ladder: Ladder) -> World {
    let mut world = World::new(ladder, terms("Asia/Kolkata"));
    world.walk_to("2026-02-01");
    assert_eq!(world.stage(), Stage::LOCK);
    world
}

fn pay_off(world: &mut World) -> UnitId {
    let payment = UnitId::from_bytes([201; 16]);
    let value = world.now;
    world.act(Command::PostPayment { payment, amount: TOTAL, value, confirmed: true });
    payment
}

/// Whoever pays by the due day never sees more than clear.
#[test]
fn invariant_1_good_standing_is_never_restricted() {
    let mut world = World::new(fast(), terms("Asia/Kolkata"));
    let rows = world.contract.terms().rows().to_vec();
    for row in rows {
        let end_of_due_day = world.contract.terms().zone().at(row.due, 86_399);
        world.walk(end_of_due_day);
        world.pay(row.amount);
    }
    world.walk_days(400);
    assert_eq!(world.climbed(), ["clear"]);
    assert!(world.contract.is_released());
}

/// Years of arrears, and nothing above `notice`: why.
fn stays_at_notice(mut world: World) -> Vec<Reason> {
    world.walk_to("2029-01-01");
    assert_eq!(world.stage(), Stage::NOTICE);
    assert!(world.stages.iter().all(|(_, stage)| !stage.restricts()));
    world.decision().reasons
}

#[test]
fn invariant_2_no_restriction_without_consent() {
    let mut world = World::unenrolled(fast(), terms("Asia/Kolkata"), false);
    world.contract.device = Some(enrolment(1));
    assert!(stays_at_notice(world).contains(&Reason::NoConsent));
}

#[test]
fn invariant_2_no_restriction_without_a_named_lender() {
    let mut world = on_time();
    world.ladder.lender.complaints.clear();
    assert!(stays_at_notice(world).contains(&Reason::LenderNotNamed));
}

#[test]
fn invariant_2_no_restriction_without_a_device() {
    let world = World::unenrolled(fast(), terms("Asia/Kolkata"), true);
    assert!(stays_at_notice(world).contains(&Reason::NotEnrolled));
}

#[test]
fn invariant_2_no_restriction_without_a_pack() {
    assert!(Ladder::resolve(&fast_programme(), &[], &lender()).is_err());
}

#[test]
fn invariant_2_no_restriction_without_a_delivered_notice() {
    let mut world = on_time();
    world.habits.shows = false;
    assert!(stays_at_notice(world).contains(&Reason::NoticeNotDelivered(1)));
}

/// Both notices were seen by the 15th; the second runs over the 16th, whose dates would do.
#[test]
fn invariant_2_no_restriction_before_the_notice_has_run() {
    let mut world = overdue(6);
    assert_eq!(world.stage(), Stage::NOTICE);
    let ends = world.midnight("2026-01-17");
    assert!(world.decision().reasons.contains(&Reason::NoticeRuns(2, ends)));
    world.walk(ends);
    assert_eq!(world.stage(), Stage::restrict(1));
}

#[test]
fn invariant_2_no_restriction_before_its_dates() {
    let mut programme = fast_programme();
    for (step, days) in programme.steps.iter_mut().zip([100, 101]) {
        step.when = dpd(days);
    }
    programme.lock = None;
    let ladder = Ladder::resolve(&programme, &[&fast_pack()], &lender()).unwrap();
    let mut world = World::new(ladder, terms("Asia/Kolkata"));
    world.walk_to("2026-01-10");
    world.walk_days(99);
    assert_eq!(world.stage(), Stage::NOTICE, "long after the notices have run");
    world.walk_days(1);
    assert_eq!(world.stage(), Stage::restrict(1));
}

#[test]
fn invariant_3_a_released_enrolment_never_restricts_again() {
    let mut world = locked(fast());
    let payment = pay_off(&mut world);
    assert!(world.contract.is_released());
    let value = world.now;
    let more = Command::PostPayment { payment, amount: 1, value, confirmed: true };
    assert_eq!(world.try_act(more.clone()).unwrap_err().code, "contract_released");
    world.act(Command::ReversePayment { payment, amount: TOTAL });
    world.act(more);
    let enrol = Command::Enrol(enrolment(2));
    assert_eq!(world.try_act(enrol).unwrap_err().code, "contract_not_active");
    for _ in 0..30 {
        world.now = world.now.plus_seconds(20 * DAY_S);
        world.look();
        assert_eq!(world.stage(), Stage::CLEAR);
        assert_eq!(world.decision().reasons, [Reason::Released]);
        assert!(world.decision().timetable.is_empty());
        assert_eq!(world.decision().next_look, None);
    }
}

/// At night, in hours in which nothing starts, with everything open that keeps things as they are.
#[test]
fn invariant_4_a_payment_opens_at_once_whatever_is_held() {
    let hours = Some(Span { from: 18 * 3600, until: 9 * 3600 });
    let pack = Pack { blackout: Some(Blackout { hours, ..Blackout::default() }), ..fast_pack() };
    let ladder = Ladder::resolve(&fast_programme(), &[&pack], &lender()).unwrap();
    let mut world = locked(ladder);
    world.walk(world.now.plus_seconds(22 * 3600));
    for kind in [HoldKind::Dispute, HoldKind::Hardship, HoldKind::FeedStale, HoldKind::Breaker] {
        world.open_hold(kind, None);
    }
    assert_eq!(world.stage(), Stage::LOCK, "what is in force stays");
    world.pay(RATE);
    assert_eq!(world.contract.decision.stage, Stage::CLEAR);
}

#[test]
fn invariant_4_a_release_waits_for_no_hold() {
    let mut world = locked(fast());
    for kind in [HoldKind::Dispute, HoldKind::FeedStale, HoldKind::Breaker] {
        world.open_hold(kind, None);
    }
    pay_off(&mut world);
    assert!(world.contract.is_released());
}

/// Whatever happens, what is booked of it sums to nothing, and the restriction costs the lender.
#[test]
fn invariant_5_postings_sum_to_zero() {
    let mut ladder = fast();
    ladder.unlock.device_minutes = 60;
    let currency = Currency::parse("INR").unwrap();
    ladder.unlock.compensation = [(currency, 250)].into();
    let mut world = locked(ladder);
    let balanced = |world: &World, what: &str| {
        assert_eq!(books(&world.contract).sum(), 0, "{what}");
    };
    balanced(&world, "signed");
    world.habits.reports = false;
    world.pay(RATE + 700);
    balanced(&world, "paid in advance");
    world.now = world.now.plus_seconds(5 * 3600);
    world.habits.reports = true;
    world.look();
    assert_eq!(world.contract.compensation_open(), 4 * 250, "four hours late");
    balanced(&world, "compensated");
    world.act(Command::Credit { amount: 300, reason: "goodwill".into() });
    balanced(&world, "goodwill");
    let payment = pay_off(&mut world);
    balanced(&world, "more than is owed");
    world.act(Command::Refund { amount: 500, reason: "bank".into() });
    balanced(&world, "paid out");
    world.act(Command::ReversePayment { payment, amount: TOTAL });
    balanced(&world, "taken back");
}

#[test]
fn invariant_6_every_restriction_says_why() {
    let mut world = overdue(0);
    let due = world.contract.terms().rows()[0].due;
    let mut restricted = 0;
    for _ in 0..30 {
        world.walk_days(1);
        if world.stage().restricts() {
            restricted += 1;
            assert!(world.decision().reasons.contains(&Reason::PastDue(due)));
            assert!(world.contract.decision.reasons.contains(&Reason::PastDue(due)));
        }
    }
    assert!(restricted > 20, "{restricted} days");
    world.open_hold(HoldKind::Dispute, None);
    assert!(world.decision().reasons.contains(&Reason::Held(HoldKind::Dispute)));
}

#[test]
fn invariant_7_floor_functions_cannot_be_named_in_a_restriction() {
    for floor in Floor::ALL {
        assert_eq!(Restriction::parse(floor.name()), None, "{floor:?}");
    }
    assert_eq!(Floor::ALL.len(), 11);
    assert_eq!(Restriction::ALL.len(), 8, "the list is closed: the wire knows eight");
}

/// An overdue device that hears us reaches what its lender and law agreed on.
#[test]
fn invariant_8_an_overdue_device_that_hears_us_reaches_the_top() {
    let mut world = World::new(rbi(), terms("Asia/Kolkata"));
    world.walk_to("2026-08-01");
    expect![[r#"
        2025-12-11 00:00 clear
        2026-01-11 00:00 remind
        2026-03-11 00:00 notice
        2026-04-10 00:00 restrict/1
        2026-04-13 00:00 restrict/2
        2026-04-17 00:00 restrict/3
    "#]]
    .assert_eq(&world.told());
    let zone = world.contract.terms().zone().clone();
    let notices: Vec<String> =
        world.facts.iter().filter_map(|fact| told_of_notice(&zone, fact)).collect();
    expect![[r#"
        2026-03-08 00:00 notice 1 prepared for 2026-03-11 00:00 over 30000
        2026-03-11 00:00 shown
        2026-03-30 00:00 notice 2 prepared for 2026-04-02 00:00 over 30000
        2026-04-02 00:00 shown"#]]
    .assert_eq(&notices.join("\n"));
}

fn told_of_notice(zone: &Zone, fact: &Fact) -> Option<String> {
    let at = wall(zone, fact.at);
    match &fact.what {
        What::NoticePrepared { k, show_from, owed, .. } => {
            Some(format!("{at} notice {k} prepared for {} over {owed}", wall(zone, *show_from)))
        }
        What::NoticeDelivered { .. } => Some(format!("{at} shown")),
        _ => None,
    }
}
