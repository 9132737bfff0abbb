//! Several packs and a programme: the strictest value wins, field by field.

use domain::{
    Channel, Command, Guard, Ladder, Reason, Restriction, Rung, Stage,
    ladder::LadderError,
    policy::{LegalStatus, Pack, PackNotice, Passes, Programme, Proof},
    safety::Ward,
};

use crate::scene::{
    World, dpd, fast_programme, lender, notice, pack, pack_notice, programme, step, terms,
};

fn two(programme: Programme, a: Pack, b: Pack) -> Result<Ladder, LadderError> {
    let packs = vec!["a".to_owned(), "b".to_owned()];
    let (a, b) = (Pack { id: "a".into(), ..a }, Pack { id: "b".into(), ..b });
    Ladder::resolve(&Programme { packs, ..programme }, &[&a, &b], &lender())
}

#[test]
fn the_strictest_value_wins_field_by_field() {
    let a = Pack {
        min_dpd_restrict: 30,
        notices: vec![pack_notice(5, 2)],
        min_days_between_steps: 1,
        passes: Passes { count: 1, hours: 48 },
        offline_step_max_age_hours: 24,
        removal_hours: 48,
        restrictions: [Restriction::Wallpaper, Restriction::Camera].into(),
        guards: [Guard::FactoryReset, Guard::Debugging].into(),
        ..pack("a")
    };
    let b = Pack {
        min_dpd_restrict: 7,
        notices: vec![pack_notice(3, 10), pack_notice(8, 1)],
        min_days_between_steps: 4,
        passes: Passes { count: 3, hours: 24 },
        offline_step_max_age_hours: 72,
        removal_hours: 24,
        restrictions: [Restriction::Camera, Restriction::Gallery].into(),
        guards: [Guard::FactoryReset, Guard::SafeMode].into(),
        ..pack("b")
    };
    let own = Programme {
        notices: vec![notice(4, 3)],
        steps: vec![step(6, 0, 3), step(40, 2, 3)],
        guards: Guard::ALL.iter().copied().collect(),
        ..programme("a")
    };
    let ladder = two(own, a, b).unwrap();
    let notices: Vec<_> =
        ladder.notices.iter().map(|n| (n.when.days_past_due, n.cure_days)).collect();
    assert_eq!(notices, [(5, 10), (8, 1)], "the k-th against the k-th, and a second for b");
    let steps: Vec<_> = ladder.steps.iter().map(|s| (s.when.days_past_due, s.after_s)).collect();
    assert_eq!(steps, [(30, 0), (40, 4 * 86_400)]);
    assert_eq!(ladder.steps[0].restrictions, [Restriction::Camera].into());
    assert_eq!(ladder.guards, [Guard::FactoryReset].into());
    assert_eq!(ladder.min_dpd_restrict, 30);
    assert_eq!(ladder.passes, Passes { count: 3, hours: 48 }, "the holder's favour");
    assert_eq!((ladder.offline_step_max_age_s, ladder.removal_hours), (24 * 3600, 24));
}

/// Each pack's own demand must be met: what one law accepts, the other may not.
#[test]
fn a_delivery_counts_when_every_pack_accepts_it() {
    let accepts = |channels: &[Channel], min_modes| {
        let mut rule = pack_notice(3, 1);
        rule.channels = channels.iter().copied().collect();
        rule.min_modes = min_modes;
        Pack { notices: vec![rule], ..pack("x") }
    };
    let (screen, declared) = (Channel::Screen, Channel::Declared);
    let both = [screen, declared];
    let cases = [
        (accepts(&both, 1), accepts(&both, 1), true),
        (accepts(&[screen], 1), accepts(&[declared], 1), false),
        (accepts(&both, 1), accepts(&[declared], 1), false),
        (accepts(&both, 2), accepts(&[screen], 1), false),
        (accepts(&[screen], 1), accepts(&both, 1), true),
    ];
    for (a, b, screen_is_enough) in cases {
        let own = Programme { notices: vec![notice(3, 1)], ..fast_programme() };
        let ladder = two(own, a, b).unwrap();
        assert_eq!(
            ladder.notices[0].channels,
            both.into_iter()
                .filter(|channel| {
                    ladder.notices[0].demands.iter().any(|d| d.channels.contains(channel))
                })
                .collect()
        );
        let mut world = World::new(ladder, terms("Asia/Kolkata"));
        world.walk_to("2026-02-05");
        assert_eq!(world.stage().restricts(), screen_is_enough);
        if screen_is_enough {
            continue;
        }
        let delivered = world.now;
        world.act(Command::DeclareNotice { k: 1, delivered, evidence: "letter".into() });
        world.walk_days(3);
        assert!(world.stage().restricts(), "with the letter every pack is content");
    }
}

/// The screen shows that a text was seen, a lender's word that it arrived, and nothing here that it
/// was confirmed: a law that asks for more than there is gets no restriction.
#[test]
fn a_delivery_counts_when_its_evidence_is_what_the_law_asks_for() {
    let restricts = |proof, by_screen: bool| {
        let rule = PackNotice { proof, ..pack_notice(3, 1) };
        let asks = Pack { notices: vec![rule], ..pack("x") };
        let own = Programme { notices: vec![notice(3, 1)], ..fast_programme() };
        let mut world = World::new(two(own, asks, pack("y")).unwrap(), terms("Asia/Kolkata"));
        world.habits.shows = by_screen;
        world.walk_to("2026-02-01");
        if !by_screen {
            let delivered = world.now;
            world.act(Command::DeclareNotice { k: 1, delivered, evidence: "letter".into() });
        }
        world.walk_to("2026-02-09");
        world.stage().restricts()
    };
    let cases = [
        (Proof::Accepted, true, true),
        (Proof::Delivered, true, true),
        (Proof::Shown, true, false),
        (Proof::Acknowledged, false, false),
    ];
    for (proof, by_screen, by_word) in cases {
        assert_eq!((restricts(proof, true), restricts(proof, false)), (by_screen, by_word));
    }
}

