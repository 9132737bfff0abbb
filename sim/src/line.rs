//! How a phone reaches the server: one call of the device door, and a network in between.

use std::{future::Future, sync::Arc, time::Duration};

use agent::Door;
use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use http_body_util::BodyExt;
use server::client::Client;
use tower::ServiceExt;

use crate::{Faults, Summary, chance::Chance};

/// What the server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The body of a 200 answer.
    Reply(Vec<u8>),
    /// The body of another answer.
    Problem(Vec<u8>),
}

/// No answer came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost;

/// A way to the device door.
pub trait Line {
    /// Posts a body and brings the answer back.
    fn exchange(
        &self,
        door: Door,
        body: Vec<u8>,
    ) -> impl Future<Output = Result<Answer, Lost>> + Send;
}

/// The server's own router, in process.
#[derive(Clone, Debug)]
pub struct RouterLine(pub Router);

impl Line for RouterLine {
    async fn exchange(&self, door: Door, body: Vec<u8>) -> Result<Answer, Lost> {
        let request = Request::post(door.path())
            .header(header::CONTENT_TYPE, server::device::CBOR)
            .body(Body::from(body))
            .map_err(|_| Lost)?;
        let response = self.0.clone().oneshot(request).await.map_err(|_| Lost)?;
        let good = response.status().is_success();
        let bytes = response.into_body().collect().await.map_err(|_| Lost)?.to_bytes().to_vec();
        Ok(if good { Answer::Reply(bytes) } else { Answer::Problem(bytes) })
    }
}

/// A running server, over sockets.
#[derive(Clone, Debug)]
pub struct HttpLine(pub Arc<Client>);

/// Longest that a message may take, a held one included.
const WITHIN: Duration = Duration::from_secs(90);

impl Line for HttpLine {
    async fn exchange(&self, door: Door, body: Vec<u8>) -> Result<Answer, Lost> {
        let answer = self.0.post(door.path(), server::device::CBOR, body, WITHIN).await;
        let answer = answer.map_err(|_| Lost)?;
        let body = answer.body.to_vec();
        Ok(if answer.status == 200 { Answer::Reply(body) } else { Answer::Problem(body) })
    }
}

/// The way that phones take in a world.
#[derive(Clone, Debug)]
pub enum Way {
    /// In process.
    Router(RouterLine),
    /// Over sockets.
    Http(HttpLine),
}

impl Line for Way {
    async fn exchange(&self, door: Door, body: Vec<u8>) -> Result<Answer, Lost> {
        match self {
            Way::Router(line) => line.exchange(door, body).await,
            Way::Http(line) => line.exchange(door, body).await,
        }
    }
}

/// Most old messages kept for a replay, of one phone.
const KEPT_MAX: usize = 8;

/// What lies between one phone and the server.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// No network at all.
    pub down: bool,
    requests: Vec<(Door, Vec<u8>)>,
    replies: Vec<Vec<u8>>,
}

impl Network {
    /// Carries one message, perhaps badly.
    pub async fn carry(
        &mut self,
        line: &impl Line,
        (door, body): (Door, Vec<u8>),
        faults: &Faults,
        chance: &mut Chance,
        seen: &mut Summary,
    ) -> Result<Answer, Lost> {
        seen.sent += 1;
        if self.down || chance.happens(faults.lose) {
            seen.lost += 1;
            return Err(Lost);
        }
        if chance.happens(faults.replay) && !self.requests.is_empty() {
            seen.replayed += 1;
            let at = chance.below(self.requests.len() as u64) as usize;
            let (door, old) = self.requests[at].clone();
            // Nobody waits for this answer any more.
            let _ = line.exchange(door, old).await;
        }
        if chance.happens(faults.double) {
            seen.doubled += 1;
            let _ = line.exchange(door, body.clone()).await;
        }
        keep(&mut self.requests, (door, body.clone()));
        let answer = line.exchange(door, body).await?;
        if let Answer::Reply(bytes) = &answer {
            keep(&mut self.replies, bytes.clone());
        }
        if chance.happens(faults.lose) {
            seen.lost += 1;
            return Err(Lost);
        }
        Ok(answer)
    }

    /// An old reply that arrives late, unasked.
    pub fn straggler(&self, faults: &Faults, chance: &mut Chance) -> Option<Vec<u8>> {
        if self.replies.is_empty() || !chance.happens(faults.replay) {
            return None;
        }
        let at = chance.below(self.replies.len() as u64) as usize;
        Some(self.replies[at].clone())
    }
}

fn keep<T>(kept: &mut Vec<T>, one: T) {
    if kept.len() == KEPT_MAX {
        kept.remove(0);
    }
    kept.push(one);
}
