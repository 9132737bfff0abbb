//! Holds keep things from rising or lower them; they never raise.

use domain::{
    Actor, Command, EnrolmentId, Fact, HoldId, Moment, Reason, Stage, What, decide,
    hold::{Hold, HoldKind},
    safety::{Answer, Ward, freeze_from},
};

use crate::scene::{DAY_S, RATE, World, fast, terms};

fn overdue(days: i64) -> World {
    let mut world = World::new(fast(), terms("Asia/Kolkata"));
    world.walk_to("2026-01-10");
    world.walk_days(days);
    world
}

/// On the day of `restrict/1` (7 days past due) a hold opens, a week later it ends, and two days
/// after that the phone stands at lock again.
#[test]
fn each_kind_freezes_or_lowers_and_then_lets_go() {
    let lowered = [
        (HoldKind::Dispute, Stage::restrict(1)),
        (HoldKind::Hardship, Stage::restrict(1)),
        (HoldKind::Promise, Stage::restrict(1)),
        (HoldKind::FeedStale, Stage::restrict(1)),
        (HoldKind::PaymentPending, Stage::NOTICE),
        (HoldKind::Incident, Stage::NOTICE),
        (HoldKind::LegalStay, Stage::CLEAR),
        (HoldKind::EnforcementOff, Stage::CLEAR),
        (HoldKind::Stolen, Stage::NOTICE),
        (HoldKind::AreaEmergency, Stage::NOTICE),
        (HoldKind::LenderSuspended, Stage::CLEAR),
        (HoldKind::Breaker, Stage::restrict(1)),
    ];
    assert_eq!(lowered.len(), HoldKind::ALL.len());
    for (kind, held_at) in lowered {
        let mut world = overdue(7);
        assert_eq!(world.stage(), Stage::restrict(1));
        world.open_hold(kind, Some(7));
        assert_eq!(world.stage(), held_at, "{kind:?}");
        assert!(world.decision().reasons.contains(&Reason::Held(kind)));
        assert!(world.decision().timetable.iter().all(|entry| !entry.stage.restricts()));
        let ends = world.now.plus_seconds(7 * DAY_S);
        world.walk(Moment::from_micros(ends.micros() - 1));
        assert_eq!(world.stage(), held_at, "{kind:?} to its last moment");
        world.walk_days(1);
        // One step at a time also after the hold.
        assert!(world.stage() <= Stage::restrict(2), "{kind:?}");
        world.walk_days(3);
        assert_eq!(world.stage(), Stage::LOCK, "{kind:?} has ended");
    }
}

#[test]
fn a_hold_without_end_lasts_until_it_is_closed() {
    let mut world = overdue(7);
    let id = world.open_hold(HoldKind::Dispute, None);
    world.walk_days(400);
    assert_eq!(world.stage(), Stage::restrict(1));
    world.act(Command::CloseHold(id));
    assert_eq!(world.stage(), Stage::restrict(2));
    assert_eq!(world.try_act(Command::CloseHold(id)), Ok(0), "closed already");
}

#[test]
fn money_on_its_way_and_promises_need_an_end() {
    let mut world = overdue(7);
    for kind in HoldKind::ALL {
        let id = domain::HoldId::from_bytes([world.next_id(); 16]);
        let hold = |from, until| {
            let cause = "test".to_owned();
            Command::OpenHold(domain::hold::Hold { id, kind, from, until, cause })
        };
        let needs = matches!(kind, HoldKind::PaymentPending | HoldKind::Promise);
        if needs {
            let refused = world.try_act(hold(world.now, None)).unwrap_err();
            assert_eq!(refused.code, "hold_needs_end");
        }
        let day = world.now.plus_seconds(DAY_S);
        for (from, until) in [
            (day, None),
            (world.now, Some(world.now)),
            (world.now, Some(world.now.plus_seconds(181 * DAY_S))),
        ] {
            let until = until.or(needs.then_some(day));
            let refused = world.try_act(hold(from, until)).unwrap_err();
            assert_eq!(refused.code, "hold_out_of_range", "{kind:?}");
        }
    }
    assert!(world.contract.holds.is_empty());
}

/// What began before the freeze stays, what began after it falls back.
#[test]
fn a_freeze_counts_from_its_own_beginning() {
    for (back_days, stage) in [(0, Stage::restrict(2)), (2, Stage::NOTICE), (1, Stage::restrict(1))]
    {
        let mut world = overdue(8);
        assert_eq!(world.stage(), Stage::restrict(2));
        let from = world.now.plus_seconds(-back_days * DAY_S);
        world.open_hold_from(HoldKind::Dispute, from, Some(10));
        assert_eq!(world.stage(), stage, "{back_days} days back");
    }
}

