//! Consent: nothing is activated without it, and it names what the borrower was told.

use domain::{
    Moment,
    fact::{Consent, Told},
};
use server::{Error, app::change::Asked, app::sign_contract::NewContract};

use crate::{
    kit::*,
    phone::{Phone, pass_until},
};

async fn unconsented() -> (House, domain::UnitId) {
    let house = House::new().await;
    let unit = house.sign(NewContract { consent: None, ..new_contract("C-1", 1) }).await;
    (house, unit)
}

async fn record(house: &House, unit: domain::UnitId, told: Option<Told>) -> Result<u64, Error> {
    let at = Moment::from_seconds(START - HOUR);
    let told = told.map(Box::new);
    let consent = Consent { form: "counter".into(), version: "2".into(), at, told };
    let asked = Asked::once(&house.app, "record_consent", clerk());
    let changed = house.app.record_consent(house.tenant, unit, &asked, consent).await?;
    Ok(changed.version)
}

async fn told(house: &House, unit: domain::UnitId) -> Told {
    let shown = house.app.disclose(house.tenant, unit, None).await.unwrap();
    Told { language: shown.disclosure.language, hash: shown.hash }
}

/// Invariant 2, at the door: without consent no phone is tied to the contract.
#[tokio::test]
async fn no_device_is_enrolled_without_consent_and_consent_can_follow() {
    let (house, unit) = unconsented().await;
    let before = house.row(unit).await;
    let mut phone = Phone::new(1);
    phone.offer(&house, unit).await;
    assert_eq!(phone.problems, ["no_consent"]);
    assert_eq!(house.row(unit).await, before, "nothing changed");
    let told = told(&house, unit).await;
    record(&house, unit, Some(told.clone())).await.unwrap();
    assert_eq!(house.contract(unit).await.consent.unwrap().told, Some(Box::new(told)));
    let mut phone = Phone::new(1);
    phone.enrol(&house, unit).await;
    let lock = protocol::Stage { rung: protocol::Rung::Lock, step: 0 };
    pass_until(&house, &mut phone, lock, 40).await;
    house.check().await;
}

#[tokio::test]
async fn a_consent_names_a_disclosure_of_this_very_contract() {
    let (house, unit) = unconsented().await;
    let before = house.row(unit).await;
    let right = told(&house, unit).await;
    let mut longer = new_contract("C-3", 3);
    longer.terms = terms(4, domain::schedule::Period::Weeks);
    let longer = house.sign(longer).await;
    let of_others = told(&house, longer).await;
    let spanish = house.app.disclose(house.tenant, unit, Some("es")).await.unwrap();
    let spanish = Told { language: "es".into(), hash: spanish.hash };
    let cases = [
        (None, "consent_names_no_text"),
        (Some(Told { hash: [7; 32], ..right.clone() }), "disclosure_mismatch"),
        (Some(of_others), "disclosure_mismatch"),
        (Some(Told { language: "fr".into(), ..right.clone() }), "consent_language"),
        (Some(spanish), "consent_language"),
    ];
    for (told, expected) in cases {
        assert_eq!(code(record(&house, unit, told).await), expected);
        assert_eq!(house.row(unit).await, before, "{expected}: nothing changed");
    }
    let version = record(&house, unit, Some(right.clone())).await.unwrap();
    assert_eq!(record(&house, unit, Some(right)).await.unwrap(), version, "the same again");
    house.check().await;
}

/// A consent that comes with the signing is held to the same text. It may name none: what was
/// agreed to on a lender's own papers is on record, and the phone's holder reads the text before
/// he says yes.
#[tokio::test]
async fn a_consent_given_with_the_signing_names_a_disclosure_of_this_very_contract() {
    let (house, unit) = unconsented().await;
    let right = told(&house, unit).await;
    let with = |told: Option<Told>| {
        let mut new = new_contract("C-2", 2);
        new.consent.as_mut().unwrap().told = told.map(Box::new);
        new
    };
    let spanish = house.app.disclose(house.tenant, unit, Some("es")).await.unwrap();
    let cases = [
        (Told { hash: [7; 32], ..right.clone() }, "disclosure_mismatch"),
        (Told { language: "es".into(), hash: spanish.hash }, "consent_language"),
    ];
    for (told, expected) in cases {
        let new = with(Some(told));
        assert_eq!(code(house.app.would_sign(house.tenant, &new).await), expected);
        assert_eq!(code(house.app.sign_contract(house.tenant, new, clerk()).await), expected);
    }
    assert!(house.app.by_reference(house.tenant, "C-2").await.unwrap().is_none());
    let signed = house.sign(with(Some(right.clone()))).await;
    assert_eq!(house.contract(signed).await.consent().unwrap().told, Some(Box::new(right.clone())));
    let again = house.app.sign_contract(house.tenant, with(Some(right)), clerk()).await.unwrap();
    assert!(again.repeated && again.contract.unit == signed, "the same again");
    let mut phone = Phone::new(2);
    phone.enrol(&house, signed).await;
    let unnamed = NewContract { reference: "C-3".into(), ..new_contract("C-3", 3) };
    let unnamed = house.sign(unnamed).await;
    assert_eq!(house.contract(unnamed).await.consent().unwrap().told, None);
    house.check().await;
}

#[tokio::test]
async fn a_contract_that_has_ended_takes_no_consent() {
    let (house, unit) = unconsented().await;
    let told = told(&house, unit).await;
    house.pay("p-1", "C-1", "3000.00").await;
    assert_eq!(code(record(&house, unit, Some(told)).await), "contract_not_active");
}
