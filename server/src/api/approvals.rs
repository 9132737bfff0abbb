//! Steps that begin only after a named person looked at the contract.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{Command, Stage, safety::Ward};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    acts::{Act, acted, fault},
    body::{At, Body},
    guard::Call,
    problem::Problem,
};
use crate::App;

/// A person's approval of the step that is next.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApprovalBody {
    /// `restrict/1` and so on, or `lock`.
    #[schema(example = "restrict/1")]
    stage: String,
    /// What was looked at, and why it is right; 1 to 500 bytes.
    #[schema(example = "called twice, no answer; no sign of hardship")]
    reason: String,
}

/// Approves a step for the current arrears.
pub(crate) async fn approve(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    Body { value, raw }: Body<ApprovalBody>,
) -> Result<Response, Problem> {
    call.person()?;
    let stage = Stage::parse(&value.stage).filter(|stage| stage.restricts()).ok_or_else(|| {
        fault("stage", "bad_stage", "restrict/1 and so on, or lock", &value.stage)
    })?;
    let act = Act { call: &call, reference: &reference, name: "approve_step" };
    let command = Command::Ward(Ward::ApproveStep { stage, reason: value.reason });
    let changed = act.carry_out(&app, &[&raw], command).await?;
    Ok(acted(changed, None))
}