/// A provisional unlock that runs out during a dispute does not lock the phone again.
#[test]
fn nothing_rises_while_a_freeze_lasts_not_even_when_a_ceiling_ends() {
    let mut world = overdue(7);
    let pending = world.open_hold(HoldKind::PaymentPending, Some(2));
    world.walk_days(1);
    let dispute = world.open_hold(HoldKind::Dispute, None);
    world.walk_days(10);
    assert_eq!(world.stage(), Stage::NOTICE);
    world.act(Command::CloseHold(pending));
    world.walk_days(10);
    assert_eq!(world.stage(), Stage::NOTICE);
    world.act(Command::CloseHold(dispute));
    assert_eq!(world.stage(), Stage::restrict(1));
    assert!(world.contract.holds.is_empty());
}

/// Nobody is given notice under a stay, and none that was shown meanwhile counts.
#[test]
fn a_stay_gives_no_notice() {
    let mut world = overdue(2);
    let prepared = world.contract.notices[0].clone();
    world.open_hold(HoldKind::LegalStay, Some(30));
    assert!(world.contract.notices.is_empty());
    world.walk_days(20);
    assert!(world.contract.notices.is_empty());
    let shown =
        Command::NoticeShown { id: prepared.id, shown: world.now, text_hash: "00".to_owned() };
    assert_eq!(world.try_act(shown), Ok(0));
    world.walk_days(10);
    assert_eq!(world.stage(), Stage::NOTICE, "after the stay the first notice");
}

#[test]
fn a_held_phone_still_opens_by_payment() {
    for kind in HoldKind::ALL {
        let mut world = overdue(20);
        world.open_hold(kind, Some(30));
        world.pay(RATE);
        assert_eq!(world.stage(), Stage::CLEAR, "{kind:?}");
    }
}

/// Two days of grace follow the moment that was promised.
#[test]
fn a_promise_has_its_grace() {
    let mut world = overdue(7);
    world.open_hold(HoldKind::Promise, Some(3));
    let until = world.contract.holds[0].until.unwrap();
    assert_eq!(until, world.now.plus_seconds(5 * DAY_S));
    world.walk_days(4);
    assert_eq!(world.stage(), Stage::restrict(1), "the day after the promise");
    world.walk_days(1);
    assert_eq!(world.stage(), Stage::restrict(2));
}

fn end(hold: HoldId, answer: Option<Answer>) -> Command {
    Command::Ward(Ward::EndHold { hold, answer, reason: "they called".into() })
}

/// A borrower's question ends with an answer. Only a refusal leaves a stay behind it: fourteen
/// whole local days, the day of the refusal not counted.
#[test]
fn star_hardship_dispute_hold_ends_with_its_answer() {
    for kind in [HoldKind::Dispute, HoldKind::Hardship] {
        for answer in Answer::ALL {
            let mut world = overdue(7);
            let id = world.open_hold(kind, None);
            world.walk_days(20);
            let refused = world.try_act(end(id, None)).unwrap_err();
            assert_eq!(refused.code, "hold_needs_answer");
            world.act(end(id, Some(answer)));
            let zone = world.contract.terms().zone().clone();
            let day = zone.day(world.now);
            if answer != Answer::Refused {
                assert_eq!(world.stage(), Stage::restrict(2), "{kind:?} {answer:?}");
                assert_eq!(world.try_act(end(id, Some(answer))), Ok(0), "ended already");
                continue;
            }
            let free = zone.midnight(day.plus_days(15).unwrap());
            assert_eq!(world.contract.holds[0].until, Some(free));
            world.walk(Moment::from_micros(free.micros() - 1));
            assert_eq!(world.stage(), Stage::restrict(1), "{kind:?}: the stay");
            world.walk(free);
            assert_eq!(world.stage(), Stage::restrict(2), "{kind:?}: the stay is over");
        }
    }
}

#[test]
fn only_questions_are_answered_and_every_end_has_a_reason() {
    let mut world = overdue(7);
    let id = world.open_hold(HoldKind::EnforcementOff, Some(30));
    let refused = world.try_act(end(id, Some(Answer::Upheld))).unwrap_err();
    assert_eq!(refused.code, "hold_takes_no_answer");
    let blank = Command::Ward(Ward::EndHold { hold: id, answer: None, reason: "  ".into() });
    assert_eq!(world.try_act(blank).unwrap_err().code, "bad_text");
    assert_eq!(world.stage(), Stage::CLEAR);
    world.act(end(id, None));
    assert!(world.contract.holds.is_empty());
}

