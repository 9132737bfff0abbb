//! How money and its keepers reach the lender: the server's own router in process, or the same over
//! sockets. Providers prove themselves by their signatures, the lender's people by a key.

use std::{sync::Arc, time::Duration};

use axum::{Router, body::Body, http::Request};
use http_body_util::BodyExt;
use serde_json::Value;
use server::{Error, client::Client};
use tower::ServiceExt;

use crate::rail::Call;

/// Longest that a call may take.
const WITHIN: Duration = Duration::from_secs(30);

/// Where calls go.
#[derive(Clone, Debug)]
pub enum Till {
    /// The router itself, with the key of the lender's people.
    Router(Router, Arc<str>),
    /// A running server, with a client that shows the key.
    Http(Arc<Client>),
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Said {
    /// The HTTP status.
    pub status: u16,
    /// The body; null where it is no JSON.
    pub json: Value,
}

impl Said {
    /// Whether everything is durable.
    pub fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

impl Till {
    /// Posts a call. A fault of the server's own is the world's.
    pub async fn post(&self, call: Call) -> Result<Said, Error> {
        let Call { path, headers, body } = call;
        let (status, bytes) = match self {
            Till::Router(router, key) => {
                let mut request = Request::post(&path).header("authorization", bearer(key));
                for (name, value) in &headers {
                    request = request.header(*name, value);
                }
                through(router, request.body(Body::from(body))).await?
            }
            Till::Http(client) => {
                let headers: Vec<(&str, &str)> =
                    headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let answer =
                    client.post_with(&path, &headers, body, WITHIN).await.map_err(fault)?;
                (answer.status, answer.body.to_vec())
            }
        };
        said(&path, status, &bytes)
    }

    /// Gets what stands at an address.
    pub async fn get(&self, path: &str) -> Result<Said, Error> {
        let (status, bytes) = match self {
            Till::Router(router, key) => {
                let request = Request::get(path).header("authorization", bearer(key));
                through(router, request.body(Body::empty())).await?
            }
            Till::Http(client) => {
                let answer = client.get(path, WITHIN).await.map_err(fault)?;
                (answer.status, answer.body.to_vec())
            }
        };
        said(path, status, &bytes)
    }
}

fn bearer(key: &str) -> String {
    format!("Bearer {key}")
}

fn fault(error: impl std::fmt::Display) -> Error {
    Error::Fault(error.to_string())
}

async fn through(
    router: &Router,
    request: Result<Request<Body>, axum::http::Error>,
) -> Result<(u16, Vec<u8>), Error> {
    let request = request.map_err(fault)?;
    let response = router.clone().oneshot(request).await.map_err(fault)?;
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.map_err(fault)?.to_bytes();
    Ok((status, bytes.to_vec()))
}

fn said(path: &str, status: u16, bytes: &[u8]) -> Result<Said, Error> {
    let json = serde_json::from_slice(bytes).unwrap_or_default();
    if status >= 500 {
        return Err(Error::Fault(format!("{path} answers {status}: {json}")));
    }
    Ok(Said { status, json })
}
