//! What `Debug` must not show: identifiers of people and phones, codes, amounts, texts, keys.

use std::fmt::Debug;

use protocol::{
    Message, SignedMessage,
    cose::{Sign1, mac0, sign1},
    enrol::Confirm,
    lease::SignedLease,
    reply::{Reply, ReplyKind},
    request::{Request, RequestKind},
};

use crate::generate::samples;

/// The words, also as the lists of numbers that `Debug` makes of bytes.
fn check(value: &impl Debug, secrets: &[&str]) {
    let shown = format!("{value:?}");
    for secret in secrets {
        let bytes = format!("{:?}", secret.as_bytes());
        let numbers = bytes.trim_matches(['[', ']']);
        assert!(!shown.contains(secret) && !shown.contains(numbers), "{secret} in {shown}");
    }
}

#[test]
fn an_offer_hides_code_and_identifiers_wherever_it_travels() {
    let secrets = ["K7QM-4T2X", "353879234252633", "353879234252641", "SN0001"];
    let offer = samples::offer();
    check(&offer, &secrets);
    let signed = sign1(protocol::Kind::EnrolOffer, &[], &offer.encode(), &samples::root()).unwrap();
    check(&Sign1::parse(&signed).unwrap(), &secrets);
    let confirm = Confirm {
        enrolment: samples::ENROLMENT,
        key_gen: 1,
        offer: signed.clone(),
        terms_hash: protocol::ContentHash([0; 32]),
        disclosure_hash: protocol::ContentHash([0; 32]),
        accepted: true,
        msg_no: 1,
    };
    check(&confirm, &secrets);
    check(&Request { kind: RequestKind::Offer, signed }, &secrets);
}

#[test]
fn a_lease_hides_what_is_owed_and_the_notice_wherever_it_travels() {
    let content = samples::content_full();
    let text = content.notices[0].text.clone();
    let secrets = ["1,250.00", "+911140000001", &text];
    check(&content, &secrets);
    let lease = SignedLease { content: content.encode(), stamp: samples::stamp() };
    check(&lease, &secrets);
    let signed = sign1(SignedLease::KIND, &[0, 1], &lease.encode(), &samples::root()).unwrap();
    check(&Sign1::parse(&signed).unwrap(), &secrets);
    check(&Reply { kind: ReplyKind::Lease, signed, certs: vec![] }, &secrets);
    check(&samples::terms(), &["sold on instalments"]);
}

#[test]
fn a_mac_hides_payload_and_tag() {
    let bytes = mac0(protocol::Kind::CheckInMac, &[1; 16], b"secret words", &[2; 32]);
    let tag = format!("{:?}", &bytes[bytes.len() - 32..]);
    let shown = format!("{:?}", protocol::cose::Mac0::parse(&bytes).unwrap());
    assert!(!shown.contains(tag.trim_matches(['[', ']'])), "{shown}");
    check(&protocol::cose::Mac0::parse(&bytes).unwrap(), &["secret words"]);
}
