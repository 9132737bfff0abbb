//! What goes wrong, as a person and as a script hear it.

use std::process::ExitCode;

use serde_json::json;
use server::Error;

use crate::out;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: u8,
    code: String,
    detail: String,
}

impl Failure {
    /// Refused, or found wrong.
    pub(crate) fn wrong(code: impl Into<String>, detail: impl Into<String>) -> Failure {
        Failure { exit: 1, code: code.into(), detail: detail.into() }
    }

    /// Bad usage or input.
    pub(crate) fn usage(code: impl Into<String>, detail: impl Into<String>) -> Failure {
        Failure { exit: 2, code: code.into(), detail: detail.into() }
    }

    /// A file that cannot be read.
    pub(crate) fn file(path: &std::path::Path, error: &std::io::Error) -> Failure {
        Failure::usage("file", format!("{}: {error}", path.display()))
    }

    /// The stable code.
    pub(crate) fn code(&self) -> &str {
        &self.code
    }

    /// With what to do about it.
    pub(crate) fn hint(mut self, hint: &str) -> Failure {
        self.detail = format!("{}; {hint}", self.detail);
        self
    }

    /// Tells it and gives the exit code.
    pub(crate) fn tell(self, as_json: bool) -> ExitCode {
        let Failure { exit, code, detail } = self;
        if as_json {
            out::json(&json!({ "error": { "code": code, "detail": detail } }));
        } else {
            out::note(format!("error: {detail} [{code}]"));
        }
        ExitCode::from(exit)
    }
}

/// The use cases' own codes for what the caller wrote wrong begin like this.
const INPUT_CODES: [&str; 2] = ["bad_", "no_role"];

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        match error {
            Error::Refused(refusal) => {
                let input = INPUT_CODES.iter().any(|begin| refusal.code.starts_with(begin));
                let exit = if input { 2 } else { 1 };
                Failure { exit, code: refusal.code.to_owned(), detail: refusal.detail }
            }
            Error::NotFound(what) => Failure::wrong("not_found", format!("{what} not found")),
            Error::Busy | Error::TooMany(_) => Failure::wrong("busy", error.to_string()),
            Error::ClockDoubtful(_) => Failure::wrong("clock_refused", error.to_string()),
            Error::Fault(detail) => Failure::wrong("fault", detail),
        }
    }
}

impl From<store::Fault> for Failure {
    fn from(fault: store::Fault) -> Failure {
        // The store's lock names its holder and ends in the same words wherever it is met.
        let held = fault.what.ends_with("or send the work to it");
        Failure::wrong(if held { "data_held" } else { "store" }, fault.what)
    }
}
