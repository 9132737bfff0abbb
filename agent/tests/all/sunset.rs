//! A device frees itself on the day its contract names, though nobody is left to free it.

use agent::{Agent, Effect, Input, PhaseView};
use protocol::{
    EnrolmentId, Kind, Message, Rung, Stage,
    cert::kid,
    cose::{Sign1, sign1},
    crypto::{device::Ed25519Signer, sha256},
    release::Removed,
    request::{Request, RequestKind},
    sunset::SunsetDispute,
};

use crate::{lender::*, phone::*};

const SUNSET: u64 = T0 + 100 * DAY;

/// Locked, with a sunset in a hundred days.
fn locked() -> (Phone, Lender) {
    enrolled(|lease| {
        lease.stage = LOCK;
        lease.restrictions = vec![2, 3];
        lease.timetable.clear();
        lease.sunset = Some(SUNSET);
    })
}

fn dispute(lender: &Lender, number: u8, until: u64) -> SunsetDispute {
    SunsetDispute {
        tenant: lender.lease.tenant,
        contract: lender.lease.contract,
        enrolment: lender.lease.enrolment,
        key_gen: lender.lease.key_gen,
        number,
        sunset: until - 60 * DAY,
        until,
        reason: "The court decides.".into(),
        issued_at: lender.now_s,
    }
}

fn sign(dispute: &SunsetDispute, key_id: u16, key: &Ed25519Signer) -> Vec<u8> {
    sign1(Kind::SunsetDispute, &kid(key_id), &dispute.encode(), key).unwrap()
}

/// A version of the lease that carries these bytes.
fn told(phone: &mut Phone, lender: &mut Lender, until: u64, dispute: Vec<u8>) {
    lender.version(|lease| {
        lease.sunset = Some(until);
        lease.dispute = Some(dispute);
    });
    phone.give(Input::Online);
    phone.talk(lender);
}

fn disputed(phone: &mut Phone, lender: &mut Lender, number: u8, until: u64) {
    let bytes = sign(&dispute(lender, number, until), 3, &lender.release_key);
    told(phone, lender, until, bytes);
}

fn sunset(phone: &Phone) -> u64 {
    phone.view().sunset.unwrap().at
}

fn is_free(phone: &Phone) -> bool {
    phone.agent.is_released()
        && phone.stage() == Stage::CLEAR
        && phone.applied == (Stage::CLEAR, vec![], vec![])
}

#[test]
fn star_release_if_lender_vanishes() {
    let (mut phone, lender) = locked();
    phone.pass_offline(100 * DAY - 60);
    assert_eq!((phone.stage(), phone.agent.is_released()), (LOCK, false));
    phone.effects.clear();
    phone.pass(60);
    let order: Vec<&Effect> =
        phone.effects.iter().filter(|effect| **effect != Effect::ScreenChanged).collect();
    assert!(matches!(
        order[..],
        [
            Effect::Save { .. },
            Effect::Apply { stage: Stage::CLEAR, .. },
            Effect::DeleteKeys,
            Effect::RemoveSelf,
            Effect::Send { .. }
        ]
    ));
    assert!(is_free(&phone) && !phone.has_key);
    let saved = phone.saved.clone().unwrap();
    let finds = |needle: &[u8]| saved.windows(needle.len()).any(|window| window == needle);
    assert!(!finds(&lender.root.public_bytes()) && !finds(&lender.release_key.public_bytes()));
    let PhaseView::Released { released_at, certificate, recorded, .. } = phone.view().phase else {
        panic!("not released");
    };
    assert_eq!((released_at, certificate.len(), recorded), (SUNSET, 0, false));
}

