//! How fast phones open, with the real agent: measured by their own word, late ones paid for.

use domain::{HoldKind, Money};
use protocol::Stage;

use crate::{
    kit::*,
    phone::{Phone, pass, pass_until},
};

const RESTRICT_1: Stage = Stage { rung: protocol::Rung::Restrict, step: 1 };

/// A contract under the Indian draft whose phone is restricted.
async fn restricted() -> (House, Phone, domain::UnitId) {
    let house = House::new().await;
    let unit = house.sign(standard_contract("C-1", 1)).await;
    let mut phone = Phone::new(1);
    phone.enrol(&house, unit).await;
    pass_until(&house, &mut phone, RESTRICT_1, 150).await;
    pass(&house, &mut phone, 2).await;
    (house, phone, unit)
}

async fn past_due(house: &House, unit: domain::UnitId) -> Money {
    let explained = house.app.explain(house.tenant, unit).await.unwrap();
    Money::new(explained.decision.standing.past_due, explained.loaded.contract.terms().currency())
}

#[tokio::test]
async fn a_phone_that_hears_at_once_is_counted_and_costs_nothing() {
    let (house, mut phone, unit) = restricted().await;
    let due = past_due(&house, unit).await;
    house.pay("p-1", "C-1", &due.decimal()).await;
    house.clock.pass(2);
    phone.tick(2);
    phone.check_in(&house.app).await;
    assert_eq!(phone.stage(), Stage::CLEAR);
    let opening = house.contract(unit).await.opening.unwrap();
    assert_eq!((opening.waited_ms(), opening.compensated), (Some(2_000), 0));
    let figures = house.app.unlock_figures(house.tenant).unwrap();
    assert_eq!((figures.opened.count(), figures.late, figures.wrongful), (1, 0, 0));
    assert_eq!(figures.delivered.count(), 1, "the lease was handed over once");
    assert_eq!(figures.opened.within(50), figures.delivered.within(50));
    assert_eq!(figures.promise_minutes, Some(60));
    house.check().await;
}

#[tokio::test]
async fn a_phone_that_was_on_and_out_of_reach_is_compensated_by_the_hour() {
    let (house, mut phone, unit) = restricted().await;
    let due = past_due(&house, unit).await;
    house.pay("p-1", "C-1", &due.decimal()).await;
    // Five hours on without network, then a week switched off.
    house.clock.pass(5 * HOUR);
    phone.tick(5 * HOUR);
    phone.out.clear();
    phone.give(agent::Input::SendFailed);
    house.clock.pass(7 * DAY);
    phone.tick(60);
    phone.check_in(&house.app).await;
    assert!(phone.stage() < RESTRICT_1, "{:?}", phone.problems);
    let contract = house.contract(unit).await;
    let opening = contract.opening.clone().unwrap();
    let hours = opening.waited_ms().unwrap() / 3_600_000;
    assert!((5..=6).contains(&hours), "{opening:?}");
    assert_eq!(opening.opened.unwrap().seconds_since(opening.since) / DAY, 7);
    let rate = 25_000;
    assert!([4 * rate, 5 * rate, 6 * rate].contains(&contract.compensated), "{opening:?}");
    assert_eq!(house.balance().await["compensation_cost"], contract.compensated);
    let figures = house.app.unlock_figures(house.tenant).unwrap();
    assert_eq!((figures.opened.count(), figures.late), (1, 1));
    // What was counted outlives the process.
    house.app.flush_unlocks().await.unwrap();
    house.app.flush_unlocks().await.unwrap();
    let again = house.app.unlock_figures(house.tenant).unwrap();
    assert_eq!((again.opened.count(), again.late), (1, 1));
    house.check().await;
}

#[tokio::test]
async fn a_payment_that_turns_up_late_opens_an_incident_that_a_person_closes() {
    let (house, mut phone, unit) = restricted().await;
    let due = past_due(&house, unit).await;
    let effect = house.contract(unit).await.restricted_since().unwrap();
    let mut paid = house.payment("p-1", "C-1", &due.decimal());
    paid.paid_at = effect.plus_seconds(-DAY);
    house.post(paid).await.unwrap();
    phone.check_in(&house.app).await;
    assert_eq!(phone.stage(), Stage::CLEAR);
    let contract = house.contract(unit).await;
    assert!(contract.holds.iter().any(|hold| hold.kind == HoldKind::Incident));
    assert!(contract.compensated > 0);
    let figures = house.app.unlock_figures(house.tenant).unwrap();
    assert_eq!((figures.wrongful, figures.opened.count()), (1, 1));
    house.check().await;
}
