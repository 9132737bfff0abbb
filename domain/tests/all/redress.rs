//! A phone that opens late or should never have closed is paid for, by the pack's rate, by itself.

use domain::{
    Command, Currency, Fact, HoldKind, Moment, Stage, State, UnitId, What,
    contract::HEARD_AGAIN,
    ledger::{Account, books},
    redress::{Redress, due},
};

use crate::scene::{DAY_S, RATE, World, fast, terms};

const HOUR_S: i64 = 3_600;
/// Minor units for each hour begun.
const PER_HOUR: i64 = 250;

/// On `restrict/1` since the 16th of January, with a law that asks for money.
fn restricted() -> World {
    let mut ladder = fast();
    ladder.unlock.device_minutes = 60;
    ladder.unlock.compensation = [(Currency::parse("INR").unwrap(), PER_HOUR)].into();
    let mut world = World::new(ladder, terms("Asia/Kolkata"));
    world.walk_to("2026-01-17");
    assert_eq!(world.stage(), Stage::restrict(1));
    world
}

/// The phone reports a stage, after so many powered seconds of silence.
fn reports(world: &mut World, stage: Stage, silent_s: Option<u64>) {
    let (what, happened) = (HEARD_AGAIN.to_owned(), world.now);
    if let Some(detail) = silent_s {
        world.act(Command::ReportEvidence { what, happened, detail });
    }
    world.act(Command::ReportStage { stage, sequence: 9, applied: world.now });
}

fn later(world: &mut World, seconds: i64) {
    world.walk(world.now.plus_seconds(seconds));
}

fn redress(world: &World) -> Vec<Redress> {
    let told = |fact: &Fact| match &fact.what {
        What::Redress(redress) => Some(redress.clone()),
        _ => None,
    };
    world.facts.iter().filter_map(told).collect()
}

fn pay_late(world: &mut World, amount: i64, value: Moment) -> UnitId {
    let payment = UnitId::from_bytes([world.next_id(); 16]);
    world.act(Command::PostPayment { payment, amount, value, confirmed: true });
    payment
}

#[test]
fn star_late_unlock_compensation_for_each_hour_begun() {
    let cases = [
        (5, None, None),
        (HOUR_S, None, None),
        (HOUR_S + 1, None, Some((1, 1))),
        (2 * HOUR_S, None, Some((1, HOUR_S))),
        (50 * HOUR_S + 1, None, Some((50, 49 * HOUR_S + 1))),
        // Two days, of which the phone was on for three hours.
        (48 * HOUR_S, Some(3 * 3_600), Some((2, 2 * HOUR_S))),
    ];
    for (waits, silent_s, expected) in cases {
        let mut world = restricted();
        world.habits.reports = false;
        world.pay(RATE);
        later(&mut world, waits);
        assert_eq!(redress(&world), [], "nobody knows yet");
        reports(&mut world, Stage::CLEAR, silent_s);
        let expected = expected.map(|(hours, seconds)| {
            let amount = hours * PER_HOUR;
            Redress::Compensated { amount, seconds, wrongful: false }
        });
        assert_eq!(redress(&world), Vec::from_iter(expected.clone()), "after {waits} s");
        let given = if expected.is_some() { world.contract.compensated } else { 0 };
        let books = books(&world.contract);
        assert_eq!(books.of(Account::CompensationCost), given);
        assert_eq!((books.of(Account::GoodwillCost), books.sum()), (0, 0));
        assert_eq!(due(&world.contract, &world.ladder), None, "once");
    }
}

#[test]
fn a_phone_that_was_never_restricted_has_nothing_to_open() {
    let mut world = restricted();
    world.habits.reports = false;
    world.contract.applied = Some((Stage::NOTICE, 1, world.now));
    world.pay(RATE);
    later(&mut world, 9 * HOUR_S);
    reports(&mut world, Stage::CLEAR, None);
    assert_eq!((redress(&world), world.contract.opening.clone()), (vec![], None));
}

#[test]
fn a_message_that_comes_before_the_phone_is_heard_is_not_what_it_waits_for() {
    let mut world = restricted();
    world.habits.reports = false;
    world.pay(RATE);
    let since = world.now;
    world.walk_days(25);
    assert_eq!(world.stage(), Stage::REMIND, "the next instalment is past due");
    reports(&mut world, Stage::REMIND, Some(2 * 3_600));
    let seconds = HOUR_S;
    assert_eq!(
        redress(&world),
        [Redress::Compensated { amount: PER_HOUR, seconds, wrongful: false }]
    );
    assert_eq!(world.contract.opening.unwrap().since, since);
}

#[test]
fn a_phone_that_restricted_itself_after_the_payment_is_compensated() {
    let mut world = restricted();
    world.habits.reports = false;
    world.contract.applied = Some((Stage::NOTICE, 1, world.now));
    world.pay(RATE);
    later(&mut world, 5 * HOUR_S);
    reports(&mut world, Stage::restrict(1), None);
    later(&mut world, 3 * HOUR_S);
    reports(&mut world, Stage::CLEAR, None);
    let (amount, seconds) = (2 * PER_HOUR, 2 * HOUR_S);
    assert_eq!(redress(&world), [Redress::Compensated { amount, seconds, wrongful: false }]);
}

