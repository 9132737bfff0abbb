//! Files about money, as they are: a bank's statement or notification, a table of payments.

use std::sync::Arc;

use axum::{extract::State, http::Uri, response::Response};
use formats::camt::MessageKind;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    answer,
    body::{Params, Whole},
    guard::Call,
    problem::{Fault, Problem},
};
use crate::{
    App,
    app::take_file::{FileKind, NewFile, NotTaken, TakenFile},
};

/// Longest name of a provider in bytes.
const PROVIDER_MAX: usize = 64;
/// Formats that are read.
pub(crate) const FORMATS: &[&str] = &["camt053", "camt054", "csv"];

/// What became of a file about money.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatementView {
    /// Its id, which follows from its bytes.
    id: Uuid,
    /// `camt053`, `camt054` or `csv`.
    format: String,
    /// SHA-256 of its bytes in hexadecimal.
    hash: String,
    /// When it came first.
    #[schema(format = DateTime)]
    received_at: String,
    /// Money that was counted, and hints that it confirmed.
    counted: u64,
    /// Money that was known before.
    known: u64,
    /// Payments taken back.
    reversed: u64,
    /// Money that waits for a person.
    suspense: u64,
    /// Entries that are not money yet.
    pending: u64,
    /// Entries that are not ours to count.
    passed: u64,
    /// Entries that contradict what is known.
    refused: u64,
    /// Those entries, when the file came first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    refusals: Vec<RefusedView>,
}

/// An entry that was refused.
#[derive(Serialize, ToSchema)]
pub(crate) struct RefusedView {
    /// Its line in the file.
    line: u64,
    /// The bank's id for it.
    provider_id: String,
    /// Stable code.
    code: &'static str,
    /// What is wrong.
    detail: String,
}

/// Takes a file in.
pub(crate) async fn take(
    State(app): State<Arc<App>>,
    call: Call,
    uri: Uri,
    Whole(raw): Whole,
) -> Result<Response, Problem> {
    let params = Params::of(&uri, &["format", "provider"])?;
    let kind = match params.one_of("format", FORMATS)?.as_deref() {
        Some("camt054") => FileKind::Bank(MessageKind::Notification),
        Some("csv") => FileKind::Payments,
        _ => FileKind::Bank(MessageKind::Statement),
    };
    let provider = params.get("provider").map(str::trim);
    if provider.is_some_and(|name| name.is_empty() || name.len() > PROVIDER_MAX) {
        let detail = format!("provider: 1 to {PROVIDER_MAX} bytes");
        return Err(Problem::new("bad_query", detail));
    }
    if provider.is_some() && kind == FileKind::Payments {
        return Err(Problem::new("bad_query", "provider: a row of a table names its own"));
    }
    let new = NewFile { kind, provider, raw: &raw };
    match app.take_file(call.tenant(), new, &call.actor()).await {
        Ok(taken) => Ok(answer::written(taken.repeated, &view(taken))),
        Err(NotTaken::Faults(errors)) => {
            Err(Problem::faults(errors.into_iter().map(Fault::from).collect()))
        }
        Err(NotTaken::Error(error)) => Err(error.into()),
    }
}

fn view(taken: TakenFile) -> StatementView {
    let TakenFile { unit, file, refused, .. } = taken;
    let counts = file.counts.unwrap_or_default();
    let refusals = refused.into_iter().map(|(line, provider_id, refusal)| RefusedView {
        line,
        provider_id,
        code: refusal.code,
        detail: refusal.detail,
    });
    StatementView {
        id: unit.0,
        format: file.format,
        hash: crate::crypto::hex(&file.hash),
        received_at: file.received_at.rfc3339(),
        counted: counts.counted,
        known: counts.known,
        reversed: counts.reversed,
        suspense: counts.suspense,
        pending: counts.pending,
        passed: counts.passed,
        refused: counts.refused,
        refusals: refusals.collect(),
    }
}
