//! The door for carriers of messages: what became of one. No API key opens it: a receipt proves
//! itself by its signature. An answer of success means that it is durable.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::json;

use super::{
    body::{At, Whole},
    intake::texts,
    problem::Problem,
};
use crate::{App, sender::RECEIPT_MAX};

/// The address with what it is for.
pub(crate) const DOORS: &[(&str, &str)] =
    &[("/v1/receipts/{sender}", "Take a signed receipt of a message")];

/// What the door answers to a receipt it does not take.
pub(crate) const FAULTS: &[&str] = &[
    "bad_delivery_state",
    "bad_field",
    "bad_json",
    "bad_moment",
    "body_too_large",
    "busy",
    "clock_refused",
    "conflict",
    "internal",
    "message_unknown",
    "not_found",
    "rate_limited",
    "receipt_out_of_range",
    "signature_stale",
    "signature_wrong",
];

/// The address.
pub(crate) fn doors() -> Router<Arc<App>> {
    // One byte more than is taken, so that it is our own refusal that names the limit.
    Router::new()
        .route("/v1/receipts/{sender}", post(hear))
        .layer(DefaultBodyLimit::max(RECEIPT_MAX + 1))
}

async fn hear(
    State(app): State<Arc<App>>,
    At(sender): At<String>,
    headers: HeaderMap,
    Whole(body): Whole,
) -> Result<Response, Problem> {
    let recorded = app.hear_receipt(&sender, &texts(&headers), &body).await?;
    Ok(Json(json!({ "recorded": recorded })).into_response())
}