#[test]
fn a_payment_made_in_time_and_recorded_late_opens_an_incident() {
    let mut world = restricted();
    let effect = world.contract.restricted_since().unwrap();
    later(&mut world, 3 * HOUR_S);
    let payment = pay_late(&mut world, RATE, effect.plus_seconds(-1));
    let found = Redress::WrongfulFound { since: effect, payment };
    let seconds = world.now.seconds_since(effect);
    let amount = (seconds + HOUR_S - 1) / HOUR_S * PER_HOUR;
    let paid = Redress::Compensated { amount, seconds, wrongful: true };
    assert_eq!(redress(&world), [found, paid]);
    let hold = world.contract.holds.iter().find(|hold| hold.kind == HoldKind::Incident).unwrap();
    assert_eq!((hold.until, world.contract.compensated), (None, amount));
    // Nothing restricts it until somebody has looked: not even the next debts.
    let id = hold.id;
    world.walk_days(60);
    assert_eq!(world.stage(), Stage::NOTICE);
    world.act(Command::CloseHold(id));
    assert!(world.stage().restricts());
}

#[test]
fn a_payment_that_came_after_the_restriction_or_did_not_cover_it_is_no_incident() {
    let mut world = restricted();
    let effect = world.contract.restricted_since().unwrap();
    later(&mut world, 3 * HOUR_S);
    pay_late(&mut world, RATE / 2, effect.plus_seconds(-DAY_S));
    assert_eq!(redress(&world), [], "half of it was missing all the same");
    let mut world = restricted();
    pay_late(&mut world, RATE, effect);
    assert_eq!(redress(&world), [], "it came as the step began");
}

#[test]
fn money_that_counts_from_later_does_not_excuse_the_restriction() {
    // Two halves: the first was made in time and recorded last.
    let mut world = restricted();
    let effect = world.contract.restricted_since().unwrap();
    later(&mut world, 3 * HOUR_S);
    world.walk_days(1);
    world.pay(RATE / 2);
    pay_late(&mut world, RATE / 2, effect.plus_seconds(-DAY_S));
    assert_eq!(redress(&world), [], "on that day half was missing");
}

#[test]
fn an_opened_phone_is_compensated_when_the_first_payment_turns_up() {
    let mut world = restricted();
    let effect = world.contract.restricted_since().unwrap();
    later(&mut world, 3 * HOUR_S);
    world.pay(RATE);
    assert_eq!((world.stage(), redress(&world)), (Stage::CLEAR, vec![]));
    let opened = world.now;
    world.walk_days(2);
    let payment = pay_late(&mut world, RATE, effect.plus_seconds(-DAY_S));
    let seconds = opened.seconds_since(effect);
    let amount = (seconds + HOUR_S - 1) / HOUR_S * PER_HOUR;
    let found = Redress::WrongfulFound { since: effect, payment };
    assert_eq!(redress(&world), [found, Redress::Compensated { amount, seconds, wrongful: true }]);
}

#[test]
fn another_currency_or_no_rate_books_nothing() {
    let mut world = restricted();
    world.habits.reports = false;
    world.ladder.unlock.compensation = [(Currency::parse("KES").unwrap(), PER_HOUR)].into();
    world.pay(RATE);
    later(&mut world, 9 * HOUR_S);
    reports(&mut world, Stage::CLEAR, None);
    assert_eq!(redress(&world), []);
    let late = world.contract.opening.clone().unwrap().late_s(&world.ladder);
    assert_eq!(late, Some(8 * HOUR_S), "it is late all the same");
}

#[test]
fn the_last_payment_is_released_and_compensated_after_the_phone_confirms() {
    let mut world = restricted();
    world.habits.reports = false;
    world.pay(12 * RATE);
    assert!(world.contract.is_released());
    later(&mut world, 3 * HOUR_S);
    world.act(Command::ConfirmRemoval);
    let (amount, seconds) = (2 * PER_HOUR, 2 * HOUR_S);
    assert_eq!(redress(&world), [Redress::Compensated { amount, seconds, wrongful: false }]);
    assert!(matches!(world.contract.state, State::Released { removed: true, .. }));
    assert_eq!(world.contract.account.now().credit, 0, "it pays no debt");
    assert_eq!(world.contract.credit_open(), amount);
    let reason = "transfer 4711".to_owned();
    let refused = world.try_act(Command::Refund { amount: amount + 1, reason: reason.clone() });
    assert_eq!(refused.unwrap_err().code, "refund_exceeds_credit");
    world.act(Command::Refund { amount, reason });
    assert_eq!((world.contract.credit_open(), books(&world.contract).sum()), (0, 0));
}
