//! Local days, clocks that jump, hours in which nothing starts.

use domain::{Day, Ladder, Stage, policy::Blackout};
use expect_test::{Expect, expect};

use crate::scene::{World, equal_terms, fast, fast_pack, fast_programme, lender};
use domain::schedule::Period;

const HOUR_S: u32 = 3600;

fn walked(zone: &str, first_due: &str, ladder: Ladder) -> World {
    let mut world = World::new(ladder, equal_terms(zone, first_due, 3, Period::Months, 1));
    world.walk_days(30 + 25);
    world
}

fn check(zone: &str, first_due: &str, ladder: Ladder, expected: Expect) {
    expected.assert_eq(&walked(zone, first_due, ladder).told());
}

fn dark(spans: &[(u32, u32)]) -> Ladder {
    let mut ladder = fast();
    let span = |(from, until): &(u32, u32)| Blackout::daily(from * HOUR_S, until * HOUR_S);
    ladder.blackouts = spans.iter().map(span).collect();
    ladder
}

#[test]
fn days_are_the_contracts_own() {
    // Cairo has no midnight on 2026-04-24; the phone there is reminded at one o'clock.
    check(
        "Africa/Cairo",
        "2026-04-23",
        fast(),
        expect![[r#"
            2026-03-24 00:00 clear
            2026-04-24 01:00 remind
            2026-04-26 00:00 notice
            2026-04-30 00:00 restrict/1
            2026-05-01 00:00 restrict/2
            2026-05-02 00:00 lock
        "#]],
    );
    // Havana has midnight twice on 2026-11-01; the later one counts.
    check(
        "America/Havana",
        "2026-10-31",
        fast(),
        expect![[r#"
            2026-10-01 00:00 clear
            2026-11-01 00:00 remind
            2026-11-03 00:00 notice
            2026-11-07 00:00 restrict/1
            2026-11-08 00:00 restrict/2
            2026-11-09 00:00 lock
        "#]],
    );
    // Samoa went from 2011-12-29 straight to the 31st.
    check(
        "Pacific/Apia",
        "2011-12-29",
        fast(),
        expect![[r#"
            2011-11-29 00:00 clear
            2011-12-31 00:00 remind
            2012-01-01 00:00 notice
            2012-01-05 00:00 restrict/1
            2012-01-06 00:00 restrict/2
            2012-01-07 00:00 lock
        "#]],
    );
}

#[test]
fn the_same_dates_come_earlier_in_the_east() {
    let east = walked("Pacific/Kiritimati", "2026-01-10", fast());
    let west = walked("Etc/GMT+12", "2026-01-10", fast());
    let hours = |world: &World| -> Vec<i64> {
        world.stages.iter().map(|(at, _)| at.seconds() / 3600).collect()
    };
    let apart: Vec<i64> = hours(&east).iter().zip(hours(&west)).map(|(e, w)| w - e).collect();
    assert_eq!(apart, [26; 6]);
}

#[test]
fn nothing_starts_in_a_blackout() {
    check(
        "Asia/Kolkata",
        "2026-01-10",
        dark(&[(18, 9)]),
        expect![[r#"
            2025-12-11 00:00 clear
            2026-01-11 00:00 remind
            2026-01-13 00:00 notice
            2026-01-17 09:00 restrict/1
            2026-01-18 09:00 restrict/2
            2026-01-19 09:00 lock
        "#]],
    );
    // Spans that follow each other are one.
    check(
        "Asia/Kolkata",
        "2026-01-10",
        dark(&[(9, 12), (22, 6), (6, 9)]),
        expect![[r#"
            2025-12-11 00:00 clear
            2026-01-11 00:00 remind
            2026-01-13 00:00 notice
            2026-01-17 12:00 restrict/1
            2026-01-18 12:00 restrict/2
            2026-01-19 12:00 lock
        "#]],
    );
}

#[test]
fn a_payment_in_a_blackout_opens_at_once() {
    let mut world = walked("Asia/Kolkata", "2026-01-10", dark(&[(18, 9)]));
    world.walk(world.contract.terms().zone().at(Day::parse("2026-02-05").unwrap(), 3 * HOUR_S));
    assert_eq!(world.stage(), Stage::LOCK);
    world.pay(crate::scene::RATE);
    assert_eq!(world.stage(), Stage::CLEAR);
}

#[test]
fn whole_local_days_run_after_the_day_of_delivery() {
    // Shown a minute before midnight or a minute after the midnight before: the same last day.
    for second in [60, 86_340] {
        let mut world =
            World::new(fast(), equal_terms("Asia/Kolkata", "2026-01-10", 3, Period::Months, 1));
        world.habits.shows = false;
        let day = Day::parse("2026-01-20").unwrap();
        world.walk(world.contract.terms().zone().at(day, second));
        world.habits.shows = true;
        world.look();
        let second_notice = world.decision().next_look;
        let rule = &fast_pack().notices[0];
        assert_eq!(rule.cure_days, 1);
        // Prepared at once, shown when the first has run: the 22nd.
        let shows = world.contract.notices[1].show_from;
        assert_eq!(shows, world.midnight("2026-01-22"));
        assert_eq!(second_notice, Some(shows));
    }
    assert!(Ladder::resolve(&fast_programme(), &[&fast_pack()], &lender()).is_ok());
}
