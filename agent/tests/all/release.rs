//! The end: by a release key only, kept through any crash, and without a way back.

use agent::{Effect, Input, PhaseView};
use protocol::{
    Kind, Message, Rung, Stage,
    cert::{KeyKind, kid},
    check_in::EventKind,
    cose::sign1,
    release::Release,
    reply::{Problem, ReplyKind},
};

use crate::{lender::*, phone::*};

fn locked() -> (Phone, Lender) {
    enrolled(|lease| {
        lease.stage = LOCK;
        lease.restrictions = vec![2, 3];
        lease.timetable.clear();
    })
}

fn is_free(phone: &Phone) -> bool {
    phone.agent.is_released()
        && phone.stage() == Stage::CLEAR
        && phone.applied == (Stage::CLEAR, vec![], vec![])
}

#[test]
fn a_release_saves_the_tombstone_first_and_is_confirmed() {
    let (mut phone, mut lender) = locked();
    lender.is_released = true;
    phone.give(Input::Online);
    let sent = phone.out.remove(0);
    phone.effects.clear();
    phone.reply(lender.answer(&sent.body));
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
    assert!(is_free(&phone));
    phone.talk(&mut lender);
    assert!(lender.removed);
    let PhaseView::Released { lender: name, recorded, certificate, .. } = phone.view().phase else {
        panic!("not released");
    };
    assert_eq!((name.as_str(), recorded), ("Test Lender", true));
    assert!(!certificate.is_empty());
    assert_eq!(phone.agent.poll_wake(), None, "nothing is left to do");
}

#[test]
fn the_saved_tombstone_holds_no_lease_and_no_key() {
    let (mut phone, lender) = locked();
    phone.reply(lender.sign_release(&lender.release(), 3, &lender.release_key));
    let saved = phone.saved.clone().unwrap();
    let finds = |needle: &[u8]| saved.windows(needle.len()).any(|window| window == needle);
    assert!(!finds(&lender.root.public_bytes()));
    assert!(!finds(&lender.lease_key.public_bytes()));
    assert!(!finds(b"Pay at any shop"));
    assert!(!finds(IMEI.as_bytes()));
}

#[test]
fn the_confirmation_is_sent_until_answered() {
    let (mut phone, mut lender) = locked();
    phone.reply(lender.sign_release(&lender.release(), 3, &lender.release_key));
    let first = phone.out[0].clone();
    for _ in 0..4 {
        phone.lose();
        phone.pass(HOUR);
        assert_eq!(phone.out[0], first);
        phone.reboot();
        assert!(is_free(&phone));
        assert_eq!(phone.out[0], first, "the same bytes, though the key is gone");
    }
    phone.talk(&mut lender);
    phone.reboot();
    assert!(phone.out.is_empty());
    let (mut phone, lender) = locked();
    phone.reply(lender.sign_release(&lender.release(), 3, &lender.release_key));
    phone.out.clear();
    let nobody = Problem { code: "unknown_enrolment".into(), detail: "".into(), retry_s: None };
    phone.give(Input::Problem { bytes: Some(nobody.encode()) });
    phone.pass(DAY);
    assert!(phone.out.is_empty() && is_free(&phone));
}

#[test]
fn a_key_store_that_will_not_sign_does_not_delay_a_release() {
    let (mut phone, lender) = locked();
    phone.has_key = false;
    phone.reply(lender.sign_release(&lender.release(), 3, &lender.release_key));
    assert!(is_free(&phone));
    assert!(phone.out.is_empty());
}

#[test]
fn invariant_3_nothing_restricts_after_the_tombstone() {
    let (mut phone, mut lender) = locked();
    let before = lender.signed(0);
    phone.reply(lender.sign_release(&lender.release(), 3, &lender.release_key));
    lender.version(|_| {});
    let token = lender.sign_token(&lender.token(1, T0 + DAY));
    let after = lender.signed(0);
    phone.has_key = true;
    for _ in 0..2 {
        for bytes in [before.clone(), after.clone(), lender.signed(2), lender.unchanged(0)] {
            phone.reply(bytes);
            assert!(is_free(&phone));
        }
        phone.token(token.clone());
        phone.enrol();
        phone.give(Input::HolderAnswer { accepted: true });
        phone.give(Input::UsePass);
        phone.pass_offline(400 * DAY);
        assert!(is_free(&phone));
        phone.reboot();
        assert!(is_free(&phone));
    }
}

#[test]
fn only_a_release_key_for_this_device_and_contract_releases() {
    let (mut phone, lender) = locked();
    let good = lender.release();
    type Change = fn(&mut Release);
    let changes: [Change; 5] = [
        |release| release.tenant.0[0] ^= 1,
        |release| release.contract.0[0] ^= 1,
        |release| release.enrolment.0[0] ^= 1,
        |release| release.device_hash.0[0] ^= 1,
        |release| release.salt[0] ^= 1,
    ];
    for change in changes {
        let mut release = good.clone();
        change(&mut release);
        phone.reply(lender.sign_release(&release, 3, &lender.release_key));
        assert!(!phone.agent.is_released());
    }
    phone.reply(lender.sign_release(&good, 1, &lender.lease_key));
    phone.reply(lender.sign_release(&good, 2, &lender.token_key));
    phone.reply(lender.sign_release(&good, 3, &lender.lease_key));
    let as_lease = sign1(Kind::Lease, &kid(3), &good.encode(), &lender.release_key).unwrap();
    phone.reply(lender.reply(ReplyKind::Release, as_lease));
    assert_eq!((phone.agent.is_released(), phone.stage()), (false, LOCK));
}

#[test]
fn a_release_before_the_first_lease_frees_too() {
    let mut lender = Lender::new();
    let mut phone = Phone::with(setup());
    phone.give(Input::Start);
    phone.enrol();
    phone.talk(&mut lender);
    phone.give(Input::HolderAnswer { accepted: true });
    phone.reply(lender.sign_release(&lender.release(), 3, &lender.release_key));
    assert!(is_free(&phone));
}

#[test]
fn a_release_key_brought_by_the_same_reply_counts() {
    let (mut phone, mut lender) = enrolled(|lease| lease.stage = NOTICE);
    let key = protocol::crypto::device::Ed25519Signer::from_seed(&[40; 32]);
    let low = capped_cert(&lender.root, 20, &key, &[KeyKind::Release], Rung::Clear);
    lender.certs = vec![low];
    phone.reply(lender.sign_release(&lender.release(), 20, &key));
    assert!(is_free(&phone));
    let never = EventKind::Applied { stage: Stage::CLEAR, sequence: 1 };
    assert!(!lender.heard().contains(&never), "a released phone reports no stage");
}
