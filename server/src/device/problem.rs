//! What the device door answers instead of a reply: one table from our errors to the protocol's
//! stable codes.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use protocol::{
    Message,
    limits::PROBLEM_DETAIL_MAX,
    reply::{Problem, codes},
};

use crate::error::Error;

/// Seconds after which a device may try again where others were faster.
const BUSY_S: u32 = 30;
/// Seconds after which a device may try again where a person has to mend something.
const MEND_S: u32 = 300;

/// A refusal: status, code, a sentence for a log, when to come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable code of the protocol.
    pub code: &'static str,
    /// A sentence.
    pub detail: String,
    /// Seconds to wait, where the same bytes may succeed later.
    pub retry_s: Option<u32>,
}

/// Refusals of the use cases and what a device is told. `contract_not_active` is told like a wrong
/// code: there is no contract that waits for this device.
const REFUSALS: [(&str, &str, StatusCode); 14] = [
    (codes::MALFORMED, codes::MALFORMED, StatusCode::BAD_REQUEST),
    (codes::BAD_SIGNATURE, codes::BAD_SIGNATURE, StatusCode::UNAUTHORIZED),
    (codes::UNKNOWN_ENROLMENT, codes::UNKNOWN_ENROLMENT, StatusCode::NOT_FOUND),
    (codes::WRONG_ENROLMENT_CODE, codes::WRONG_ENROLMENT_CODE, StatusCode::FORBIDDEN),
    ("contract_not_active", codes::WRONG_ENROLMENT_CODE, StatusCode::FORBIDDEN),
    (codes::ENROLMENT_CODE_USED, codes::ENROLMENT_CODE_USED, StatusCode::CONFLICT),
    (codes::DEVICE_ALREADY_FINANCED, codes::DEVICE_ALREADY_FINANCED, StatusCode::CONFLICT),
    (codes::NO_CONSENT, codes::NO_CONSENT, StatusCode::CONFLICT),
    (codes::LENDER_NOT_NAMED, codes::LENDER_NOT_NAMED, StatusCode::CONFLICT),
    (codes::OFFER_MISMATCH, codes::OFFER_MISMATCH, StatusCode::CONFLICT),
    (codes::HOLDER_REFUSED, codes::HOLDER_REFUSED, StatusCode::CONFLICT),
    (codes::NOT_RELEASED, codes::NOT_RELEASED, StatusCode::CONFLICT),
    (codes::REPLAYED_ENVELOPE, codes::REPLAYED_ENVELOPE, StatusCode::CONFLICT),
    (codes::STALE_KEY_GENERATION, codes::STALE_KEY_GENERATION, StatusCode::FORBIDDEN),
];

impl Trouble {
    /// A refusal that the same bytes will meet again.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Trouble {
        Trouble { status, code, detail: detail.into(), retry_s: None }
    }

    /// Too much at once.
    pub fn busy(detail: impl Into<String>) -> Trouble {
        let trouble = Trouble::new(StatusCode::SERVICE_UNAVAILABLE, codes::BUSY, detail);
        Trouble { retry_s: Some(BUSY_S), ..trouble }
    }

    fn internal() -> Trouble {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        let trouble = Trouble::new(status, codes::INTERNAL, "the server failed");
        Trouble { retry_s: Some(MEND_S), ..trouble }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Trouble {
        match error {
            Error::Refused(refusal) => {
                let row = REFUSALS.iter().find(|(code, _, _)| *code == refusal.code);
                let Some((_, code, status)) = row else {
                    tracing::error!(code = refusal.code, "no device code for {}", refusal.code);
                    return Trouble::internal();
                };
                Trouble::new(*status, code, refusal.detail)
            }
            Error::NotFound(what) => {
                let detail = format!("{what} not found");
                Trouble::new(StatusCode::NOT_FOUND, codes::UNKNOWN_ENROLMENT, detail)
            }
            Error::Busy | Error::TooMany(_) => Trouble::busy("others change this contract"),
            Error::ClockDoubtful(_) => {
                tracing::error!(%error, "nothing is signed: {error}");
                let status = StatusCode::SERVICE_UNAVAILABLE;
                let detail = "the server doubts its own clock";
                let trouble = Trouble::new(status, codes::CLOCK_REFUSED, detail);
                Trouble { retry_s: Some(MEND_S), ..trouble }
            }
            Error::Fault(_) => {
                tracing::error!(%error, "a device could not be answered: {error}");
                Trouble::internal()
            }
        }
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let Trouble { status, code, mut detail, retry_s } = self;
        detail.truncate(detail.floor_char_boundary(PROBLEM_DETAIL_MAX));
        let problem = Problem { code: code.to_owned(), detail, retry_s };
        let content = [(header::CONTENT_TYPE, super::CBOR)];
        let mut response = (status, content, problem.encode()).into_response();
        if let Some(seconds) = retry_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_told_is_of_the_protocol_and_every_refusal_stands_once() {
        for (index, (code, told, status)) in REFUSALS.iter().enumerate() {
            assert!(codes::ALL.contains(told), "{told}");
            assert!(status.is_client_error(), "{code}");
            assert!(REFUSALS[..index].iter().all(|(other, _, _)| other != code), "{code}");
        }
    }

    #[test]
    fn a_fault_tells_the_outside_nothing_of_itself() {
        let trouble = Trouble::from(Error::Fault("disk /secret/path is full".into()));
        assert_eq!((trouble.status.as_u16(), trouble.code), (500, codes::INTERNAL));
        assert!(!trouble.detail.contains("secret"));
        let unknown = Trouble::from(Error::refused("no_such_code", "x"));
        assert_eq!(unknown.code, codes::INTERNAL);
        let clock = Trouble::from(Error::ClockDoubtful(90));
        assert_eq!((clock.status.as_u16(), clock.code), (503, codes::CLOCK_REFUSED));
    }

    #[test]
    fn a_long_detail_is_cut_at_a_letter_and_can_be_read() {
        let trouble = Trouble::new(StatusCode::BAD_REQUEST, codes::MALFORMED, "é".repeat(400));
        let response = trouble.into_response();
        assert_eq!(response.status(), 400);
        let problem =
            Problem {
                code: "x".into(), detail: "é".repeat(PROBLEM_DETAIL_MAX / 2), retry_s: None
            };
        assert!(problem.check().is_ok());
    }
}
