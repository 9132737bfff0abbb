//! What packs leave of a programme, said to the lender who asked for more.

use std::collections::BTreeSet;

use domain::{
    Guard, Ladder, Restriction, Rung, Stage,
    bounds::{Passed, bounds, passages},
    policy::{
        Blackout, Manner, Pack, Programme,
        care::{Evidence, Relock, Silence},
    },
};
use expect_test::{Expect, expect};

use crate::scene::{fast_pack, fast_programme, lender, notice, rbi_pack, step};

fn check(programme: &Programme, pack: &Pack, expected: Expect) {
    let programme = Programme { packs: vec![pack.id.clone()], ..programme.clone() };
    let ladder = Ladder::resolve(&programme, &[pack], &lender()).unwrap();
    let told: String = bounds(&programme, &ladder).iter().map(|one| format!("{one}\n")).collect();
    expected.assert_eq(&told);
}

#[test]
fn a_programme_within_its_packs_hears_nothing() {
    check(
        &fast_programme(),
        &fast_pack(),
        expect![[r#"
        restrict/1: not before 7 days past due, when the notices have run; its dates say 6
    "#]],
    );
}

#[test]
fn a_hasty_programme_hears_what_the_law_leaves() {
    let programme = Programme {
        notices: vec![notice(3, 1)],
        steps: vec![step(6, 0, 1), step(7, 1, 3)],
        lock: Some(step(9, 1, 7)),
        guards: Guard::ALL.iter().copied().collect(),
        ..fast_programme()
    };
    let pack = Pack {
        restrictions: BTreeSet::from([Restriction::Wallpaper]),
        guards: BTreeSet::from([Guard::SafeMode]),
        ..rbi_pack()
    };
    check(
        &programme,
        &pack,
        expect![[r#"
        notice 1: from 60 days past due, not from 3
        notice 1: runs 21 whole days, not 1
        notice 2: the packs ask for it
        restrict/1: from 90 days past due, not from 6
        restrict/2: from 90 days past due, not from 7
        restrict/2: 3 days after the stage below, not 1
        restrict/2: the packs do not let it take away camera
        restrict/2: the packs do not let it take away gallery
        restrict/2: takes no more away than the stage below
        lock: the packs do not allow it
        guard factory_reset: the packs do not permit it
        guard debugging: the packs do not permit it
        guard unknown_installs: the packs do not permit it
        guard agent_removal: the packs do not permit it
    "#]],
    );
}

#[test]
fn a_law_without_restrictions_forbids_every_step() {
    let pack = Pack { rung_max: Rung::Notice, ..fast_pack() };
    check(
        &fast_programme(),
        &pack,
        expect![[r#"
        restrict/1: the packs do not allow it
        restrict/2: the packs do not allow it
        lock: the packs do not allow it
    "#]],
    );
}

/// What a lender asks of silence and evidence, and what his packs leave of it.
#[test]
fn a_programmes_manner_hears_what_the_law_leaves() {
    let silence = |after_hours, stage| Some(Silence { after_hours, stage });
    let sim = |rung| [(Evidence::SimChanged, rung)].into();
    let asked = Programme {
        manner: Manner {
            silence: silence(24, Stage::LOCK),
            evidence: sim(Rung::Restrict),
            ..Manner::default()
        },
        ..fast_programme()
    };
    let mut pack = fast_pack();
    pack.care.relock_after_partial = Relock::EveryPayment;
    let first =
        "restrict/1: not before 7 days past due, when the notices have run; its dates say 6";
    let hears = |pack: &Pack| {
        let ladder = Ladder::resolve(&asked, &[pack], &lender()).unwrap();
        let told = bounds(&asked, &ladder).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(told[0], first);
        told[1..].to_vec()
    };
    let lapse = "relock_after_partial: the packs ask for every_payment";
    let none = "silence: leads to nothing: the packs do not allow it";
    assert_eq!(hears(&pack), [none, "evidence sim_changed: reaches clear at most", lapse]);
    pack.care.silence = silence(120, Stage::restrict(1));
    pack.care.evidence_effects = sim(Rung::Notice);
    let less = "silence: leads to restrict/1 at most, after 120 hours";
    assert_eq!(hears(&pack), [less, "evidence sim_changed: reaches notice at most", lapse]);
    pack.care.relock_after_partial = Relock::BelowMin;
    pack.care.evidence_effects = sim(Rung::Lock);
    pack.blackout = Some(Blackout::daily(22 * 3_600, 6 * 3_600));
    let hours = "silence: leads to nothing: a silent phone does not know the hours in which \
                 nothing starts";
    assert_eq!(hears(&pack), [hours]);
}

/// The earliest way is the one that a device walks which hears and reports everything at once.
#[test]
fn the_earliest_way_is_walked() {
    let ladder = crate::scene::rbi();
    let way = passages(&ladder);
    let days: Vec<(Stage, u32)> = way
        .iter()
        .filter_map(|passage| match passage.what {
            Passed::Stage(stage) => Some((stage, passage.days_past_due)),
            Passed::Notice(..) => None,
        })
        .collect();
    let mut world = crate::scene::World::new(ladder, crate::scene::terms("Asia/Kolkata"));
    world.walk_to("2026-08-01");
    let first_due = world.midnight("2026-01-10");
    let walked: Vec<(Stage, u32)> = world.stages[1..]
        .iter()
        .map(|(at, stage)| {
            let days = at.seconds_since(first_due) / crate::scene::DAY_S;
            (*stage, u32::try_from(days).unwrap())
        })
        .collect();
    assert_eq!(days, walked);
}