/// A step that a person has to approve begins with his approval, never before its own dates, and
/// for the arrears there are.
#[test]
fn a_step_waits_for_the_person_that_a_law_asks_for() {
    let mut a = pack("a");
    a.care.human_review_from = Some(Rung::Restrict);
    let ladder = two(fast_programme(), a, pack("b")).unwrap();
    let mut world = World::new(ladder, terms("Asia/Kolkata"));
    let approve =
        |stage| Command::Ward(Ward::ApproveStep { stage, reason: "called, no answer".into() });
    let first = Stage::restrict(1);
    world.walk_to("2026-01-14");
    assert_eq!(world.try_act(approve(first)).unwrap_err().code, "nothing_to_approve");
    world.walk_to("2026-02-01");
    assert_eq!(world.stage(), Stage::NOTICE);
    let decision = world.decision();
    assert!(decision.reasons.contains(&Reason::NotApproved(first)));
    assert_eq!(decision.timetable, Vec::new());
    let above = world.try_act(approve(Stage::restrict(2))).unwrap_err();
    assert_eq!(above.code, "nothing_to_approve");
    let blank = Command::Ward(Ward::ApproveStep { stage: first, reason: " ".into() });
    assert_eq!(world.try_act(blank).unwrap_err().code, "bad_text");
    world.act(approve(first));
    assert_eq!(world.stage(), first);
    assert_eq!(world.try_act(approve(first)), Ok(0), "known already");
    world.walk_days(30);
    assert_eq!(world.stage(), first, "the next step has a look of its own");
    world.pay(100_000);
    assert!(world.contract.approvals.is_empty());
}

#[test]
fn the_highest_rung_is_what_every_pack_and_law_allows() {
    let top = |rung_max, status| {
        let a = Pack { rung_max, legal_status: status, ..pack("a") };
        two(fast_programme(), a, pack("b")).unwrap().top()
    };
    let permitted = LegalStatus::Permitted;
    let cases = [
        (Rung::Lock, permitted, Stage::LOCK),
        (Rung::Lock, LegalStatus::Conditional, Stage::LOCK),
        (Rung::Lock, LegalStatus::Unclear, Stage::LOCK),
        (Rung::Lock, LegalStatus::CourtOrderRequired, Stage::NOTICE),
        (Rung::Lock, LegalStatus::Prohibited, Stage::NOTICE),
        (Rung::Restrict, permitted, Stage::restrict(2)),
        (Rung::Notice, permitted, Stage::NOTICE),
        (Rung::Remind, permitted, Stage::REMIND),
        (Rung::Clear, permitted, Stage::CLEAR),
    ];
    for (rung_max, status, expected) in cases {
        assert_eq!(top(rung_max, status), expected, "{rung_max:?} {status:?}");
    }
}

/// No pack, no lock; and only the packs the programme names have a say.
#[test]
fn the_packs_are_those_the_programme_names() {
    let resolve = |names: &[&str], packs: &[&Pack]| {
        let packs_named = names.iter().map(|name| (*name).to_owned()).collect();
        let programme = Programme { packs: packs_named, ..fast_programme() };
        Ladder::resolve(&programme, packs, &lender())
    };
    let (a, b) = (pack("a"), Pack { rung_max: Rung::Notice, ..pack("b") });
    assert_eq!(resolve(&[], &[&a]), Err(LadderError::NoPack(String::new())));
    assert_eq!(resolve(&["b"], &[&a]), Err(LadderError::NoPack("b".into())));
    let alone = resolve(&["a"], &[&a, &b]).unwrap();
    assert_eq!((alone.top(), alone.packs), (Stage::LOCK, vec![("a".into(), 1)]));
}

#[test]
fn ladders_that_make_no_sense_are_refused() {
    let base = fast_programme();
    let cases = [
        (
            Programme { steps: vec![step(6, 0, 3), step(7, 0, 2)], ..base.clone() },
            LadderError::Shrinks(Stage::restrict(2)),
        ),
        (
            Programme { steps: vec![step(8, 0, 1), step(7, 0, 2)], ..base.clone() },
            LadderError::OutOfOrder(Stage::restrict(2)),
        ),
        (Programme { notices: vec![notice(1, 1); 5], ..base.clone() }, LadderError::TooLong),
        (Programme { steps: vec![step(6, 0, 1); 10], ..base.clone() }, LadderError::TooLong),
        (Programme { tolerance_bps: 5_000, ..base.clone() }, LadderError::Tolerance),
    ];
    for (programme, expected) in cases {
        let fast = crate::scene::fast_pack();
        assert_eq!(Ladder::resolve(&programme, &[&fast], &lender()), Err(expected));
    }
}

/// A rung whose dates never come keeps everything above it away.
#[test]
fn a_reminder_that_never_comes_holds_the_ladder() {
    let mut never = dpd(1);
    never.past_due = i64::MAX;
    let programme = Programme { remind: Some(never), ..fast_programme() };
    let fast = crate::scene::fast_pack();
    let ladder = Ladder::resolve(&programme, &[&fast], &lender()).unwrap();
    let mut world = World::new(ladder, terms("Asia/Kolkata"));
    world.walk_days(300);
    assert_eq!(world.climbed(), ["clear"]);
    assert!(world.contract.notices.is_empty(), "nobody is given notice of nothing");
}
