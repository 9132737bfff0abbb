//! The sunset: when it is, that it comes to every contract that still holds a phone, and who moves
//! it.

use domain::{
    Command, Currency, Day, Moment, Stage, State, Terms, UnitId, Want, Zone,
    contract::Contract,
    ending::End,
    evaluate,
    fact::ReleaseCause,
    ledger::books,
    schedule::Period,
    sunset::{self, Ask, DISPUTES_MAX, Disputed},
    terms::Price,
    time_credit::{Payg, Rate},
};

use crate::scene::{DAY_S, World, enrolment, equal_terms, fast, outside_terms, signed, terms};

const ZONE: &str = "Asia/Kolkata";

/// Twelve instalments from 10 January 2026; the phone goes free a year after the last.
fn world() -> World {
    let mut world = World::new(fast(), terms(ZONE));
    world.contract.signed.sunset = sunset::agreed(&terms(ZONE), 365, world.contract.signed_at);
    world
}

fn midnight(day: &str) -> Moment {
    Zone::parse(ZONE).unwrap().midnight(Day::parse(day).unwrap())
}

fn disputed(world: &World, until: &str) -> Command {
    let device = world.contract.device.as_ref();
    Command::Sunset(Ask::Dispute(Disputed {
        number: world.contract.disputes() + 1,
        until: midnight(until),
        reason: "the court decides".into(),
        certificate: device.map(|device| (device.id, vec![7])),
    }))
}

fn refused(world: &mut World, command: Command) -> &'static str {
    let before = world.contract.clone();
    let code = world.try_act(command).unwrap_err().code;
    assert_eq!(world.contract, before);
    code
}

fn is_free(contract: &Contract) -> bool {
    assert_eq!(books(contract).sum(), 0);
    let cause = ReleaseCause::WrittenOff;
    matches!(contract.state, State::Released { cause: known, .. } if known == cause)
}

#[test]
fn the_day_is_so_many_days_after_the_last_one_due() {
    let price = Price { currency: Currency::parse("INR").unwrap(), cash_price: 0, down_payment: 0 };
    let rate = Rate { day_price: 100, max_ahead_days: None, carry: true, notice_days: 0 };
    let payg = Payg { rate, total: 10_000, free_days: 7 };
    let zone = Zone::parse(ZONE).unwrap();
    let payg = Terms::payg(Price { cash_price: 10_000, ..price }, payg, zone, "en".into()).unwrap();
    let weeks = equal_terms(ZONE, "2026-01-10", 4, Period::Weeks, 1);
    let cases = [
        (terms(ZONE), "2025-12-11", 365, "2027-12-10"),
        (terms(ZONE), "2025-12-11", 30, "2027-01-09"),
        (weeks.clone(), "2025-12-11", 365, "2027-01-31"),
        // A book taken over when its days are past: its borrowers are not freed by surprise.
        (weeks, "2027-06-01", 365, "2028-05-31"),
        (payg, "2026-01-01", 30, "2026-05-18"),
        (outside_terms(ZONE), "2026-01-01", 365, "2032-01-01"),
    ];
    for (terms, signed_on, days, expected) in cases {
        let at = midnight(signed_on).plus_seconds(3_600);
        let found = sunset::agreed(&terms, days, at);
        assert_eq!(found, Some(midnight(expected)), "{signed_on} {days}");
    }
}

#[test]
fn on_its_day_the_contract_is_written_off_with_release() {
    let mut world = world();
    world.walk_to("2027-12-09");
    assert_eq!(world.stage(), Stage::LOCK);
    let sunset = world.contract.sunset().unwrap();
    assert!(world.decision().next_look.is_some_and(|look| look <= sunset));
    world.now = sunset.plus_seconds(-1);
    assert_eq!(world.stage(), Stage::LOCK);
    world.now = sunset;
    let decision = world.decision();
    assert_eq!((decision.stage, decision.wants), (Stage::CLEAR, vec![Want::Sunset]));
    world.look();
    assert!(is_free(&world.contract));
    assert_eq!(world.contract.written_off, Some(12 * crate::scene::RATE));
}

#[test]
fn no_step_is_planned_at_or_after_the_sunset() {
    let mut world = world().silent();
    world.contract.signed.sunset = Some(midnight("2026-01-12"));
    let decision = world.decision();
    assert!(!decision.timetable.is_empty(), "the reminder comes before");
    assert!(decision.timetable.iter().all(|step| step.at < midnight("2026-01-12")));
    world.contract.signed.sunset = Some(midnight("2026-01-11"));
    assert_eq!(world.decision().timetable, []);
}

