//! Who is let in, for how long, and how long it took.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{MatchedPath, Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use protocol::reply::codes;
use tokio::sync::Semaphore;

use super::refuse;
use crate::{App, real::Stopwatch, serve::Limits};

/// Seconds after which one who was turned away may come again.
const RETRY_S: u32 = 30;

/// Room for requests, and their time.
#[derive(Debug)]
pub(super) struct Gate {
    room: Semaphore,
    time: Duration,
}

impl Gate {
    pub(super) fn new(limits: &Limits) -> Arc<Gate> {
        Arc::new(Gate {
            room: Semaphore::new(limits.concurrency_max),
            time: Duration::from_secs(limits.request_timeout_s),
        })
    }
}

/// Lets a request in if there is room, and ends it when its time is over.
pub(super) async fn admit(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let Ok(_seat) = gate.room.try_acquire() else {
        return refuse(&path, status, codes::BUSY, "too many requests at once", Some(RETRY_S));
    };
    match tokio::time::timeout(gate.time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => refuse(&path, status, codes::BUSY, "it took too long", Some(RETRY_S)),
    }
}

/// Counts and times a request under its route's pattern, never under its path.
pub(super) async fn measure(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let watch = Stopwatch::start();
    let response = next.run(request).await;
    let route = route.as_ref().map_or("other", MatchedPath::as_str);
    let (status, took) = (response.status().as_u16(), watch.elapsed());
    app.metrics.answered(route, status, took);
    tracing::debug!(route, status, micros = took.as_micros() as u64, "answered");
    response
}
