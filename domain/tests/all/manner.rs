//! How a lender goes about it within the law: evidence, silence, quiet hours, part payments.

use domain::{
    Command, Day, Ladder, Reason, Rung, Stage, UnitId,
    hold::HoldKind,
    policy::{
        Blackout, Manner, Pack, Programme,
        care::{Evidence, Relock, Silence},
        hours::next_contact,
    },
    safety::Ward,
    silence::in_silence,
};

use crate::scene::{
    RATE, World, fast, fast_pack, fast_programme, lender, notice, outside_terms, step, terms,
};

const SIM: Evidence = Evidence::SimChanged;

/// A patient lender under a law that would allow more: notices from 10 days past due though the law
/// allows 3, a step from 20 though it allows 6.
fn patient(manner: Manner, allows: impl FnOnce(&mut Pack)) -> Ladder {
    let mut pack = fast_pack();
    allows(&mut pack);
    let programme = Programme {
        notices: vec![notice(10, 1), notice(10, 1)],
        steps: vec![step(20, 0, 1), step(25, 1, 3)],
        lock: None,
        manner,
        ..fast_programme()
    };
    Ladder::resolve(&programme, &[&pack], &lender()).unwrap()
}

fn watched(asked: Rung, allowed: Rung) -> World {
    let manner = Manner { evidence: [(SIM, asked)].into(), ..Manner::default() };
    let ladder = patient(manner, |pack| pack.care.evidence_effects = [(SIM, allowed)].into());
    World::new(ladder, terms("Asia/Kolkata"))
}

fn sim_changed(world: &mut World) {
    let what = SIM.name().to_owned();
    world.act(Command::ReportEvidence { what, happened: world.now, detail: 0 });
}

/// The stage on a day of one overdue instalment of 10 January, with another SIM from the 12th on.
fn stage_on(asked: Rung, allowed: Rung, day: &str) -> Stage {
    let mut world = watched(asked, allowed);
    world.walk_to("2026-01-12");
    sim_changed(&mut world);
    world.walk_to(day);
    world.stage()
}

#[test]
fn evidence_ends_the_lenders_patience_and_not_the_laws() {
    let first = Stage::restrict(1);
    let cases = [
        // The law's own dates: notices at 3, each with a day to cure; a step at 6 at the earliest.
        (Rung::Restrict, Rung::Restrict, "2026-01-12", Stage::REMIND),
        (Rung::Restrict, Rung::Restrict, "2026-01-13", Stage::NOTICE),
        (Rung::Restrict, Rung::Restrict, "2026-01-16", Stage::NOTICE),
        (Rung::Restrict, Rung::Restrict, "2026-01-17", first),
        // As far as both let it reach.
        (Rung::Notice, Rung::Restrict, "2026-01-25", Stage::NOTICE),
        (Rung::Restrict, Rung::Notice, "2026-01-25", Stage::NOTICE),
        (Rung::Notice, Rung::Restrict, "2026-01-14", Stage::NOTICE),
        (Rung::Remind, Rung::Restrict, "2026-01-14", Stage::REMIND),
        (Rung::Restrict, Rung::Clear, "2026-01-14", Stage::REMIND),
    ];
    for (asked, allowed, day, expected) in cases {
        assert_eq!(stage_on(asked, allowed, day), expected, "{asked:?} {allowed:?} {day}");
    }
}

#[test]
fn evidence_moves_nothing_for_the_current_nor_what_came_before_the_debt() {
    let mut world = watched(Rung::Restrict, Rung::Restrict);
    world.walk_to("2026-01-09");
    sim_changed(&mut world);
    assert_eq!(world.stage(), Stage::CLEAR);
    world.walk_to("2026-01-18");
    assert_eq!(world.stage(), Stage::REMIND, "it came while nothing was past due");
    assert!(!world.decision().reasons.contains(&Reason::Tampered(SIM)));
    world.pay(RATE);
    sim_changed(&mut world);
    assert_eq!(world.stage(), Stage::CLEAR);
}

