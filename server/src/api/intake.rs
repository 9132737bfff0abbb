//! The doors for providers of payments. No API key opens them: a call proves itself by its
//! signature, or is only a hint. An answer of success means that everything is durable.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::post,
};
use formats::directory::SourceKind;

use super::{
    body::{At, Whole},
    problem::Problem,
};
use crate::{App, http::Remote, intake::BODY_MAX};

/// The addresses with what they are for.
pub(crate) const DOORS: &[(&str, &str)] = &[
    ("/v1/intake/{source}/stripe", "Take a signed event of a Stripe-like provider"),
    ("/v1/intake/{source}/mpesa", "Take an M-Pesa confirmation: a hint"),
    ("/v1/intake/{source}/mpesa/validation", "Say whether M-Pesa may take money typed so"),
    ("/v1/intake/{source}/mpesa/status/{ticket}", "Take M-Pesa's answer to a question of ours"),
    ("/v1/intake/{source}/pix", "Take Pix payments and refunds"),
    ("/v1/intake/{source}/generic", "Take payments that a program has signed"),
    ("/v1/intake/{source}/alerts", "Take a signed message about an emergency in areas"),
];

/// What a door answers to a call it does not take.
pub(crate) const FAULTS: &[&str] = &[
    "amount_not_positive",
    "amount_overflow",
    "bad_amount",
    "bad_field",
    "bad_json",
    "bad_moment",
    "bad_text",
    "body_too_large",
    "busy",
    "clock_refused",
    "conflict",
    "hold_out_of_range",
    "internal",
    "not_found",
    "payment_id_reused",
    "rate_limited",
    "signature_stale",
    "signature_wrong",
    "too_many_items",
    "unknown_currency",
];

/// The addresses, one for each kind of provider.
pub(crate) fn doors() -> Router<Arc<App>> {
    let mut router = Router::new();
    for kind in SourceKind::ALL {
        let path = format!("/v1/intake/{{source}}/{}", kind.name());
        let take = async move |State(app), At(source), remote, headers, Whole(body): Whole| {
            hear(app, source, kind, remote, headers, body).await
        };
        router = router.route(&path, post(take));
    }
    router
        .route("/v1/intake/{source}/mpesa/validation", post(validate))
        .route("/v1/intake/{source}/mpesa/status/{ticket}", post(status))
        .layer(DefaultBodyLimit::max(BODY_MAX))
}

async fn hear(
    app: Arc<App>,
    source: String,
    kind: SourceKind,
    remote: Remote,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let headers = texts(&headers);
    let remote = remote.of(&headers, app.throttle.rates().forwarded);
    Ok(said(app.hear_call(&source, kind, remote, &headers, &body).await?))
}

async fn validate(
    State(app): State<Arc<App>>,
    At(source): At<String>,
    remote: Remote,
    headers: HeaderMap,
    Whole(body): Whole,
) -> Result<Response, Problem> {
    let remote = remote.of(&texts(&headers), app.throttle.rates().forwarded);
    Ok(said(app.validate_call(&source, remote, &body).await?))
}

/// Names in small letters, and values that are text.
pub(super) fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |(name, value): (&HeaderName, &HeaderValue)| {
        Some((name.to_string(), value.to_str().ok()?.to_owned()))
    };
    headers.iter().filter_map(text).collect()
}

async fn status(
    State(app): State<Arc<App>>,
    At((source, ticket)): At<(String, String)>,
    Whole(body): Whole,
) -> Result<Response, Problem> {
    Ok(said(app.hear_status(&source, &ticket, &body).await?))
}

fn said(answer: &'static str) -> Response {
    let json = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json)], answer).into_response()
}
