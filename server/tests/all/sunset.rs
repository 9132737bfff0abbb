//! The sunset: a phone that nobody answers any more goes free on its day, and the books follow.

use agent::Input;
use domain::{Day, UnitId, contract::State, sunset};
use protocol::Stage;
use server::app::change::Asked;

use crate::{
    kit::*,
    phone::{Phone, pass_until},
};

const LOCK: Stage = Stage { rung: protocol::Rung::Lock, step: 0 };

/// A contract of three weeks from 17 January 2026; its phone is locked.
async fn locked() -> (House, Phone, UnitId) {
    let house = House::new().await;
    let unit = house.sign(new_contract("C-1", 1)).await;
    let mut phone = Phone::new(1);
    phone.enrol(&house, unit).await;
    pass_until(&house, &mut phone, LOCK, 40).await;
    (house, phone, unit)
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// The time of house and phone goes on to the beginning of a day; nobody speaks to anybody.
fn to(house: &House, phone: &mut Phone, text: &str) {
    let at = new_contract("C-1", 1).terms.zone().midnight(day(text));
    let seconds = at.seconds_since(house.app.now());
    house.clock.pass(seconds);
    phone.tick(seconds);
    phone.out.clear();
    phone.give(Input::SendFailed);
}

/// The server answers again, and the phone comes to ask.
async fn again(house: &House, phone: &mut Phone) {
    house.clock.pass(2 * HOUR);
    phone.tick(2 * HOUR);
    phone.talk(&house.app).await;
    assert!(phone.problems.is_empty(), "{:?}", phone.problems);
}

async fn dispute(house: &House, unit: UnitId, until: &str) -> Result<u8, server::Error> {
    let asked = Asked::once(&house.app, "dispute_sunset", clerk());
    let reason = "the court decides in May";
    let moved = house.app.dispute_sunset(house.tenant, unit, day(until), reason, &asked).await?;
    Ok(moved.contract.disputes())
}

async fn journal(house: &House, unit: UnitId) -> String {
    let lines = house.journal(unit).await;
    lines.iter().map(|line| format!("{}\n", line.text)).collect()
}

#[tokio::test]
async fn a_phone_of_a_server_that_vanished_frees_itself_and_the_server_believes_it() {
    let (house, mut phone, unit) = locked().await;
    let sunset = phone.agent.view(phone.at).sunset.unwrap();
    assert_eq!(sunset.at as i64, house.contract(unit).await.sunset().unwrap().seconds());
    to(&house, &mut phone, "2027-01-30");
    assert_eq!((phone.stage(), phone.agent.is_released()), (LOCK, false));
    to(&house, &mut phone, "2027-02-05");
    assert!(phone.agent.is_released() && !phone.has_key);
    assert_eq!(phone.applied, (Stage::CLEAR, vec![], vec![]));
    again(&house, &mut phone).await;
    assert_eq!(house.row(unit).await.facets.status, "archived");
    let text = journal(&house, unit).await;
    assert!(text.contains(sunset::FREED_ITSELF) && text.contains("\"written_off\""), "{text}");
    house.check().await;
}

#[tokio::test]
async fn at_the_sunset_the_server_writes_off_and_releases_by_itself() {
    let (house, mut phone, unit) = locked().await;
    let at = new_contract("C-1", 1).terms.zone().midnight(day("2027-01-31"));
    house.clock.pass(at.seconds_since(house.app.now()) - 60);
    house.app.sweep(100).await.unwrap();
    assert!(matches!(house.contract(unit).await.state, State::Active));
    house.clock.pass(60);
    house.app.sweep(100).await.unwrap();
    let contract = house.contract(unit).await;
    assert!(matches!(contract.state, State::Released { .. }), "{:?}", contract.state);
    assert_eq!(contract.written_off, Some(300_000), "what is open stays known");
    house.check().await;
    phone.check_in(&house.app).await;
    assert!(phone.agent.is_released());
    let agent::PhaseView::Released { certificate, .. } = phone.agent.view(phone.at).phase else {
        panic!("not released");
    };
    assert!(!certificate.is_empty(), "it heard its certificate before its own sunset");
    assert_eq!(house.row(unit).await.facets.status, "archived");
    house.check().await;
}

#[tokio::test]
async fn a_dispute_reaches_the_phone_and_moves_the_day() {
    let (house, mut phone, unit) = locked().await;
    assert_eq!(dispute(&house, unit, "2027-04-30").await.unwrap(), 1);
    phone.check_in(&house.app).await;
    let view = phone.agent.view(phone.at).sunset.unwrap();
    assert_eq!(view.disputed.as_deref(), Some("the court decides in May"));
    to(&house, &mut phone, "2027-02-05");
    house.app.sweep(100).await.unwrap();
    assert_eq!((phone.stage(), phone.agent.is_released()), (LOCK, false));
    to(&house, &mut phone, "2027-05-01");
    assert!(phone.agent.is_released());
    house.check().await;
}

/// The phone had no network while two people disputed: it keeps to the day it knew, and the server
/// to what the phone says.
#[tokio::test]
async fn a_phone_that_never_heard_of_a_dispute_keeps_its_day() {
    let (house, mut phone, unit) = locked().await;
    dispute(&house, unit, "2027-04-30").await.unwrap();
    to(&house, &mut phone, "2027-02-05");
    assert!(phone.agent.is_released());
    house.app.sweep(100).await.unwrap();
    assert!(matches!(house.contract(unit).await.state, State::Active));
    again(&house, &mut phone).await;
    assert_eq!(house.row(unit).await.facets.status, "archived");
    house.check().await;
}

#[tokio::test]
async fn disputes_have_bounds() {
    let (house, mut phone, unit) = locked().await;
    let version = house.row(unit).await.version;
    for until in ["2027-01-30", "2027-01-31", "2027-05-02"] {
        assert_eq!(code(dispute(&house, unit, until).await), "sunset_out_of_range", "{until}");
    }
    assert_eq!(house.row(unit).await.version, version, "what is refused changes nothing");
    for until in ["2027-05-01", "2027-06-01", "2027-07-01", "2027-08-01"] {
        dispute(&house, unit, until).await.unwrap();
    }
    assert_eq!(code(dispute(&house, unit, "2027-08-02").await), "too_many_disputes");
    phone.check_in(&house.app).await;
    let contract = house.contract(unit).await;
    let sunset = phone.agent.view(phone.at).sunset.unwrap().at;
    assert_eq!(sunset as i64, contract.sunset().unwrap().seconds());
    assert_eq!(
        (sunset::DISPUTES_MAX, 86_400 * sunset::DISPUTE_DAYS_MAX as u64),
        (protocol::sunset::DISPUTES_MAX, protocol::sunset::DISPUTE_S_MAX)
    );
    house.pay("p-1", "C-1", "3000").await;
    assert_eq!(code(dispute(&house, unit, "2027-08-20").await), "contract_not_active");
    house.check().await;
}

/// Whoever says that he freed himself names a day of the contract, and one that has come.
#[tokio::test]
async fn a_device_cannot_name_a_day_of_its_own() {
    let (house, phone, unit) = locked().await;
    let enrolment = house.contract(unit).await.device.unwrap().id.bytes();
    let before = house.row(unit).await;
    let sunset = house.contract(unit).await.sunset().unwrap().seconds() as u64;
    for at in [0, sunset - 86_400, sunset] {
        let removed = protocol::release::Removed {
            enrolment: protocol::EnrolmentId(enrolment),
            key_gen: 1,
            certificate_hash: protocol::ContentHash([0; 32]),
            silent_s: None,
            sunset: Some(at),
        };
        let payload = protocol::Message::encode(&removed);
        let kind = protocol::Kind::Removed;
        let signed = protocol::cose::sign1(kind, &enrolment, &payload, &phone.key).unwrap();
        assert_eq!(code(house.app.confirm_removal(&signed).await), "not_released");
    }
    assert_eq!(house.row(unit).await, before);
}

/// A phone that was exchanged and never came by frees itself too; the contract of the next one goes
/// on.
#[tokio::test]
async fn a_phone_that_was_exchanged_ends_no_contract() {
    let (house, mut phone, unit) = locked().await;
    let asked = Asked::once(&house.app, "exchange_device", clerk());
    let other = server::app::exchange_device::NewPhone::Known(imei(2));
    let reason = "repair".to_owned();
    house.app.exchange_device(house.tenant, unit, &asked, other, reason).await.unwrap();
    dispute(&house, unit, "2027-04-30").await.unwrap();
    to(&house, &mut phone, "2027-02-05");
    assert!(phone.agent.is_released());
    again(&house, &mut phone).await;
    let contract = house.contract(unit).await;
    assert!(matches!(contract.state, State::Active), "{:?}", contract.state);
    assert!(contract.freed.iter().all(|freed| freed.removed));
    house.check().await;
}
