//! Reminders: on which days, at which hours, about what, and to whom not.

use domain::{
    Channel, Ladder, What,
    delivery::Sending,
    hold::HoldKind,
    policy::{ContactWindow, Pack, ReminderRule, Reminders},
    remind::{reminder_due, reminding},
};
use expect_test::expect;

use crate::scene::{RATE, World, fast_pack, fast_programme, lender, terms, wall};

/// Four reminders by SMS, as often a day as given, at the usual hours.
fn ladder(most: u32) -> Ladder {
    let rule = |days| ReminderRule { days, channels: [Channel::Sms].into() };
    let rules = [-3, 0, 1, 5].map(rule).into();
    let reminders = Reminders { rules, ..Reminders::default() };
    let mut pack: Pack = fast_pack();
    pack.conduct.reminder_max_per_day = most;
    pack.conduct.windows = vec![ContactWindow::default()];
    let programme = domain::policy::Programme { reminders, ..fast_programme() };
    Ladder::resolve(&programme, &[&pack], &lender()).unwrap()
}

fn world(most: u32) -> World {
    World::new(ladder(most), terms("Asia/Kolkata"))
}

/// What was sent, with its local time.
fn sent(world: &World) -> String {
    let zone = world.contract.terms().zone();
    let line = |fact: &domain::fact::Fact| match fact.what {
        What::Reminded(one) => {
            Some(format!("{} {} {:+}\n", wall(zone, fact.at), one.due, one.days))
        }
        _ => None,
    };
    world.facts.iter().filter_map(line).collect()
}

/// 10 January 2026 is a Saturday: what falls on a Sunday, outside the contact window, is left out.
#[test]
fn they_go_out_on_their_days_within_contact_hours() {
    let mut world = world(1);
    world.walk_to("2026-02-20");
    expect![[r#"
        2026-01-07 08:00 2026-01-10 -3
        2026-01-10 08:00 2026-01-10 +0
        2026-01-15 08:00 2026-01-10 +5
        2026-02-07 08:00 2026-02-10 -3
        2026-02-10 08:00 2026-02-10 +0
    "#]]
    .assert_eq(&sent(&world));
}

#[test]
fn who_pays_is_told_only_of_what_is_to_come() {
    let mut world = world(1);
    world.walk_to("2026-01-09");
    world.pay(RATE);
    world.walk_to("2026-02-09");
    world.pay(RATE);
    world.walk_to("2026-02-20");
    expect![[r#"
        2026-01-07 08:00 2026-01-10 -3
        2026-02-07 08:00 2026-02-10 -3
    "#]]
    .assert_eq(&sent(&world));
}

/// The law's daily most, and what is past due before what is to come.
#[test]
fn a_day_has_its_most() {
    for (most, count) in [(0, 0), (1, 1), (24, 1)] {
        let mut world = world(most);
        world.walk_to("2026-01-08");
        assert_eq!(sent(&world).lines().count(), count, "{most}");
    }
}

#[test]
fn nobody_is_pressed_under_a_hold_and_a_suspended_ladder_is_silent() {
    let holds = [
        (HoldKind::Dispute, vec![-3, 0]),
        (HoldKind::Hardship, vec![-3, 0]),
        (HoldKind::EnforcementOff, vec![]),
    ];
    for (kind, kept) in holds {
        let mut world = world(1);
        world.open_hold(kind, Some(60));
        world.walk_to("2026-01-17");
        let days = world.facts.iter().filter_map(|fact| match fact.what {
            What::Reminded(one) => Some(one.days),
            _ => None,
        });
        assert_eq!(days.collect::<Vec<i32>>(), kept, "{kind:?}");
    }
}

/// A server that slept over the day makes nothing up, and a payment in between makes it untrue.
#[test]
fn a_day_that_has_passed_is_not_made_up_for() {
    let mut world = world(1);
    world.now = world.midnight("2026-01-12").plus_seconds(12 * 3600);
    let due = reminder_due(&world.contract, &world.ladder, world.now);
    assert_eq!(due, None, "the eleventh was a Sunday and is over");
    world.walk_to("2026-01-15");
    let at = world.now.plus_seconds(12 * 3600);
    let due = reminder_due(&world.contract, &world.ladder, at).unwrap();
    assert_eq!(due.days, 5);
    assert_eq!(reminding(&world.contract, &world.ladder, due, at), Sending::Now);
    let night = world.now;
    assert!(matches!(reminding(&world.contract, &world.ladder, due, night), Sending::At(_)));
    let over = at.plus_seconds(86_400);
    assert_eq!(reminding(&world.contract, &world.ladder, due, over), Sending::Void);
    world.now = at;
    world.pay(100_000);
    assert_eq!(reminding(&world.contract, &world.ladder, due, at), Sending::Void);
}