/// Whatever became of it, a contract that still holds a phone lets it go.
#[test]
fn every_contract_that_holds_a_phone_lets_it_go() {
    type Make = fn(&mut World);
    let states: [(&str, Make); 4] = [
        ("active", |_| {}),
        ("settled", |world| {
            let (payment, amount) = (UnitId::from_bytes([1; 16]), 12 * crate::scene::RATE);
            let value = world.now;
            world.act(Command::PostPayment { payment, amount, value, confirmed: false });
        }),
        ("returning", |world| {
            let value = world.now;
            world.act(Command::End(End::HandOver { value, note: String::new() }));
        }),
        ("written_off", |world| {
            world.act(Command::End(End::WriteOff { release: false, reason: "gone".into() }));
        }),
    ];
    for (name, make) in states {
        let mut world = world();
        world.walk_to("2026-03-01");
        make(&mut world);
        assert_eq!(world.contract.state.name(), name);
        let sunset = world.contract.sunset().unwrap();
        assert!(world.decision().next_look.is_some_and(|look| look <= sunset), "{name}");
        world.now = sunset;
        world.look();
        assert!(is_free(&world.contract), "{name}: {:?}", world.contract.state);
        assert_eq!(world.decision().next_look, None);
        let gone = world.contract.clone();
        world.act(Command::Sunset(Ask::Reach));
        assert_eq!(world.contract, gone);
    }
}

#[test]
fn a_dispute_moves_it_within_bounds() {
    let mut world = world();
    for until in ["2027-12-09", "2027-12-10", "2028-03-10"] {
        let command = disputed(&world, until);
        assert_eq!(refused(&mut world, command), "sunset_out_of_range", "{until}");
    }
    for (number, until) in (1..).zip(["2028-03-09", "2028-03-10", "2028-04-01", "2028-06-30"]) {
        let command = disputed(&world, until);
        world.act(command);
        assert_eq!(world.contract.sunset(), Some(midnight(until)));
        assert_eq!(world.contract.disputes(), number);
    }
    let command = disputed(&world, "2028-07-01");
    assert_eq!((refused(&mut world, command), DISPUTES_MAX), ("too_many_disputes", 4));
    world.now = midnight("2028-06-29");
    world.look();
    assert!(!world.contract.is_released());
    world.now = midnight("2028-06-30");
    world.look();
    assert!(is_free(&world.contract));
}

#[test]
fn a_dispute_that_fits_nothing_is_refused() {
    let mut world = world();
    let until = "2028-01-10";
    let Command::Sunset(Ask::Dispute(good)) = disputed(&world, until) else { unreachable!() };
    let dispute = |change: fn(&mut Disputed)| {
        let mut other = good.clone();
        change(&mut other);
        Command::Sunset(Ask::Dispute(other))
    };
    let other_device = |other: &mut Disputed| other.certificate = Some((enrolment(9).id, vec![7]));
    for (command, code) in [
        (dispute(|other| other.number = 2), "conflict"),
        (dispute(|other| other.certificate = None), "conflict"),
        (dispute(other_device), "conflict"),
        (dispute(|other| other.reason = String::new()), "bad_text"),
        (dispute(|other| other.reason = "x".repeat(201)), "bad_text"),
    ] {
        assert_eq!(refused(&mut world, command), code);
    }
    world.contract.signed.sunset = None;
    assert_eq!(refused(&mut world, disputed_again(&good)), "no_sunset");
    world.contract.signed.sunset = Some(world.now);
    assert_eq!(refused(&mut world, disputed_again(&good)), "sunset_passed");
}

fn disputed_again(good: &Disputed) -> Command {
    Command::Sunset(Ask::Dispute(good.clone()))
}

#[test]
fn a_device_that_freed_itself_is_believed_for_a_day_of_the_contract_alone() {
    let mut world = world();
    let command = disputed(&world, "2028-03-09");
    world.act(command);
    let (first, last) = (midnight("2027-12-10"), midnight("2028-03-09"));
    let freed = |sunset: Moment| Command::Sunset(Ask::FreedItself { sunset });
    world.now = first.plus_seconds(DAY_S);
    for sunset in [first.plus_seconds(-1), last, last.plus_seconds(1), world.now.plus_seconds(1)] {
        assert_eq!(refused(&mut world, freed(sunset)), "not_released");
    }
    world.act(freed(first));
    assert!(is_free(&world.contract));
    assert_eq!(world.try_act(freed(first)), Ok(0), "told twice, it is so once");
}

#[test]
fn a_contract_signed_without_a_sunset_has_none() {
    let contract = signed(terms(ZONE), &fast(), true);
    let far = midnight("2099-01-01");
    assert_eq!((contract.sunset(), contract.pending_sunset()), (None, None));
    assert!(!evaluate(&contract, &fast(), far).wants.contains(&Want::Sunset));
}
