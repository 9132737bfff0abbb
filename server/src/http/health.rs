//! Is the process alive, can it do its work, what does it count.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::UnitId;
use protocol::cert::KeyKind;
use serde_json::json;

use crate::App;

/// How long the store may take to answer.
const STORE_TIME: Duration = Duration::from_secs(2);

/// The process lives.
pub(super) async fn healthz() -> Response {
    Json(json!({ "status": "ok" })).into_response()
}

/// The process can do its work, or why not.
pub(super) async fn readyz(State(app): State<Arc<App>>) -> Response {
    let mut reasons = Vec::new();
    if *app.stopping.borrow() {
        reasons.push("stopping: the server is on its way down".to_owned());
    }
    if !app.guard.trusts(&*app.clock) {
        let left = app.guard.left(&*app.clock);
        reasons.push(format!("clock: it left its own elapsed time by {left} s"));
    }
    if let Err(reason) = store_answers(&app).await {
        reasons.push(format!("store: {reason}"));
    }
    reasons.extend(keys_missing(&app));
    let ready = reasons.is_empty();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({ "ready": ready, "reasons": reasons });
    (status, Json(body)).into_response()
}

/// Everything counted, as Prometheus reads it.
pub(super) async fn metrics(State(app): State<Arc<App>>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], app.metrics.text(&app)).into_response()
}

/// What went wrong is for the log; the page says only that it did.
async fn store_answers(app: &App) -> Result<(), &'static str> {
    let nobody = [UnitId::from_bytes([0; 16])];
    match tokio::time::timeout(STORE_TIME, app.store.load(&nobody)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(fault)) => {
            tracing::error!(%fault, "the store does not answer: {fault}");
            Err("it answers with a fault")
        }
        Err(_) => Err("it does not answer in time"),
    }
}

fn keys_missing(app: &App) -> Vec<String> {
    let now = app.now();
    let mut missing = Vec::new();
    for entry in app.directory.tenants() {
        let tenant = &entry.tenant;
        for kind in [KeyKind::Lease, KeyKind::Release] {
            let keys = app.keys.tenant(tenant.id);
            if keys.and_then(|keys| keys.signing(kind, now).map(|_| ())).is_err() {
                let name = format!("{kind:?}").to_lowercase();
                missing.push(format!("keys: tenant {} has no valid {name} key", tenant.name));
            }
        }
    }
    missing
}
