//! Reports over the book.

use axum::routing::get;

use super::{Endpoint, READ};
use crate::api::reports;

pub(super) const ENDPOINTS: &[Endpoint] = &[Endpoint {
    path: "/v1/reports/{report}",
    summary: "Make a report over the book; as CSV with Accept: text/csv",
    query: &["as_of", "from", "to", "buckets"],
    answer: "ReportView",
    problems: &["bad_period"],
    route: || get(reports::report),
    ..READ
}];
