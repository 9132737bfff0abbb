//! The endpoint by which a person approves a step.

use axum::routing::post;
use formats::directory::Role;

use super::{Endpoint, WRITE};
use crate::api::approvals;

pub(super) const ENDPOINTS: &[Endpoint] = &[Endpoint {
    path: "/v1/contracts/{reference}/approvals",
    summary: "Approve the step that is next, where the law wants a person to look first",
    roles: &[Role::Approver],
    body: Some("ApprovalBody"),
    answer: "Acted",
    problems: &["bad_stage", "bad_text", "nothing_to_approve", "person_needed"],
    route: || post(approvals::approve),
    ..WRITE
}];
