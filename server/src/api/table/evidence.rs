//! The endpoint by which a person dismisses a sign of tampering.

use axum::routing::post;
use formats::directory::Role;

use super::{Endpoint, WRITE};
use crate::api::evidence;

pub(super) const ENDPOINTS: &[Endpoint] = &[Endpoint {
    path: "/v1/contracts/{reference}/evidence/{kind}/dismissal",
    summary: "Dismiss a sign of tampering that was looked into: it moves nothing any more",
    roles: &[Role::Support, Role::Operator],
    body: Some("ReasonBody"),
    answer: "Acted",
    problems: &["bad_evidence", "bad_text"],
    route: || post(evidence::dismiss),
    ..WRITE
}];
