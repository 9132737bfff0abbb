//! Another phone or another borrower in a contract that goes on.

use domain::{
    Command, EnrolmentId, Reason, Stage,
    custody::{FREED_MAX, Pass},
    fact::Consent,
    hold::HoldKind,
    ledger::books,
};

use crate::scene::{DAY_S, RATE, World, enrolment, fast, terms};

fn locked() -> World {
    let mut world = World::new(fast(), terms("Asia/Kolkata"));
    world.walk_to("2026-02-01");
    assert_eq!(world.stage(), Stage::LOCK);
    world
}

/// The certificate for the device that is bound.
fn freed(world: &World) -> Option<(EnrolmentId, Vec<u8>)> {
    world.contract.device.as_ref().map(|device| (device.id, vec![7]))
}

fn exchange(world: &World, imei: &str) -> Command {
    let (freed, imeis) = (freed(world), vec![imei.to_owned()]);
    Command::Custody(Pass::Exchange { freed, imeis, reason: "repair".into() })
}

fn transfer(world: &World) -> Command {
    let consent = Consent { form: "sale".into(), version: "1".into(), at: world.now, told: None };
    Command::Custody(Pass::Transfer {
        buyer: "hash".into(),
        buyer_consent: consent.clone(),
        freed: freed(world),
        reason: "sold".into(),
        seller_consent: consent,
    })
}

fn refused(world: &mut World, command: Command) -> &'static str {
    let before = world.contract.clone();
    let code = world.try_act(command).unwrap_err().code;
    assert_eq!(world.contract, before);
    code
}

#[test]
fn an_exchange_moves_no_money_and_keeps_the_notices() {
    let mut world = locked();
    let before = world.contract.clone();
    world.act(exchange(&world, "other"));
    let after = &world.contract;
    assert_eq!((&after.account, &after.notices), (&before.account, &before.notices));
    assert_eq!(books(after), books(&before));
    assert_eq!(after.imeis, ["other"]);
    assert_eq!((after.freed[0].enrolment.id, after.key_gen()), (enrolment(1).id, 1));
    assert_eq!(world.stage(), Stage::NOTICE);
    assert!(world.decision().reasons.contains(&Reason::NotEnrolled));
    world.walk_days(30);
    assert_eq!(world.stage(), Stage::NOTICE, "nothing above it without a device");
    assert_eq!(
        world.try_act(Command::Enrol(enrolment(1))).unwrap_err().code,
        "stale_key_generation"
    );
    world.act(Command::Enrol(enrolment(2)));
    world.walk_days(5);
    assert_eq!(world.stage(), Stage::LOCK, "the notices of the contract carry on");
}

#[test]
fn star_debt_transfer_a_buyer_has_notices_and_passes_of_his_own() {
    let mut world = locked();
    world.act(Command::UsePass { used: world.now, hours: 24 });
    world.open_hold(HoldKind::Hardship, None);
    let stay = world.open_hold(HoldKind::LegalStay, Some(1));
    let account = world.contract.account.now().clone();
    world.act(transfer(&world));
    let after = &world.contract;
    assert_eq!(after.account.now(), &account);
    assert_eq!((after.notices.len(), after.passes_used), (0, 0));
    let held: Vec<_> = after.holds.iter().map(|hold| hold.id).collect();
    assert_eq!(held, [stay], "a court's stay is not the seller's");
    assert_eq!(after.consent().unwrap().form, "sale");
    world.act(Command::Enrol(enrolment(2)));
    world.walk_days(1);
    assert!(world.stage() <= Stage::NOTICE);
    world.walk_days(30);
    assert_eq!(world.stage(), Stage::LOCK);
}

#[test]
fn a_freed_device_confirms_its_removal_once() {
    let mut world = locked();
    world.act(exchange(&world, "other"));
    let id = enrolment(1).id;
    let confirm = |id| Command::Custody(Pass::ConfirmRemoval(id));
    assert_eq!(world.try_act(confirm(id)), Ok(1));
    assert_eq!(world.try_act(confirm(id)), Ok(0));
    assert_eq!(refused(&mut world, confirm(enrolment(2).id)), "not_released");
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut world = locked();
    let same = exchange(&world, "hash");
    assert_eq!(refused(&mut world, same), "same_device");
    let imeis = vec!["other".to_owned()];
    let reason = || "repair".to_owned();
    for freed in [None, Some((enrolment(2).id, vec![7]))] {
        let exchange = Pass::Exchange { freed, imeis: imeis.clone(), reason: reason() };
        assert_eq!(refused(&mut world, Command::Custody(exchange)), "conflict");
    }
    let Command::Custody(Pass::Transfer { buyer, buyer_consent, freed, reason, seller_consent }) =
        transfer(&world)
    else {
        panic!("a transfer");
    };
    let at = world.now.plus_seconds(2 * DAY_S);
    let late = Consent { at, ..seller_consent };
    let seller_consent = late;
    let late = Pass::Transfer { buyer, buyer_consent, freed, reason, seller_consent };
    assert_eq!(refused(&mut world, Command::Custody(late)), "consent_in_future");
    for number in 0..FREED_MAX {
        world.act(exchange(&world, &format!("h{number}")));
        let key_gen = world.contract.key_gen() + 1;
        world.act(Command::Enrol(enrolment(key_gen)));
    }
    let more = exchange(&world, "more");
    assert_eq!(refused(&mut world, more), "too_many_devices");
    world.pay(12 * RATE);
    let ended = exchange(&world, "more");
    assert_eq!(refused(&mut world, ended), "contract_not_active");
}