#[test]
fn it_tells_the_server_when_one_answers_again() {
    let (mut phone, mut lender) = locked();
    phone.pass_offline(101 * DAY);
    let hash = sha256(&lender.lease.encode());
    for _ in 0..3 {
        phone.reboot();
        assert!(is_free(&phone));
        let request = Request::decode(&phone.out[0].body).unwrap();
        assert_eq!(request.kind, RequestKind::Removed);
        let removed: Removed = Sign1::parse(&request.signed).unwrap().decode().unwrap();
        assert_eq!((removed.sunset, removed.certificate_hash), (Some(SUNSET), hash));
    }
    phone.talk(&mut lender);
    assert!(lender.removed);
    phone.reboot();
    assert!(phone.out.is_empty() && phone.agent.poll_wake().is_none());
}

#[test]
fn nothing_restricts_after_the_sunset() {
    let (mut phone, mut lender) = locked();
    phone.pass_offline(101 * DAY);
    phone.out.clear();
    phone.has_key = true;
    lender.now_s += 101 * DAY;
    disputed(&mut phone, &mut lender, 1, SUNSET + 60 * DAY);
    phone.reply(lender.signed(0));
    phone.enrol();
    assert!(is_free(&phone), "a dispute after the sunset comes too late");
}

#[test]
fn no_step_is_taken_after_the_sunset() {
    let (mut phone, _) = enrolled(|lease| {
        lease.sunset = Some(T0 + 2 * DAY);
        lease.timetable = vec![step(NOTICE, T0 + DAY, 0), step(LOCK, T0 + 2 * DAY, 0)];
    });
    phone.pass_offline(DAY + HOUR);
    assert_eq!(phone.stage(), NOTICE);
    phone.pass(2 * DAY);
    assert!(is_free(&phone));
    assert!(phone.history.iter().all(|(stage, _)| *stage < LOCK));
}

#[test]
fn neither_the_wall_clock_nor_time_without_power_brings_it() {
    let (mut phone, mut lender) = locked();
    phone.at.wall_s += 400 * DAY;
    phone.give(Input::Wake);
    assert!(!phone.agent.is_released());
    for _ in 0..200 {
        phone.at.wall_s += DAY;
        phone.reboot();
        phone.lose();
    }
    assert!(!phone.agent.is_released(), "what it cannot know, it does not count");
    lender.now_s = SUNSET + 1;
    phone.give(Input::Online);
    phone.talk(&mut lender);
    assert!(is_free(&phone), "one signed word of the time is enough");
}

#[test]
fn a_server_that_holds_its_clock_back_does_not_hold_it_off() {
    let (mut phone, mut lender) = locked();
    for _ in 0..99 {
        phone.pass(DAY);
        phone.give(Input::Online);
        phone.talk(&mut lender);
    }
    assert!(phone.agent.trusted_s() < T0 + DAY, "the server says that no time has passed");
    assert!(!phone.agent.is_released());
    phone.pass(DAY);
    assert!(is_free(&phone));
}

#[test]
fn a_lease_alone_moves_it_neither_way() {
    let (mut phone, mut lender) = locked();
    for day in [Some(T0), Some(SUNSET + DAY), None] {
        lender.version(|lease| lease.sunset = day);
        phone.give(Input::Online);
        phone.talk(&mut lender);
        assert_eq!((sunset(&phone), phone.stage()), (SUNSET, LOCK), "{day:?}");
    }
    let (mut phone, mut lender) = enrolled(|_| {});
    lender.version(|lease| lease.sunset = Some(T0));
    phone.give(Input::Online);
    phone.talk(&mut lender);
    assert_eq!(phone.view().sunset, None, "what an enrolment began without it gets by another");
    assert!(!phone.agent.is_released());
}

#[test]
fn a_dispute_by_a_release_key_moves_it_and_says_why() {
    let (mut phone, mut lender) = locked();
    assert_eq!(phone.view().sunset.unwrap().disputed, None);
    disputed(&mut phone, &mut lender, 1, SUNSET + 60 * DAY);
    let view = phone.view().sunset.unwrap();
    assert_eq!(view.at, SUNSET + 60 * DAY);
    assert_eq!(view.disputed.as_deref(), Some("The court decides."));
    phone.agent = Agent::restore(phone.saved.as_ref().unwrap(), setup()).unwrap();
    assert_eq!(phone.view().sunset, Some(view));
    phone.crash();
    phone.lose();
    phone.pass_offline(159 * DAY);
    assert!(!phone.agent.is_released());
    phone.pass_offline(2 * DAY);
    assert!(is_free(&phone));
}

