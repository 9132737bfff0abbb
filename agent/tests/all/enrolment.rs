//! Offer, terms, the holder's yes or no, the first lease.

use agent::{Effect, Input, PhaseView, Setup};
use protocol::{
    Message, Stage, check_in::EventKind, crypto::device::Ed25519Signer, reply::Problem,
};

use crate::{lender::*, phone::*};

fn offered(setup: Setup) -> (Phone, Lender) {
    let mut phone = Phone::with(setup);
    phone.give(Input::Start);
    phone.enrol();
    (phone, Lender::new())
}

fn problem(phone: &Phone) -> Option<String> {
    match phone.view().phase {
        PhaseView::Unenrolled { problem } => problem,
        other => panic!("still {other:?}"),
    }
}

#[test]
fn a_yes_brings_the_first_lease_and_its_report() {
    let (mut phone, mut lender) = offered(setup());
    assert_eq!(phone.view().phase, PhaseView::Offering);
    phone.talk(&mut lender);
    assert_eq!(phone.count(|effect| matches!(effect, Effect::AskHolder { .. })), 1);
    assert!(matches!(phone.view().phase, PhaseView::Asking { .. }));
    assert!(phone.saved.is_none(), "nothing binds before the holder's yes");
    phone.give(Input::HolderAnswer { accepted: true });
    assert_eq!(phone.view().phase, PhaseView::Confirming);
    phone.talk(&mut lender);
    assert_eq!(phone.view().phase, PhaseView::Enrolled);
    assert_eq!(phone.applied.2, [protocol::Guard::FactoryReset]);
    let applied = EventKind::Applied { stage: Stage::CLEAR, sequence: 1 };
    assert_eq!(lender.heard(), [applied]);
    assert_eq!((phone.agent.sequence(), phone.agent.trusted_s()), (1, T0));
}

#[test]
fn a_no_is_told_and_binds_nothing() {
    let (mut phone, mut lender) = offered(setup());
    phone.talk(&mut lender);
    phone.give(Input::HolderAnswer { accepted: false });
    assert_eq!(phone.out.len(), 1);
    phone.talk(&mut lender);
    assert!(lender.declined);
    assert_eq!(problem(&phone), None);
    assert!(phone.saved.is_none());
    assert_eq!(phone.agent.sequence(), 0);
}

#[test]
fn terms_for_another_offer_or_by_another_root_are_refused() {
    let (mut phone, lender) = offered(setup());
    phone.reply(lender.sign_terms(&lender.terms(b"another offer")));
    assert_eq!(problem(&phone).as_deref(), Some("untrusted_terms"));

    let pinned = Setup { pinned_root: Some([8; 32]), ..setup() };
    let (mut phone, mut lender) = offered(pinned);
    phone.talk(&mut lender);
    assert_eq!(problem(&phone).as_deref(), Some("untrusted_terms"));

    let (mut phone, mut lender) = offered(setup());
    lender.lease_key = Ed25519Signer::from_seed(&[99; 32]);
    phone.talk(&mut lender);
    assert_eq!(problem(&phone).as_deref(), Some("untrusted_terms"));
    let right = Lender::new().root.public_bytes();
    let (mut phone, mut lender) = offered(Setup { pinned_root: Some(right), ..setup() });
    phone.talk(&mut lender);
    assert!(matches!(phone.view().phase, PhaseView::Asking { .. }));
}

#[test]
fn a_final_problem_ends_it_and_a_passing_one_is_retried() {
    let problem_body = |code: &str, retry_s| {
        let problem = Problem { code: code.into(), detail: String::new(), retry_s };
        Input::Problem { bytes: Some(problem.encode()) }
    };
    let (mut phone, _) = offered(setup());
    phone.give(problem_body("wrong_enrolment_code", None));
    assert_eq!(problem(&phone).as_deref(), Some("wrong_enrolment_code"));
    for (code, retry_s) in [("busy", Some(90)), ("internal", None), ("novel", None)] {
        let (mut phone, mut lender) = offered(setup());
        phone.out.clear();
        phone.give(problem_body(code, retry_s));
        phone.pass(29);
        assert!(phone.out.is_empty());
        phone.pass(3600);
        phone.talk(&mut lender);
        assert!(matches!(phone.view().phase, PhaseView::Asking { .. }));
        phone.give(Input::HolderAnswer { accepted: true });
        phone.out.clear();
        phone.give(problem_body(code, retry_s));
        assert_eq!(phone.view().phase, PhaseView::Confirming);
        phone.give(Input::Online);
        phone.give(problem_body("enrolment_code_used", None));
        assert_eq!(problem(&phone).as_deref(), Some("enrolment_code_used"));
        phone.crash();
        assert_eq!(problem(&phone), None, "and nothing of it is left on disk");
    }
}

#[test]
fn a_yes_survives_a_crash_and_is_sent_again_byte_by_byte() {
    let (mut phone, mut lender) = offered(setup());
    phone.talk(&mut lender);
    phone.give(Input::HolderAnswer { accepted: true });
    let first = phone.out[0].body.clone();
    phone.crash();
    assert_eq!(phone.out[0].body, first);
    phone.talk(&mut lender);
    assert_eq!(phone.view().phase, PhaseView::Enrolled);
}

#[test]
fn nonsense_identifiers_are_refused_on_the_spot() {
    let mut phone = Phone::with(setup());
    for imeis in [vec![], vec![String::from("12")], vec![String::from("4901542032375é")]] {
        phone.give(Input::Enrol { code: "C".into(), imeis, serial: None, nonce: [0; 16] });
        assert_eq!(problem(&phone).as_deref(), Some("malformed"));
    }
    assert!(phone.out.is_empty());
}
