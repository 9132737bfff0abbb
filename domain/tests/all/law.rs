//! Law that begins while a contract runs, and law that allows no restriction at all.

use domain::{
    Actor, Command, Day, Ladder, Stage, What, decide,
    evaluate::evaluate,
    law::LawChange,
    policy::{LegalStatus, Pack, Programme},
};
use proptest::prelude::*;

use crate::{
    life::{lives, rules},
    properties::check,
    scene::{DAY_S, World, fast_pack, fast_programme, lender, terms},
};

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// The fast pack from a day on, with a restriction only after twenty days past due.
fn later_version() -> Pack {
    Pack { version: 2, min_dpd_restrict: 20, ..fast_pack() }
}

fn both() -> Ladder {
    let (first, second) = (fast_pack(), later_version());
    Ladder::resolve(&fast_programme(), &[&first, &second], &lender()).unwrap()
}

fn news(from: &str) -> Command {
    Command::LearnLaw(vec![("fast".into(), 2, day(from))])
}

/// The strictest of the version signed under and the later one, from its local day on.
#[test]
fn a_later_version_applies_from_its_day() {
    let mut world = World::new(crate::scene::fast(), terms("Asia/Kolkata"));
    world.act(news("2026-01-18"));
    assert_eq!(world.contract.packs(), [("fast".into(), 1)], "it is known, and has not begun");
    let begins = world.midnight("2026-01-18");
    assert_eq!(world.contract.next_law(), Some(begins));
    world.walk_to("2026-01-17");
    assert_eq!(world.stage(), Stage::restrict(1), "until then the old law holds");
    world.now = begins.plus_seconds(-1);
    assert!(!world.contract.law_is_due(world.now));
    assert_eq!(world.decision().next_look, Some(begins));
    world.now = begins;
    assert!(world.contract.law_is_due(world.now));
    world.act(Command::LearnLaw(Vec::new()));
    assert_eq!(world.contract.packs(), [("fast".into(), 1), ("fast".into(), 2)]);
    world.ladder = both();
    assert_eq!(world.ladder.packs, world.contract.packs());
    assert_eq!(world.stage(), Stage::NOTICE, "eight days past due are not twenty");
    assert_eq!(world.contract.next_law(), None);
    world.look();
    world.walk_to("2026-01-30");
    assert!(world.stage().restricts(), "twenty are");
}

/// A phone that heard us up to three days ago walks alone: so near to another law it is not told of
/// a step that the other law may forbid.
#[test]
fn near_another_law_no_step_is_left_to_the_phone() {
    let mut world = World::new(crate::scene::fast(), terms("Asia/Kolkata"));
    world.walk_to("2026-01-16");
    let restricts =
        |world: &World| world.decision().timetable.iter().any(|planned| planned.stage.restricts());
    assert!(restricts(&world), "tomorrow's step is in the timetable");
    let mut told = world.clone();
    told.act(news("2026-01-20"));
    assert!(restricts(&told), "four days off, the phone hears of it in time");
    assert!(told.decision().next_look <= Some(told.midnight("2026-01-17")));
    world.act(news("2026-01-18"));
    assert!(!restricts(&world));
    world.walk_to("2026-01-17");
    assert!(world.stage().restricts(), "the server still takes the step, day by day");
}

#[test]
fn only_later_versions_of_its_own_packs_are_learnt_and_once() {
    let mut world = World::new(crate::scene::fast(), terms("Asia/Kolkata"));
    let learn = |world: &World, pack: &str, version| {
        let command = Command::LearnLaw(vec![(pack.into(), version, day("2026-01-01"))]);
        decide(&world.contract, &world.ladder, command, Actor::Time, world.now).unwrap()
    };
    assert!(learn(&world, "fast", 1).is_empty());
    assert!(learn(&world, "other", 2).is_empty());
    let facts = learn(&world, "fast", 2);
    let began = |what: &What| matches!(what, What::Law(LawChange::Began { version: 2, .. }));
    assert_eq!(facts.len(), 1, "it begins on its day and not before");
    world.act(news("2025-12-01"));
    assert!(world.facts.iter().any(|fact| began(&fact.what)), "its day had come");
    assert!(learn(&world, "fast", 2).is_empty());
}

