//! Endpoints that move money on a contract by hand.

use axum::routing::post;

use super::{Endpoint, WRITE};
use crate::api::{acts, money};

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        path: "/v1/contracts/{reference}/credits",
        summary: "Give money",
        body: Some("CreditBody"),
        answer: "Acted",
        problems: &[
            "amount_not_positive",
            "amount_overflow",
            "amount_too_precise",
            "bad_amount",
            "bad_text",
            "currency_mismatch",
            "serviced_outside",
        ],
        route: || post(acts::credit),
        ..WRITE
    },
    Endpoint {
        path: "/v1/contracts/{reference}/fees",
        summary: "Charge a fee that was agreed",
        body: Some("FeeBody"),
        answer: "Acted",
        problems: FEE_FAULTS,
        route: || post(money::fee),
        ..WRITE
    },
    Endpoint {
        path: "/v1/contracts/{reference}/waivers",
        summary: "Give fees up, late fees first",
        body: Some("AmountBody"),
        answer: "Acted",
        problems: MONEY_FAULTS,
        route: || post(money::waive),
        ..WRITE
    },
    Endpoint {
        path: "/v1/contracts/{reference}/refunds",
        summary: "Record that credit was paid out",
        body: Some("AmountBody"),
        answer: "Acted",
        problems: MONEY_FAULTS,
        route: || post(money::refund),
        ..WRITE
    },
];

/// What a movement of money may be refused for.
const MONEY_FAULTS: &[&str] = &[
    "amount_not_positive",
    "amount_overflow",
    "amount_too_precise",
    "bad_amount",
    "bad_moment",
    "bad_text",
    "contract_not_active",
    "refund_exceeds_credit",
    "serviced_outside",
    "value_in_future",
    "waiver_exceeds_fees",
];

/// What a fee may be refused for.
const FEE_FAULTS: &[&str] = &[
    "amount_not_positive",
    "amount_overflow",
    "amount_too_precise",
    "bad_amount",
    "bad_moment",
    "bad_text",
    "contract_not_active",
    "refund_exceeds_credit",
    "second_person_needed",
    "serviced_outside",
    "value_in_future",
    "waiver_exceeds_fees",
];
