//! Endpoints about decisions made again.

use axum::routing::get;

use super::{Endpoint, JOURNAL, READ};
use crate::api::replay;

pub(super) const ENDPOINTS: &[Endpoint] = &[Endpoint {
    path: "/v1/contracts/{reference}/replay",
    summary: "Make every past decision of a contract again from its journal",
    roles: JOURNAL,
    answer: "ReplayView",
    route: || get(replay::replay),
    ..READ
}];
