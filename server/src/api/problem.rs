//! Errors as RFC 9457 problems. The one place where an [`Error`] gets an HTTP status.

use std::num::NonZeroU32;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{Contract, Refusal};
use serde::Serialize;
use utoipa::ToSchema;

use super::codes;
use crate::{app::change::Changed, error::Error};

/// Media type of a problem.
pub(crate) const MEDIA: &str = "application/problem+json";

/// An error (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// `urn:quittance:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(example = "urn:quittance:problem:contract_not_active")]
    kind: String,
    /// The kind of problem in words, the same for every occurrence.
    title: &'static str,
    /// The HTTP status.
    #[schema(example = 409)]
    status: u16,
    /// The stable code.
    #[schema(example = "contract_not_active")]
    code: &'static str,
    /// What is wrong and what to do.
    detail: String,
    /// Every fault found in the request, where there are fields to name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<Fault>,
    /// Where the contract stands, when its state is why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    state: Option<Box<StateView>>,
    /// Seconds after which asking again may help.
    #[serde(skip)]
    retry_s: Option<NonZeroU32>,
}

/// One fault of a request.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Fault {
    /// The field, as a path into the item.
    #[schema(example = "rows[3].amount")]
    pub(crate) field: String,
    /// What kind of fault.
    #[schema(example = "bad_amount")]
    pub(crate) code: String,
    /// What is wrong and what was expected.
    pub(crate) detail: String,
    /// What was found; personal data is hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) value: Option<String>,
    /// Line within the body or item, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) line: Option<usize>,
    /// Column within the line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) column: Option<usize>,
}

/// Where a contract stands, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct StateView {
    /// The lender's own name for the contract.
    #[schema(example = "EX-00001")]
    pub(crate) reference: String,
    /// `active`, `settled`, `returning`, `returned`, `written_off`, `released` or `archived`.
    #[schema(example = "active")]
    pub(crate) status: &'static str,
    /// `clear`, `remind`, `notice`, `restrict` or `lock`.
    #[schema(example = "restrict")]
    pub(crate) rung: &'static str,
    /// The step of `restrict`, else 0.
    pub(crate) step: u8,
    /// Rises with every change of the contract.
    pub(crate) version: u64,
}

impl StateView {
    /// Of a contract at a version.
    pub(crate) fn of(contract: &Contract, version: u64) -> StateView {
        let stage = contract.decision.stage;
        StateView {
            reference: contract.signed.reference.clone(),
            status: contract.state.name(),
            rung: stage.rung.name(),
            step: stage.step,
            version,
        }
    }

    /// Of a contract that was just changed.
    pub(crate) fn after(changed: &Changed) -> StateView {
        StateView::of(&changed.contract, changed.version)
    }
}

impl Problem {
    /// A problem of this code.
    pub(crate) fn new(code: &str, detail: impl Into<String>) -> Problem {
        let Some(known) = codes::find(code) else {
            tracing::error!(code, "the API has no entry for the error code {code}");
            return Problem::new("internal", "the server could not name its own error");
        };
        Problem {
            kind: format!("urn:quittance:problem:{}", known.code),
            title: known.title,
            status: known.status,
            code: known.code,
            detail: detail.into(),
            errors: Vec::new(),
            state: None,
            retry_s: None,
        }
    }

    /// The faults of a request. The first gives the code.
    pub(crate) fn faults(errors: Vec<Fault>) -> Problem {
        let Some(first) = errors.first() else {
            return Problem::new("bad_field", "the request is wrong");
        };
        let code = codes::find(&first.code).map_or("bad_field", |known| known.code);
        let detail = match errors.len() {
            1 => format!("{}: {}", first.field, first.detail),
            more => format!("{}: {} (and {} more faults)", first.field, first.detail, more - 1),
        };
        Problem { errors, ..Problem::new(code, detail) }
    }

    /// The same with the state that is why.
    pub(crate) fn with_state(self, state: Option<StateView>) -> Problem {
        Problem { state: state.map(Box::new), ..self }
    }

    /// Its status.
    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    /// Whether a contract's state is why: then it is told.
    pub(crate) fn is_of_state(&self) -> bool {
        self.status == 409
    }
}

/// The faults of a row as the book's reader tells them.
impl From<Vec<formats::book::RowError>> for Problem {
    fn from(errors: Vec<formats::book::RowError>) -> Problem {
        let fault = |error| Fault { line: None, ..Fault::from(error) };
        Problem::faults(errors.into_iter().map(fault).collect())
    }
}

/// A fault of a file, with its line.
impl From<formats::book::RowError> for Fault {
    fn from(error: formats::book::RowError) -> Fault {
        Fault {
            field: error.column,
            code: error.code.to_owned(),
            detail: error.detail,
            value: Some(error.value).filter(|value| !value.is_empty()),
            line: usize::try_from(error.line).ok(),
            column: None,
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        match error {
            Error::Refused(Refusal { code, detail }) => Problem::new(code, detail),
            Error::NotFound(what) => Problem::new("not_found", format!("{what} not found")),
            Error::Busy => Problem::new("busy", error.to_string()),
            Error::TooMany(seconds) => Problem {
                retry_s: u32::try_from(seconds).ok().and_then(NonZeroU32::new),
                ..Problem::new("rate_limited", error.to_string())
            },
            Error::ClockDoubtful(_) => {
                tracing::error!(%error, "{error}");
                let detail = "nothing is signed until the server's clock was looked after";
                Problem::new("clock_refused", detail)
            }
            Error::Fault(_) => {
                tracing::error!(%error, "the API could not answer: {error}");
                Problem::new("internal", "this is ours to mend; asking again may help")
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).expect("a problem has text keys only");
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA));
        if self.status == 401 {
            let ask = HeaderValue::from_static("Bearer realm=\"quittance\"");
            headers.insert(header::WWW_AUTHENTICATE, ask);
        }
        let busy = (self.status == 503).then_some(1);
        if let Some(seconds) = self.retry_s.map(NonZeroU32::get).or(busy) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
