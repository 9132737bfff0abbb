//! A ring over the years: keys come, overlap and go.

use protocol::{
    Kind, Message, Refused, Rung,
    cert::{KeyCert, KeyKind, KeyRing, RING_MAX, kid, open_terms},
    cose::sign1,
    crypto::device::DeviceVerifier,
    lease::{SignedLease, Stamp},
};

use crate::generate::samples::{self, DAY, NOW, content_lean, root, server_key};

fn ring() -> KeyRing {
    KeyRing::new(samples::TENANT, root().public_bytes())
}

fn certified(cert: &KeyCert) -> Vec<u8> {
    sign1(Kind::KeyCert, &[], &cert.encode(), &root()).unwrap()
}

/// The lease key `key_id`, valid for 90 days from the day given.
fn lease_cert(key_id: u8, from_day: u64) -> Vec<u8> {
    let not_before = NOW + from_day * DAY;
    let cert = samples::cert(key_id, &[KeyKind::Lease], Rung::Lock);
    certified(&KeyCert { not_before, not_after: not_before + 90 * DAY, ..cert })
}

fn opens(ring: &KeyRing, key_id: u8, day: u64) -> Result<(), Refused> {
    let stamp = Stamp { issued_at: NOW + day * DAY, ..samples::stamp() };
    let lease = SignedLease { content: content_lean().encode(), stamp };
    let kid = kid(key_id.into());
    let bytes = sign1(Kind::Lease, &kid, &lease.encode(), &server_key(key_id)).unwrap();
    ring.open_lease(&bytes, &DeviceVerifier).map(|opened| {
        assert_eq!(opened.key_id, u16::from(key_id));
        assert_eq!(opened.content, content_lean());
        assert_eq!(opened.content_hash, lease.content_hash());
        assert_eq!(opened.stamp, stamp);
    })
}

#[test]
fn old_and_new_key_overlap() {
    let mut ring = ring();
    assert_eq!(ring.add(&lease_cert(1, 0), &DeviceVerifier), Ok(1));
    assert_eq!(opens(&ring, 2, 80), Err(Refused::UnknownKey));
    assert_eq!(ring.add(&lease_cert(2, 75), &DeviceVerifier), Ok(2));
    assert_eq!(opens(&ring, 1, 80), Ok(()));
    assert_eq!(opens(&ring, 2, 80), Ok(()));
    assert_eq!(opens(&ring, 1, 100), Err(Refused::CertificateExpired));
    assert_eq!(opens(&ring, 2, 100), Ok(()));
}

#[test]
fn a_longer_certificate_of_the_same_key_stays() {
    let mut ring = ring();
    ring.add(&lease_cert(1, 30), &DeviceVerifier).unwrap();
    assert_eq!(ring.add(&lease_cert(1, 0), &DeviceVerifier), Ok(1));
    assert_eq!(opens(&ring, 1, 100), Ok(()));
}

#[test]
fn a_replayed_certificate_takes_no_cap_back() {
    let mut ring = ring();
    let wide = samples::cert(1, &[KeyKind::Lease], Rung::Lock);
    let narrow = KeyCert { rung_max: Rung::Clear, not_after: wide.not_after + 1, ..wide.clone() };
    ring.add(&certified(&wide), &DeviceVerifier).unwrap();
    ring.add(&certified(&narrow), &DeviceVerifier).unwrap();
    assert_eq!(ring.add(&certified(&wide), &DeviceVerifier), Ok(1));
    assert_eq!(ring.find(&kid(1)), Some(&narrow));
}

#[test]
fn the_certificate_that_ends_first_makes_room() {
    let mut ring = ring();
    for key_id in 0..=RING_MAX as u8 {
        ring.add(&lease_cert(key_id, u64::from(key_id)), &DeviceVerifier).unwrap();
    }
    assert_eq!(ring.certificates().count(), RING_MAX);
    assert_eq!(opens(&ring, 0, 50), Err(Refused::UnknownKey));
    assert_eq!(opens(&ring, 1, 50), Ok(()));
    assert_eq!(opens(&ring, RING_MAX as u8, 50), Ok(()));
}

#[test]
fn a_ring_is_made_again_from_what_it_exports() {
    let mut ring = ring();
    ring.add(&lease_cert(1, 0), &DeviceVerifier).unwrap();
    ring.add(&lease_cert(2, 75), &DeviceVerifier).unwrap();
    let mut again = KeyRing::new(ring.tenant(), *ring.root());
    assert_eq!(again.add_all(ring.certificates(), &DeviceVerifier), 0);
    assert_eq!(again, ring);
}

#[test]
fn a_certificate_that_is_not_understood_does_not_hide_the_others() {
    let mut ring = ring();
    let garbage = [0xff; 40];
    let good = lease_cert(1, 0);
    assert_eq!(ring.add_all([&garbage[..], &good[..]], &DeviceVerifier), 1);
    assert_eq!(opens(&ring, 1, 0), Ok(()));
}

#[test]
fn a_pinned_root_keeps_another_tenant_out() {
    let terms = samples::terms();
    let bytes = sign1(Kind::EnrolTerms, &kid(1), &terms.encode(), &server_key(1)).unwrap();
    let cert = lease_cert(1, 0);
    let open = |pinned: Option<&[u8; 32]>| {
        open_terms(&bytes, [&cert[..]], pinned, &DeviceVerifier).map(|(terms, ring)| {
            assert_eq!(ring.find(&kid(1)).map(|cert| cert.key_id), Some(1));
            terms
        })
    };
    assert_eq!(open(None), Ok(terms.clone()));
    assert_eq!(open(Some(&root().public_bytes())), Ok(terms));
    assert_eq!(open(Some(&[9; 32])), Err(Refused::WrongBinding));
}
