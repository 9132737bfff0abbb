//! Signs of tampering that a person looked into: the appeal against evidence.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{Command, Contract, policy::care::Evidence, safety::Ward};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    acts::{Act, acted, fault},
    body::{At, Body},
    endings::ReasonBody,
    guard::Call,
    problem::Problem,
};
use crate::App;

/// A sign of tampering that nobody dismissed.
#[derive(Serialize, ToSchema)]
pub(crate) struct EvidenceView {
    /// `root`, `bootloader_unlocked`, `patch_downgraded`, `sim_changed` or `clock_tampered`.
    #[schema(example = "sim_changed")]
    kind: &'static str,
    /// When it was last seen.
    at: String,
}

/// The names of all kinds.
pub(super) fn kinds() -> Vec<&'static str> {
    Evidence::ALL.iter().map(|kind| kind.name()).collect()
}

/// The signs of a contract's phone.
pub(super) fn evidence(contract: &Contract) -> Vec<EvidenceView> {
    let signs = contract.evidence.iter();
    signs.map(|(kind, at)| EvidenceView { kind: kind.name(), at: at.rfc3339() }).collect()
}

/// Dismisses a sign: what it hurried goes back to the lender's own dates at once.
pub(crate) async fn dismiss(
    State(app): State<Arc<App>>,
    call: Call,
    At((reference, kind)): At<(String, String)>,
    Body { value, raw }: Body<ReasonBody>,
) -> Result<Response, Problem> {
    let evidence = Evidence::parse(&kind).ok_or_else(|| {
        fault("kind", "bad_evidence", &format!("one of {}", kinds().join(", ")), &kind)
    })?;
    let act = Act { call: &call, reference: &reference, name: "dismiss_evidence" };
    let command = Command::Ward(Ward::DismissEvidence { evidence, reason: value.reason });
    let changed = act.carry_out(&app, &[kind.as_bytes(), &raw], command).await?;
    Ok(acted(changed, None))
}
