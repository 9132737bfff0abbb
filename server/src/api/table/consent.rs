//! Endpoints about what a borrower is told and agrees to, and where he is written to.

use axum::routing::{get, post};

use super::{Endpoint, HOLDS, READ, WRITE};
use crate::api::{consent, contact, disclosure};

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        path: "/v1/contracts/{reference}/disclosure",
        summary: "Show what the borrower agrees to; as a page with Accept: text/html",
        answer: "DisclosureView",
        route: || get(disclosure::show),
        ..READ
    },
    Endpoint {
        path: "/v1/contracts/{reference}/consent",
        summary: "Record the borrower's consent",
        body: Some("RecordConsentBody"),
        answer: "Acted",
        problems: &[
            "bad_hash",
            "bad_language",
            "bad_moment",
            "bad_text",
            "consent_in_future",
            "consent_language",
            "consent_names_no_text",
            "contract_not_active",
            "disclosure_mismatch",
            "empty",
        ],
        route: || post(consent::record),
        ..WRITE
    },
    Endpoint {
        path: "/v1/contracts/{reference}/contact",
        summary: "Set or erase where the borrower is written to",
        roles: HOLDS,
        body: Some("ContactBody"),
        answer: "Acted",
        problems: &["bad_email", "bad_phone", "bad_text"],
        route: || post(contact::set),
        ..WRITE
    },
];
