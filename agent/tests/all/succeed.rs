//! Another lender takes the contract over: the phone follows his root, and nobody else's.

use agent::{Effect, Input};
use protocol::{
    ContractId, EnrolmentId, Kind, Message, Rung, SignedMessage, Stage, TenantId,
    cert::{KeyCert, KeyKind, kid},
    check_in::CheckIn,
    cose::{Sign1, sign1},
    crypto::device::Ed25519Signer,
    reply::{Reply, ReplyKind},
    request::Request,
    succession::{Assigned, Succession},
};

use crate::{lender::*, phone::*};

/// The lender who takes over: another tenant with keys of his own, under the same numbers.
fn next() -> Lender {
    let mut next = Lender::new();
    let key = |seed| Ed25519Signer::from_seed(&[seed; 32]);
    (next.root, next.lease_key, next.token_key, next.release_key) =
        (key(51), key(52), key(53), key(54));
    next.lease.tenant = TenantId([11; 16]);
    next.lease.contract = ContractId([12; 16]);
    next.lease.enrolment = EnrolmentId([13; 16]);
    next.lease.screen.lender = "Next Lender".into();
    let certify = |key_id, key: &Ed25519Signer, kind| {
        let cert = KeyCert {
            tenant: next.lease.tenant,
            lender: "Next Lender".into(),
            key_id,
            kinds: vec![kind],
            rung_max: Rung::Lock,
            not_before: T0 - DAY,
            not_after: T0 + 3650 * DAY,
            public_key: key.public_bytes(),
        };
        sign1(KeyCert::KIND, &[], &cert.encode(), &next.root).unwrap()
    };
    next.certs = vec![
        certify(1, &next.lease_key, KeyKind::Lease),
        certify(2, &next.token_key, KeyKind::Token),
        certify(3, &next.release_key, KeyKind::Release),
    ];
    next
}

fn succession(from: &Lender, to: &Lender) -> Succession {
    Succession {
        tenant: from.lease.tenant,
        lender: from.lease.screen.lender.clone(),
        to_tenant: to.lease.tenant,
        to_lender: to.lease.screen.lender.clone(),
        to_root: to.root.public_bytes(),
        not_before: T0 - DAY,
        not_after: T0 + 3650 * DAY,
    }
}

fn assigned(from: &Lender, to: &Lender) -> Assigned {
    let release = from.release();
    let succession = succession(from, to).encode();
    Assigned {
        tenant: from.lease.tenant,
        contract: from.lease.contract,
        enrolment: from.lease.enrolment,
        key_gen: 1,
        device_hash: release.device_hash,
        salt: release.salt,
        to_tenant: to.lease.tenant,
        to_contract: to.lease.contract,
        to_enrolment: to.lease.enrolment,
        lender_phone: "+1 555 0199".into(),
        how_to_pay: "Pay the next lender".into(),
        managed_by: "Next Lender took this contract over from Test Lender".into(),
        assigned_at: from.now_s,
        succession: sign1(Kind::Succession, &[], &succession, &from.root).unwrap(),
    }
}

fn sign(assigned: &Assigned, key_id: u16, key: &Ed25519Signer, to: &Lender) -> Vec<u8> {
    let signed = sign1(Kind::Assigned, &kid(key_id), &assigned.encode(), key).unwrap();
    Reply { kind: ReplyKind::Assigned, signed, certs: to.certs.clone() }.encode()
}

fn pass_on(from: &Lender, to: &Lender) -> Vec<u8> {
    sign(&assigned(from, to), 3, &from.release_key, to)
}

/// The enrolment under which a message speaks.
fn speaks_as(sent: &Sent) -> (EnrolmentId, CheckIn) {
    let request = Request::decode(&sent.body).unwrap();
    let message: CheckIn = Sign1::parse(&request.signed).unwrap().decode().unwrap();
    (message.enrolment, message)
}

/// Both lenders answer, each what is addressed to him.
fn talk(phone: &mut Phone, from: &Lender, to: &mut Lender) {
    while !phone.out.is_empty() {
        let sent = phone.out.remove(0);
        let reply = match speaks_as(&sent).0 == from.lease.enrolment {
            true => pass_on(from, to),
            false => to.answer(&sent.body),
        };
        phone.reply(reply);
    }
}

