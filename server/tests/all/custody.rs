//! Another phone or another borrower in a contract that goes on, with the real agent.

use domain::{Imei, Moment, UnitId, fact::Consent, hold::HoldKind};
use protocol::{Rung, Stage};
use server::{
    Error,
    app::{
        change::{Asked, Changed},
        exchange_device::NewPhone,
        register_device::NewDevice,
        transfer_contract::Transfer,
    },
    certificate::Certificate,
};

use crate::{
    kit::*,
    phone::{Phone, answer, pass, pass_until},
};

const NOTICE: Stage = Stage { rung: Rung::Notice, step: 0 };
const LOCK: Stage = Stage { rung: Rung::Lock, step: 0 };

/// An unpaid contract whose phone is locked.
async fn locked() -> (House, Phone, UnitId) {
    let house = House::new().await;
    let unit = house.sign(new_contract("C-1", 1)).await;
    let mut phone = Phone::new(1);
    phone.enrol(&house, unit).await;
    pass_until(&house, &mut phone, LOCK, 40).await;
    (house, phone, unit)
}

async fn exchange(house: &House, unit: UnitId, imei: Imei) -> Result<Changed, Error> {
    let asked = Asked::once(&house.app, "exchange_device", clerk());
    let phone = NewPhone::Known(imei);
    house.app.exchange_device(house.tenant, unit, &asked, phone, "repair".into()).await
}

fn consent(at: i64) -> Consent {
    Consent { form: "sale".into(), version: "1".into(), at: Moment::from_seconds(at), told: None }
}

async fn transfer(house: &House, unit: UnitId, name: &str) -> Result<Changed, Error> {
    let asked = Asked::keyed([7; 16], name.as_bytes(), "transfer", clerk());
    let now = house.app.now().seconds();
    let transfer = Transfer {
        name: name.into(),
        phone: "+91 98 5550 0200".into(),
        buyer_consent: consent(now),
        seller_consent: consent(now - DAY),
        reason: "sold".into(),
    };
    house.app.transfer_contract(house.tenant, unit, &asked, transfer).await
}

/// The old phone frees itself, and whatever it does it hears no lease again.
async fn frees_itself(house: &House, old: &mut Phone) {
    let said = old.sent.last().cloned().unwrap();
    old.check_in(&house.app).await;
    assert!(old.agent.is_released() && !old.has_key, "{:?}", old.problems);
    assert_eq!((old.stage(), old.applied.2.len()), (Stage::CLEAR, 0));
    let unit = house.app.by_reference(house.tenant, "C-1").await.unwrap().unwrap();
    assert!(house.contract(unit).await.freed.iter().all(|freed| freed.removed));
    if let Ok(reply) = answer(&house.app, said.0, &said.1).await {
        use protocol::reply::ReplyKind::{Release, RemovalRecorded};
        assert!([Release, RemovalRecorded].contains(&reply.kind), "{:?}", reply.kind);
    }
}

#[tokio::test]
async fn an_exchanged_phone_frees_itself_and_the_next_one_takes_its_place() {
    let (house, mut old, unit) = locked().await;
    let before = house.contract(unit).await;
    exchange(&house, unit, imei(2)).await.unwrap();
    let contract = house.contract(unit).await;
    assert_eq!((&contract.account, &contract.notices), (&before.account, &before.notices));
    assert_eq!(house.personal(unit).await["imei"], imei(2).with_check_digit());
    frees_itself(&house, &mut old).await;

    let mut new = Phone::new(2);
    new.enrol(&house, unit).await;
    assert_eq!(house.contract(unit).await.key_gen(), 2);
    assert!(new.stage() < LOCK, "its own days of each step begin anew: {:?}", new.history);
    pass_until(&house, &mut new, LOCK, 10).await;
    house.pay("p-1", "C-1", "3000").await;
    new.check_in(&house.app).await;
    assert!(new.agent.is_released());
    assert_eq!(old.stage(), Stage::CLEAR);
    assert!(new.problems.is_empty(), "{:?}", new.problems);
    house.check().await;
}

