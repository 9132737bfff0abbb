//! Endpoints that end a contract.

use axum::routing::post;

use super::{Endpoint, WRITE};
use crate::api::acts;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        path: "/v1/contracts/{reference}/return",
        summary: "Record that the phone was handed back; it is released",
        answer: "Acted",
        problems: &["contract_not_active"],
        route: || post(acts::take_back),
        ..WRITE
    },
    Endpoint {
        path: "/v1/contracts/{reference}/write-off",
        summary: "Write the debt off; the phone is released",
        answer: "Acted",
        problems: &["contract_not_active"],
        route: || post(acts::write_off),
        ..WRITE
    },
];