#[test]
fn only_a_release_key_for_this_device_and_contract_disputes() {
    let (mut phone, mut lender) = locked();
    let until = SUNSET + 60 * DAY;
    let good = dispute(&lender, 1, until);
    type Change = fn(&mut SunsetDispute);
    let changes: [Change; 4] = [
        |dispute| dispute.tenant.0[0] ^= 1,
        |dispute| dispute.contract.0[0] ^= 1,
        |dispute| dispute.enrolment = EnrolmentId([9; 16]),
        |dispute| dispute.key_gen = 2,
    ];
    for change in changes {
        let mut other = good.clone();
        change(&mut other);
        let bytes = sign(&other, 3, &lender.release_key);
        told(&mut phone, &mut lender, until, bytes);
        assert_eq!(sunset(&phone), SUNSET);
    }
    let (lease_key, token_key) = (&lender.lease_key, &lender.token_key);
    let as_release = sign1(Kind::Release, &kid(3), &good.encode(), &lender.release_key).unwrap();
    let others = [
        sign(&good, 1, lease_key),
        sign(&good, 2, token_key),
        sign(&good, 3, lease_key),
        as_release,
        vec![0],
    ];
    for bytes in others {
        told(&mut phone, &mut lender, until, bytes);
        assert_eq!((sunset(&phone), phone.stage().rung), (SUNSET, Rung::Lock));
    }
}

#[test]
fn disputes_are_counted_and_bounded() {
    let (mut phone, mut lender) = locked();
    let days = |days| SUNSET + days * DAY;
    disputed(&mut phone, &mut lender, 1, days(91));
    assert_eq!(sunset(&phone), SUNSET, "beyond ninety days");
    disputed(&mut phone, &mut lender, 1, days(60));
    disputed(&mut phone, &mut lender, 1, days(120));
    assert_eq!(sunset(&phone), days(60), "each counts once");
    disputed(&mut phone, &mut lender, 2, days(50));
    assert_eq!(sunset(&phone), days(60), "nothing is disputed away");
    disputed(&mut phone, &mut lender, 4, days(331));
    assert_eq!(sunset(&phone), days(60));
    disputed(&mut phone, &mut lender, 4, days(330));
    assert_eq!(sunset(&phone), days(330), "the days of two that were never heard are left");
    disputed(&mut phone, &mut lender, 4, days(350));
    assert_eq!(sunset(&phone), days(330), "there is no fifth");
}

#[test]
fn a_key_store_that_will_not_sign_does_not_hold_it_off() {
    let (mut phone, _) = locked();
    phone.has_key = false;
    phone.pass_offline(101 * DAY);
    assert!(is_free(&phone) && phone.out.is_empty());
}

#[test]
fn a_crash_between_any_two_effects_frees_all_the_same() {
    let life = |fuse: Option<usize>| {
        let (mut phone, mut lender) = locked();
        disputed(&mut phone, &mut lender, 1, SUNSET + 60 * DAY);
        phone.effects.clear();
        phone.fuse = fuse;
        disputed(&mut phone, &mut lender, 2, SUNSET + 90 * DAY);
        phone.lose();
        phone.give(Input::Online);
        phone.talk(&mut lender);
        assert_eq!(sunset(&phone), SUNSET + 90 * DAY, "fuse {fuse:?}");
        phone.pass(190 * DAY);
        phone.lose();
        phone.pass(HOUR);
        assert!(is_free(&phone) && !phone.has_key, "fuse {fuse:?}");
        phone.talk(&mut lender);
        assert!(lender.removed, "fuse {fuse:?}");
        phone.effects.len()
    };
    let effects = life(None);
    assert!(effects > 12, "{effects}");
    (0..effects).for_each(|fuse| {
        life(Some(fuse));
    });
}
