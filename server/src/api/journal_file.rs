//! A contract's journal as a file of JSON Lines.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use formats::roots::Proof;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    body::{At, Params},
    contracts,
    guard::Call,
    problem::Problem,
    records::LINES,
};
use crate::{App, app::export_journal::Beside};

/// A line of an exported journal: the first (`format`, `head`, …), an entry (`entry`, `kind`,
/// `text`, `hash`) or an attachment (`attached`, `name`, `text`, `hash`).
#[derive(Serialize, ToSchema)]
pub(crate) struct JournalFileLine {
    /// What is attached: `pack`, `personal`, `programme` or `proof`.
    #[schema(nullable = false)]
    attached: Option<String>,
    /// SHA-256 of the first line with this field empty.
    #[schema(nullable = false)]
    check: Option<String>,
    /// Number of the entry, from 1.
    #[schema(nullable = false)]
    entry: Option<u64>,
    /// `quittance-journal/1`.
    #[schema(nullable = false)]
    format: Option<String>,
    /// The chained hash of an entry, or an attachment's own.
    #[schema(nullable = false)]
    hash: Option<String>,
    /// Number and hash of the last entry.
    #[schema(value_type = Option<Object>, nullable = false)]
    head: Option<BTreeMap<String, String>>,
    /// `fact`, `decision` or `lease`.
    #[schema(nullable = false)]
    kind: Option<String>,
    /// The lender's name.
    #[schema(nullable = false)]
    lender: Option<String>,
    /// Lines that follow the first.
    #[schema(nullable = false)]
    lines: Option<u64>,
    /// Which attachment.
    #[schema(nullable = false)]
    name: Option<String>,
    /// The contract's reference.
    #[schema(nullable = false)]
    reference: Option<String>,
    /// The lender's id.
    #[schema(nullable = false)]
    tenant: Option<Uuid>,
    /// The text of an entry or attachment.
    #[schema(nullable = false)]
    text: Option<String>,
    /// The contract's id.
    #[schema(nullable = false)]
    unit: Option<Uuid>,
}

/// That the head of a journal stood in the log of a day.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProofView {
    /// Of which day's log.
    #[schema(format = Date)]
    day: String,
    /// The entry that was the journal's last.
    entry: u64,
    /// `quittance-journal-proof/1`.
    format: String,
    /// Place of the leaf, from 0.
    index: u64,
    /// The audit path (RFC 6962), hashes in hexadecimal.
    path: Vec<String>,
    /// Leaves of that log.
    size: u64,
}

/// Proves that a journal stands in the log of a day.
pub(crate) async fn proof(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    uri: Uri,
) -> Result<Json<ProofView>, Problem> {
    let params = Params::of(&uri, &["day"])?;
    let day = params.day("day")?;
    let unit = contracts::unit(&app, call.tenant(), &reference).await?;
    let Proof { day, entry, format, index, path, size } =
        app.prove_journal(call.tenant(), unit, day).await?;
    Ok(Json(ProofView { day: day.to_string(), entry, format, index, path, size }))
}

/// Exports a contract's journal.
pub(crate) async fn export(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    uri: Uri,
) -> Result<Response, Problem> {
    let params = Params::of(&uri, &["rules"])?;
    let rules = params.one_of("rules", &["true", "false"])?.is_some_and(|rules| rules == "true");
    answer(&app, &call, &reference, Beside { rules, personal: false }).await
}

/// Exports it for its borrower.
pub(crate) async fn for_borrower(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
) -> Result<Response, Problem> {
    answer(&app, &call, &reference, Beside { rules: true, personal: true }).await
}

async fn answer(
    app: &App,
    call: &Call,
    reference: &str,
    beside: Beside,
) -> Result<Response, Problem> {
    let unit = contracts::unit(app, call.tenant(), reference).await?;
    let text = app.export_journal(call.tenant(), unit, beside).await?;
    let media = HeaderValue::from_static(LINES);
    Ok(([(header::CONTENT_TYPE, media)], text).into_response())
}
