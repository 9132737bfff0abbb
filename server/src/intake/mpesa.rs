//! M-Pesa customer-to-business calls. They carry no signature: a confirmation is a hint until a
//! statement or a status pull confirms it. The account number is typed by the payer.

use domain::{Day, Moment, Zone};
use formats::camt::Taken;
use serde::Deserialize;
use serde_json::Value;

use super::{Call, Proof, Rail, Rejection, Source, Told, json, said, text};

pub(super) struct Mpesa;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Message {
    #[serde(rename = "TransID")]
    id: String,
    trans_time: Value,
    trans_amount: Value,
    #[serde(default)]
    bill_ref_number: Option<String>,
    #[serde(default)]
    invoice_number: Option<String>,
    #[serde(rename = "MSISDN", default)]
    phone: Option<Value>,
    #[serde(default)]
    first_name: Option<String>,
    #[serde(default)]
    middle_name: Option<String>,
    #[serde(default)]
    last_name: Option<String>,
}

/// What a validation call asks: whether money typed so would be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The account numbers typed.
    pub references: Vec<String>,
    /// Decimal amount.
    pub amount: String,
}

/// What a validation call asks.
pub fn asked(body: &[u8]) -> Result<Asked, Rejection> {
    let message: Message = json(body)?;
    Ok(Asked {
        references: message.references(),
        amount: plain("TransAmount", &message.trans_amount)?,
    })
}

/// The answer to a validation call.
pub fn verdict(refused: Option<&str>) -> &'static str {
    match refused {
        None => "{\"ResultCode\":\"0\",\"ResultDesc\":\"Accepted\"}",
        Some("reference") => "{\"ResultCode\":\"C2B00012\",\"ResultDesc\":\"Rejected\"}",
        Some("amount") => "{\"ResultCode\":\"C2B00013\",\"ResultDesc\":\"Rejected\"}",
        Some(_) => "{\"ResultCode\":\"C2B00016\",\"ResultDesc\":\"Rejected\"}",
    }
}

impl Message {
    fn references(&self) -> Vec<String> {
        said([self.bill_ref_number.as_deref(), self.invoice_number.as_deref()])
    }
}

impl Rail for Mpesa {
    type Message = Message;

    fn verify(&self, _: &Source, _: &Call<'_>) -> Result<Proof, Rejection> {
        Ok(Proof::Hint)
    }

    fn decode(&self, body: &[u8]) -> Result<Vec<Message>, Rejection> {
        json(body).map(|message| vec![message])
    }

    fn key(&self, message: &Message) -> String {
        message.id.trim().to_owned()
    }

    fn map(&self, source: &Source, message: &Message) -> Result<Told, Rejection> {
        text("TransID", &message.id)?;
        let currency = source.currency.ok_or_else(|| {
            Rejection::new(
                "unknown_currency",
                "the source names no currency: add it again with one",
            )
        })?;
        let name = [&message.first_name, &message.middle_name, &message.last_name];
        let name = said(name.map(|part| part.as_deref())).join(" ");
        let phone = message.phone.as_ref().and_then(|value| plain("MSISDN", value).ok());
        let payer = said([Some(name.as_str()), phone.as_deref()]).join(", ");
        Ok(Told {
            taken: Taken::In,
            originals: Vec::new(),
            references: message.references(),
            amount: plain("TransAmount", &message.trans_amount)?,
            currency: currency.code().to_owned(),
            paid_at: local(&plain("TransTime", &message.trans_time)?, &source.zone)?,
            payer: Some(payer).filter(|payer| !payer.is_empty()),
        })
    }

    fn acknowledge(&self) -> &'static str {
        "{\"ResultCode\":0,\"ResultDesc\":\"Success\"}"
    }
}

/// A text, or a whole number written without quotation marks.
fn plain(field: &str, value: &Value) -> Result<String, Rejection> {
    match value {
        Value::String(value) => text(field, value),
        Value::Number(number) if number.is_u64() => Ok(number.to_string()),
        _ => Err(Rejection::new("bad_field", format!("{field}: expected a text"))),
    }
}

/// `yyyyMMddHHmmss` on the provider's wall clock.
fn local(stamp: &str, zone: &Zone) -> Result<Moment, Rejection> {
    let wrong = || Rejection::new("bad_moment", "TransTime: expected yyyyMMddHHmmss");
    if stamp.len() != 14 || !stamp.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let day = format!("{}-{}-{}", &stamp[..4], &stamp[4..6], &stamp[6..8]);
    let day = Day::parse(&day).ok_or_else(wrong)?;
    let part = |at: usize, max: u32| {
        stamp[at..at + 2].parse::<u32>().ok().filter(|part| *part <= max).ok_or_else(wrong)
    };
    Ok(zone.at(day, part(8, 23)? * 3600 + part(10, 59)? * 60 + part(12, 59)?))
}
