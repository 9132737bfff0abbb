//! Endpoints about the tenant as a whole.

use axum::routing::get;

use super::{Endpoint, READ};
use crate::api::tenant;

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint {
        path: "/v1/whoami",
        summary: "Say who calls",
        answer: "Whoami",
        route: || get(tenant::whoami),
        ..READ
    },
    Endpoint {
        path: "/v1/counts",
        summary: "Count contracts by status, stage and currency",
        answer: "CountsView",
        route: || get(tenant::counts),
        ..READ
    },
];
