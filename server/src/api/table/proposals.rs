//! Endpoints about acts that take two people.

use axum::routing::{get, post};
use formats::directory::Role;

use super::{Endpoint, Key, READ, WRITE};
use crate::api::{preview, proposals};

/// Who may ask for what takes two people.
const ASKS: &[Role] = &[Role::Operator, Role::Approver, Role::Admin];
/// Who may be the second one.
const APPROVES: &[Role] = &[Role::Approver];
/// Who may see what is asked for.
const SEES: &[Role] = &[Role::Auditor, Role::Operator, Role::Approver, Role::Admin];

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        method: "POST",
        path: "/v1/programmes/preview",
        summary: "Tell what a programme would make of today's book; nothing is changed",
        roles: SEES,
        body: Some("ProgrammeBody"),
        answer: "PreviewView",
        problems: &["bad_number", "bad_programme", "unknown_pack"],
        route: || post(preview::preview),
        ..READ
    },
    Endpoint {
        path: "/v1/proposals",
        summary: "Ask for something that takes two people",
        roles: ASKS,
        body: Some("ProposalBody"),
        answer: "ProposalView",
        makes: true,
        problems: &[
            "amount_not_positive",
            "amount_overflow",
            "amount_too_precise",
            "bad_amount",
            "bad_date",
            "bad_limits",
            "bad_moment",
            "bad_programme",
            "bad_proposal",
            "bad_text",
            "contract_not_active",
            "hold_is_general",
            "hold_needs_answer",
            "no_sunset",
            "not_found",
            "person_needed",
            "sunset_out_of_range",
            "sunset_passed",
            "too_many_disputes",
            "too_many_items",
            "unknown_pack",
            "unknown_reference",
        ],
        route: || post(proposals::propose),
        ..WRITE
    },
    Endpoint {
        path: "/v1/proposals",
        summary: "List what takes two people, and where it is",
        roles: SEES,
        query: &["cursor", "limit"],
        answer: "ProposalPage",
        route: || get(proposals::list),
        ..READ
    },
    Endpoint {
        path: "/v1/proposals/{id}",
        summary: "Show what takes two people",
        roles: SEES,
        answer: "ProposalView",
        route: || get(proposals::get),
        ..READ
    },
    Endpoint {
        path: "/v1/proposals/{id}/approve",
        summary: "Approve what somebody else asked for, and carry it out",
        roles: APPROVES,
        key: Key::Optional,
        answer: "ProposalView",
        problems: DECIDED,
        route: || post(proposals::approve),
        ..WRITE
    },
    Endpoint {
        path: "/v1/proposals/{id}/reject",
        summary: "End what was asked for without carrying it out",
        roles: ASKS,
        key: Key::Optional,
        answer: "ProposalView",
        problems: DECIDED,
        route: || post(proposals::reject),
        ..WRITE
    },
    Endpoint {
        path: "/v1/proposals/{id}/personal",
        summary: "Read the personal data that was approved, for a day",
        roles: ASKS,
        answer: "PersonalView",
        problems: &["person_needed", "proposal_expired"],
        route: || get(proposals::personal),
        ..READ
    },
];

const DECIDED: &[&str] =
    &["person_needed", "proposal_decided", "proposal_expired", "same_person", "unknown_reference"];