/// What the certificate of an enrolment comes to for whoever checks it without the server.
async fn handed_out(
    house: &House,
    unit: UnitId,
    enrolment: domain::EnrolmentId,
) -> Result<Certificate, Error> {
    let app = &house.app;
    let certificate = app.hand_out_certificate(house.tenant, unit, Some(enrolment)).await?;
    let history = app.key_history(house.tenant).unwrap();
    let lender = (protocol::TenantId(house.tenant.bytes()), history.root());
    let elsewhere = Certificate::of_text(&certificate.text()).unwrap();
    elsewhere.check(lender, &history.certificates()).unwrap();
    assert_eq!(elsewhere, certificate);
    Ok(certificate)
}

/// Who gave a phone back in exchange can show that it is free, before and after the phone itself
/// has heard of it, and whatever becomes of the contract.
#[tokio::test]
async fn an_exchanged_phone_has_a_certificate_of_its_own_for_ever() {
    let (house, mut old, unit) = locked().await;
    let id = house.contract(unit).await.device.unwrap().id;
    let none = handed_out(&house, unit, id).await;
    assert!(matches!(none, Err(Error::NotFound(_))), "nothing is released: {none:?}");
    exchange(&house, unit, imei(2)).await.unwrap();
    let certificate = handed_out(&house, unit, id).await.unwrap();
    assert!(certificate.is_of(&imei(1)) && !certificate.is_of(&imei(2)));
    frees_itself(&house, &mut old).await;
    let agent::PhaseView::Released { certificate: kept, .. } = old.agent.view(old.at).phase else {
        panic!("not released");
    };
    let signed = certificate.bytes();
    assert!(signed.windows(kept.len()).any(|part| part == kept), "what the phone has is in it");

    let mut new = Phone::new(2);
    new.enrol(&house, unit).await;
    let second = house.contract(unit).await.device.unwrap().id;
    let none = handed_out(&house, unit, second).await;
    assert!(matches!(none, Err(Error::NotFound(_))), "the other phone is financed: {none:?}");
    let whole = house.app.hand_out_certificate(house.tenant, unit, None).await;
    assert!(matches!(whole, Err(Error::NotFound(_))), "so is the contract: {whole:?}");
    house.pay("p-1", "C-1", "3000").await;
    assert_eq!(handed_out(&house, unit, id).await.unwrap(), certificate, "for ever");
    let own = handed_out(&house, unit, second).await.unwrap();
    assert!(own.is_of(&imei(2)) && !own.is_of(&imei(1)));
    assert_eq!(house.app.hand_out_certificate(house.tenant, unit, None).await.unwrap(), own);
}

/// A phone that stayed while the debt changed hands, or that came back, is financed: its earlier
/// enrolment is no proof for whoever buys it.
#[tokio::test]
async fn no_certificate_is_handed_out_of_a_phone_that_is_financed_again() {
    let (house, _, unit) = locked().await;
    let sellers = house.contract(unit).await.device.unwrap().id;
    transfer(&house, unit, "Ravi Kumar").await.unwrap();
    assert_eq!(code(handed_out(&house, unit, sellers).await), "device_already_financed");
    exchange(&house, unit, imei(2)).await.unwrap();
    handed_out(&house, unit, sellers).await.unwrap();
    exchange(&house, unit, imei(1)).await.unwrap();
    assert_eq!(code(handed_out(&house, unit, sellers).await), "device_already_financed");
    let stranger = domain::EnrolmentId::from_bytes([3; 16]);
    let none = handed_out(&house, unit, stranger).await;
    assert!(matches!(none, Err(Error::NotFound(_))), "{none:?}");
    house.pay("p-1", "C-1", "3000").await;
    handed_out(&house, unit, sellers).await.unwrap();
}

#[tokio::test]
async fn imeis_change_places_in_one_commit() {
    let (house, _, unit) = locked().await;
    house.sign(new_contract("C-2", 2)).await;
    assert_eq!(code(exchange(&house, unit, imei(2)).await), "device_already_financed");
    assert_eq!(code(exchange(&house, unit, imei(1)).await), "same_device");
    assert_eq!(house.contract(unit).await.freed, []);
    exchange(&house, unit, imei(3)).await.unwrap();
    house.sign(new_contract("C-3", 1)).await;
    let taken = house.app.sign_contract(house.tenant, new_contract("C-4", 3), clerk()).await;
    assert_eq!(code(taken), "device_already_financed");
    exchange(&house, unit, imei(4)).await.unwrap();
    house.sign(new_contract("C-5", 3)).await;
    let mut late = Phone::new(1);
    late.offer_with(&house.app.enrolment_code(unit, 2));
    late.talk(&house.app).await;
    assert_eq!(late.problems, ["wrong_enrolment_code"], "the old phone has no place there");
    house.pay("p-1", "C-1", "3000").await;
    house.sign(new_contract("C-6", 4)).await;
    house.check().await;
}

