//! Check-ins and waits: a version has one lease, nothing new writes nothing, nothing is missed.

use std::{sync::Arc, time::Duration};

use agent::Door;
use domain::UnitId;
use protocol::{
    Kind, Message,
    check_in::CheckIn,
    cose::{Sign1, sign1},
    lease::{LeaseContent, SignedLease},
    reply::{Reply, ReplyKind},
    request::{Request, RequestKind},
};
use server::{App, Error, app::Pace, crypto::content_hash};

use crate::{
    assignment::Pair,
    kit::*,
    phone::{Phone, answer},
};

async fn enrolled(house: &House) -> (Phone, UnitId) {
    let unit = house.sign(new_contract("C-1", 1)).await;
    let mut phone = Phone::new(1);
    phone.enrol(house, unit).await;
    // The report of the first stage makes a version of its own.
    phone.check_in(&house.app).await;
    (phone, unit)
}

/// The message last sent, with something changed, signed again by the device.
fn message(phone: &Phone, kind: RequestKind, change: impl FnOnce(&mut CheckIn)) -> Vec<u8> {
    let (_, body) = phone.sent.last().unwrap();
    let request = Request::decode(body).unwrap();
    let mut message: CheckIn = Sign1::parse(&request.signed).unwrap().decode().unwrap();
    change(&mut message);
    sign1(kind.kind(), &message.enrolment.0, &message.encode(), &phone.key).unwrap()
}

fn lease(reply: &Reply) -> LeaseContent {
    assert_eq!(reply.kind, ReplyKind::Lease);
    let lease: SignedLease = Sign1::parse(&reply.signed).unwrap().decode().unwrap();
    LeaseContent::decode(&lease.content).unwrap()
}

/// A check-in of a device that holds nothing yet.
fn bare(phone: &Phone, msg_no: u64) -> Vec<u8> {
    message(phone, RequestKind::CheckIn, |message| {
        message.msg_no = msg_no;
        message.applied_seq = 0;
        message.content_hash = None;
        message.events.clear();
        message.hold_max_s = None;
    })
}

fn last_no(phone: &Phone) -> u64 {
    let mut number = 0;
    message(phone, RequestKind::CheckIn, |message| number = message.msg_no);
    number
}

#[tokio::test]
async fn a_version_has_one_lease_whenever_it_is_signed() {
    let house = House::new().await;
    let (phone, unit) = enrolled(&house).await;
    let first = house.app.check_in(&bare(&phone, 100)).await.unwrap();
    house.clock.pass(3 * DAY);
    let later = house.app.check_in(&bare(&phone, 101)).await.unwrap();
    assert_eq!(lease(&first).encode(), lease(&later).encode());
    assert_ne!(first.signed, later.signed, "with a new issued-at");
    let hash = content_hash(&lease(&first).encode());
    let line = formats::lease_line(house.row(unit).await.version, &hash.0);
    assert_eq!(house.journal(unit).await.last().unwrap().text, line);
}

#[tokio::test]
async fn a_check_in_that_changes_nothing_writes_nothing() {
    let house = House::new().await;
    let (mut phone, unit) = enrolled(&house).await;
    let (row, journal) = (house.row(unit).await, house.journal(unit).await);
    for _ in 0..5 {
        house.clock.pass(HOUR);
        phone.tick(HOUR);
        phone.check_in(&house.app).await;
    }
    assert_eq!(house.row(unit).await, row);
    assert_eq!(house.journal(unit).await, journal);
    let (door, body) = phone.sent.last().unwrap();
    let reply = answer(&house.app, *door, body).await.unwrap();
    assert_eq!(reply.kind, ReplyKind::Unchanged);
    assert_eq!(house.app.presence(unit).await.unwrap().unwrap().msg_no, last_no(&phone));
}

#[tokio::test]
async fn a_check_in_after_next_look_brings_the_contract_up_to_the_moment() {
    let house = House::new().await;
    let (mut phone, unit) = enrolled(&house).await;
    let before = house.row(unit).await;
    house.clock.pass(9 * DAY);
    assert!(before.next_look.unwrap() < house.app.now());
    phone.tick(9 * DAY);
    phone.talk(&house.app).await;
    let after = house.row(unit).await;
    assert!(after.version > before.version && after.next_look.unwrap() > house.app.now());
    assert_eq!(phone.stage().rung, protocol::Rung::Remind);
    assert_eq!(phone.agent.sequence(), house.row(unit).await.version);
    house.check().await;
}

#[tokio::test]
async fn a_lower_message_number_is_a_replay_and_an_equal_one_a_repeat() {
    let house = House::new().await;
    let (mut phone, unit) = enrolled(&house).await;
    let (door, body) = phone.sent.last().unwrap().clone();
    answer(&house.app, door, &body).await.unwrap();
    answer(&house.app, door, &body).await.unwrap();
    phone.check_in(&house.app).await;
    let row = house.row(unit).await;
    assert_eq!(code(answer(&house.app, door, &body).await), "replayed_envelope");
    assert_eq!(house.row(unit).await, row);
    phone.check_in(&house.app).await;
    assert!(phone.problems.is_empty());
}

