//! Settled is clear for good; released is terminal.

use domain::{Command, Stage, State, UnitId};

use crate::scene::{DAY_S, RATE, World, enrolment, fast, terms};

const TOTAL: i64 = 12 * RATE;

fn locked() -> World {
    let mut world = World::new(fast(), terms("Asia/Kolkata"));
    world.walk_to("2026-02-01");
    assert_eq!(world.stage(), Stage::LOCK);
    world
}

fn post(world: &mut World, id: u8, amount: i64, confirmed: bool) {
    let payment = UnitId::from_bytes([id; 16]);
    let value = world.now;
    world.act(Command::PostPayment { payment, amount, value, confirmed });
}

/// The phone opens on provisional money; it is released only on money that stays.
#[test]
fn unconfirmed_money_delays_the_release_and_nothing_else() {
    let mut world = locked();
    post(&mut world, 201, TOTAL, false);
    assert_eq!(world.stage(), Stage::CLEAR);
    assert!(matches!(world.contract.state, State::Settled { .. }));
    let early = Command::Release { certificate: vec![1] };
    assert_eq!(world.try_act(early).unwrap_err().code, "payment_unconfirmed");
    let payment = UnitId::from_bytes([201; 16]);
    world.act(Command::ConfirmPayment { payment, amount: TOTAL });
    assert!(world.contract.is_released(), "confirmed, wanted and signed in one look");
}

#[test]
fn a_settled_contract_stays_clear_when_money_goes_back_and_is_not_released() {
    let mut world = locked();
    post(&mut world, 201, TOTAL, false);
    let payment = UnitId::from_bytes([201; 16]);
    world.act(Command::ReversePayment { payment, amount: TOTAL });
    world.walk_days(300);
    assert_eq!(world.stage(), Stage::CLEAR);
    assert!(!world.contract.is_released(), "nobody has paid");
    let release = Command::Release { certificate: vec![1] };
    assert_eq!(world.try_act(release).unwrap_err().code, "not_settled");
    post(&mut world, 202, TOTAL, true);
    assert!(world.contract.is_released());
}

#[test]
fn a_removal_is_confirmed_once() {
    let mut world = locked();
    post(&mut world, 201, TOTAL, true);
    for first in [true, false] {
        assert_eq!(world.try_act(Command::ConfirmRemoval), Ok(usize::from(first)));
        assert_eq!(world.contract.state.name(), "archived");
    }
}

#[test]
fn passes_are_counted_by_spell_and_move_no_rung() {
    let mut world = locked();
    for used in 1..=3 {
        world.act(Command::UsePass { used: world.now, hours: 24 });
        assert_eq!((world.contract.passes_used, world.stage()), (used, Stage::LOCK));
    }
    post(&mut world, 201, RATE, true);
    assert_eq!(world.contract.passes_used, 0, "the spell is over");
}

#[test]
fn refusals_have_codes_and_change_nothing() {
    let mut world = locked();
    let payment = UnitId::from_bytes([201; 16]);
    let value = world.now;
    let post = |amount| Command::PostPayment { payment, amount, value, confirmed: true };
    let ahead = world.now.plus_seconds(2 * DAY_S);
    let cases = [
        (post(0), "amount_not_positive"),
        (post(i64::MIN), "amount_not_positive"),
        (
            Command::PostPayment { payment, amount: 1, value: ahead, confirmed: true },
            "paid_in_future",
        ),
        (Command::ReversePayment { payment, amount: i64::MIN }, "amount_not_positive"),
        (Command::ReversePayment { payment, amount: 1 }, "reversal_exceeds_paid"),
        (Command::ConfirmPayment { payment, amount: -1 }, "amount_not_positive"),
        (Command::Credit { amount: 1, reason: " ".into() }, "bad_text"),
        (Command::Enrol(enrolment(3)), "stale_key_generation"),
        (Command::Release { certificate: vec![1] }, "not_settled"),
        (Command::ConfirmRemoval, "not_released"),
    ];
    for (command, code) in cases {
        let before = world.contract.clone();
        assert_eq!(world.try_act(command.clone()).unwrap_err().code, code, "{command:?}");
        assert_eq!(world.contract, before, "{command:?}");
    }
    world.act(post(1));
    assert_eq!(world.try_act(post(i64::MAX)).unwrap_err().code, "amount_overflow");
}
