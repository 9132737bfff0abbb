//! Enrolment: the right code, the right device, the holder's own yes, once.

use agent::{Door, PhaseView};
use protocol::{
    Kind, Message,
    cose::{Sign1, sign1},
    enrol::Confirm,
    lease::SignedLease,
    reply::{Reply, ReplyKind},
    request::{Request, RequestKind},
};

use crate::{
    kit::*,
    phone::{Phone, answer, pass},
};

async fn signed() -> (House, domain::UnitId) {
    let house = House::new().await;
    let unit = house.sign(new_contract("C-1", 1)).await;
    (house, unit)
}

fn last(phone: &Phone, kind: RequestKind) -> Vec<u8> {
    let bodies = phone.sent.iter().rev().map(|(_, body)| body);
    let mut of_kind = bodies.filter(|body| Request::decode(body).unwrap().kind == kind);
    of_kind.next().unwrap().clone()
}

/// The same confirmation with something changed, signed again by its own device.
fn changed(phone: &Phone, change: impl FnOnce(&mut Confirm)) -> Vec<u8> {
    let request = Request::decode(&last(phone, RequestKind::Confirm)).unwrap();
    let mut confirm: Confirm = Sign1::parse(&request.signed).unwrap().decode().unwrap();
    change(&mut confirm);
    let signed =
        sign1(Kind::EnrolConfirm, &confirm.enrolment.0, &confirm.encode(), &phone.key).unwrap();
    Request { kind: RequestKind::Confirm, signed }.encode()
}

async fn refused(house: &House, body: &[u8]) -> &'static str {
    code(answer(&house.app, Door::Enrol, body).await)
}

#[tokio::test]
async fn a_wrong_code_and_an_unknown_device_are_one_answer() {
    let (house, unit) = signed().await;
    let code_of = |unit| house.app.enrolment_code(unit, 1);
    let wrong = {
        let mut phone = Phone::new(1);
        phone.offer_with("ABCD-EFGH-JKMN");
        answer(&house.app, Door::Enrol, &last(&phone, RequestKind::Offer)).await
    };
    let stranger = {
        let mut phone = Phone::new(2);
        phone.offer_with(&code_of(unit));
        answer(&house.app, Door::Enrol, &last(&phone, RequestKind::Offer)).await
    };
    let (wrong, stranger) = (wrong.unwrap_err(), stranger.unwrap_err());
    assert_eq!(wrong.to_string(), stranger.to_string());
    assert_eq!(code::<()>(Err(wrong)), "wrong_enrolment_code");
    assert_eq!(house.row(unit).await.version, 1);
}

#[tokio::test]
async fn a_code_may_be_typed_as_people_type() {
    let (house, unit) = signed().await;
    let code = house.app.enrolment_code(unit, 1).to_lowercase();
    let typed = format!("{}-{} {}", &code[..4], &code[4..8], &code[8..]);
    let mut phone = Phone::new(1);
    phone.offer_with(&typed);
    phone.talk(&house.app).await;
    assert!(matches!(phone.agent.view(phone.at).phase, PhaseView::Asking { .. }));
    assert_eq!(house.row(unit).await.version, 1, "an offer binds nothing");
}

#[tokio::test]
async fn a_used_code_says_so() {
    let (house, unit) = signed().await;
    let used = house.app.enrolment_code(unit, 1);
    Phone::new(1).enrol(&house, unit).await;
    let mut phone = Phone::with_key(1, 2);
    phone.offer_with(&used);
    phone.talk(&house.app).await;
    assert_eq!(phone.problems, ["enrolment_code_used"]);
}

#[tokio::test]
async fn a_no_binds_nothing_and_the_code_stays_good() {
    let (house, unit) = signed().await;
    let mut phone = Phone::new(1);
    phone.offer(&house, unit).await;
    phone.accept(false);
    phone.talk(&house.app).await;
    assert_eq!(phone.problems, ["holder_refused"]);
    assert_eq!(house.row(unit).await.version, 1);
    phone.enrol(&house, unit).await;
    house.check().await;
}

