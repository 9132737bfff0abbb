//! Which leases are taken, refreshed, refused.

use protocol::{
    Kind, Message, Rung, Stage,
    cert::{KeyKind, kid},
    check_in::{EventKind, LeaseRefusal},
    cose::sign1,
    crypto::device::Ed25519Signer,
    lease::{LeaseContent, SignedLease},
    reply::ReplyKind,
};

use crate::{lender::*, phone::*};

fn refusals(lender: &Lender) -> Vec<(u64, LeaseRefusal)> {
    let refused = lender.heard().into_iter().filter_map(|what| match what {
        EventKind::LeaseRefused { sequence, reason } => Some((sequence, reason)),
        _ => None,
    });
    refused.collect()
}

/// Pushes one lease at a phone that holds sequence 5 at `notice`; what it then stands on and says.
fn pushed(change: impl FnOnce(&mut LeaseContent)) -> (Stage, u64, Vec<(u64, LeaseRefusal)>) {
    let (mut phone, mut lender) = enrolled(|lease| {
        lease.sequence = 5;
        lease.stage = NOTICE;
    });
    let mut content = lender.lease.clone();
    change(&mut content);
    let bytes = lender.sign_lease(&content, lender.stamp(0));
    phone.reply(bytes);
    phone.give(agent::Input::Online);
    phone.talk(&mut lender);
    // A lease that was taken is the lender's current one: the talk above must not undo it.
    (phone.stage(), phone.agent.sequence(), refusals(&lender))
}

#[test]
fn acceptance_is_by_sequence_and_content() {
    let stale = vec![(4, LeaseRefusal::Stale)];
    let conflict = vec![(5, LeaseRefusal::Conflicting)];
    assert_eq!(pushed(|_| {}), (NOTICE, 5, vec![]));
    assert_eq!(pushed(|lease| lease.sequence = 4), (NOTICE, 5, stale));
    assert_eq!(pushed(|lease| lease.stage = Stage::CLEAR), (NOTICE, 5, conflict));
    let (mut phone, mut lender) = enrolled(|_| {});
    lender.version(|lease| lease.stage = REMIND);
    phone.reply(lender.signed(0));
    assert_eq!((phone.stage(), phone.agent.sequence()), (REMIND, 2));
}

#[test]
fn another_binding_is_refused() {
    let untrusted = |sequence| vec![(sequence, LeaseRefusal::Untrusted)];
    type Change = fn(&mut LeaseContent);
    let changes: [Change; 3] = [
        |lease| lease.contract.0[0] ^= 1,
        |lease| lease.enrolment.0[0] ^= 1,
        |lease| lease.key_gen = 2,
    ];
    for change in changes {
        let answer = pushed(|lease| {
            lease.sequence = 6;
            lease.stage = LOCK;
            change(lease);
        });
        assert_eq!(answer, (NOTICE, 5, untrusted(6)));
    }
    let other_tenant = pushed(|lease| {
        lease.sequence = 6;
        lease.tenant.0[0] ^= 1;
    });
    assert_eq!(other_tenant, (NOTICE, 5, untrusted(0)));
}

#[test]
fn another_key_kind_or_cap_is_refused() {
    let (mut phone, mut lender) = enrolled(|_| {});
    lender.version(|lease| lease.stage = LOCK);
    let right = lender.signed(0);
    let stranger = Ed25519Signer::from_seed(&[77; 32]);
    let payload = SignedLease { content: lender.lease.encode(), stamp: lender.stamp(0) }.encode();
    for (key_id, key, kind) in [
        (1, &stranger, Kind::Lease),
        (2, &lender.token_key, Kind::Lease),
        (3, &lender.release_key, Kind::Lease),
        (9, &lender.lease_key, Kind::Lease),
        (1, &lender.lease_key, Kind::Unchanged),
    ] {
        let signed = sign1(kind, &kid(key_id), &payload, key).unwrap();
        phone.reply(lender.reply(ReplyKind::Lease, signed));
        assert_eq!((phone.stage(), phone.agent.sequence()), (Stage::CLEAR, 1));
    }
    let capped = Ed25519Signer::from_seed(&[78; 32]);
    lender.certs = vec![capped_cert(&lender.root, 7, &capped, &[KeyKind::Lease], Rung::Restrict)];
    let signed = sign1(Kind::Lease, &kid(7), &payload, &capped).unwrap();
    phone.reply(lender.reply(ReplyKind::Lease, signed));
    assert_eq!(phone.stage(), Stage::CLEAR, "the key may not sign a lock");
    phone.reply(right);
    assert_eq!(phone.stage(), LOCK);
}

