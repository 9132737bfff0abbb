//! What providers of payments send: who sent it, what it says, under which id it is known, and how
//! it is acknowledged. Pure: bytes and headers in, receipts out.
//!
//! **Invariant:** nothing here reads a clock, a file or the store.
//! **Invariant:** a signature is checked over the bytes as they came, before they are read.
//! **Invariant:** any bytes give receipts or a rejection; never a panic.
//! **Invariant:** no error and no `Debug` shows a secret or anything of a payer.

mod alerts;
mod generic;
mod mpesa;
mod pix;
mod signature;
pub mod status;
mod stripe;

use domain::{Currency, Moment, Zone};
use formats::{book::When, camt::Taken, directory::SourceKind, intake::Teller};
use serde::Deserialize;
use store::Personal;
use zeroize::Zeroizing;

use crate::{app::receive_money::Receipt, crypto::sha256};

pub use alerts::{Alert, alert};
pub use mpesa::{Asked, asked, verdict};
pub use signature::{FUTURE_S, PAST_S, proved, signed};

/// Most bytes of a call.
pub const BODY_MAX: usize = 64 * 1024;
/// Most bytes of a call without proof: they are kept, whoever sent them.
pub const UNPROVEN_MAX: usize = 8 * 1024;
/// Most payments in one call.
pub const PAYMENTS_MAX: usize = 500;
/// Headers kept with what they came with; all others are forgotten.
pub const KEPT_HEADERS: [&str; 6] =
    ["content-type", "user-agent", "x-request-id", stripe::HEADER, generic::HEADER, "forwarded"];

/// A secret shared with a provider.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// A secret of these bytes.
    pub fn new(bytes: &[u8]) -> Secret {
        Secret(Zeroizing::new(bytes.to_vec()))
    }

    /// As text; empty where it is none.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("")
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Where calls come from.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name: the provider of its money.
    pub name: String,
    /// What it speaks.
    pub kind: SourceKind,
    /// The secrets in force; several while one replaces another.
    pub secrets: Vec<Secret>,
    /// The calendar of times without an offset.
    pub zone: Zone,
    /// The currency of amounts that name none.
    pub currency: Option<Currency>,
}

/// A call as it came.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Names in small letters, and values.
    pub headers: &'a [(String, String)],
    /// The body.
    pub body: &'a [u8],
    /// When it came.
    pub at: Moment,
}

impl Call<'_> {
    /// The value of a header that stands once.
    fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known == name);
        let (_, value) = found.next()?;
        found.next().is_none().then_some(value.as_str())
    }
}

/// Why a call is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Stable code.
    pub code: &'static str,
    /// What is wrong; nothing of the payer.
    pub detail: String,
}

impl Rejection {
    pub(crate) fn new(code: &'static str, detail: impl Into<String>) -> Rejection {
        Rejection { code, detail: detail.into() }
    }
}

/// Whether a call proves who sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// It does: what it tells is money.
    Proven,
    /// It does not: what it tells is a hint.
    Hint,
}

/// What a message says of one payment.
#[derive(Clone)]
pub struct Told {
    /// Whether it came in or was taken back.
    pub taken: Taken,
    /// Ids of the payment taken back.
    pub originals: Vec<String>,
    /// Texts that may name the contract, the likeliest first.
    pub references: Vec<String>,
    /// Decimal amount in major units.
    pub amount: String,
    /// ISO 4217.
    pub currency: String,
    /// When the payer paid.
    pub paid_at: Moment,
    /// Who paid, as told.
    pub payer: Option<String>,
}

/// Payer and texts are personal data.
impl std::fmt::Debug for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Told { taken, amount, currency, .. } = self;
        write!(f, "Told({taken:?}, {amount} {currency})")
    }
}

/// A provider of payments: how its calls are proved, read, named and acknowledged.
pub trait Rail {
    /// One message of a call.
    type Message;

    /// Whether the call proves who sent it; a wrong proof is refused.
    fn verify(&self, source: &Source, call: &Call<'_>) -> Result<Proof, Rejection>;
    /// The messages of a call. What is not about money is none.
    fn decode(&self, body: &[u8]) -> Result<Vec<Self::Message>, Rejection>;
    /// The provider's own id for the money, the same however often it tells of it.
    fn key(&self, message: &Self::Message) -> String;
    /// What the message says.
    fn map(&self, source: &Source, message: &Self::Message) -> Result<Told, Rejection>;
    /// What the provider wants to hear once everything is written down.
    fn acknowledge(&self) -> &'static str;
}

/// What a call tells, and what its sender wants to hear.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Whether it proved who sent it.
    pub proof: Proof,
    /// Its receipts, in order.
    pub receipts: Vec<Receipt>,
    /// The answer's JSON.
    pub answer: &'static str,
}

