//! What a programme would make of today's book.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{body::Body, guard::Call, problem::Problem};
use crate::{App, app::preview_programme::Preview};

/// References told of contracts that would move up, unless asked for otherwise.
pub(super) const RISING: usize = 20;
/// Most of them.
const RISING_MAX: usize = 1_000;

/// The text of a programme.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProgrammeBody {
    /// The text of the file.
    toml: String,
    /// How many references of contracts that would move up are told; at most 1,000, usually 20.
    #[schema(example = 20)]
    rising: Option<usize>,
}

/// Where today's contracts of a programme stand, and would stand under a text of it. Running
/// contracts keep the version they were signed under: nobody moves by a change.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewView {
    /// Its id.
    #[schema(example = "standard")]
    programme: String,
    /// The text's version.
    version: u32,
    /// Its packs, `id@version`, as new contracts would get them.
    packs: Vec<String>,
    /// The moment.
    #[schema(format = DateTime)]
    at: String,
    /// Contracts of the programme that can still rise.
    contracts: u64,
    /// How many would stand higher.
    up: u64,
    /// How many would stand lower.
    down: u64,
    /// From where to where, and how many.
    moves: Vec<MoveView>,
    /// Some of those that would stand higher, the highest first.
    rising: Vec<RisingView>,
}

/// Contracts that would move alike.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MoveView {
    /// Where they stand.
    #[schema(example = "notice")]
    from: String,
    /// Where they would stand.
    #[schema(example = "restrict/1")]
    to: String,
    /// How many.
    contracts: u64,
}

/// A contract that would stand higher.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RisingView {
    /// The lender's own name for it.
    #[schema(example = "EX-00001")]
    reference: String,
    /// Where it stands.
    #[schema(example = "notice")]
    from: String,
    /// Where it would stand.
    #[schema(example = "restrict/1")]
    to: String,
}

impl PreviewView {
    /// As it is told.
    pub fn of(preview: &Preview) -> PreviewView {
        let moves = preview.moves.iter().map(|((from, to), contracts)| MoveView {
            from: from.to_string(),
            to: to.to_string(),
            contracts: *contracts,
        });
        let rising = preview.rising.iter().map(|(reference, from, to)| RisingView {
            reference: reference.clone(),
            from: from.to_string(),
            to: to.to_string(),
        });
        PreviewView {
            programme: preview.programme.0.clone(),
            version: preview.programme.1,
            packs: preview.packs.iter().map(|(id, version)| format!("{id}@{version}")).collect(),
            at: preview.at.rfc3339(),
            contracts: preview.contracts,
            up: preview.up(),
            down: preview.down(),
            moves: moves.collect(),
            rising: rising.collect(),
        }
    }
}

/// Tells what a programme would make of today's book.
pub(crate) async fn preview(
    State(app): State<Arc<App>>,
    call: Call,
    Body { value, raw: _ }: Body<ProgrammeBody>,
) -> Result<Json<PreviewView>, Problem> {
    let most = value.rising.unwrap_or(RISING);
    if most > RISING_MAX {
        let detail = format!("rising: at most {RISING_MAX}");
        return Err(Problem::new("bad_number", detail));
    }
    let preview = app.preview_programme(call.tenant(), &value.toml, most).await?;
    Ok(Json(PreviewView::of(&preview)))
}
