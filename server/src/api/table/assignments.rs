//! Endpoints that pass a book on to another lender.

use axum::routing::{get, post};

use super::{BULK, EVERYBODY, Endpoint, READ, WRITE};
use crate::api::assignments;
use formats::directory::Role;

/// What an offer may be refused for, each contract by itself.
const OFFER_FAULTS: &[&str] = &[
    "bad_text",
    "contract_assigned",
    "contract_not_active",
    "device_not_heard",
    "payment_unconfirmed",
    "same_tenant",
    "too_many_items",
    "unknown_lender",
    "unknown_reference",
];

/// What taking over may be refused for, each contract by itself.
const ACCEPT_FAULTS: &[&str] = &[
    "bad_reference",
    "contract_not_active",
    "currency_mismatch",
    "device_not_heard",
    "duplicate_reference",
    "not_offered",
    "payment_unconfirmed",
    "programme_differs",
    "programme_missing",
    "succession_missing",
    "too_many_items",
    "unknown_lender",
];

/// A whole book is no clerk's matter.
const BOOKS: &[Role] = &[Role::Approver, Role::Admin];

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        path: "/v1/assignments",
        summary: "Offer up to 10,000 contracts to another lender; nothing goes before he accepts",
        roles: BOOKS,
        body: Some("OfferBody"),
        problems: OFFER_FAULTS,
        route: || post(assignments::offer),
        ..BULK
    },
    Endpoint {
        path: "/v1/assignments",
        summary: "List what another lender offers",
        roles: EVERYBODY,
        query: &["lender", "cursor", "limit"],
        answer: "OfferPage",
        problems: &["unknown_lender"],
        route: || get(assignments::offers),
        ..READ
    },
    Endpoint {
        path: "/v1/assignments/accept",
        summary: "Take up to 10,000 contracts over that another lender offers",
        roles: BOOKS,
        body: Some("AcceptBody"),
        problems: ACCEPT_FAULTS,
        route: || post(assignments::accept),
        ..BULK
    },
    Endpoint {
        path: "/v1/contracts/{reference}/assignment/withdraw",
        summary: "Take an offer back that nobody has accepted",
        roles: BOOKS,
        body: Some("ReasonBody"),
        answer: "Acted",
        problems: &["bad_text", "not_offered"],
        route: || post(assignments::withdraw),
        ..WRITE
    },
];