#[test]
fn star_tamper_appeal_dismissed_evidence_lowers_at_once() {
    let mut world = watched(Rung::Restrict, Rung::Restrict);
    world.walk_to("2026-01-12");
    sim_changed(&mut world);
    world.walk_to("2026-01-17");
    assert_eq!(world.stage(), Stage::restrict(1));
    assert!(world.decision().reasons.contains(&Reason::Tampered(SIM)));
    let dismiss = |reason: &str| {
        Command::Ward(Ward::DismissEvidence { evidence: SIM, reason: reason.into() })
    };
    assert_eq!(world.try_act(dismiss(" ")).unwrap_err().code, "bad_text");
    world.act(dismiss("the same holder, seen at the counter"));
    assert_eq!(world.stage(), Stage::REMIND);
    assert!(!world.decision().reasons.contains(&Reason::Tampered(SIM)));
    assert_eq!(world.try_act(dismiss("again")), Ok(0));
    world.walk_to("2026-01-20");
    assert_eq!(world.stage(), Stage::NOTICE, "on the lender's own day");
}

/// What evidence hurried lapses when the law's own dates are no longer met, and not with a crumb;
/// and it is wrongful if a payment turns up with which they would not have been met.
#[test]
fn what_evidence_hurried_is_undone_by_money_like_anything_else() {
    let mut world = watched(Rung::Restrict, Rung::Restrict);
    world.walk_to("2026-01-12");
    sim_changed(&mut world);
    world.walk_to("2026-01-17");
    assert_eq!(world.stage(), Stage::restrict(1));
    let mut crumb = world.clone();
    crumb.pay(RATE / 10);
    assert_eq!(crumb.stage(), Stage::restrict(1), "its notices have run");
    crumb.pay(RATE - RATE / 10);
    assert_eq!((crumb.stage(), crumb.contract.notices.len()), (Stage::CLEAR, 0));

    let (payment, value) = (UnitId::from_bytes([77; 16]), world.midnight("2026-01-11"));
    world.act(Command::PostPayment { payment, amount: RATE, value, confirmed: true });
    assert_eq!(world.stage(), Stage::CLEAR);
    let opening = world.contract.opening.as_ref().unwrap();
    assert!(opening.wrongful.is_some(), "it had been paid before anything was restricted");
}

/// A clock that is a day off is a sign as well; what else a device tells is none.
#[test]
fn what_a_device_tells_is_a_sign_or_is_not() {
    let mut world = World::new(fast(), terms("Asia/Kolkata"));
    for (word, signs) in [("booted", 0), ("heard_again", 0), ("clock_behind", 1), ("root", 2)] {
        let what = word.to_owned();
        world.act(Command::ReportEvidence { what, happened: world.now, detail: 1 });
        assert_eq!(world.contract.evidence.len(), signs, "{word}");
    }
    assert_eq!(world.contract.evidence[0].0, Evidence::ClockTampered);
}

const TEN_DAYS: Silence = Silence { after_hours: 240, stage: Stage::LOCK };

fn silent(asked: Option<Silence>, allowed: Option<Silence>) -> Ladder {
    let manner = Manner { silence: asked, ..Manner::default() };
    patient(manner, |pack| pack.care.silence = allowed)
}

/// No further than the timetable goes, which holds what the facts justify.
#[test]
fn silence_leads_as_far_as_the_timetable() {
    let mut world = World::new(silent(Some(TEN_DAYS), Some(TEN_DAYS)), terms("Asia/Kolkata"));
    let says = |world: &World| in_silence(&world.contract, &world.ladder);
    assert_eq!(says(&world), None, "nothing is past due");
    world.walk_to("2026-01-21");
    assert_eq!(says(&world), None, "the notices have not run");
    world.walk_to("2026-01-26");
    assert_eq!((world.stage(), says(&world).unwrap().stage), (Stage::NOTICE, Stage::restrict(2)));
    let mut lower = world.clone();
    lower.ladder.care.silence = Some(Silence { stage: Stage::restrict(1), ..TEN_DAYS });
    assert_eq!(says(&lower), lower.ladder.care.silence);
    let mut held = world.clone();
    held.open_hold(HoldKind::Dispute, None);
    assert_eq!(says(&held), None, "nothing rises while a dispute is open");
    let mut paid = world.clone();
    paid.pay(RATE);
    assert_eq!(says(&paid), None);
    let begins = Day::parse("2026-06-01").unwrap();
    world.act(Command::LearnLaw(vec![("fast".into(), 2, begins)]));
    assert_eq!(says(&world), None, "a silent phone would not hear of another law");
}

