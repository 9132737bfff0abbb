//! What no other system of this kind does, rule by rule: a test for each of it that the domain
//! holds and no other file of its tests does.

use domain::{
    Command, Ladder, Stage,
    policy::{LegalStatus, Lender, Pack, Proof},
};

use crate::scene::{World, enrolment, fast, fast_pack, fast_programme, lender, pack_notice, terms};

/// Where a law wants to see that a notice was shown, the lender's own letter starts no clock.
#[test]
fn star_notice_proof_before_lock() {
    let mut pack = fast_pack();
    for notice in &mut pack.notices {
        notice.proof = Proof::Shown;
    }
    let ladder = Ladder::resolve(&fast_programme(), &[&pack], &lender()).unwrap();
    let mut world = World::new(ladder, terms("Asia/Kolkata"));
    world.habits.shows = false;
    world.walk_to("2026-01-14");
    let (delivered, evidence) = (world.now, "registered letter 17".to_owned());
    world.act(Command::DeclareNotice { k: 1, delivered, evidence });
    world.walk_days(300);
    assert_eq!(world.stage(), Stage::NOTICE);
    world.habits.shows = true;
    world.look();
    world.walk_days(10);
    assert_eq!(world.stage(), Stage::LOCK);
}

/// Whatever a programme asks for, the law bounds it: by what it allows at all, and by its numbers.
#[test]
fn star_law_packs_enforced() {
    let under = |packs: &[&Pack]| {
        let mut programme = fast_programme();
        programme.packs = packs.iter().map(|pack| pack.id.clone()).collect();
        Ladder::resolve(&programme, packs, &lender()).unwrap()
    };
    let court = Pack { legal_status: LegalStatus::CourtOrderRequired, ..fast_pack() };
    assert_eq!(under(&[&court]).top(), Stage::NOTICE);
    assert!(under(&[&court]).steps.is_empty());
    let other = Pack { id: "state".into(), min_dpd_restrict: 90, ..fast_pack() };
    let ladder = under(&[&fast_pack(), &other]);
    assert_eq!(ladder.top(), Stage::LOCK);
    assert!(ladder.steps.iter().all(|step| step.when.days_past_due == 90));
    let slow = Pack { id: "slow".into(), notices: vec![pack_notice(3, 21)], ..fast_pack() };
    assert_eq!(under(&[&fast_pack(), &slow]).notices[0].cure_days, 21);
}

#[test]
fn star_lock_refused_unless_lender_is_named() {
    let mut ladder = fast();
    ladder.lender = Lender { complaints: String::new(), ..lender() };
    let mut world = World::unenrolled(ladder, terms("Asia/Kolkata"), true);
    let refused = world.try_act(Command::Enrol(enrolment(1))).unwrap_err();
    assert_eq!(refused.code, "lender_not_named");
    world.ladder.lender = lender();
    world.act(Command::Enrol(enrolment(1)));
}