#[tokio::test]
async fn a_phone_is_registered_on_the_way_with_both_its_imeis() {
    let house = House::new().await;
    let unit = house.sign(new_contract("C-1", 1)).await;
    let device = NewDevice {
        imei: imei(5),
        imei2: Some(imei(6)),
        serial: "S".into(),
        make: "M".into(),
        model: "X".into(),
    };
    let asked = Asked::keyed([3; 16], b"5", "exchange_device", clerk());
    for repeated in [false, true] {
        let (phone, reason) = (NewPhone::Registered(device.clone()), "repair".to_owned());
        let done = house.app.exchange_device(house.tenant, unit, &asked, phone, reason).await;
        assert_eq!(done.unwrap().repeated, repeated);
    }
    assert_eq!(house.contract(unit).await.imeis.len(), 2);
    let taken = house.app.sign_contract(house.tenant, new_contract("C-2", 6), clerk()).await;
    assert_eq!(code(taken), "device_already_financed");
    house.check().await;
}

#[tokio::test]
async fn a_contract_that_ended_exchanges_nothing() {
    let (house, mut phone, unit) = locked().await;
    house.pay("p-1", "C-1", "3000").await;
    assert_eq!(code(exchange(&house, unit, imei(2)).await), "contract_not_active");
    assert_eq!(code(transfer(&house, unit, "Ravi").await), "contract_not_active");
    phone.check_in(&house.app).await;
    assert!(phone.agent.is_released());
    house.check().await;
}

#[tokio::test]
async fn a_buyer_takes_the_debt_over_and_nothing_above_notice() {
    let (house, mut sellers, unit) = locked().await;
    let hold = domain::hold::Hold {
        id: domain::HoldId::from_bytes([1; 16]),
        kind: HoldKind::Hardship,
        from: house.app.now(),
        until: None,
        cause: "ill".into(),
    };
    let asked = Asked::once(&house.app, "open_hold", clerk());
    let open = domain::Command::OpenHold(hold);
    house.app.act(house.tenant, unit, &asked, open).await.unwrap();
    let before = house.contract(unit).await;
    let changed = transfer(&house, unit, "Ravi Kumar").await.unwrap();
    assert!(transfer(&house, unit, "Ravi Kumar").await.unwrap().repeated);
    let owed = |contract: &domain::Contract| contract.account.now().clone();
    assert_eq!(owed(&changed.contract), owed(&before), "debt and due dates stay");
    assert!(changed.contract.holds.is_empty() && changed.contract.passes_used == 0);
    assert_eq!(house.personal(unit).await["borrower_name"], "Ravi Kumar");
    let journal = house.journal(unit).await;
    for personal in ["Ravi", "Asha", "98 5550"] {
        assert!(!journal.iter().any(|line| line.text.contains(personal)), "{personal}");
    }
    frees_itself(&house, &mut sellers).await;
    for _ in 0..20 {
        house.clock.pass(DAY);
        house.app.sweep(1).await.unwrap();
        let stage = house.contract(unit).await.decision.stage;
        assert!(stage <= domain::Stage::NOTICE, "no phone of the buyer's is bound: {stage}");
    }
    let mut buyers = Phone::with_key(1, 2);
    buyers.enrol(&house, unit).await;
    assert_eq!(buyers.stage(), NOTICE);
    pass(&house, &mut buyers, 24).await;
    assert_eq!(buyers.stage(), NOTICE, "the buyer's own notices run first");
    pass_until(&house, &mut buyers, LOCK, 20).await;
    let consent = house.contract(unit).await.consent.unwrap();
    assert_eq!(consent.form, "sale");
    house.check().await;
}
