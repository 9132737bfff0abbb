//! Money that is announced opens the phone for a while; what was claimed finds its contract.

use domain::{Actor, Hold, HoldKind, Stage, UnitId};
use formats::{
    SourceKind,
    book::When,
    camt::Taken,
    intake::{IntakeState, Teller},
};
use server::{
    Error,
    app::{
        announce_payment::Claimed, manage_source::NewSource, post_payment::Posted,
        receive_money::Receipt,
    },
};

use crate::{
    kit::*,
    phone::{Phone, pass, pass_until},
};

const LOCK: protocol::Stage = protocol::Stage { rung: protocol::Rung::Lock, step: 0 };
const NOTICE: protocol::Stage = protocol::Stage { rung: protocol::Rung::Notice, step: 0 };

/// A contract whose phone is locked, three instalments past due.
async fn locked() -> (House, Phone, UnitId) {
    locked_in(House::new().await).await
}

pub(crate) async fn locked_in(house: House) -> (House, Phone, UnitId) {
    let (kind, secret) = (SourceKind::Mpesa, None);
    let new = NewSource { name: "till".into(), kind, currency: None, time_zone: None, secret };
    house.app.add_source(house.tenant, new, clerk()).await.unwrap();
    let unit = house.sign(new_contract("C-1", 1)).await;
    let mut phone = Phone::new(1);
    phone.enrol(&house, unit).await;
    pass_until(&house, &mut phone, LOCK, 60).await;
    (house, phone, unit)
}

pub(crate) fn money(id: &str, amount: &str, reference: &str) -> Receipt {
    Receipt {
        by: Teller::Call,
        provider: "till".into(),
        provider_id: id.into(),
        same_as: None,
        taken: Taken::In,
        originals: Vec::new(),
        references: vec![reference.into()],
        amount: amount.into(),
        currency: "INR".into(),
        paid_at: When::At(domain::Moment::from_seconds(START)),
        content_hash: None,
        raw_hash: [2; 32],
        proven: true,
        suspense: None,
        kept: Vec::new(),
    }
}

pub(crate) fn hint(id: &str, amount: &str, reference: &str) -> Receipt {
    Receipt { proven: false, ..money(id, amount, reference) }
}

pub(crate) async fn told(house: &House, receipt: &Receipt) -> Posted {
    let actor = Actor::Feed("till".into());
    house.app.receive_money(house.tenant, receipt, actor).await.unwrap()
}

async fn claim(house: &House, unit: UnitId, number: &str) -> Result<Claimed, Error> {
    house.app.claim_payment(house.tenant, unit, number, clerk()).await
}

pub(crate) async fn stage(house: &House, unit: UnitId) -> Stage {
    house.contract(unit).await.decision.stage
}

async fn unlocks(house: &House, unit: UnitId) -> usize {
    house.contract(unit).await.unlocks.len()
}

#[tokio::test]
async fn a_hint_opens_until_its_money_comes_or_its_day_is_over() {
    let (house, mut phone, unit) = locked().await;
    for _ in 0..2 {
        let posted = told(&house, &hint("m-1", "3000", "C-1")).await;
        assert_eq!(posted.intake.state, IntakeState::Hint { contract: Some(unit) });
    }
    assert_eq!((stage(&house, unit).await, unlocks(&house, unit).await), (Stage::NOTICE, 1));
    phone.check_in(&house.app).await;
    assert_eq!(phone.stage(), NOTICE);
    pass(&house, &mut phone, 25).await;
    assert_eq!((phone.stage(), stage(&house, unit).await), (LOCK, Stage::LOCK), "nothing came");
    told(&house, &hint("m-2", "3000", "C-1")).await;
    phone.check_in(&house.app).await;
    assert_eq!(phone.stage(), NOTICE);
    told(&house, &money("m-2", "3000", "")).await;
    assert!(house.contract(unit).await.is_released());
    phone.check_in(&house.app).await;
    assert!(phone.agent.is_released());
    house.check().await;
}

#[tokio::test]
async fn a_phone_without_network_goes_back_by_itself() {
    let (house, mut phone, unit) = locked().await;
    told(&house, &hint("m-1", "3000", "C-1")).await;
    phone.check_in(&house.app).await;
    assert_eq!(phone.stage(), NOTICE);
    house.clock.pass(23 * HOUR);
    phone.tick(23 * HOUR);
    assert_eq!(phone.stage(), NOTICE);
    house.clock.pass(2 * HOUR);
    phone.tick(2 * HOUR);
    assert_eq!(phone.stage(), LOCK, "the lease said when");
    house.app.sweep(1).await.unwrap();
    assert_eq!(stage(&house, unit).await, Stage::LOCK);
    house.check().await;
}

