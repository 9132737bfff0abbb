//! What is promised.

use super::Promise;

/// What the product promises: its invariants, and what no other system of the kind does.
pub const PROMISES: &[Promise] = &[
    Promise {
        key: "invariant_1",
        says: "an account in good standing is never restricted by a decision, whatever comes late, \
               twice or never",
    },
    Promise {
        key: "invariant_2",
        says: "no restriction without consent, pack, dates, a delivered notice that has run, a \
               device and a named lender",
    },
    Promise { key: "invariant_3", says: "a released enrolment never restricts again" },
    Promise { key: "invariant_4", says: "down and release are never delayed" },
    Promise {
        key: "invariant_5",
        says: "a payment counts once, a token opens at most once, postings sum to zero, the \
               journal makes the rows again",
    },
    Promise {
        key: "invariant_6",
        says: "every restriction says why, and every past decision is made again",
    },
    Promise { key: "invariant_7", says: "floor functions cannot be named in a restriction" },
    Promise {
        key: "invariant_8",
        says: "an overdue device that hears us reaches its rung; a paid one opens after one \
               exchange or token",
    },
    Promise { key: "star_notice_proof", says: "a notice is proved before a lock" },
    Promise { key: "star_law_packs", says: "the law of a place bounds every programme" },
    Promise { key: "star_outage_amnesty", says: "an outage of the server locks nobody" },
    Promise { key: "star_clock_error", says: "no error of a clock locks early" },
    Promise {
        key: "star_asymmetric_tokens",
        says: "tokens are signed; a device holds no secret that makes one",
    },
    Promise { key: "star_provisional_unlock", says: "a phone opens on plausible proof of payment" },
    Promise { key: "star_unlock_slo", says: "how fast phones open is published" },
    Promise {
        key: "star_late_unlock_compensation",
        says: "a late opening is compensated by itself",
    },
    Promise {
        key: "star_release_certificate",
        says: "a release certificate is checked by anybody, and cannot be forged",
    },
    Promise {
        key: "star_release_if_lender_vanishes",
        says: "a lender or server that vanished cannot keep a phone",
    },
    Promise { key: "star_hardship_dispute_hold", says: "a dispute or hardship stays the ladder" },
    Promise { key: "star_tamper_appeal", says: "a finding of tampering can be appealed against" },
    Promise { key: "star_two_person_approval", says: "some acts take two people" },
    Promise { key: "star_mass_lock_breaker", says: "too many phones rising at once hold all" },
    Promise {
        key: "star_tamper_evident_log",
        says: "an edited journal is found and named, and the borrower gets his own",
    },
    Promise { key: "star_debt_transfer", says: "a phone is sold with its debt, and fair notice" },
    Promise {
        key: "star_webhooks_on_every_transition",
        says: "every change of state or stage is told to who listens",
    },
    Promise { key: "star_idempotency_keys", says: "a repeated command is one command" },
    Promise { key: "star_lock_refused", says: "nothing is locked for a lender without a name" },
];
