//! Each property fails when what it guards is broken.

use sim::{Sabotage, Setup, run};

fn fires(sabotage: Sabotage, property: &str) {
    let summary = run(Setup { phones: 12, days: 90, sabotage, ..Setup::default() });
    let summary = summary.expect("the world runs");
    assert!(summary.violation_count > 0, "{sabotage:?} goes unseen: {summary}");
    let fired: Vec<&str> = summary.violations.iter().map(|one| one.property).collect();
    assert!(fired.contains(&property), "{sabotage:?}: {property} is silent, but {fired:?}");
}

#[test]
fn money_counted_twice_is_seen() {
    fires(Sabotage::CountTwice, "payment_counts_once");
}

#[test]
fn a_hint_treated_as_money_is_seen() {
    fires(Sabotage::TrustHints, "payment_counts_once");
}

#[test]
fn a_call_without_its_proof_is_seen() {
    fires(Sabotage::LoseProof, "told_money_is_taken");
}

#[test]
fn a_restriction_in_good_standing_is_seen() {
    fires(Sabotage::RestrictEarly, "good_standing_never_restricted");
    fires(Sabotage::RestrictEarly, "never_above_its_lease");
}

#[test]
fn a_paid_phone_that_stays_shut_is_seen() {
    fires(Sabotage::StayShut, "paid_opens_after_one_exchange");
}

#[test]
fn an_overdue_phone_that_never_rises_is_seen() {
    fires(Sabotage::NeverRise, "overdue_reaches_its_rung");
}

#[test]
fn a_released_phone_that_restricts_is_seen() {
    fires(Sabotage::LockReleased, "released_never_restricts");
}

#[test]
fn a_phone_that_is_kept_past_its_sunset_is_seen() {
    fires(Sabotage::KeepForEver, "free_from_its_sunset_on");
    fires(Sabotage::RestrictForEver, "no_restriction_from_the_sunset_on");
}

#[test]
fn an_older_lease_is_seen() {
    fires(Sabotage::GoBack, "sequence_never_goes_back");
}

#[test]
fn a_restriction_without_consent_is_seen() {
    fires(Sabotage::LoseConsent, "no_restriction_without_consent_pack_notice_lender");
}

#[test]
fn a_restriction_without_reasons_is_seen() {
    fires(Sabotage::LoseReasons, "every_restriction_has_reasons");
}

#[test]
fn an_edited_journal_is_seen() {
    fires(Sabotage::EditJournal, "journal_chain_holds");
}

#[test]
fn an_edited_decision_is_seen() {
    fires(Sabotage::EditDecision, "decisions_replay");
}

#[test]
fn a_decision_left_out_is_seen() {
    fires(Sabotage::DropDecision, "decisions_replay");
}
