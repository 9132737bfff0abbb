//! What a carrier tells of a message later: a signed call with a moment. Pure: bytes in, receipt
//! out.

use domain::{Channel, Moment, NoticeId, UnitId, delivery::DeliveryState};
use serde::Deserialize;

use super::{named, own_id, plain_code};
use crate::intake::{Call, Rejection, Secret, json, proved};

/// Most bytes of a receipt.
pub const RECEIPT_MAX: usize = 4 * 1024;

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The message's name, as it was handed over.
    pub message: String,
    /// The contract.
    pub unit: UnitId,
    /// The notice.
    pub notice: NoticeId,
    /// By which channel.
    pub channel: Channel,
    /// What became of it.
    pub state: DeliveryState,
    /// When.
    pub at: Moment,
    /// The carrier's own id and word.
    pub said: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    message: String,
    state: String,
    at: String,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    code: Option<String>,
}

/// Reads a receipt of somebody who has proved that he holds the secret.
pub fn receipt(secrets: &[Secret], call: &Call<'_>) -> Result<Receipt, Rejection> {
    if call.body.len() > RECEIPT_MAX {
        return Err(Rejection::new("body_too_large", "a receipt holds at most 4 KiB"));
    }
    proved(secrets, call)?;
    let Body { message, state, at, id, code } = json(call.body)?;
    let known = named(&message);
    let (unit, notice, channel) =
        known.ok_or_else(|| Rejection::new("message_unknown", "message: not sent from here"))?;
    let state = DeliveryState::told(&state).ok_or_else(|| {
        let expected = "state: expected accepted, delivered, read, failed or bounced";
        Rejection::new("bad_delivery_state", expected)
    })?;
    let at =
        Moment::parse(&at).ok_or_else(|| Rejection::new("bad_moment", "at: expected RFC 3339"))?;
    let id = id.map(|id| {
        let wrong = || Rejection::new("bad_field", "id: expected 1 to 128 signs without blanks");
        own_id(&id, "").ok_or_else(wrong)
    });
    let code = code.map(|code| {
        let detail = "code: expected 1 to 64 letters, `_`, `-`, `.` and at most five digits";
        let code = plain_code(&code).map(str::to_owned);
        code.ok_or_else(|| Rejection::new("bad_field", detail))
    });
    let said = [id.transpose()?, code.transpose()?];
    let said = said.into_iter().flatten().collect::<Vec<_>>().join(" ");
    Ok(Receipt { message, unit, notice, channel, state, at, said })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{intake::signed, sender::message_id};

    fn read(body: &str, at: i64, secret: &str) -> Result<Receipt, &'static str> {
        let signature =
            signed(&Secret::new(secret.as_bytes()), Moment::from_seconds(at), body.as_bytes());
        let headers = [("quittance-signature".to_owned(), signature)];
        let call =
            Call { headers: &headers, body: body.as_bytes(), at: Moment::from_seconds(1000) };
        receipt(&[Secret::new(b"0123456789abcdef")], &call).map_err(|wrong| wrong.code)
    }

    #[test]
    fn each_wrong_receipt_has_its_code() {
        let id =
            message_id(UnitId::from_bytes([1; 16]), NoticeId::from_bytes([2; 16]), Channel::Sms);
        let body = |message: &str, state: &str, at: &str, more: &str| {
            format!(r#"{{"message":"{message}","state":"{state}","at":"{at}"{more}}}"#)
        };
        let good = "0123456789abcdef";
        let when = "1970-01-01T00:10:00Z";
        let right = body(&id, "delivered", when, r#","id":"SM-1","code":"ok""#);
        let told = read(&right, 1000, good).unwrap();
        assert_eq!((told.state, told.said.as_str()), (DeliveryState::Delivered, "SM-1 ok"));
        assert_eq!((told.channel, told.at), (Channel::Sms, Moment::from_seconds(600)));
        let long = body(&id, "read", when, &format!(r#","id":"{}""#, "x".repeat(RECEIPT_MAX)));
        let cases = [
            (right.clone(), 1000, "another secret!!", "signature_wrong"),
            (right.clone(), 600, good, "signature_stale"),
            (right, 1400, good, "signature_stale"),
            (body("nobody", "read", when, ""), 1000, good, "message_unknown"),
            (body(&id, "deemed", when, ""), 1000, good, "bad_delivery_state"),
            (body(&id, "read", "yesterday", ""), 1000, good, "bad_moment"),
            (body(&id, "read", when, r#","id":"two words""#), 1000, good, "bad_field"),
            (body(&id, "read", when, r#","code":"+91 555""#), 1000, good, "bad_field"),
            (body(&id, "read", when, r#","extra":1"#), 1000, good, "bad_field"),
            ("{".to_owned(), 1000, good, "bad_json"),
            (long, 1000, good, "body_too_large"),
        ];
        for (body, at, secret, code) in cases {
            assert_eq!(read(&body, at, secret), Err(code), "{body}");
        }
    }
}
