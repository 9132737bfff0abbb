//! What goes out when a write succeeded.

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Serialize;

/// Says that nothing was done anew.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Something was made: 201, or 200 when it was there already.
pub(crate) fn written(repeated: bool, body: &impl Serialize) -> Response {
    let status = if repeated { StatusCode::OK } else { StatusCode::CREATED };
    marked(repeated, (status, Json(body)).into_response())
}

/// Something was done: 200.
pub(crate) fn done(repeated: bool, body: &impl Serialize) -> Response {
    marked(repeated, Json(body).into_response())
}

fn marked(repeated: bool, mut response: Response) -> Response {
    if repeated {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}
