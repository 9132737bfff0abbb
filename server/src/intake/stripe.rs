//! Events of a Stripe-like provider. Money is `payment_intent.succeeded`; `charge.refunded` and
//! `charge.dispute.funds_withdrawn` take it back; all others are acknowledged and say nothing.

use std::collections::BTreeMap;

use domain::{Currency, Moment};
use formats::camt::Taken;
use serde::Deserialize;

use super::{Call, Proof, Rail, Rejection, Source, Told, json, said, signature, text};

/// The header of the signature.
pub(super) const HEADER: &str = "stripe-signature";

pub(super) struct Stripe;

/// What an event tells.
pub(super) struct Message {
    kind: Kind,
    created: i64,
    object: Object,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Succeeded,
    Refunded,
    Withdrawn,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    created: i64,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: serde_json::Value,
}

#[derive(Deserialize)]
struct Object {
    id: String,
    #[serde(default)]
    amount: u64,
    #[serde(default)]
    amount_received: u64,
    #[serde(default)]
    amount_refunded: u64,
    currency: String,
    #[serde(default)]
    payment_intent: Option<String>,
    #[serde(default)]
    charge: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

impl Rail for Stripe {
    type Message = Message;

    fn verify(&self, source: &Source, call: &Call<'_>) -> Result<Proof, Rejection> {
        signature::timed(HEADER, &source.secrets, call)
    }

    fn decode(&self, body: &[u8]) -> Result<Vec<Message>, Rejection> {
        let event: Event = json(body)?;
        let kind = match event.kind.as_str() {
            "payment_intent.succeeded" => Kind::Succeeded,
            "charge.refunded" => Kind::Refunded,
            "charge.dispute.funds_withdrawn" => Kind::Withdrawn,
            _ => return Ok(Vec::new()),
        };
        let object: Object = serde_json::from_value(event.data.object).map_err(|_| {
            Rejection::new("bad_field", "data.object: a field is missing or of another type")
        })?;
        Ok(vec![Message { kind, created: event.created, object }])
    }

    /// The payment's id: an event may come under several ids of its own.
    fn key(&self, message: &Message) -> String {
        let Object { id, amount_refunded, .. } = &message.object;
        match message.kind {
            Kind::Succeeded => id.clone(),
            Kind::Refunded => format!("refund:{id}:{amount_refunded}"),
            Kind::Withdrawn => format!("dispute:{id}"),
        }
    }

    fn map(&self, _: &Source, message: &Message) -> Result<Told, Rejection> {
        let object = &message.object;
        text("data.object.id", &object.id)?;
        let code = object.currency.to_ascii_uppercase();
        let currency = Currency::parse(&code).ok_or_else(|| {
            Rejection::new("unknown_currency", "data.object.currency: not a currency")
        })?;
        let (taken, minor) = match message.kind {
            Kind::Succeeded => (Taken::In, object.amount_received),
            Kind::Refunded => (Taken::Back, object.amount_refunded),
            Kind::Withdrawn => (Taken::Back, object.amount),
        };
        let named = ["reference", "contract", "order_id"].map(|key| object.metadata.get(key));
        let named = named.into_iter().map(|value| value.map(String::as_str));
        let originals = [object.payment_intent.clone(), object.charge.clone()];
        Ok(Told {
            taken,
            originals: if taken == Taken::In {
                Vec::new()
            } else {
                originals.into_iter().flatten().chain([object.id.clone()]).collect()
            },
            references: said(named.chain([object.description.as_deref()])),
            amount: decimal(minor, digits(currency)),
            currency: code,
            paid_at: Moment::from_seconds(message.created.clamp(0, 200_000_000_000)),
            payer: None,
        })
    }

    fn acknowledge(&self) -> &'static str {
        "{\"received\":true}"
    }
}

/// Digits of the provider's smallest unit, which are not ISO's for a few currencies.
fn digits(currency: Currency) -> usize {
    match currency.code() {
        "ISK" | "UGX" => 2,
        "MGA" => 0,
        _ => usize::from(currency.digits()),
    }
}

fn decimal(minor: u64, digits: usize) -> String {
    let text = format!("{minor:0>width$}", width = digits + 1);
    let (whole, part) = text.split_at(text.len() - digits);
    if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") }
}
