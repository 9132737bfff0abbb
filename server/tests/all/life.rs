//! One contract from sale to release, with one phone that is online all the time.

use domain::{Rung, contract::State};
use protocol::{Stage, cose::Sign1, release::Release, reply::ReplyKind};

use crate::{
    kit::*,
    phone::{Phone, answer, pass, pass_until},
};

const REMIND: Stage = Stage { rung: protocol::Rung::Remind, step: 0 };
const NOTICE: Stage = Stage { rung: protocol::Rung::Notice, step: 0 };
const RESTRICT_1: Stage = Stage { rung: protocol::Rung::Restrict, step: 1 };
const RESTRICT_2: Stage = Stage { rung: protocol::Rung::Restrict, step: 2 };
const LOCK: Stage = Stage { rung: protocol::Rung::Lock, step: 0 };

/// A contract on the fast programme with its phone enrolled.
async fn enrolled() -> (House, Phone, domain::UnitId) {
    let house = House::new().await;
    let unit = house.sign(new_contract("C-1", 1)).await;
    let mut phone = Phone::new(1);
    phone.enrol(&house, unit).await;
    (house, phone, unit)
}

#[tokio::test]
async fn unpaid_for_weeks_it_walks_every_rung_in_turn() {
    let (house, mut phone, unit) = enrolled().await;
    assert_eq!(phone.stage(), Stage::CLEAR);
    assert_eq!(phone.applied.2.len(), 5, "the guards hold from enrolment on");
    pass_until(&house, &mut phone, LOCK, 40).await;
    assert_eq!(phone.history, [Stage::CLEAR, REMIND, NOTICE, RESTRICT_1, RESTRICT_2, LOCK]);
    assert_eq!(phone.applied.1.len(), 7);
    let contract = house.contract(unit).await;
    assert_eq!(contract.decision.stage.rung, Rung::Lock);
    assert!(contract.notices.iter().all(|notice| !notice.delivered.is_empty()));
    assert!(phone.problems.is_empty(), "{:?}", phone.problems);
    house.check().await;
}

#[tokio::test]
async fn a_payment_opens_at_the_next_check_in_and_the_last_one_releases() {
    let (house, mut phone, unit) = enrolled().await;
    pass_until(&house, &mut phone, LOCK, 40).await;
    let due = house.app.explain(house.tenant, unit).await.unwrap().decision.standing.past_due;
    let due = domain::Money::new(due, house.contract(unit).await.terms().currency());
    house.pay("p-1", "C-1", &due.decimal()).await;
    phone.check_in(&house.app).await;
    assert_eq!(phone.stage(), Stage::CLEAR);
    assert!(phone.applied.1.is_empty());
    assert_eq!(phone.applied.2.len(), 5, "the guards hold until the release");

    let rest = house.app.explain(house.tenant, unit).await.unwrap().decision.standing.remaining;
    if rest > 0 {
        let rest = domain::Money::new(rest, due.currency);
        house.pay("p-2", "C-1", &rest.decimal()).await;
    }
    phone.check_in(&house.app).await;
    assert!(phone.agent.is_released() && !phone.has_key, "{:?}", phone.problems);
    assert_eq!(phone.applied, (Stage::CLEAR, vec![], vec![]));
    assert_eq!(house.row(unit).await.facets.status, "archived");
    assert_eq!(house.balance().await.get("in_transit").copied().unwrap_or(0), 0);
    house.check().await;
}

#[tokio::test]
async fn a_released_phone_can_be_named_by_its_buyer_and_financed_again() {
    let (house, mut phone, unit) = enrolled().await;
    house.pay("p-1", "C-1", "3000").await;
    phone.check_in(&house.app).await;
    let State::Released { certificate, removed, .. } = house.contract(unit).await.state else {
        panic!("not released");
    };
    assert!(removed);
    let release: Release = Sign1::parse(&certificate).unwrap().decode().unwrap();
    let named = protocol::release::device_hash(&release.salt, imei(1).digits());
    assert_eq!(release.device_hash, named);
    assert_eq!(release.contract.0, unit.bytes());

    let again = house.sign(new_contract("C-2", 1)).await;
    let before = phone.sent.iter().find(|(door, _)| *door == agent::Door::CheckIn).cloned();
    let (door, body) = before.unwrap();
    let refused = answer(&house.app, door, &body).await;
    assert_eq!(code(refused), "replayed_envelope", "the old enrolment hears no new lease");
    let mut phone = Phone::with_key(1, 2);
    phone.enrol(&house, again).await;
    assert_eq!(phone.stage(), Stage::CLEAR);
    assert!(phone.agent.sequence() > 0);
    house.check().await;
}

#[tokio::test]
async fn under_the_indian_draft_it_never_locks_and_never_restricts_before_day_90() {
    let house = House::new().await;
    let unit = house.sign(standard_contract("C-1", 1)).await;
    let mut phone = Phone::new(1);
    phone.enrol(&house, unit).await;
    for _ in 0..200 {
        pass(&house, &mut phone, 24).await;
        let explained = house.app.explain(house.tenant, unit).await.unwrap();
        let dpd = explained.decision.standing.days_past_due;
        assert!(phone.stage().rung <= protocol::Rung::Restrict);
        assert!(phone.stage().rung < protocol::Rung::Restrict || dpd >= 90, "{dpd} days");
    }
    assert_eq!(phone.stage(), Stage { rung: protocol::Rung::Restrict, step: 4 });
    assert!(phone.problems.is_empty(), "{:?}", phone.problems);
    house.check().await;
}

#[tokio::test]
async fn a_sweep_that_comes_late_or_twice_ends_the_same() {
    let hourly = House::new().await;
    let late = House::new().await;
    let mut decisions = Vec::new();
    for (house, hours) in [(&hourly, 1), (&late, 24 * 30)] {
        let unit = house.sign(new_contract("C-1", 1)).await;
        for _ in 0..24 * 30 / hours {
            house.clock.pass(hours * HOUR);
            house.app.sweep(1).await.unwrap();
        }
        let row = house.row(unit).await;
        let again = house.app.sweep(2).await.unwrap();
        assert_eq!((again.looked, again.failed), (0, 0));
        assert_eq!(house.row(unit).await, row);
        house.check().await;
        let decision = house.contract(unit).await.decision;
        decisions.push((decision.stage, decision.reasons, decision.past_due, row.next_look));
    }
    assert_eq!(decisions[0], decisions[1]);
    assert_eq!(decisions[0].0, domain::Stage::NOTICE, "nobody enrolled");
}

#[tokio::test]
async fn a_removal_confirmed_again_is_answered_again() {
    let (house, mut phone, unit) = enrolled().await;
    house.pay("p-1", "C-1", "3000").await;
    phone.check_in(&house.app).await;
    let row = house.row(unit).await;
    assert_eq!(row.facets.status, "archived");
    let (door, removed) = phone.sent.last().unwrap().clone();
    let again = answer(&house.app, door, &removed).await.unwrap();
    assert_eq!(again.kind, ReplyKind::RemovalRecorded);
    assert_eq!(house.row(unit).await, row);
}
