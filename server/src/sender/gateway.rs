//! A gateway for SMS and WhatsApp: one signed JSON call for each message.

use std::{path::Path, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{Carrier, Handing, Outgoing, Unsent, WITHIN, own_id, plain_code};
use crate::{
    client::{Answer, Client},
    clock::Clock,
    error::Error,
    intake::{Secret, signed},
    pull::target,
};

/// Largest answer of a gateway, bytes.
const ANSWER_MAX: usize = 64 * 1024;

pub(super) struct Gateway {
    client: Client,
    path: String,
    callback: Option<String>,
    secret: Secret,
    clock: Arc<dyn Clock>,
}

/// What a gateway is posted.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posted {
    /// `sms` or `whatsapp`.
    pub channel: String,
    /// Where receipts go; absent = none are taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<String>,
    /// The message's name: the same however often it is posted.
    pub id: String,
    /// BCP 47 tag of the text.
    pub language: String,
    /// The text.
    pub text: String,
    /// A phone number with its country's code.
    pub to: String,
}

impl std::fmt::Debug for Posted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Posted").field("channel", &self.channel).finish_non_exhaustive()
    }
}

/// What a gateway answers; other fields are its own.
#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    code: Option<String>,
}

/// The body of a call.
pub fn letter(message: &Outgoing<'_>, callback: Option<&str>) -> String {
    let posted = Posted {
        channel: message.channel.name().to_owned(),
        callback: callback.map(str::to_owned),
        id: message.id.to_owned(),
        language: message.language.to_owned(),
        text: message.text.to_owned(),
        to: message.to.to_owned(),
    };
    serde_json::to_string(&posted).expect("texts are JSON")
}

impl Gateway {
    pub(super) fn new(
        url: &str,
        ca: Option<&Path>,
        callback: Option<String>,
        secret: Secret,
        clock: Arc<dyn Clock>,
    ) -> Result<Gateway, Error> {
        let (client, path) = target(url, ca)?;
        if let Some(callback) = &callback {
            target(callback, ca)?;
        }
        let client = client.with_answer_max(ANSWER_MAX);
        Ok(Gateway { client, path, callback, secret, clock })
    }

    async fn post(&self, message: &Outgoing<'_>) -> Result<String, Unsent> {
        let body = letter(message, self.callback.as_deref());
        let signature = signed(&self.secret, self.clock.now(), body.as_bytes());
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", message.id),
            ("quittance-signature", signature.as_str()),
        ];
        let answer = self.client.post_with(&self.path, &headers, body.into_bytes(), WITHIN).await;
        read(&answer.map_err(|lost| Unsent::Later(lost.to_string()))?, message.to)
    }
}

impl Carrier for Gateway {
    fn hand_over<'a>(&'a self, message: &'a Outgoing<'a>) -> Handing<'a> {
        Box::pin(self.post(message))
    }
}

/// What an answer says: taken over under an id, not now, or never.
fn read(answer: &Answer, to: &str) -> Result<String, Unsent> {
    let told: Option<Told> = serde_json::from_slice(&answer.body).ok();
    let status = answer.status;
    if (200..300).contains(&status) {
        let id = told.and_then(|told| told.id).and_then(|id| own_id(&id, to));
        // It has taken the message over, under our name for it at least.
        return Ok(id.unwrap_or_else(|| status.to_string()));
    }
    let code = told.and_then(|told| told.code);
    let code = code.as_deref().and_then(plain_code);
    let said = code.map_or_else(|| status.to_string(), |code| format!("{status} {code}"));
    match status {
        400..500 if ![401, 403, 404, 408, 409, 425, 429].contains(&status) => {
            Err(Unsent::Never(said))
        }
        _ => Err(Unsent::Later(said)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_takes_over_refuses_or_asks_for_patience() {
        let answer = |status, body: &'static str| {
            read(&Answer { status, body: body.as_bytes().into() }, "+915550100100")
        };
        assert_eq!(answer(202, r#"{"id":"SM-1","more":1}"#), Ok("SM-1".into()));
        assert_eq!(answer(200, "no JSON"), Ok("200".into()));
        assert_eq!(answer(200, r#"{"id":"+915550100100"}"#).unwrap().len(), 32);
        assert_eq!(answer(422, r#"{"code":"bad_number"}"#), never("422 bad_number"));
        assert_eq!(answer(422, r#"{"code":"no route to +915550100100"}"#), never("422"));
        for status in [401, 403, 404, 408, 409, 425, 429, 500, 503, 302] {
            assert_eq!(answer(status, ""), Err(Unsent::Later(status.to_string())), "{status}");
        }
    }

    fn never(said: &str) -> Result<String, Unsent> {
        Err(Unsent::Never(said.to_owned()))
    }
}