/// Nobody has to answer what has an end; the rest is late thirty whole days after it was opened.
#[test]
fn an_answer_is_owed_by_a_day() {
    let mut world = overdue(7);
    let opened = world.now;
    world.open_hold(HoldKind::Dispute, None);
    world.open_hold(HoldKind::Dispute, Some(5));
    world.open_hold(HoldKind::Breaker, None);
    let terms = world.contract.terms();
    let by: Vec<_> = world.contract.holds.iter().map(|hold| hold.answer_by(terms)).collect();
    let zone = terms.zone();
    let day = zone.day(opened).plus_days(31).unwrap();
    assert_eq!(by, [Some(zone.midnight(day)), None, None]);
}

/// A freeze from the moment that `freeze_from` names keeps a contract where it was, whatever made
/// it stop there before.
#[test]
fn a_freeze_from_the_last_decision_keeps_the_next_step_from_beginning() {
    for ended in [None, Some(HoldKind::Dispute), Some(HoldKind::PaymentPending)] {
        let mut world = overdue(7);
        let before = world.stage();
        let held = ended.map(|kind| world.open_hold(kind, Some(9)));
        let before = held.map_or(before, |_| world.stage());
        world.habits.reports = true;
        let mut late = world.clone();
        late.now = late.now.plus_seconds(12 * DAY_S);
        assert!(late.stage() > before, "{ended:?}: it would rise");
        let from = freeze_from(&late.contract, &late.ladder, before);
        late.open_hold_from(HoldKind::Breaker, from, None);
        assert_eq!(late.stage(), before, "{ended:?}");
    }
}

#[test]
fn a_contract_remembers_when_it_was_raised_its_area_and_its_feeds() {
    let mut world = overdue(7);
    assert_eq!(world.contract.raised_at, Some(world.now));
    let raised = world.contract.raised_at;
    world.pay(RATE);
    assert_eq!((world.stage(), world.contract.raised_at), (Stage::CLEAR, raised));
    let area = |area: Option<&str>| {
        let area = area.map(str::to_owned);
        Command::Ward(Ward::SetArea { area, reason: "moved".into() })
    };
    assert_eq!(world.try_act(area(Some(" x"))).unwrap_err().code, "bad_text");
    assert_eq!(world.try_act(area(Some("IN-KL"))), Ok(1));
    assert_eq!(world.try_act(area(Some("IN-KL"))), Ok(0));
    assert_eq!(world.contract.area.as_deref(), Some("IN-KL"));
    assert_eq!(world.try_act(area(None)), Ok(1));
    for feed in ["a", "b", "b", "c", "a", "d"] {
        world.act(Command::Ward(Ward::PayThrough(feed.into())));
    }
    assert_eq!(world.contract.pays_through, ["c", "a", "d"]);
}

/// The holder's own button opens one dispute in a spell of arrears: it freezes like any other, is
/// answered like any other, and pressed again it is a record and no freeze.
#[test]
fn the_holder_opens_a_dispute_himself_once_in_a_spell() {
    let object = |world: &mut World| {
        let (hold, at) = (HoldId::from_bytes([world.next_id(); 16]), world.now);
        let asked = Command::Object { hold, asked: at };
        let by = Actor::Device(EnrolmentId::from_bytes([1; 16]));
        let facts = decide(&world.contract, &world.ladder, asked, by, at).unwrap();
        facts.iter().for_each(|fact| world.contract.apply(fact));
        world.look();
        (hold, world.contract.holds.iter().any(|known| known.id == hold))
    };
    let mut world = World::new(fast(), terms("Asia/Kolkata"));
    world.walk_to("2026-01-15");
    assert_eq!(world.stage(), Stage::NOTICE);
    // What a contract takes in is opened while the phone checks in; it costs its holder nothing.
    let (id, from, kind) = (HoldId::from_bytes([99; 16]), world.now, HoldKind::Breaker);
    let taken_in = Hold { id, kind, from, until: None, cause: "breaker".into() };
    let by = Actor::Device(EnrolmentId::from_bytes([1; 16]));
    let (at, what) = (world.now, What::HoldOpened(taken_in));
    world.contract.apply(&Fact { at, actor: by, what });
    world.act(Command::CloseHold(id));
    let (hold, opened) = object(&mut world);
    assert!(opened);
    assert!(!object(&mut world).1, "one is open already");
    world.walk_to("2026-02-05");
    assert_eq!(world.stage(), Stage::NOTICE, "nothing rises while it is open");
    let answer = Some(Answer::Refused);
    world.act(Command::Ward(Ward::EndHold { hold, answer, reason: "paid to us never".into() }));
    assert!(!object(&mut world).1, "once in a spell: more than that support opens");
    world.walk_days(16);
    assert!(world.stage().restricts(), "after the stay");
    world.pay(2 * RATE);
    assert_eq!(world.stage(), Stage::CLEAR);
    world.walk_to("2026-03-14");
    assert!(object(&mut world).1, "another spell, another time");
}