/// Under a law that asks for a court order, or forbids it, reminders, notices and the way back are
/// all there is: no programme and no life reaches a restriction.
#[test]
fn forbidding_law_leaves_no_way_to_a_restriction() {
    let forbidden =
        prop_oneof![Just(LegalStatus::CourtOrderRequired), Just(LegalStatus::Prohibited)];
    check(
        (lives(), rules(), forbidden, any::<prop::sample::Index>()),
        |(life, rules, status, at)| {
            let (programme, mut packs) = rules;
            let index = at.index(packs.len());
            packs[index].legal_status = status;
            let packs: Vec<&Pack> = packs.iter().collect();
            let Ok(ladder) = Ladder::resolve(&programme, &packs, &lender()) else {
                return Ok(());
            };
            prop_assert!(ladder.top() <= Stage::NOTICE && ladder.steps.is_empty());
            let life = crate::life::Life { ladder, ..life };
            life.live(|contract, now| {
                let decision = evaluate(contract, &life.ladder, now);
                prop_assert!(!decision.stage.restricts() && decision.restrictions.is_empty());
                prop_assert!(decision.timetable.iter().all(|planned| !planned.stage.restricts()));
                Ok(())
            })?;
            Ok(())
        },
    );
}

/// A further pack only ever tightens: it makes no ladder impossible, and none of its steps earlier
/// or wider.
#[test]
fn a_further_pack_only_tightens() {
    check((rules(), rules()), |((programme, packs), (_, more))| {
        let own: Vec<&Pack> = packs.iter().collect();
        let Ok(ladder) = Ladder::resolve(&programme, &own, &lender()) else {
            return Ok(());
        };
        let more: Vec<Pack> =
            more.into_iter().map(|pack| Pack { version: 2, ..pack }).take(1).collect();
        let named = programme.packs.iter().cloned().chain(more.iter().map(|p| p.id.clone()));
        let programme = Programme { packs: named.collect(), ..programme };
        let all: Vec<&Pack> = packs.iter().chain(&more).collect();
        let strict = Ladder::resolve(&programme, &all, &lender());
        prop_assert!(strict.is_ok(), "{:?}", strict);
        let strict = strict.unwrap();
        prop_assert!(strict.top() <= ladder.top());
        prop_assert!(strict.notices.len() >= ladder.notices.len());
        for step in &strict.steps {
            let mild = ladder.steps.iter().find(|mild| mild.stage == step.stage).unwrap();
            prop_assert!(step.when.days_past_due >= mild.when.days_past_due);
            prop_assert!(step.after_s >= mild.after_s);
            prop_assert!(step.restrictions.is_subset(&mild.restrictions));
        }
        for (strict, mild) in strict.notices.iter().zip(&ladder.notices) {
            prop_assert!(strict.when.days_past_due >= mild.when.days_past_due);
            prop_assert!(strict.cure_days >= mild.cure_days);
        }
        Ok(())
    });
}

/// Where the laws together leave no hour for a step to start, there is none.
#[test]
fn blackouts_that_leave_no_hour_leave_no_step() {
    use domain::policy::Blackout;
    let with = |id: &str, blackout: Blackout| Pack {
        id: id.into(),
        blackout: Some(blackout),
        ..fast_pack()
    };
    let names = vec!["a".to_owned(), "b".to_owned()];
    let programme = Programme { packs: names, ..fast_programme() };
    let a = with("a", Blackout::daily(0, 12 * 3600));
    let top = |b: Blackout| {
        let b = with("b", b);
        Ladder::resolve(&programme, &[&a, &b], &lender()).unwrap().top()
    };
    assert_eq!(top(Blackout::daily(12 * 3600, 0)), Stage::NOTICE);
    assert_eq!(top(Blackout::daily(13 * 3600, 0)), Stage::LOCK);
    let mut world = World::new(
        Ladder::resolve(&programme, &[&a, &with("b", weekend())], &lender()).unwrap(),
        terms("Asia/Kolkata"),
    );
    // The second notice has run on Saturday the 17th; the first hour for a step is Monday noon.
    world.walk_to("2026-01-22");
    let starts: Vec<i64> = world
        .stages
        .iter()
        .filter(|(_, stage)| stage.restricts())
        .map(|(at, _)| at.micros() - world.midnight("2026-01-19").micros())
        .collect();
    let noon = 12 * 3600 * 1_000_000;
    let tuesday = noon + DAY_S * 1_000_000;
    assert_eq!(starts[..2], [noon, tuesday], "{starts:?}");
}

fn weekend() -> domain::policy::Blackout {
    use domain::policy::{Blackout, Weekday};
    Blackout { weekdays: [Weekday::Saturday, Weekday::Sunday].into(), ..Blackout::default() }
}
