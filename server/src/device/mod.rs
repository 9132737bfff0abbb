//! The device door: CBOR in, CBOR out, over HTTP. It reads the envelope's kind, calls one use case
//! and renders what comes back; see `docs/protocol`.
//!
//! **Invariant:** any bytes are answered with a reply or with a problem of a stable code.
//! **Invariant:** a held wait takes no room from other requests.

mod problem;

pub use problem::Trouble;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use protocol::{
    Message,
    reply::{Reply, ReplyKind, codes},
    request::{Request as Sent, RequestKind},
};
use tokio::sync::Semaphore;

use crate::{App, serve::Limits};

/// What every body here is.
pub const CBOR: &str = "application/cbor";

/// Shared by the handlers.
#[derive(Debug)]
struct Door {
    app: Arc<App>,
    body_max: usize,
    body_time: Duration,
    waits: Semaphore,
}

/// Enrolment and check-in, which answer at once.
pub fn calls(app: Arc<App>, limits: &Limits) -> Router {
    let router =
        Router::new().route("/d/1/enrol", post(enrol)).route("/d/1/checkin", post(check_in));
    router.with_state(Arc::new(Door::new(app, limits)))
}

/// Waits, which are held: outside the request timeout and the concurrency limit.
pub fn waits(app: Arc<App>, limits: &Limits) -> Router {
    Router::new().route("/d/1/wait", post(wait)).with_state(Arc::new(Door::new(app, limits)))
}

async fn enrol(State(door): State<Arc<Door>>, request: Request) -> Response {
    let answer = door.enrol(request).await;
    door.render("enrol", answer)
}

async fn check_in(State(door): State<Arc<Door>>, request: Request) -> Response {
    let answer = door.check_in(request).await;
    door.render("checkin", answer)
}

async fn wait(State(door): State<Arc<Door>>, request: Request) -> Response {
    let answer = door.wait(request).await;
    door.render("wait", answer)
}

impl Door {
    fn new(app: Arc<App>, limits: &Limits) -> Door {
        Door {
            app,
            body_max: limits.request_bytes_max,
            body_time: Duration::from_secs(limits.request_timeout_s),
            waits: Semaphore::new(limits.waits_max),
        }
    }

    async fn enrol(&self, request: Request) -> Result<Reply, Trouble> {
        let sent = self.open(request).await?;
        match sent.kind {
            RequestKind::Offer => Ok(self.app.answer_offer(&sent.signed).await?),
            RequestKind::Confirm => Ok(self.app.confirm_enrolment(&sent.signed).await?),
            _ => Err(misplaced("enrol takes offer and confirm")),
        }
    }

    async fn check_in(&self, request: Request) -> Result<Reply, Trouble> {
        let sent = self.open(request).await?;
        match sent.kind {
            RequestKind::CheckIn => Ok(self.app.check_in(&sent.signed).await?),
            RequestKind::Removed => Ok(self.app.confirm_removal(&sent.signed).await?),
            _ => Err(misplaced("checkin takes check-in and removed")),
        }
    }

    async fn wait(&self, request: Request) -> Result<Reply, Trouble> {
        let Ok(_seat) = self.waits.try_acquire() else {
            return Err(Trouble::busy("too many requests are held"));
        };
        let sent = self.open(request).await?;
        match sent.kind {
            RequestKind::Wait => Ok(self.app.wait(&sent.signed).await?),
            _ => Err(misplaced("wait takes wait")),
        }
    }

    /// Reads a request's body and its outer form.
    async fn open(&self, request: Request) -> Result<Sent, Trouble> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|value| value.to_str().ok()).unwrap_or("");
        let essence = kind.split(';').next().unwrap_or("").trim();
        if !essence.eq_ignore_ascii_case(CBOR) {
            let detail = format!("the content type must be {CBOR}");
            return Err(Trouble::new(StatusCode::BAD_REQUEST, codes::MALFORMED, detail));
        }
        let body = tokio::time::timeout(self.body_time, self.body(request)).await;
        let body = body.map_err(|_| {
            let detail = "the body did not come in time";
            Trouble {
                retry_s: Some(30),
                ..Trouble::new(StatusCode::REQUEST_TIMEOUT, codes::BUSY, detail)
            }
        })??;
        Sent::decode(&body).map_err(|error| {
            Trouble::new(StatusCode::BAD_REQUEST, codes::MALFORMED, error.to_string())
        })
    }

    async fn body(&self, request: Request) -> Result<Bytes, Trouble> {
        let limited = Limited::new(request.into_body(), self.body_max);
        let collected = limited.collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                let detail = format!("a body is at most {} bytes", self.body_max);
                return Trouble::new(StatusCode::PAYLOAD_TOO_LARGE, codes::TOO_LARGE, detail);
            }
            Trouble::new(StatusCode::BAD_REQUEST, codes::MALFORMED, "the body broke off")
        })?;
        Ok(collected.to_bytes())
    }

    fn render(&self, door: &'static str, answer: Result<Reply, Trouble>) -> Response {
        match answer {
            Ok(reply) => {
                self.app.metrics.device_answer(door, reply_name(reply.kind));
                ([(header::CONTENT_TYPE, CBOR)], reply.encode()).into_response()
            }
            Err(trouble) => {
                self.app.metrics.device_answer(door, trouble.code);
                trouble.into_response()
            }
        }
    }
}

fn misplaced(detail: &'static str) -> Trouble {
    Trouble::new(StatusCode::BAD_REQUEST, codes::MALFORMED, detail)
}

fn reply_name(kind: ReplyKind) -> &'static str {
    match kind {
        ReplyKind::Lease => "lease",
        ReplyKind::Unchanged => "unchanged",
        ReplyKind::Release => "release",
        ReplyKind::Terms => "terms",
        ReplyKind::Assigned => "assigned",
        ReplyKind::RemovalRecorded => "removal_recorded",
    }
}
