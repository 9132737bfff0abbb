//! A formal notice that cannot be given in the words there are: the ladder stands, and says why.

use domain::{Reason, Stage, What, fact::Withheld};

use crate::scene::{World, fast, terms};

fn withheld_from(k: u8) -> World {
    let mut world = World::new(fast(), terms("Asia/Kolkata"));
    world.wordless = Some((k, Withheld::Draft));
    world.walk_to("2028-01-01");
    world
}

fn said(world: &World) -> usize {
    let withheld = |what: &What| matches!(what, What::NoticeWithheld { .. });
    world.facts.iter().filter(|fact| withheld(&fact.what)).count()
}

/// No banner speaks of a notice that nobody wrote, and nothing rises above it.
#[test]
fn without_words_for_the_first_notice_nothing_rises_above_a_reminder() {
    let world = withheld_from(1);
    assert!(world.stages.iter().all(|(_, stage)| *stage <= Stage::REMIND), "{}", world.told());
    let decision = world.decision();
    assert!(decision.reasons.contains(&Reason::NoticeWithheld(1, Withheld::Draft)));
    assert!(decision.timetable.is_empty(), "{:?}", decision.timetable);
    assert_eq!(said(&world), 1, "said once, however often it is looked at");
}

#[test]
fn without_words_for_the_second_notice_the_first_is_all_there_is() {
    let world = withheld_from(2);
    assert_eq!(world.stage(), Stage::NOTICE);
    assert!(world.stages.iter().all(|(_, stage)| !stage.restricts()));
    assert!(world.decision().reasons.contains(&Reason::NoticeWithheld(2, Withheld::Draft)));
}

#[test]
fn once_there_are_words_the_notice_is_given_and_its_days_run_from_then() {
    let mut world = withheld_from(1);
    world.wordless = None;
    world.look();
    assert_eq!(world.contract.withheld, None);
    assert_eq!(world.stage(), Stage::NOTICE);
    world.walk_days(1);
    assert_eq!(world.stage(), Stage::NOTICE, "its days run");
    world.walk_days(10);
    assert_eq!(world.stage(), Stage::LOCK);
}

#[test]
fn another_cause_is_said_and_a_payment_ends_it() {
    let mut world = withheld_from(1);
    world.wordless = Some((1, Withheld::TooLong));
    world.look();
    assert_eq!(world.contract.withheld, Some((1, Withheld::TooLong)));
    assert_eq!(said(&world), 2);
    let past_due = world.decision().standing.past_due;
    world.pay(past_due);
    assert_eq!(world.stage(), Stage::CLEAR);
}
