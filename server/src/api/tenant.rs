//! The caller's own tenant: who calls, and how many contracts stand where.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{contract_line::rung_name, guard::Call, problem::Problem};
use crate::App;

/// Who calls.
#[derive(Serialize, ToSchema)]
pub(crate) struct Whoami {
    /// The tenant's id.
    tenant: Uuid,
    /// The tenant's short name.
    #[schema(example = "example")]
    tenant_name: String,
    /// The API key's id.
    key: Uuid,
    /// The API key's name.
    key_name: String,
    /// The person it acts for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    person: Option<Uuid>,
    /// What it may do.
    roles: Vec<&'static str>,
}

/// Contracts counted.
#[derive(Serialize, ToSchema)]
pub(crate) struct CountsView {
    /// One for each status, stage and currency that occurs.
    counts: Vec<CountView>,
}

/// Contracts that stand alike.
#[derive(Serialize, ToSchema)]
pub(crate) struct CountView {
    /// Status.
    status: String,
    /// The rung last recorded.
    rung: &'static str,
    /// Its step.
    step: u8,
    /// ISO 4217.
    currency: String,
    /// How many.
    contracts: u64,
}

/// Says who calls.
pub(crate) async fn whoami(
    State(app): State<Arc<App>>,
    call: Call,
) -> Result<Json<Whoami>, Problem> {
    let caller = call.caller();
    let entry = app.directory.tenant(caller.tenant)?;
    let keys = app.directory.keys_of(caller.tenant);
    let key = keys.into_iter().find(|(unit, _)| *unit == caller.key);
    Ok(Json(Whoami {
        tenant: caller.tenant.0,
        tenant_name: entry.tenant.name.clone(),
        key: caller.key.0,
        key_name: key.map(|(_, key)| key.name).unwrap_or_default(),
        person: caller.person.map(|unit| unit.0),
        roles: caller.roles.iter().map(|role| role.name()).collect(),
    }))
}

/// Counts the tenant's contracts.
pub(crate) async fn counts(
    State(app): State<Arc<App>>,
    call: Call,
) -> Result<Json<CountsView>, Problem> {
    let counts = app.counts(call.tenant()).await?.into_iter().map(|count| {
        Ok(CountView {
            status: count.status,
            rung: rung_name(count.rung)?,
            step: count.step,
            currency: count.currency,
            contracts: count.units,
        })
    });
    Ok(Json(CountsView { counts: counts.collect::<Result<_, Problem>>()? }))
}