#[tokio::test]
async fn a_confirmation_for_other_terms_is_refused() {
    let (house, unit) = signed().await;
    let mut phone = Phone::new(1);
    phone.offer(&house, unit).await;
    phone.accept(true);
    phone.out.clear();
    let before = house.row(unit).await;
    let other = changed(&phone, |confirm| confirm.disclosure_hash.0[0] ^= 1);
    assert_eq!(refused(&house, &other).await, "offer_mismatch");
    let other = changed(&phone, |confirm| confirm.enrolment.0[0] ^= 1);
    assert_eq!(refused(&house, &other).await, "offer_mismatch");
    let other = changed(&phone, |confirm| confirm.key_gen += 1);
    assert_eq!(refused(&house, &other).await, "offer_mismatch");
    let mut tampered = last(&phone, RequestKind::Offer);
    let end = tampered.len() - 1;
    tampered[end] ^= 1;
    assert_eq!(refused(&house, &tampered).await, "bad_signature");
    let other = changed(&phone, |confirm| {
        let end = confirm.offer.len() - 1;
        confirm.offer[end] ^= 1;
    });
    assert_eq!(refused(&house, &other).await, "bad_signature");
    let mut forged = Phone::with_key(1, 9);
    forged.sent.clone_from(&phone.sent);
    let forged = changed(&forged, |_| {});
    assert_eq!(refused(&house, &forged).await, "bad_signature");
    assert_eq!(house.row(unit).await, before);
}

#[tokio::test]
async fn a_confirmation_whose_answer_was_lost_gets_the_same_lease() {
    let (house, unit) = signed().await;
    let mut phone = Phone::new(1);
    phone.offer(&house, unit).await;
    phone.accept(true);
    let confirm = last(&phone, RequestKind::Confirm);
    let lost = answer(&house.app, Door::Enrol, &confirm).await.unwrap();
    let row = house.row(unit).await;
    house.clock.pass(HOUR);
    let again = answer(&house.app, Door::Enrol, &confirm).await.unwrap();
    assert_eq!(content(&again), content(&lost));
    let line = formats::lease_line(2, &server::crypto::content_hash(&content(&lost)).0);
    assert_eq!(house.journal(unit).await.last().unwrap().text, line);
    assert_eq!(house.row(unit).await, row, "nothing was written");
    phone.talk(&house.app).await;
    assert_eq!(phone.agent.sequence(), house.row(unit).await.version);
}

fn content(reply: &Reply) -> Vec<u8> {
    assert_eq!(reply.kind, ReplyKind::Lease);
    let lease: SignedLease = Sign1::parse(&reply.signed).unwrap().decode().unwrap();
    lease.content
}

#[tokio::test]
async fn two_that_confirm_the_same_code_at_once_bind_one() {
    let (house, unit) = signed().await;
    let mut phones = [Phone::with_key(1, 1), Phone::with_key(1, 2)];
    for phone in &mut phones {
        phone.offer(&house, unit).await;
        phone.accept(true);
    }
    let [first, second] = &mut phones;
    futures_util::future::join(first.talk(&house.app), second.talk(&house.app)).await;
    let bound = phones.iter().filter(|phone| phone.agent.sequence() > 0).count();
    assert_eq!(bound, 1);
    assert_eq!(house.contract(unit).await.key_gen(), 1);
    house.check().await;
}

#[tokio::test]
async fn after_a_factory_reset_the_next_generation_takes_over() {
    let (house, unit) = signed().await;
    let mut old = Phone::new(1);
    old.enrol(&house, unit).await;
    pass(&house, &mut old, 24 * 10).await;
    let stage = old.stage();
    assert!(stage > protocol::Stage::CLEAR);
    let mut new = Phone::with_key(1, 2);
    new.enrol(&house, unit).await;
    assert_eq!(house.contract(unit).await.key_gen(), 2);
    assert!(new.stage() >= protocol::Stage { rung: protocol::Rung::Notice, step: 0 });
    new.check_in(&house.app).await;
    assert!(new.problems.is_empty(), "{:?}", new.problems);
    old.check_in(&house.app).await;
    assert_eq!(old.problems, ["stale_key_generation"]);
    house.check().await;
}

#[tokio::test]
async fn a_contract_that_has_ended_takes_no_device() {
    let (house, unit) = signed().await;
    let mut late = Phone::new(1);
    late.offer(&house, unit).await;
    late.accept(true);
    house.pay("p-1", "C-1", "3000").await;
    late.talk(&house.app).await;
    assert_eq!(late.problems, ["wrong_enrolment_code"]);
    assert_eq!(house.contract(unit).await.key_gen(), 0);
}