fn locked() -> (Phone, Lender, Lender) {
    let (phone, lender) = enrolled(|lease| {
        lease.stage = LOCK;
        lease.restrictions = vec![2, 3];
        lease.sequence = 41;
    });
    (phone, lender, next())
}

#[test]
fn a_locked_phone_follows_in_one_save_and_the_next_lender_opens_it() {
    let (mut phone, old, mut new) = locked();
    phone.give(Input::Online);
    phone.out.clear();
    phone.effects.clear();
    phone.reply(pass_on(&old, &new));
    assert!(matches!(phone.effects[0], Effect::Save { .. }));
    assert_eq!(phone.count(|effect| matches!(effect, Effect::Save { .. })), 1);
    assert_eq!((phone.stage(), phone.count(|e| matches!(e, Effect::Apply { .. }))), (LOCK, 0));
    let view = phone.view();
    assert_eq!(view.front.lender, "Next Lender");
    assert_eq!(view.front.how_to_pay, "Pay the next lender");
    assert!(view.front.managed_by.contains("from Test Lender"));
    assert_eq!(view.front.allowed_numbers[0], "+1 555 0199");
    let (enrolment, message) = speaks_as(&phone.out[0]);
    assert_eq!(enrolment, new.lease.enrolment);
    assert_eq!((message.applied_seq, message.content_hash, message.stage), (0, None, LOCK));
    phone.talk(&mut new);
    assert_eq!((phone.stage(), phone.agent.sequence()), (Stage::CLEAR, 1));
    let saved = phone.saved.clone().unwrap();
    let finds = |needle: &[u8]| saved.windows(needle.len()).any(|window| window == needle);
    for key in [&old.root, &old.lease_key, &old.release_key, &old.token_key] {
        assert!(!finds(&key.public_bytes()), "the old lender's keys are forgotten");
    }
}

#[test]
fn nothing_the_old_lender_signs_counts_any_more() {
    let (mut phone, mut old, mut new) = locked();
    new.lease.stage = NOTICE;
    phone.give(Input::Online);
    talk(&mut phone, &old, &mut new);
    old.version(|lease| lease.sequence = 1_000);
    let as_new = {
        let mut lease = old.lease.clone();
        lease.tenant = new.lease.tenant;
        lease.contract = new.lease.contract;
        lease.enrolment = new.lease.enrolment;
        lease
    };
    let release = protocol::release::Release {
        tenant: new.lease.tenant,
        contract: new.lease.contract,
        enrolment: new.lease.enrolment,
        ..old.release()
    };
    for bytes in [
        old.signed(0),
        old.unchanged(0),
        old.sign_lease(&as_new, old.stamp(0)),
        old.sign_release(&old.release(), 3, &old.release_key),
        old.sign_release(&release, 3, &old.release_key),
        pass_on(&old, &new),
    ] {
        phone.reply(bytes);
        assert_eq!((phone.stage(), phone.agent.is_released()), (NOTICE, false));
    }
    new.version(|lease| lease.stage = LOCK);
    phone.give(Input::Online);
    phone.talk(&mut new);
    assert_eq!(phone.stage(), LOCK, "the next lender's word counts");
    phone.reply(new.sign_release(&new.release(), 3, &new.release_key));
    assert!(phone.agent.is_released());
}

#[test]
fn what_the_old_lender_had_planned_no_longer_happens() {
    let (mut phone, old) = enrolled(|lease| {
        lease.timetable = vec![step(REMIND, T0 + HOUR, 0), step(LOCK, T0 + 2 * HOUR, 0)];
    });
    let mut new = next();
    phone.pass(HOUR);
    assert_eq!(phone.stage(), REMIND);
    phone.out.clear();
    phone.reply(pass_on(&old, &new));
    phone.pass_offline(30 * DAY);
    assert_eq!(phone.stage(), REMIND, "what was in force stays, and nothing rises");
    phone.reboot();
    assert_eq!(phone.stage(), REMIND);
    phone.talk(&mut new);
    assert_eq!((phone.stage(), phone.agent.sequence()), (Stage::CLEAR, 1));
}

