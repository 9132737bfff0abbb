//! A lender who vanishes, and the phones he leaves.

use std::collections::BTreeMap;

use sim::{Faults, Setup, World, world::SLOTS};

/// Phones by stage on the day the lender vanishes, and months after the last sunset.
async fn vanish(setup: Setup, on: u32) -> (BTreeMap<String, u64>, World) {
    let days = setup.days;
    let mut world = World::new(Setup { vanishes: Some(on), ..setup }).await.expect("it opens");
    let mut then = BTreeMap::new();
    for day in 0..days {
        if day == on {
            then = world.stages();
        }
        world.begin_day();
        for slot in 0..SLOTS {
            world.slot(slot).await.expect("it goes on");
        }
        world.end_day();
    }
    world.end().await.expect("it ends");
    (then, world)
}

/// Nobody answers any more: every phone goes on to what its last lease justified, and is free on
/// its day, whatever its owner owes.
#[tokio::test]
async fn a_lender_who_vanishes_keeps_no_phone() {
    for seed in 1..=3 {
        let faults = Faults { power: 0, ..Faults::ordinary() };
        let setup = Setup { seed, days: 230, sunset_days: Some(30), faults, ..Setup::default() };
        let (then, world) = vanish(setup, 60).await;
        let restricted = then.iter().filter(|(stage, _)| stage.starts_with("restrict"));
        let locked = then.get("lock").copied().unwrap_or(0);
        assert!(restricted.count() > 0 || locked > 0, "some are held: {then:?}");
        let summary = world.summary();
        assert!(summary.violations.is_empty(), "{summary}");
        assert!(summary.checks["free_from_its_sunset_on"] > 1_000, "{summary}");
        let left = world.stages();
        assert!(left.keys().all(|stage| ["released", "clear"].contains(&&**stage)), "{left:?}");
        assert!(left["released"] > then.get("released").copied().unwrap_or(0), "{then:?} {left:?}");
    }
}

/// While the lender is there his server frees them on the same day.
#[tokio::test]
async fn a_lender_who_stays_frees_them_on_the_same_day() {
    let setup = Setup { phones: 12, days: 130, sunset_days: Some(30), ..Setup::default() };
    let (_, world) = vanish(setup, 130).await;
    let summary = world.summary();
    let ours = ["free_from_its_sunset_on", "no_restriction_from_the_sunset_on"];
    let wrong = summary.violations.iter().filter(|one| ours.contains(&one.property));
    assert_eq!(wrong.count(), 0, "{summary}");
    assert!(ours.iter().all(|property| summary.checks[property] > 1_000), "{summary}");
}