/// Reads a call of a source.
pub fn hear(source: &Source, call: &Call<'_>) -> Result<Heard, Rejection> {
    match source.kind {
        SourceKind::Stripe => hear_by(&stripe::Stripe, source, call),
        SourceKind::Mpesa => hear_by(&mpesa::Mpesa, source, call),
        SourceKind::Pix => hear_by(&pix::Pix, source, call),
        SourceKind::Generic => hear_by(&generic::Generic, source, call),
        SourceKind::Alerts => Err(Rejection::new("bad_field", "an alert tells of no money")),
    }
}

fn hear_by<R: Rail>(rail: &R, source: &Source, call: &Call<'_>) -> Result<Heard, Rejection> {
    if call.body.len() > BODY_MAX {
        return Err(Rejection::new("body_too_large", "a call holds at most 64 KiB"));
    }
    let proof = rail.verify(source, call)?;
    if proof == Proof::Hint && call.body.len() > UNPROVEN_MAX {
        return Err(Rejection::new("body_too_large", "a call without proof holds at most 8 KiB"));
    }
    let messages = rail.decode(call.body)?;
    if messages.len() > PAYMENTS_MAX {
        return Err(Rejection::new("too_many_items", "a call holds at most 500 payments"));
    }
    let raw_hash = sha256(&[call.body]);
    let mut receipts = Vec::with_capacity(messages.len());
    for message in &messages {
        let told = rail.map(source, message)?;
        let content = content_hash(&told);
        let Told { taken, originals, references, amount, currency, paid_at, payer } = told;
        let mut kept = kept(call, &references);
        kept.extend(payer.map(|value| Personal { field: "payer", value }));
        receipts.push(Receipt {
            by: Teller::Call,
            provider: source.name.clone(),
            provider_id: rail.key(message),
            same_as: None,
            taken,
            originals,
            references,
            amount,
            currency,
            paid_at: When::At(paid_at),
            content_hash: Some(content),
            raw_hash,
            proven: proof == Proof::Proven,
            suspense: None,
            kept,
        });
    }
    Ok(Heard { proof, receipts, answer: rail.acknowledge() })
}

/// What makes two tellings of an id the same money.
fn content_hash(told: &Told) -> [u8; 32] {
    let Told { taken, references, amount, currency, paid_at, .. } = told;
    let mut text = format!("{taken:?}\n{amount}\n{currency}\n{}", paid_at.micros());
    for reference in references {
        text += &format!("\n{}:{reference}", reference.len());
    }
    sha256(&[text.as_bytes()])
}

/// The bytes as they came and the headers worth keeping.
fn kept(call: &Call<'_>, references: &[String]) -> Vec<Personal> {
    let mut kept = Vec::new();
    if let Ok(raw) = std::str::from_utf8(call.body) {
        kept.push(Personal { field: "raw", value: raw.to_owned() });
    }
    let headers: Vec<String> = call
        .headers
        .iter()
        .filter(|(name, value)| KEPT_HEADERS.contains(&name.as_str()) && value.len() <= 1024)
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    if !headers.is_empty() {
        kept.push(Personal { field: "headers", value: headers.join("\n") });
    }
    let words = references.join("\n");
    if !words.is_empty() {
        kept.push(Personal { field: "remittance", value: words });
    }
    kept
}

/// Reads JSON. What stands at the place is not told: it may name people.
pub(crate) fn json<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Rejection> {
    serde_json::from_slice(body).map_err(|error| {
        let place = format!("line {} column {}", error.line(), error.column());
        match error.classify() {
            serde_json::error::Category::Data => Rejection::new(
                "bad_field",
                format!("a field is missing or of another type: {place}"),
            ),
            _ => Rejection::new("bad_json", format!("the body is not JSON: {place}")),
        }
    })
}

/// A text of a message, within its limit and on one line.
fn text(field: &str, value: &str) -> Result<String, Rejection> {
    let value = value.trim();
    if value.is_empty() || value.len() > 128 || value.contains(char::is_control) {
        return Err(Rejection::new("bad_field", format!("{field}: expected 1 to 128 bytes")));
    }
    Ok(value.to_owned())
}

/// Texts that say something.
fn said<'a>(texts: impl IntoIterator<Item = Option<&'a str>>) -> Vec<String> {
    let texts = texts.into_iter().flatten().map(str::trim).filter(|text| !text.is_empty());
    texts.map(|text| text.chars().take(500).collect()).collect()
}