#[tokio::test]
async fn a_replay_is_known_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("q.db").display());
    let keys = || server::keys::files::KeyDir::below(folder.path()).load(&*SeededEntropy::new(3));
    let house = House::on(store::open(&url).unwrap(), keys().unwrap(), Pace::default()).await;
    let (mut phone, unit) = enrolled(&house).await;
    let (_, old) = phone.sent.last().unwrap().clone();
    phone.check_in(&house.app).await;
    assert_eq!(house.app.flush_presence().await.unwrap(), 1);
    assert_eq!(house.app.flush_presence().await.unwrap(), 0);
    let House { app, clock, tenant } = house;
    drop(app);
    let store = store::open(&url).unwrap();
    let app =
        App::open(store, keys().unwrap(), clock.clone(), SeededEntropy::new(4), Pace::default());
    let house = House { app: Arc::new(app.await.unwrap()), clock, tenant };
    assert_eq!(code(answer(&house.app, Door::CheckIn, &old).await), "replayed_envelope");
    phone.check_in(&house.app).await;
    assert!(phone.problems.is_empty());
    assert_eq!(phone.agent.sequence(), house.row(unit).await.version);
    house.check().await;
}

#[tokio::test]
async fn what_is_not_a_message_of_the_device_is_refused() {
    let house = House::new().await;
    let (phone, unit) = enrolled(&house).await;
    let row = house.row(unit).await;
    let app = &house.app;
    assert_eq!(code(app.check_in(b"\x01\x02").await), "malformed");
    let stranger = message(&phone, RequestKind::CheckIn, |message| message.enrolment.0[0] ^= 1);
    assert_eq!(code(app.check_in(&stranger).await), "unknown_enrolment");
    let mut forged = bare(&phone, 100);
    let end = forged.len() - 1;
    forged[end] ^= 1;
    assert_eq!(code(app.check_in(&forged).await), "bad_signature");
    let wait = message(&phone, RequestKind::Wait, |message| message.msg_no = 100);
    assert_eq!(code(app.check_in(&wait).await), "bad_signature", "signed as another kind");
    let stale = message(&phone, RequestKind::CheckIn, |message| message.key_gen += 1);
    assert_eq!(code(app.check_in(&stale).await), "stale_key_generation");
    let removed = protocol::release::Removed {
        enrolment: lease(&app.check_in(&bare(&phone, 100)).await.unwrap()).enrolment,
        key_gen: 1,
        certificate_hash: protocol::ContentHash([0; 32]),
        silent_s: None,
        sunset: None,
    };
    let kid = removed.enrolment.0;
    let removed = sign1(Kind::Removed, &kid, &removed.encode(), &phone.key).unwrap();
    assert_eq!(code(app.confirm_removal(&removed).await), "not_released");
    assert_eq!(house.row(unit).await, row);
}

#[tokio::test]
async fn events_count_once_however_often_they_come() {
    let house = House::new().await;
    let (mut phone, unit) = enrolled(&house).await;
    phone.give(agent::Input::Unsupported { restriction: protocol::Restriction::Gallery });
    phone.give(agent::Input::Online);
    let sent: Vec<_> = phone.sent.clone();
    phone.talk(&house.app).await;
    let through = house.contract(unit).await.events_through;
    let row = house.row(unit).await;
    let (door, body) = sent.last().unwrap();
    answer(&house.app, *door, body).await.unwrap();
    assert_eq!(house.row(unit).await, row);
    let journal = house.journal(unit).await;
    let reported = journal.iter().filter(|line| line.text.contains("unsupported")).count();
    assert_eq!((reported, through > 1), (1, true));
}

/// A wait of a device that holds what there is, held for so long.
fn wait(phone: &Phone, msg_no: u64, hold_s: u32) -> Vec<u8> {
    let (held, hash) = (phone.agent.sequence(), phone.saved.is_some());
    assert!(hash);
    message(phone, RequestKind::Wait, |message| {
        message.msg_no = msg_no;
        message.applied_seq = held;
        message.events.clear();
        message.hold_max_s = Some(hold_s);
    })
}

async fn waiting(house: &House) -> (Arc<App>, UnitId, Vec<u8>) {
    let (mut phone, unit) = enrolled(house).await;
    phone.check_in(&house.app).await;
    (house.app.clone(), unit, wait(&phone, 100, 20))
}

async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(5), work).await.expect("answered at once")
}

async fn held(house: &House) -> tokio::task::JoinHandle<Reply> {
    let (app, _, wait) = waiting(house).await;
    let task = tokio::spawn(async move { app.wait(&wait).await.unwrap() });
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!task.is_finished(), "nothing is new: it is held");
    task
}

#[tokio::test]
async fn a_wait_is_held_until_a_payment() {
    let house = House::new().await;
    let task = held(&house).await;
    house.pay("p-1", "C-1", "1000").await;
    let reply = soon(task).await.unwrap();
    let version = lease(&reply).sequence;
    let unit = house.app.by_reference(house.tenant, "C-1").await.unwrap().unwrap();
    assert_eq!(version, house.row(unit).await.version);
    assert_eq!(house.app.wake.waiting(), 0);
}

