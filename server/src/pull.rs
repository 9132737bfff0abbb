//! Asking a provider whether money that was announced is there.
//!
//! **Invariant:** only the hosts that the settings name are called, over TLS unless they are this
//! machine; no redirect is followed.
//! **Invariant:** a secret reaches no log, no URL and no `Debug`.

use std::{future::Future, path::PathBuf, pin::Pin, sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use hyper::Uri;
use serde::Deserialize;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

use crate::{
    client::{Answer, Client, Lost},
    clock::Clock,
    error::Error,
    intake::{
        Secret,
        status::{self, Asker, Status},
    },
};

/// A token is not used in the last seconds of its life.
const TOKEN_SPARE_S: i64 = 60;
/// How long a token holds when its answer does not say.
const TOKEN_S: i64 = 300;

/// A question under way.
pub type Asking<'a> = Pin<Box<dyn Future<Output = Result<Status, Lost>> + Send + 'a>>;

/// A provider that can be asked for the status of a transaction.
pub trait StatusPull: Send + Sync {
    /// Asks about a transaction. `path` is where at this server a later answer is to go.
    fn ask<'a>(&'a self, transaction: &'a str, path: &'a str) -> Asking<'a>;
}

/// How M-Pesa, or a gateway that speaks like it, is asked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the question goes.
    pub url: String,
    /// Where a token is fetched; without it none is shown.
    pub token_url: Option<String>,
    /// Where the provider reaches this server; without it the answer is expected at once.
    pub result_base: Option<String>,
    /// Name of the initiator.
    pub initiator: String,
    /// The short code that was paid.
    pub short_code: String,
    /// `KEY:SECRET` of the consumer.
    pub consumer: Option<Secret>,
    /// The initiator's encrypted password.
    pub credential: Option<Secret>,
    /// Certificates trusted besides the system's own.
    pub ca: Option<PathBuf>,
    /// Longest for one answer.
    pub within: Duration,
}

/// Asks over HTTP.
pub struct HttpPull {
    settings: Settings,
    ask: (Client, String),
    token: Option<(Client, String)>,
    clock: Arc<dyn Clock>,
    held: Mutex<Option<Token>>,
}

struct Token {
    text: Zeroizing<String>,
    until_s: i64,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    #[serde(default)]
    expires_in: serde_json::Value,
}

impl std::fmt::Debug for HttpPull {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpPull").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl HttpPull {
    /// Checks the settings; calls nobody yet.
    pub fn new(settings: Settings, clock: Arc<dyn Clock>) -> Result<HttpPull, Error> {
        let client = |url: &str| target(url, settings.ca.as_deref());
        let ask = client(&settings.url)?;
        let token = settings.token_url.as_deref().map(client).transpose()?;
        if token.is_some() && settings.consumer.is_none() {
            let detail = "token_url needs a consumer_file with KEY:SECRET";
            return Err(Error::refused("bad_server", detail));
        }
        if let Some(base) = &settings.result_base {
            target(base, settings.ca.as_deref())?;
        }
        Ok(HttpPull { ask, token, clock, held: Mutex::default(), settings })
    }

    async fn asked(&self, transaction: &str, path: &str) -> Result<Status, Lost> {
        let Settings { initiator, short_code, credential, result_base, within, .. } =
            &self.settings;
        let result_url =
            result_base.as_ref().map(|base| format!("{}{path}", base.trim_end_matches('/')));
        let asker = Asker { initiator, short_code, result_url: result_url.as_deref() };
        let credential = credential.as_ref().map_or("", Secret::text);
        let body = Zeroizing::new(status::question(asker, credential, transaction));
        let token = self.token().await?;
        let bearer = token.map(|token| Zeroizing::new(format!("Bearer {}", *token)));
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(bearer.as_ref().map(|bearer| ("authorization", bearer.as_str())));
        let (client, path) = &self.ask;
        let answer = client.post_with(path, &headers, body.as_bytes().to_vec(), *within).await?;
        if answer.status == 401 {
            *self.held.lock().await = None;
        }
        let body = good(answer)?;
        status::status(&body, transaction).map_err(|wrong| Lost(wrong.detail))
    }

    /// The token held, or another one.
    async fn token(&self) -> Result<Option<Zeroizing<String>>, Lost> {
        let Some((client, path)) = &self.token else { return Ok(None) };
        let mut held = self.held.lock().await;
        let now_s = self.clock.elapsed_s();
        if let Some(token) = held.as_ref().filter(|token| token.until_s > now_s) {
            return Ok(Some(token.text.clone()));
        }
        let consumer = self.settings.consumer.as_ref().map_or("", Secret::text);
        let basic = Zeroizing::new(format!("Basic {}", STANDARD.encode(consumer)));
        let headers = [("authorization", basic.as_str())];
        let body = good(client.get_with(path, &headers, self.settings.within).await?)?;
        let granted: Granted = serde_json::from_slice(&body)
            .map_err(|_| Lost("the answer to the request for a token holds none".to_owned()))?;
        let lives_s = match &granted.expires_in {
            serde_json::Value::String(text) => text.parse().ok(),
            value => value.as_i64(),
        };
        let lives_s = lives_s.unwrap_or(TOKEN_S).clamp(0, 86_400);
        let until_s = now_s.saturating_add(lives_s.saturating_sub(TOKEN_SPARE_S));
        let text = Zeroizing::new(granted.access_token);
        *held = Some(Token { text: text.clone(), until_s });
        Ok(Some(text))
    }
}

impl StatusPull for HttpPull {
    fn ask<'a>(&'a self, transaction: &'a str, path: &'a str) -> Asking<'a> {
        Box::pin(self.asked(transaction, path))
    }
}

fn good(answer: Answer) -> Result<bytes::Bytes, Lost> {
    match answer.status {
        200..300 => Ok(answer.body),
        status => Err(Lost(format!("the provider answered {status}"))),
    }
}

/// A client of the address's host, and what is asked of it.
pub fn target(url: &str, ca: Option<&std::path::Path>) -> Result<(Client, String), Error> {
    let wrong = |what: &str| Error::refused("bad_server", format!("{url:?}: {what}"));
    let uri: Uri = url.parse().map_err(|_| wrong("expected an address"))?;
    let host = uri.host().unwrap_or("").trim_matches(['[', ']']);
    let here = host == "localhost"
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    if uri.scheme_str() != Some("https") && !here {
        return Err(wrong("expected https: a status and its secrets cross the network"));
    }
    if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err(wrong("expected no name or password in it"));
    }
    let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let scheme = uri.scheme_str().unwrap_or("");
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let client = Client::new(&format!("{scheme}://{authority}"), ca)?;
    Ok((client.with_answer_max(status::ANSWER_MAX), path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_cross_no_network_in_the_clear() {
        for good in [
            "https://api.example/x?y=1",
            "http://127.0.0.1:9/x",
            "http://[::1]:9",
            "http://localhost/",
        ] {
            assert!(target(good, None).is_ok() || good.starts_with("https"), "{good}");
        }
        for bad in ["http://api.example/x", "ftp://127.0.0.1/", "api.example", "https://a:b@c/", ""]
        {
            assert!(target(bad, None).is_err(), "{bad}");
        }
    }
}