#[test]
fn silence_is_what_law_and_lender_both_want() {
    let of = |asked, allowed| silent(asked, allowed).care.silence;
    let day = Silence { after_hours: 24, stage: Stage::restrict(1) };
    assert_eq!(of(Some(TEN_DAYS), None), None);
    assert_eq!(of(None, Some(TEN_DAYS)), None);
    let both = Silence { after_hours: 240, stage: Stage::restrict(1) };
    assert_eq!(of(Some(TEN_DAYS), Some(day)), Some(both));
    assert_eq!(of(Some(day), Some(TEN_DAYS)), Some(both));
}

/// Where nothing may start at some hours, and where the account is kept elsewhere, a phone by
/// itself knows too little.
#[test]
fn silence_leads_to_nothing_where_a_phone_knows_too_little() {
    let mut quiet = silent(Some(TEN_DAYS), Some(TEN_DAYS));
    quiet.blackouts.push(Blackout::daily(22 * 3_600, 6 * 3_600));
    let mut world = World::new(quiet, terms("Asia/Kolkata"));
    world.walk_to("2026-01-26");
    assert_eq!(in_silence(&world.contract, &world.ladder), None);
    let ladder = silent(Some(TEN_DAYS), Some(TEN_DAYS));
    let world = World::new(ladder, outside_terms("Asia/Kolkata"));
    assert_eq!(in_silence(&world.contract, &world.ladder), None);
}

/// The lender's own quiet hours keep steps from starting and messages from leaving, beside the
/// packs' and not instead of them.
#[test]
fn quiet_hours_keep_steps_and_messages_back_and_never_what_opens() {
    let night = Blackout::daily(20 * 3_600, 10 * 3_600);
    let manner = Manner { quiet: Some(night.clone()), ..Manner::default() };
    let mut world = World::new(patient(manner.clone(), |_| ()), terms("Asia/Kolkata"));
    let zone = world.contract.terms().zone().clone();
    world.walk_to("2026-01-30");
    assert_eq!(world.stage(), Stage::NOTICE);
    world.walk(world.now.plus_seconds(10 * 3_600 - 1));
    assert_eq!(world.stage(), Stage::NOTICE);
    world.walk(world.now.plus_seconds(1));
    assert_eq!(world.stage(), Stage::restrict(1), "when the quiet hours end");
    world.now = zone.at(zone.day(world.now), 23 * 3_600);
    world.pay(RATE);
    assert_eq!(world.stage(), Stage::CLEAR);

    let windows = world.ladder.conduct.windows.clone();
    let opens = |quiet: &[Blackout]| {
        let monday = zone.midnight(Day::parse("2026-02-02").unwrap());
        next_contact(&windows, quiet, &zone, monday).map(|at| zone.wall(at).1 / 3_600)
    };
    assert_eq!((opens(&[]), opens(&[night])), (Some(8), Some(10)));
    assert_eq!(opens(&[Blackout::daily(6 * 3_600, 22 * 3_600)]), None, "no hour is left");

    let own = Blackout::daily(10 * 3_600, 20 * 3_600);
    let never = patient(Manner { quiet: Some(own), ..manner }, |pack| {
        pack.blackout = Some(Blackout::daily(20 * 3_600, 10 * 3_600));
    });
    assert!(never.steps.is_empty(), "law and lender together leave no hour for a step");
}

/// A lender may let his notices lapse with every payment; no law that asks for it is softened.
#[test]
fn a_lender_may_be_kinder_about_part_payments() {
    let of = |asked, allowed: Relock| {
        let manner = Manner { relock_after_partial: asked, ..Manner::default() };
        patient(manner, |pack| pack.care.relock_after_partial = allowed).care.relock_after_partial
    };
    let (mild, kind) = (Relock::BelowMin, Relock::EveryPayment);
    assert_eq!(of(mild, mild), mild);
    assert_eq!([of(mild, kind), of(kind, mild), of(kind, kind)], [kind; 3]);
    let kept = |asked| {
        let manner = Manner { relock_after_partial: asked, ..Manner::default() };
        let mut world = World::new(patient(manner, |_| ()), terms("Asia/Kolkata"));
        world.walk_to("2026-02-25");
        assert!(world.stage().restricts());
        world.pay(RATE);
        let notices = world.contract.notices.iter();
        notices.filter(|notice| !notice.delivered.is_empty()).count()
    };
    assert_eq!((kept(mild), kept(kind)), (2, 1), "the newer debt is old enough for the law alone");
}
