//! Endpoints about holds of one contract.

use axum::routing::post;

use super::{Endpoint, HOLDS, Key, WRITE};
use crate::api::holds;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        path: "/v1/contracts/{reference}/holds",
        summary: "Open a hold",
        roles: HOLDS,
        body: Some("HoldBody"),
        answer: "Acted",
        problems: &[
            "bad_hold_kind",
            "bad_moment",
            "bad_text",
            "contract_not_active",
            "hold_needs_end",
            "hold_out_of_range",
        ],
        route: || post(holds::open),
        ..WRITE
    },
    Endpoint {
        path: "/v1/contracts/{reference}/holds/{id}/end",
        summary: "End a hold before its time: with its answer, or with a reason",
        key: Key::Optional,
        body: Some("EndHoldBody"),
        answer: "Acted",
        problems: &[
            "bad_answer",
            "bad_text",
            "hold_is_general",
            "hold_needs_answer",
            "hold_takes_no_answer",
            "second_person_needed",
        ],
        route: || post(holds::end),
        ..WRITE
    },
    Endpoint {
        path: "/v1/contracts/{reference}/area",
        summary: "Label the borrower's area, for emergencies there; never a location",
        body: Some("AreaBody"),
        answer: "Acted",
        problems: &["bad_text"],
        route: || post(holds::area),
        ..WRITE
    },
];
