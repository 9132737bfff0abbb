//! Messages over HTTP: a signed JSON call each.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::json;
use server::{
    clock::Clock,
    intake::{Call, proved},
    real::RealClock,
    sender::Posted,
};
use tokio::net::TcpListener;

use super::{Gateway, own_id};
use crate::WorldError;

/// Most bytes of a message.
const BODY_MAX: usize = 64 * 1024;

pub(super) async fn serve(gateway: Arc<Gateway>, listener: TcpListener) -> Result<(), WorldError> {
    let router = Router::new()
        .route("/messages", post(take))
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .with_state(gateway);
    let served = axum::serve(listener, router).await;
    served.map_err(|error| WorldError(format!("gateway: {error}")))
}

async fn take(State(gateway): State<Arc<Gateway>>, headers: HeaderMap, body: Bytes) -> Response {
    let texts: Vec<(String, String)> = headers
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect();
    let call = Call { headers: &texts, body: &body, at: RealClock.now() };
    if let Err(wrong) = proved(std::slice::from_ref(&gateway.secret), &call) {
        return answer(StatusCode::UNAUTHORIZED, &json!({ "code": wrong.code }));
    }
    let Ok(posted) = serde_json::from_slice::<Posted>(&body) else {
        return answer(StatusCode::UNPROCESSABLE_ENTITY, &json!({ "code": "bad_message" }));
    };
    let line = json!({
        "via": "http",
        "at": RealClock.now().rfc3339(),
        "channel": posted.channel,
        "id": posted.id,
        "to": posted.to,
        "language": posted.language,
        "text": posted.text,
    });
    let Ok((number, is_new)) = gateway.take(&posted.id, &line) else {
        return answer(StatusCode::SERVICE_UNAVAILABLE, &json!({ "code": "not_written" }));
    };
    if let Some(receipts) = posted.callback.as_deref().filter(|_| is_new) {
        gateway.tell(receipts, &posted.id, number);
    }
    answer(StatusCode::ACCEPTED, &json!({ "id": own_id(number) }))
}

fn answer(status: StatusCode, body: &serde_json::Value) -> Response {
    (status, [("content-type", "application/json")], body.to_string()).into_response()
}