#[tokio::test]
async fn a_wait_hears_the_release() {
    let house = House::new().await;
    let task = held(&house).await;
    house.pay("p-1", "C-1", "3000").await;
    assert_eq!(soon(task).await.unwrap().kind, ReplyKind::Release);
}

/// A held request hears that the contract was passed on, once it has arrived there.
#[tokio::test]
async fn a_wait_hears_of_another_lender() {
    let pair = Pair::new().await;
    let (mut phone, _) = enrolled(&pair.first).await;
    pair.offer("C-1").await.unwrap();
    for _ in 0..2 {
        phone.check_in(&pair.first.app).await;
    }
    let (app, wait) = (pair.first.app.clone(), wait(&phone, 100, 20));
    let task = tokio::spawn(async move { app.wait(&wait).await.unwrap() });
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!task.is_finished(), "an offer alone is no news");
    pair.accept("C-1", "N-1").await.unwrap();
    assert_eq!(soon(task).await.unwrap().kind, ReplyKind::Assigned);
}

#[tokio::test]
async fn a_wait_is_answered_when_the_server_stops() {
    let house = House::new().await;
    let task = held(&house).await;
    house.app.stop_waiting();
    assert_eq!(soon(task).await.unwrap().kind, ReplyKind::Unchanged);
}

#[tokio::test]
async fn a_stopping_server_holds_no_wait() {
    let house = House::new().await;
    let (app, _, wait) = waiting(&house).await;
    app.stop_waiting();
    assert_eq!(soon(app.wait(&wait)).await.unwrap().kind, ReplyKind::Unchanged);
}

#[tokio::test]
async fn a_wait_ends_by_itself() {
    let pace = Pace { hold_max_s: 1, ..Pace::default() };
    let house = House::paced(pace).await;
    let (app, _, wait) = waiting(&house).await;
    assert_eq!(soon(app.wait(&wait)).await.unwrap().kind, ReplyKind::Unchanged);
    assert_eq!(app.wake.waiting(), 0);
}

#[tokio::test]
async fn one_wait_too_many_is_answered_at_once() {
    let pace = Pace { waits_max: 1, ..Pace::default() };
    let house = House::paced(pace).await;
    let task = held(&house).await;
    let unit = house.sign(new_contract("C-2", 2)).await;
    let mut phone = Phone::new(2);
    phone.enrol(&house, unit).await;
    phone.check_in(&house.app).await;
    phone.check_in(&house.app).await;
    let reply = soon(house.app.wait(&wait(&phone, 100, 20))).await.unwrap();
    assert_eq!(reply.kind, ReplyKind::Unchanged);
    assert!(!task.is_finished());
    house.app.stop_waiting();
    soon(task).await.unwrap();
}

#[tokio::test]
async fn a_wait_of_a_key_that_was_replaced_ends() {
    let house = House::new().await;
    let (app, unit, wait) = waiting(&house).await;
    let task = tokio::spawn(async move { app.wait(&wait).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    Phone::with_key(1, 2).enrol(&house, unit).await;
    assert_eq!(code(soon(task).await.unwrap()), "stale_key_generation");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_change_falls_between_register_and_read() {
    let house = House::new().await;
    let (mut phone, _) = enrolled(&house).await;
    for round in 0..30_u32 {
        phone.check_in(&house.app).await;
        let message = wait(&phone, last_no(&phone) + 1, 20);
        let app = house.app.clone();
        let task = tokio::spawn(async move { app.wait(&message).await.unwrap() });
        tokio::time::sleep(Duration::from_micros(u64::from(round) * 10)).await;
        house.pay(&format!("p-{round}"), "C-1", "1").await;
        let reply = soon(task).await.unwrap();
        assert_eq!(reply.kind, ReplyKind::Lease, "round {round}");
    }
}

#[tokio::test]
async fn a_doubtful_clock_signs_nothing_and_takes_nothing_in() {
    let house = House::new().await;
    let (phone, unit) = enrolled(&house).await;
    let row = house.row(unit).await;
    house.clock.jump(9 * DAY);
    let doubt = |result| match result {
        Err(Error::ClockDoubtful(by)) => by == 9 * DAY,
        _ => false,
    };
    assert!(doubt(house.app.check_in(&bare(&phone, 100)).await));
    assert!(doubt(house.app.wait(&wait(&phone, 101, 1)).await));
    assert!(house.app.sweep(1).await.is_err());
    assert_eq!(house.row(unit).await, row, "no step begins by a doubtful clock");
    let paid = house.pay("p-1", "C-1", "3000").await;
    assert!(!paid.repeated);
    let contract = house.contract(unit).await;
    assert_eq!((contract.paid, contract.state.name()), (300_000, "settled"), "money counts");
    house.clock.jump(-9 * DAY);
    house.clock.pass(10 * DAY);
    house.app.sweep(1).await.unwrap();
    let reply = house.app.check_in(&bare(&phone, 102)).await.unwrap();
    assert_eq!(reply.kind, ReplyKind::Release, "the release follows when the clock is right");
    house.check().await;
}
