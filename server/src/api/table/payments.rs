//! Endpoints about received money.

use axum::routing::{get, post};

use super::{BULK, Endpoint, Key, MAKE, PAYMENTS, READ, SUSPENSE, WRITE};
use crate::api::{money, payments, statements, suspense};

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        path: "/v1/payments",
        summary: "Report a payment",
        roles: PAYMENTS,
        body: Some("PaymentBody"),
        answer: "PaymentView",
        problems: PAYMENT_FAULTS,
        route: || post(payments::post),
        ..MAKE
    },
    Endpoint {
        path: "/v1/payments/bulk",
        summary: "Report up to 10,000 payments; those of one contract are counted in order",
        roles: PAYMENTS,
        body: Some("PaymentsBody"),
        problems: &["too_many_items"],
        route: || post(payments::post_bulk),
        ..BULK
    },
    Endpoint {
        path: "/v1/payments",
        summary: "List payments",
        query: &["status", "cursor", "limit"],
        answer: "PaymentPage",
        route: || get(payments::list),
        ..READ
    },
    Endpoint {
        path: "/v1/payments/{id}",
        summary: "Look a payment up",
        answer: "PaymentView",
        route: || get(payments::get),
        ..READ
    },
    Endpoint {
        path: "/v1/payments/{id}/reversal",
        summary: "Take a payment back",
        roles: PAYMENTS,
        key: Key::Optional,
        answer: "PaymentView",
        problems: &["payment_charged_back", "payment_not_posted", "reversal_exceeds_paid"],
        route: || post(payments::reverse),
        ..WRITE
    },
    Endpoint {
        path: "/v1/payments/{id}/confirmation",
        summary: "Confirm a hint: it is money from here on",
        roles: PAYMENTS,
        key: Key::Optional,
        answer: "PaymentView",
        route: || post(payments::confirm),
        ..WRITE
    },
    Endpoint {
        path: "/v1/suspense",
        summary: "List money that waits for a person",
        roles: SUSPENSE,
        query: &["cursor", "limit"],
        answer: "SuspensePage",
        route: || get(suspense::list),
        ..READ
    },
    Endpoint {
        path: "/v1/suspense/{id}/match",
        summary: "Give money in suspense to a contract",
        roles: PAYMENTS,
        key: Key::Optional,
        body: Some("MatchBody"),
        answer: "PaymentView",
        problems: &[
            "amount_not_positive",
            "amount_too_precise",
            "bad_text",
            "currency_mismatch",
            "payment_not_in_suspense",
            "unknown_reference",
        ],
        route: || post(suspense::assign),
        ..WRITE
    },
    Endpoint {
        path: "/v1/payments/{id}/chargeback",
        summary: "Record that the payer's bank took a payment back: a debt of its own, due at once",
        roles: PAYMENTS,
        key: Key::Optional,
        body: Some("ChargebackBody"),
        answer: "Acted",
        problems: CHARGEBACK_FAULTS,
        route: || post(money::charge_back),
        ..WRITE
    },
    Endpoint {
        path: "/v1/payments/{id}/chargeback-won",
        summary: "Record that the bank gave a charged-back payment again",
        roles: PAYMENTS,
        key: Key::Optional,
        body: Some("ChargebackBody"),
        answer: "Acted",
        problems: CHARGEBACK_FAULTS,
        route: || post(money::win_chargeback),
        ..WRITE
    },
    Endpoint {
        path: "/v1/statements",
        summary: "Take a bank's statement or notification in, or a table of payments",
        roles: PAYMENTS,
        key: Key::Optional,
        query: &["format", "provider"],
        answer: "StatementView",
        makes: true,
        problems: STATEMENT_FAULTS,
        route: || post(statements::take),
        ..WRITE
    },
];

const PAYMENT_FAULTS: &[&str] = &[
    "amount_not_positive",
    "amount_overflow",
    "amount_too_precise",
    "bad_amount",
    "bad_moment",
    "bad_text",
    "currency_mismatch",
    "empty",
    "paid_in_future",
    "payment_id_reused",
    "too_long",
    "unknown_reference",
];

/// What a chargeback may be refused for.
const CHARGEBACK_FAULTS: &[&str] = &[
    "amount_overflow",
    "bad_moment",
    "no_chargeback",
    "payment_not_posted",
    "reversal_exceeds_paid",
    "value_in_future",
];

/// What a bank's file may be refused for.
const STATEMENT_FAULTS: &[&str] = &[
    "amount_not_positive",
    "amount_overflow",
    "amount_too_precise",
    "bad_amount",
    "bad_field",
    "bad_moment",
    "bad_text",
    "bad_value",
    "balance_missing",
    "element_too_large",
    "empty",
    "missing_element",
    "not_camt",
    "statement_out_of_balance",
    "too_long",
    "too_many_entries",
    "unknown_currency",
    "unknown_version",
    "unreadable",
    "wrong_format",
];
