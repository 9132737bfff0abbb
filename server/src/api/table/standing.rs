//! Endpoints about accounts that the lender's own system keeps.

use axum::routing::post;

use super::{BULK, Endpoint, FEED, Key, WRITE};
use crate::api::standing;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        path: "/v1/contracts/{reference}/standing",
        summary: "Tell where the account stands that the lender's own system keeps",
        roles: FEED,
        key: Key::Optional,
        body: Some("StandingBody"),
        answer: "StandingAnswer",
        problems: STANDING_FAULTS,
        route: || post(standing::push),
        ..WRITE
    },
    Endpoint {
        path: "/v1/standing/bulk",
        summary: "Tell where up to 10,000 accounts stand; those of one contract in order",
        roles: FEED,
        body: Some("StandingsBody"),
        problems: &["too_many_items"],
        route: || post(standing::push_bulk),
        ..BULK
    },
];

const STANDING_FAULTS: &[&str] = &[
    "amount_overflow",
    "amount_too_precise",
    "bad_amount",
    "bad_date",
    "bad_moment",
    "contract_not_active",
    "currency_mismatch",
    "empty",
    "oldest_unpaid_missing",
    "serviced_here",
    "standing_contradicts",
    "standing_in_future",
    "standing_reused",
    "too_long",
    "unknown_reference",
];
