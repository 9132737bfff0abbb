//! A message that uses each limit to the full still fits the limit of what carries it.

use protocol::{
    Message, PublicKey, Rung, SignedMessage, Stage,
    cert::{KeyCert, KeyKind},
    check_in::{CheckIn, EVENTS_MAX, Event, EventKind},
    cose::sign1,
    enrol::{Confirm, Offer, Terms},
    lease::{
        LeaseContent, NOTICE_TEXT_MAX, NOTICES_MAX, Notice, Screen, SignedLease, Silence, Stamp,
        Step, TIMETABLE_MAX,
    },
    limits::*,
    reply::{Reply, ReplyKind},
    request::{Request, RequestKind},
    succession::{Assigned, Succession},
};

use crate::generate::samples;

const HASH: protocol::ContentHash = protocol::ContentHash([0; 32]);

fn text(len: usize) -> String {
    "x".repeat(len)
}

fn sealed<M: SignedMessage>(message: &M) -> Vec<u8> {
    assert_eq!(message.check(), Ok(()));
    let kid = [0; protocol::cose::KID_MAX];
    sign1(M::KIND, &kid, &message.encode(), &samples::device_key()).unwrap()
}

fn largest_content() -> LeaseContent {
    let codes: Vec<u16> = (0..CODES_MAX as u16).map(|n| u16::MAX - n).rev().collect();
    let step = |n: usize| Step {
        stage: Stage::new(Rung::Restrict, 100 + n as u8).unwrap(),
        at: TIME_MAX,
        after_s: u32::MAX,
        restrictions: codes.clone(),
        reason: text(REASON_MAX),
        notice: Some(samples::NOTICE),
    };
    let notice = |n: usize| Notice {
        id: protocol::NoticeId([n as u8; 16]),
        k: 255,
        show_from: TIME_MAX,
        language: text(LANGUAGE_MAX),
        text: text(NOTICE_TEXT_MAX),
    };
    let stage = Stage::new(Rung::Restrict, 99).unwrap();
    LeaseContent {
        key_gen: u32::MAX,
        sequence: COUNT_MAX,
        stage,
        restrictions: codes.clone(),
        timetable: (0..TIMETABLE_MAX).map(step).collect(),
        guards: codes.clone(),
        offline_step_max_age_s: u32::MAX,
        silence: Some(Silence { after_s: u32::MAX, stage }),
        notices: (0..NOTICES_MAX).map(notice).collect(),
        screen: Screen {
            language: text(LANGUAGE_MAX),
            lender: text(LENDER_MAX),
            lender_phone: text(PHONE_MAX),
            how_to_pay: text(HOW_TO_MAX),
            how_to_dispute: text(HOW_TO_MAX),
            managed_by: text(HOW_TO_MAX),
            reason: text(REASON_MAX),
            amount_due: text(AMOUNT_MAX),
            next_due: text(AMOUNT_MAX),
            allowed_numbers: vec![text(PHONE_MAX); NUMBERS_MAX],
        },
        sunset: Some(TIME_MAX),
        dispute: Some(vec![0; DISPUTE_MAX]),
        ..samples::content_lean()
    }
}

#[test]
fn the_largest_answers_fit() {
    let kinds = [KeyKind::Lease, KeyKind::Token, KeyKind::Release, KeyKind::Journal];
    let cert = samples::cert(1, &kinds, Rung::Lock);
    let cert = KeyCert { lender: text(LENDER_MAX), not_after: TIME_MAX, ..cert };
    let cert = sealed(&cert);
    assert!(cert.len() <= CERT_MAX, "{}", cert.len());

    let content = largest_content();
    assert_eq!(content.check(), Ok(()));
    let content = content.encode();
    assert!(content.len() <= CONTENT_MAX, "{}", content.len());
    let stamp = Stamp {
        issued_at: TIME_MAX,
        msg_no: COUNT_MAX,
        events_through: COUNT_MAX,
        next_s: u32::MAX,
    };
    let lease = sealed(&SignedLease { content, stamp });
    let terms = sealed(&Terms {
        lender: text(LENDER_MAX),
        lender_phone: text(PHONE_MAX),
        disclosure: text(DISCLOSURE_MAX),
        language: text(LANGUAGE_MAX),
        ..samples::terms()
    });
    let succession = sealed(&Succession {
        lender: text(LENDER_MAX),
        to_lender: text(LENDER_MAX),
        not_after: TIME_MAX,
        ..samples::succession()
    });
    assert!(succession.len() <= SUCCESSION_MAX, "{}", succession.len());
    let assigned = sealed(&Assigned {
        lender_phone: text(PHONE_MAX),
        how_to_pay: text(HOW_TO_MAX),
        managed_by: text(HOW_TO_MAX),
        succession,
        ..samples::assigned()
    });
    let signed =
        [(ReplyKind::Lease, lease), (ReplyKind::Terms, terms), (ReplyKind::Assigned, assigned)];
    for (kind, signed) in signed {
        assert!(signed.len() <= SIGNED_MAX, "{}", signed.len());
        let reply = Reply { kind, signed, certs: vec![cert.clone(); CERTS_MAX] };
        assert_eq!(reply.check(), Ok(()));
        assert!(reply.encode().len() <= REPLY_MAX);
    }
}

#[test]
fn the_largest_requests_fit() {
    let offer = sealed(&Offer {
        code: text(ENROL_CODE_MAX),
        imeis: vec!["3".repeat(16); IMEIS_MAX],
        serial: Some(text(SERIAL_MAX)),
        key: PublicKey::P256([1; 64]),
        agent_version: text(AGENT_VERSION_MAX),
        ..samples::offer()
    });
    assert!(offer.len() <= OFFER_MAX, "{}", offer.len());
    let confirm = sealed(&Confirm {
        enrolment: samples::ENROLMENT,
        key_gen: u32::MAX,
        offer: vec![0; OFFER_MAX],
        terms_hash: HASH,
        disclosure_hash: HASH,
        accepted: true,
        msg_no: COUNT_MAX,
    });
    let shown = EventKind::NoticeShown { id: samples::NOTICE, text_hash: HASH };
    let event = |n: u64| Event {
        event_no: COUNT_MAX - EVENTS_MAX as u64 + n,
        ago_s: TIME_MAX,
        what: shown.clone(),
    };
    let check_in = sealed(&CheckIn {
        events: (0..EVENTS_MAX as u64).map(event).collect(),
        agent_version: text(AGENT_VERSION_MAX),
        ..samples::check_in_full()
    });
    for signed in [offer, confirm, check_in] {
        assert!(signed.len() <= SIGNED_MAX);
        let request = Request { kind: RequestKind::CheckIn, signed }.encode();
        assert!(request.len() <= REQUEST_MAX, "{}", request.len());
    }
}

#[test]
fn every_problem_code_is_documented_and_fits() {
    let document = include_str!("../../../docs/protocol/README.md");
    let rows = document.lines().filter(|line| line.starts_with("| `") && line.contains("` | "));
    for code in protocol::reply::codes::ALL {
        assert!(code.len() <= PROBLEM_CODE_MAX);
        let row = format!("| `{code}` | ");
        assert_eq!(rows.clone().filter(|line| line.starts_with(&row)).count(), 1, "{code}");
    }
}
