//! A running server in the place of the data directory.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use serde_json::Value;
use server::{
    api,
    client::{Answer, Client, Lost},
};
use zeroize::Zeroizing;

use crate::fail::Failure;

/// Longest for one call.
const WITHIN: Duration = Duration::from_secs(60);
/// Pauses between tries of a call that got no answer, or was told to come again.
const PAUSES_S: [u64; 4] = [1, 2, 4, 8];

/// Which server, and with which key.
#[derive(Args, Clone, Debug)]
pub(crate) struct RemoteArgs {
    /// Send the work to a running server in the place of the data directory
    #[arg(long, value_name = "URL", global = true, conflicts_with_all = ["store", "person"])]
    server: Option<String>,
    /// File that holds the API key alone [env: QUITTANCE_KEY holds the key itself]
    #[arg(long, value_name = "FILE", global = true, requires = "server")]
    key_file: Option<PathBuf>,
    /// The API key itself; it shows in process lists and shell histories: prefer --key-file
    #[arg(long, value_name = "KEY", global = true, conflicts_with = "key_file")]
    key: Option<Secret>,
    /// Trust the certificates of this PEM file [default: those the system trusts]
    #[arg(long, value_name = "FILE", global = true, requires = "server")]
    ca: Option<PathBuf>,
}

/// A key given as an argument.
#[derive(Clone)]
struct Secret(Zeroizing<String>);

impl std::str::FromStr for Secret {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Secret, Self::Err> {
        Ok(Secret(Zeroizing::new(text.to_owned())))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A server with a key for it.
#[derive(Debug)]
pub(crate) struct Remote {
    client: Client,
}

impl RemoteArgs {
    /// The server, if one is named.
    pub(crate) fn open(&self) -> Result<Option<Remote>, Failure> {
        let Some(url) = &self.server else {
            return Ok(None);
        };
        let client = Client::new(url, self.ca.as_deref())?.with_key(self.secret()?);
        Ok(Some(Remote { client }))
    }

    fn secret(&self) -> Result<Zeroizing<String>, Failure> {
        if let Some(Secret(key)) = &self.key {
            return Ok(key.clone());
        }
        if let Some(path) = &self.key_file {
            let text = std::fs::read_to_string(path).map_err(|e| Failure::file(path, &e))?;
            return Ok(Zeroizing::new(text));
        }
        let named = std::env::var("QUITTANCE_KEY").ok().filter(|key| !key.is_empty());
        named.map(Zeroizing::new).ok_or_else(|| {
            let detail = "--server needs an API key: give --key-file FILE, or set QUITTANCE_KEY";
            Failure::usage("no_key", detail)
        })
    }
}

impl Remote {
    /// Asks for a document.
    pub(crate) async fn get(&self, path: &str) -> Result<Value, Failure> {
        settle(self.client.get(path, WITHIN).await.map_err(unheard)?)
    }

    /// Asks for a text that is no document.
    pub(crate) async fn get_text(&self, path: &str) -> Result<String, Failure> {
        let answer = self.client.get(path, WITHIN).await.map_err(unheard)?;
        if answer.status != 200 {
            return Err(settle(answer).err().unwrap_or_else(|| strange("another status")));
        }
        String::from_utf8(answer.body.to_vec()).map_err(|_| strange("no text"))
    }

    /// Sends a document whose repetition changes nothing: a lost answer is asked for again.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let body = body.to_string();
        settle(self.send(path, "application/json", body.as_bytes()).await?)
    }

    /// Sends a file as it is; whether the server knew it.
    pub(crate) async fn post_file(
        &self,
        path: &str,
        content_type: &str,
        raw: &[u8],
    ) -> Result<(Value, bool), Failure> {
        let answer = self.send(path, content_type, raw).await?;
        let known = answer.status == 200;
        Ok((settle(answer)?, known))
    }

    /// Tries until there is an answer that will not change.
    async fn send(&self, path: &str, content_type: &str, body: &[u8]) -> Result<Answer, Failure> {
        let mut pauses = PAUSES_S.into_iter();
        loop {
            let answered = self.client.post(path, content_type, body.to_vec(), WITHIN).await;
            let again = match &answered {
                Ok(answer) => matches!(answer.status, 429 | 503),
                Err(_) => true,
            };
            match pauses.next().filter(|_| again) {
                Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
                None => return answered.map_err(unheard),
            }
        }
    }
}

/// The code among those the API knows, so that it lives as long as the program.
pub(crate) fn known_code(code: &str) -> &'static str {
    let found = api::CODES.iter().find(|known| known.code == code);
    found.map_or("refused", |known| known.code)
}

/// A path segment.
pub(crate) fn segment(text: &str) -> String {
    let mut path = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                path.push(char::from(byte));
            }
            _ => path.push_str(&format!("%{byte:02X}")),
        }
    }
    path
}

fn strange(what: &str) -> Failure {
    Failure::wrong("bad_answer", format!("the server's answer reads differently: {what}"))
}

fn unheard(Lost(why): Lost) -> Failure {
    Failure::wrong("no_answer", why)
}

fn settle(answer: Answer) -> Result<Value, Failure> {
    let status = answer.status;
    let value: Result<Value, _> = serde_json::from_slice(&answer.body);
    match value {
        Ok(value) if (200..300).contains(&status) => Ok(value),
        Ok(problem) => {
            let text = |name: &str| problem[name].as_str().unwrap_or("").to_owned();
            let detail = format!("the server answered {status}: {}", text("detail"));
            Err(Failure::wrong(text("code"), detail))
        }
        Err(_) => Err(Failure::wrong("no_answer", format!("the server answered {status}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_one_segment_whatever_it_holds() {
        assert_eq!(segment("EX-00001"), "EX-00001");
        assert_eq!(segment("a/b ü?"), "a%2Fb%20%C3%BC%3F");
        assert_eq!((known_code("bad_json"), known_code("what")), ("bad_json", "refused"));
    }
}
