//! For any provider or program that can compute an HMAC-SHA256 over the body it sends:
//! `Quittance-Signature: t=<Unix seconds>,v1=<hex over t.body>`, or `sha256=<hex over the body>`.

use domain::Moment;
use formats::camt::Taken;
use serde::Deserialize;

use super::{Call, Proof, Rail, Rejection, Source, Told, json, said, signature, text};

/// The header of the signature.
pub(super) const HEADER: &str = "quittance-signature";

pub(super) struct Generic;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    payments: Vec<Message>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Message {
    id: String,
    amount: String,
    currency: String,
    paid_at: String,
    #[serde(default)]
    reference: Option<String>,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    payer: Option<String>,
    /// The id of a payment that this takes back.
    #[serde(default)]
    reverses: Option<String>,
}

impl Rail for Generic {
    type Message = Message;

    fn verify(&self, source: &Source, call: &Call<'_>) -> Result<Proof, Rejection> {
        let value = call.header(HEADER).ok_or_else(|| signature::missing(HEADER))?;
        match value.trim().strip_prefix("sha256=") {
            Some(signature) => signature::plain(signature, &source.secrets, call),
            None => signature::timed(HEADER, &source.secrets, call),
        }
    }

    fn decode(&self, body: &[u8]) -> Result<Vec<Message>, Rejection> {
        json::<Body>(body).map(|body| body.payments)
    }

    fn key(&self, message: &Message) -> String {
        message.id.trim().to_owned()
    }

    fn map(&self, _: &Source, message: &Message) -> Result<Told, Rejection> {
        text("id", &message.id)?;
        let originals = message.reverses.as_deref().map(|id| text("reverses", id)).transpose()?;
        let paid_at = Moment::parse(&message.paid_at)
            .ok_or_else(|| Rejection::new("bad_moment", "paid_at: expected RFC 3339"))?;
        Ok(Told {
            taken: if originals.is_some() { Taken::Back } else { Taken::In },
            originals: originals.into_iter().collect(),
            references: said([message.reference.as_deref(), message.text.as_deref()]),
            amount: text("amount", &message.amount)?,
            currency: text("currency", &message.currency)?,
            paid_at,
            payer: said([message.payer.as_deref()]).pop(),
        })
    }

    fn acknowledge(&self) -> &'static str {
        "{\"received\":true}"
    }
}