#[test]
fn keys_rotate_with_overlap_and_are_kept() {
    let (mut phone, mut lender) = enrolled(|_| {});
    let next = Ed25519Signer::from_seed(&[50; 32]);
    lender.certs = vec![cert(&lender.root, 10, &next, &[KeyKind::Lease])];
    lender.version(|lease| lease.stage = REMIND);
    phone.reply(lender.signed(0));
    assert_eq!(phone.stage(), REMIND, "the old key still signs");
    lender.certs.clear();
    (lender.lease_key, lender.lease_key_id) = (next, 10);
    phone.crash();
    phone.talk(&mut lender);
    lender.version(|lease| lease.stage = NOTICE);
    phone.reply(lender.signed(0));
    assert_eq!(phone.stage(), NOTICE, "the new key's certificate outlived the restart");
}

#[test]
fn a_certificate_by_another_root_brings_no_key() {
    let (mut phone, mut lender) = enrolled(|_| {});
    let stranger = Ed25519Signer::from_seed(&[60; 32]);
    lender.certs = vec![cert(&stranger, 11, &stranger, &[KeyKind::Lease])];
    (lender.lease_key, lender.lease_key_id) = (stranger, 11);
    lender.version(|lease| lease.stage = LOCK);
    phone.reply(lender.signed(0));
    assert_eq!((phone.stage(), phone.agent.sequence()), (Stage::CLEAR, 1));
}

#[test]
fn invariant_1_an_old_lease_never_comes_back() {
    let (mut phone, mut lender) = enrolled(|_| {});
    lender.version(|lease| lease.stage = RESTRICT_1);
    let restricting = lender.signed(0);
    phone.reply(restricting.clone());
    assert_eq!(phone.stage(), RESTRICT_1);
    lender.version(|lease| lease.stage = Stage::CLEAR);
    phone.reply(lender.signed(0));
    for _ in 0..3 {
        phone.reply(restricting.clone());
        phone.crash();
        assert_eq!((phone.stage(), phone.agent.sequence()), (Stage::CLEAR, 3));
    }
}

#[test]
fn a_late_unasked_lease_rises_above_notice_only_after_contact() {
    let (mut phone, mut lender) = enrolled(|_| {});
    lender.version(|lease| {
        lease.stage = RESTRICT_1;
        lease.restrictions = vec![2];
    });
    let withheld = lender.signed(0);
    phone.pass_offline(3 * DAY + 1);
    phone.reply(withheld);
    assert_eq!((phone.stage(), phone.agent.sequence()), (NOTICE, 2));
    assert!(phone.applied.1.is_empty());
    lender.now_s += 3 * DAY + 1;
    phone.give(agent::Input::Online);
    phone.talk(&mut lender);
    assert_eq!(phone.stage(), RESTRICT_1);
}

#[test]
fn an_unchanged_about_another_lease_is_not_believed() {
    let (mut phone, mut lender) = enrolled(|_| {});
    phone.pass_offline(DAY);
    lender.now_s += DAY;
    lender.version(|_| {});
    phone.reply(lender.unchanged(0));
    assert_eq!(phone.view().last_heard_s_ago, Some(DAY));
}
