//! All doors behind one router: device door, interface for programs, health and metrics.
//!
//! **Invariant:** what is asked of the process itself (health, metrics) and what is held (waits)
//! takes no room from the requests that are counted against the limit.
//! **Invariant:** nothing that a caller sent is logged here: no query, no header, no body.

mod admit;
mod health;
mod remote;

pub use remote::Remote;

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use http_body_util::Limited;
use protocol::reply::codes;

use crate::{
    App, api,
    device::{self, Trouble},
    public,
    serve::Limits,
};

/// The whole server as a service.
pub fn router(app: Arc<App>, limits: &Limits) -> Router {
    let counted = Router::new()
        .merge(device::calls(app.clone(), limits))
        .merge(
            api::router(app.clone()).layer(from_fn_with_state(limits.api_body_bytes_max, bounded)),
        )
        .merge(public::router(app.clone()))
        .layer(from_fn_with_state(admit::Gate::new(limits), admit::admit));
    let process = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .with_state(app.clone());
    counted
        .merge(device::waits(app.clone(), limits))
        .merge(process)
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        .layer(from_fn(no_store))
        .layer(from_fn_with_state(app, admit::measure))
}

/// A refusal in the form of the door that the path belongs to: a CBOR problem for a device, RFC
/// 9457 for everybody else.
pub fn refuse(
    path: &str,
    status: StatusCode,
    code: &'static str,
    detail: &'static str,
    retry_s: Option<u32>,
) -> Response {
    if path.starts_with("/d/") {
        return Trouble { status, code, detail: detail.to_owned(), retry_s }.into_response();
    }
    let mut response = api::Problem::new(code, detail).into_response();
    if let Some(seconds) = retry_s {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

async fn not_found(request: Request) -> Response {
    let path = request.uri().path();
    refuse(path, StatusCode::NOT_FOUND, codes::NOT_FOUND, "there is no such path", None)
}

async fn method_not_allowed(request: Request) -> Response {
    let path = request.uri().path();
    let device = path.starts_with("/d/");
    let code = if device { codes::MALFORMED } else { "method_not_allowed" };
    let detail = "this path takes another method";
    refuse(path, StatusCode::METHOD_NOT_ALLOWED, code, detail, None)
}

/// No body is read beyond the limit, whatever a door allows by itself.
async fn bounded(State(max): State<usize>, request: Request, next: Next) -> Response {
    next.run(request.map(|body| Body::new(Limited::new(body, max)))).await
}

/// Answers name people, money and leases: nobody on the way keeps them, unless a door says so.
async fn no_store(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
