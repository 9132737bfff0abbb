//! M-Pesa's status query: what is asked about a transaction, and what its answer says. The answer
//! may come at once or later at an address of ours; both look alike.

use serde::Deserialize;
use serde_json::{json, value::RawValue};

use super::{Rejection, json};

/// Largest answer, bytes.
pub const ANSWER_MAX: usize = 16 * 1024;
/// What M-Pesa answers where there is no such receipt.
const UNKNOWN_RECEIPT: &str = "2032";
/// States in which no money is with us and none will come.
const WITHOUT_MONEY: [&str; 5] = ["Failed", "Declined", "Cancelled", "Expired", "Reversed"];

/// Who asks, as the provider knows him.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// Name of the initiator.
    pub initiator: &'a str,
    /// The short code that was paid.
    pub short_code: &'a str,
    /// Where a later answer is to go.
    pub result_url: Option<&'a str>,
}

/// The body of a question about a transaction. `credential` is the initiator's encrypted password.
pub fn question(asker: Asker<'_>, credential: &str, transaction: &str) -> String {
    let Asker { initiator, short_code, result_url } = asker;
    let result_url = result_url.unwrap_or("");
    json!({
        "Initiator": initiator,
        "SecurityCredential": credential,
        "CommandID": "TransactionStatusQuery",
        "TransactionID": transaction,
        "PartyA": short_code,
        "IdentifierType": "4",
        "ResultURL": result_url,
        "QueueTimeOutURL": result_url,
        "Remarks": "status",
        "Occasion": "",
    })
    .to_string()
}

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// The money is there.
    Paid {
        /// Decimal amount.
        amount: String,
        /// The account number typed, if the answer tells it.
        reference: Option<String>,
    },
    /// There is no such money.
    Unpaid,
    /// The question was taken; the answer comes later.
    Asked,
    /// Nothing that could be relied on.
    Unknown,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'a> {
    #[serde(borrow, default)]
    response_code: Option<&'a RawValue>,
    #[serde(borrow, default)]
    result: Option<Outcome<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Outcome<'a> {
    #[serde(borrow)]
    result_code: &'a RawValue,
    #[serde(borrow, default)]
    result_parameters: Option<Parameters<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameters<'a> {
    #[serde(borrow)]
    result_parameter: Vec<Parameter<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameter<'a> {
    key: String,
    #[serde(borrow, default)]
    value: Option<&'a RawValue>,
}

/// Reads an answer about a transaction. Only a plain yes and a plain no count as such: whatever
/// else it says, nobody is locked or opened for it.
pub fn status(body: &[u8], transaction: &str) -> Result<Status, Rejection> {
    if body.len() > ANSWER_MAX {
        return Err(Rejection::new("body_too_large", "an answer holds at most 16 KiB"));
    }
    let body: Body<'_> = json(body)?;
    let Some(outcome) = body.result else {
        let taken = body.response_code.map(plain).is_some_and(|code| code == "0");
        return Ok(if taken { Status::Asked } else { Status::Unknown });
    };
    match plain(outcome.result_code).as_str() {
        "0" => {}
        UNKNOWN_RECEIPT => return Ok(Status::Unpaid),
        _ => return Ok(Status::Unknown),
    }
    let parameters = outcome.result_parameters.map(|all| all.result_parameter).unwrap_or_default();
    let told = |key: &str| {
        let found = parameters.iter().find(|parameter| parameter.key == key);
        found.and_then(|parameter| parameter.value).map(plain)
    };
    if !told("ReceiptNo").is_some_and(|receipt| receipt.eq_ignore_ascii_case(transaction)) {
        return Ok(Status::Unknown);
    }
    let state = told("TransactionStatus").unwrap_or_default();
    if WITHOUT_MONEY.contains(&state.as_str()) {
        return Ok(Status::Unpaid);
    }
    Ok(match told("Amount") {
        Some(amount) if state == "Completed" => {
            let reference = told("BillReferenceNumber").filter(|text| !text.is_empty());
            Status::Paid { amount, reference }
        }
        _ => Status::Unknown,
    })
}

/// A text, or a number exactly as it is written: no amount goes through a float.
fn plain(value: &RawValue) -> String {
    let text = value.get();
    serde_json::from_str::<String>(text).unwrap_or_else(|_| text.to_owned()).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(code: &str, parameters: &str) -> String {
        format!(
            "{{\"Result\":{{\"ResultCode\":{code},\"ResultDesc\":\"d\",\"ResultParameters\":\
             {{\"ResultParameter\":[{parameters}]}}}}}}"
        )
    }

    #[test]
    fn only_a_plain_yes_and_a_plain_no_are_such() {
        let receipt = "{\"Key\":\"ReceiptNo\",\"Value\":\"MBN31H462N\"}";
        let of = |state: &str, amount: &str| {
            format!(
                "{receipt},{{\"Key\":\"TransactionReason\"}},{{\"Key\":\"TransactionStatus\",\
                 \"Value\":\"{state}\"}},{{\"Key\":\"Amount\",\"Value\":{amount}}}"
            )
        };
        let paid = |amount: &str| Status::Paid { amount: amount.to_owned(), reference: None };
        let cases = [
            (told("0", &of("Completed", "300.10")), paid("300.10")),
            (told("\"0\"", &of("Completed", "\"300\"")), paid("300")),
            (told("0", &of("Reversed", "300")), Status::Unpaid),
            (told("0", &of("Authorized", "300")), Status::Unknown),
            (told("0", "{\"Key\":\"ReceiptNo\",\"Value\":\"ANOTHER\"}"), Status::Unknown),
            (told("0", receipt), Status::Unknown),
            (told("2001", ""), Status::Unknown),
            ("{\"Result\":{\"ResultCode\":2032}}".to_owned(), Status::Unpaid),
            ("{\"ResponseCode\":\"0\",\"ConversationID\":\"A\"}".to_owned(), Status::Asked),
            ("{\"ResponseCode\":\"1\"}".to_owned(), Status::Unknown),
            ("{}".to_owned(), Status::Unknown),
        ];
        for (body, expected) in cases {
            assert_eq!(status(body.as_bytes(), "mbn31h462n").unwrap(), expected, "{body}");
        }
        let named = "{\"Key\":\"BillReferenceNumber\",\"Value\":\"EX-00001\"}";
        let body = told("0", &format!("{},{named}", of("Completed", "1")));
        let reference = Some("EX-00001".to_owned());
        let expected = Status::Paid { amount: "1".to_owned(), reference };
        assert_eq!(status(body.as_bytes(), "MBN31H462N").unwrap(), expected);
        for garbage in ["", "7", "<html>", "{\"Result\":7}", "{\"Result\":{}}"] {
            assert!(status(garbage.as_bytes(), "M").is_err(), "{garbage}");
        }
    }
}