#[tokio::test]
async fn a_hint_that_would_open_nothing_costs_nothing() {
    let (house, _, unit) = locked().await;
    for (id, amount) in [("m-1", "1"), ("m-2", "3000.01")] {
        told(&house, &hint(id, amount, "C-1")).await;
    }
    let strange = Receipt { currency: "KES".into(), ..hint("m-3", "3000", "C-1") };
    told(&house, &strange).await;
    assert_eq!((stage(&house, unit).await, unlocks(&house, unit).await), (Stage::LOCK, 0));
    for id in ["m-4", "m-5", "m-6"] {
        told(&house, &hint(id, "3000", "C-1")).await;
        house.clock.pass(25 * HOUR);
        house.app.sweep(1).await.unwrap();
    }
    assert_eq!(unlocks(&house, unit).await, 2, "the budget");
    assert_eq!(stage(&house, unit).await, Stage::LOCK);
    let posted = told(&house, &money("m-6", "3000", "")).await;
    assert!(matches!(posted.intake.state, IntakeState::Applied { .. }), "the hint was kept");
    house.check().await;
}

#[tokio::test]
async fn i_have_paid_opens_within_the_budget_and_a_transaction_costs_once() {
    let (house, _, unit) = locked().await;
    told(&house, &hint("RKT-1", "3000", "C-1")).await;
    let Claimed::Awaited { until, .. } = claim(&house, unit, " rkt-1 ").await.unwrap() else {
        panic!("not awaited")
    };
    assert!(until.is_some());
    assert_eq!(unlocks(&house, unit).await, 1, "the same transaction");
    claim(&house, unit, "RKT-2").await.unwrap();
    let Claimed::Awaited { changed, .. } = claim(&house, unit, "rkt -2").await.unwrap() else {
        panic!("not awaited")
    };
    assert!(changed.repeated);
    assert_eq!(unlocks(&house, unit).await, 2);
    let before = house.row(unit).await;
    assert_eq!(code(claim(&house, unit, "RKT-3").await), "provisional_budget_spent");
    for bad in ["", "  ", "a\nb", &"x".repeat(129)] {
        assert_eq!(code(claim(&house, unit, bad).await), "bad_text");
    }
    assert_eq!(house.row(unit).await, before, "a refusal changes nothing");
    let journal = house.journal(unit).await;
    assert!(journal.iter().all(|line| !line.text.to_uppercase().contains("RKT")), "hashes only");
    house.check().await;
}

#[tokio::test]
async fn claimed_money_finds_its_contract_whatever_its_payer_wrote() {
    let (house, _, unit) = locked().await;
    let other = house.sign(new_contract("C-2", 2)).await;
    claim(&house, unit, "T 1").await.unwrap();
    assert_eq!(code(claim(&house, other, "t1").await), "transaction_claimed");
    let posted = told(&house, &money("T1", "1000", "for my phone")).await;
    assert_eq!(posted.intake.state, IntakeState::Applied { contract: unit });
    assert_eq!(posted.intake.reference, "C-1");
    let holds = house.contract(unit).await.holds;
    // It was paid before the phone was locked: that is looked into.
    let incident = |hold: &Hold| hold.kind == HoldKind::Incident;
    assert!(holds.iter().all(incident), "nothing is awaited any more: {holds:?}");

    let waits = told(&house, &money("T2", "1000", "C-1 or C-2")).await;
    assert_eq!(waits.intake.state.name(), "suspense");
    let Claimed::Counted(matched) = claim(&house, unit, "T2").await.unwrap() else {
        panic!("not matched")
    };
    assert_eq!(matched.intake.state, IntakeState::Applied { contract: unit });
    let Claimed::Counted(again) = claim(&house, unit, "T2").await.unwrap() else {
        panic!("not known")
    };
    assert!(again.repeated);
    assert_eq!(code(claim(&house, other, "T2").await), "transaction_claimed");

    claim(&house, other, "T3").await.unwrap();
    let much = told(&house, &money("T3", "3000.01", "")).await;
    assert_eq!(much.intake.state.name(), "suspense", "more than the contract owes");
    let named = told(&house, &money("T4", "1", "C-2")).await;
    assert_eq!(named.intake.state, IntakeState::Applied { contract: other });
    assert_eq!(house.contract(unit).await.paid, 200_000);
    house.check().await;
}