#[test]
fn the_phone_speaks_until_the_next_lender_answers() {
    let (mut phone, old, mut new) = locked();
    phone.reply(pass_on(&old, &new));
    for _ in 0..4 {
        phone.lose();
        phone.pass(HOUR);
        assert_eq!(speaks_as(&phone.out[0]).0, new.lease.enrolment);
        phone.reboot();
        assert_eq!(phone.stage(), LOCK);
        assert_eq!(speaks_as(&phone.out[0]).0, new.lease.enrolment);
    }
    new.now_s += DAY;
    phone.talk(&mut new);
    assert_eq!(phone.stage(), Stage::CLEAR);
}

#[test]
fn only_a_release_key_for_this_device_and_a_succession_by_the_root_are_followed() {
    let (mut phone, old, new) = locked();
    let good = assigned(&old, &new);
    type Change = fn(&mut Assigned);
    let changes: [Change; 8] = [
        |assigned| assigned.tenant.0[0] ^= 1,
        |assigned| assigned.contract.0[0] ^= 1,
        |assigned| assigned.enrolment.0[0] ^= 1,
        |assigned| assigned.key_gen += 1,
        |assigned| assigned.device_hash.0[0] ^= 1,
        |assigned| assigned.salt[0] ^= 1,
        |assigned| assigned.to_tenant.0[0] ^= 1,
        |assigned| assigned.assigned_at = T0 + 4000 * DAY,
    ];
    let mut wrong: Vec<Vec<u8>> = changes
        .into_iter()
        .map(|change| {
            let mut assigned = good.clone();
            change(&mut assigned);
            sign(&assigned, 3, &old.release_key, &new)
        })
        .collect();
    wrong.push(sign(&good, 1, &old.lease_key, &new));
    wrong.push(sign(&good, 2, &old.token_key, &new));
    wrong.push(sign(&good, 3, &new.release_key, &new));
    let payload = succession(&old, &new).encode();
    for root in [&old.release_key, &old.lease_key, &new.root] {
        let succession = sign1(Kind::Succession, &[], &payload, root).unwrap();
        let assigned = Assigned { succession, ..good.clone() };
        wrong.push(sign(&assigned, 3, &old.release_key, &new));
    }
    wrong.push(sign(&good, 3, &old.release_key, &old));
    for (number, bytes) in wrong.into_iter().enumerate() {
        phone.reply(bytes);
        assert_eq!(phone.view().front.lender, "Test Lender", "case {number}");
    }
    phone.reply(sign(&good, 3, &old.release_key, &new));
    assert_eq!(phone.view().front.lender, "Next Lender");
}

#[test]
fn a_contract_that_goes_back_makes_no_old_word_true_again() {
    let (mut phone, old, mut new) = locked();
    let first = pass_on(&old, &new);
    let early = old.signed(0);
    phone.reply(first.clone());
    talk(&mut phone, &old, &mut new);
    let mut again = Lender::new();
    again.lease.enrolment = EnrolmentId([23; 16]);
    again.lease.contract = ContractId([22; 16]);
    phone.reply(pass_on(&new, &again));
    phone.talk(&mut again);
    assert_eq!(phone.view().front.lender, "Test Lender");
    for bytes in [first, early, old.sign_release(&old.release(), 3, &old.release_key)] {
        phone.reply(bytes);
        assert_eq!((phone.stage(), phone.agent.is_released()), (Stage::CLEAR, false));
        assert_eq!(phone.view().front.lender, "Test Lender");
    }
}

#[test]
fn the_power_may_go_between_any_two_effects() {
    for fuse in 0..12 {
        let (mut phone, old, mut new) = locked();
        phone.fuse = Some(fuse);
        phone.give(Input::Online);
        for _ in 0..4 {
            talk(&mut phone, &old, &mut new);
            new.now_s += DAY;
            phone.pass(DAY);
        }
        assert_eq!((phone.stage(), phone.agent.sequence()), (Stage::CLEAR, 1), "fuse {fuse}");
        assert_eq!(phone.view().front.lender, "Next Lender", "fuse {fuse}");
    }
}

#[test]
fn a_token_of_the_next_lender_opens_the_phone_before_his_first_lease() {
    let (mut phone, old, mut new) = locked();
    phone.reply(pass_on(&old, &new));
    new.lease.stage = LOCK;
    let token = new.sign_token(&new.token(1, T0 + DAY));
    assert_eq!(phone.token(token), agent::TokenAnswer::Accepted);
    assert_eq!(phone.stage(), Stage::CLEAR);
}
