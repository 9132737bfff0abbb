//! Contracts in a list.

use serde::Serialize;
use store::Row;
use utoipa::ToSchema;
use uuid::Uuid;

use super::problem::Problem;
use crate::error::Error;

/// A contract in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct ContractLine {
    /// Its id.
    id: Uuid,
    /// The lender's own name for it.
    reference: String,
    /// `active`, `settled`, `returning`, `returned`, `written_off`, `released` or `archived`.
    status: String,
    /// The rung last recorded.
    rung: &'static str,
    /// Its step.
    step: u8,
    /// ISO 4217.
    currency: String,
    /// Rises with every change.
    version: u64,
}

/// A page of contracts.
#[derive(Serialize, ToSchema)]
pub(crate) struct ContractPage {
    /// By rising id.
    pub(crate) items: Vec<ContractLine>,
    /// Where to go on; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) next: Option<String>,
}

/// The name of a rung facet.
pub(crate) fn rung_name(rung: u8) -> Result<&'static str, Problem> {
    let found = domain::Rung::ALL.into_iter().find(|known| *known as u8 == rung);
    let found = found.ok_or_else(|| Error::Fault(format!("a stored rung is {rung}")))?;
    Ok(found.name())
}

/// A row of a list.
pub(crate) fn line(row: Row) -> Result<ContractLine, Problem> {
    Ok(ContractLine {
        id: row.unit.0,
        reference: row.facets.name,
        status: row.facets.status,
        rung: rung_name(row.facets.rung)?,
        step: row.facets.step,
        currency: row.facets.currency,
        version: row.version,
    })
}
