//! Endpoints that change what a contract owes by agreement.

use axum::routing::{get, post};
use formats::directory::Role;

use super::{Endpoint, READ, SUSPENSE, WRITE};
use crate::api::{payoff, refunds, restructure};

/// Who may quote a payoff.
const QUOTES: &[Role] = &[Role::Support, Role::Operator];

/// What a restructure may be refused for.
const RESTRUCTURE_FAULTS: &[&str] = &[
    "bad_date",
    "bad_moment",
    "bad_restructure",
    "bad_text",
    "bad_unit",
    "consent_in_future",
    "contract_not_active",
    "empty",
    "no_rows_left",
    "nothing_owed",
    "restructure_count",
    "restructure_dates",
    "restructure_stale",
    "schedule_date",
    "schedule_every",
    "schedule_not_amortising",
    "schedule_order",
    "schedule_overflow",
    "serviced_outside",
    "sold_by_days",
];

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        path: "/v1/contracts/{reference}/restructure",
        summary: "Put what is open on new rows, or preview them",
        body: Some("RestructureBody"),
        answer: "RestructureView",
        problems: RESTRUCTURE_FAULTS,
        route: || post(restructure::restructure),
        ..WRITE
    },
    Endpoint {
        path: "/v1/contracts/{reference}/payoff",
        summary: "Quote what ends the contract if paid by a day",
        roles: QUOTES,
        body: Some("PayoffBody"),
        answer: "PayoffView",
        problems: &[
            "bad_date",
            "contract_not_active",
            "nothing_owed",
            "payoff_out_of_range",
            "payoff_quote_gone",
            "schedule_overflow",
            "serviced_outside",
            "sold_by_days",
        ],
        route: || post(payoff::quote),
        ..WRITE
    },
    Endpoint {
        path: "/v1/refunds-due",
        summary: "List contracts that ended with credit to be paid out",
        roles: SUSPENSE,
        query: &["cursor", "limit"],
        answer: "RefundPage",
        route: || get(refunds::due),
        ..READ
    },
];
