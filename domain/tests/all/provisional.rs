//! Announced money opens for a while, a few times, and leaves nothing behind but its budget.

use domain::{
    Actor, Command, Contract, HoldId, Moment, Stage, UnitId, decide, decide::spent,
    evaluate::evaluate, hold::Announced,
};
use proptest::prelude::*;

use crate::{
    life::lives,
    properties::check,
    scene::{DAY_S, RATE, World, fast, terms},
};

fn announced(byte: u8, amount: Option<i64>) -> Command {
    let transaction = format!("hash-{byte}");
    let hold = HoldId::from_bytes([100 + byte; 16]);
    Command::OpenProvisional(Announced { hold, transaction, amount })
}

/// Seven days past due since the 5th of January, on `restrict/1`.
fn overdue() -> World {
    let mut world = World::new(fast(), terms("Asia/Kolkata"));
    world.walk_to("2026-01-10");
    world.walk_days(7);
    assert_eq!(world.stage(), Stage::restrict(1));
    world
}

#[test]
fn star_provisional_unlock_on_payment_proof_opens_for_a_day() {
    let (mut world, mut other) = (overdue(), overdue());
    world.act(announced(1, None));
    assert_eq!(world.stage(), Stage::NOTICE);
    let back = world.decision().timetable[0].clone();
    assert_eq!((back.stage, back.at), (Stage::restrict(1), world.now.plus_seconds(DAY_S)));
    world.walk(Moment::from_micros(back.at.micros() - 1));
    assert_eq!(world.stage(), Stage::NOTICE, "to its last moment");
    world.walk(back.at);
    other.walk(back.at);
    assert_eq!((world.stage(), other.stage()), (Stage::restrict(2), Stage::restrict(2)));
    assert_eq!(
        world.contract.effect(Stage::restrict(1)),
        other.contract.effect(Stage::restrict(1))
    );
    assert_eq!(world.decision().reasons, other.decision().reasons);
}

#[test]
fn the_same_transaction_opens_once_and_the_budget_renews() {
    let mut world = overdue();
    assert_eq!(world.try_act(announced(1, None)), Ok(1));
    assert_eq!(world.try_act(announced(1, None)), Ok(0));
    world.walk_days(2);
    assert_eq!(world.try_act(announced(1, None)), Ok(0));
    let second = world.now;
    assert_eq!(world.try_act(announced(2, None)), Ok(1));
    world.walk_days(2);
    let refused = world.try_act(announced(3, None)).unwrap_err();
    assert_eq!(refused.code, "provisional_budget_spent");
    let renews = spent(&world.contract, &world.ladder, world.now).unwrap();
    assert_eq!(renews, second.plus_seconds(28 * DAY_S), "thirty days after the first");
    assert!(refused.detail.contains(&renews.rfc3339()), "{}", refused.detail);
    world.walk(Moment::from_micros(renews.micros() - 1));
    assert!(world.try_act(announced(3, None)).is_err());
    world.walk(renews);
    assert_eq!(world.try_act(announced(3, None)), Ok(1));
    world.ladder.provisional.count = 0;
    assert_eq!(world.try_act(announced(4, None)).unwrap_err().code, "provisional_budget_spent");
}

#[test]
fn what_would_open_nothing_costs_nothing() {
    let mut clear = World::new(fast(), terms("Asia/Kolkata"));
    clear.walk_to("2026-01-10");
    assert_eq!(clear.try_act(announced(1, Some(RATE))), Ok(0), "nothing is restricted");
    let mut soon = World::new(fast(), terms("Asia/Kolkata"));
    soon.walk_to("2026-01-17");
    soon.walk(soon.now.plus_seconds(-3_600));
    let mut world = overdue();
    assert_eq!(world.try_act(announced(1, Some(1))), Ok(0), "too little to open anything");
    assert_eq!(world.try_act(announced(1, Some(-1))).unwrap_err().code, "amount_not_positive");
    let nothing =
        Announced { hold: HoldId::from_bytes([1; 16]), transaction: "".into(), amount: None };
    let refused = world.try_act(Command::OpenProvisional(nothing)).unwrap_err();
    assert_eq!(refused.code, "bad_text");
    assert!(world.contract.unlocks.is_empty());
    assert_eq!(world.try_act(announced(1, Some(12 * RATE))), Ok(1));
}

#[test]
fn it_ends_when_the_money_comes_or_will_not_come() {
    let mut world = overdue();
    world.act(announced(1, None));
    assert_eq!(world.try_act(Command::EndProvisional("hash-2".into())), Ok(0));
    assert_eq!(world.try_act(Command::EndProvisional("hash-1".into())), Ok(1));
    assert_eq!(world.stage(), Stage::restrict(1));
    assert_eq!(world.try_act(Command::EndProvisional("hash-1".into())), Ok(0));
    world.act(announced(2, None));
    world.pay(12 * RATE);
    assert!(world.contract.is_released(), "an unlock never delays the release");
    assert_eq!(world.try_act(announced(3, None)).unwrap_err().code, "contract_not_active");
}

fn carried_out(
    contract: &Contract,
    ladder: &domain::Ladder,
    command: Command,
    at: Moment,
) -> Contract {
    let mut after = contract.clone();
    for fact in decide(contract, ladder, command, Actor::Time, at).unwrap_or_default() {
        after.apply(&fact);
    }
    after
}

/// While it is open nothing is higher than it would be; afterwards everything is as it would be,
/// and what a device follows by itself is what the server would say.
#[test]
fn no_life_is_higher_for_it_or_lower_after_it() {
    let opened = std::cell::Cell::new(0_u32);
    check((lives(), 0..3 * DAY_S), |(life, gap_s)| {
        let lived = life.live(|_, _| Ok::<(), TestCaseError>(()))?;
        let (contract, ladder, now) = (&lived.contract, &life.ladder, lived.now);
        let with = carried_out(contract, ladder, announced(1, None), now);
        let Some(hold) = with.holds.iter().find(|hold| hold.id == HoldId::from_bytes([101; 16]))
        else {
            return Ok(());
        };
        opened.set(opened.get() + 1);
        let stage = evaluate(&with, ladder, now).stage;
        let report = Command::ReportStage { stage, sequence: 1, applied: now };
        let reported = carried_out(&with, ladder, report, now);
        let until = hold.until.unwrap();
        let frozen = contract.holds.iter().any(|hold| hold.kind.ceiling().is_none());
        for at in [now, now.plus_seconds(gap_s), until, until.plus_seconds(gap_s)] {
            let without = evaluate(contract, ladder, at);
            let is = evaluate(&with, ladder, at);
            prop_assert!(is.stage <= without.stage);
            if at >= until && !frozen {
                prop_assert_eq!(is.stage, without.stage);
                prop_assert_eq!(&is.timetable, &without.timetable);
                let back = evaluate(&reported, ladder, at).stage;
                prop_assert!(back >= without.stage, "{back} after a report, not {}", without.stage);
            }
        }
        let planned = evaluate(&with, ladder, now).timetable;
        for entry in planned.iter().filter(|entry| entry.stage.restricts()) {
            prop_assert!(entry.at >= until, "{entry:?} before {until:?}");
        }
        Ok(())
    });
    assert!(opened.get() > 20, "{} lives were opened", opened.get());
}

#[test]
fn money_of_another_kind_ends_nothing() {
    let mut world = overdue();
    world.act(announced(1, None));
    let payment = UnitId::from_bytes([77; 16]);
    world.act(Command::PostPayment { payment, amount: 1, value: world.now, confirmed: true });
    assert_eq!(world.stage(), Stage::NOTICE);
    assert!(!world.contract.holds.is_empty());
}
