//! When a phone goes free whatever becomes of its lender.

use domain::{Contract, Moment};
use serde::Serialize;
use utoipa::ToSchema;

/// The day on which the phone goes free at the latest.
#[derive(Serialize, ToSchema)]
pub(crate) struct SunsetView {
    /// The moment.
    #[schema(format = DateTime)]
    at: String,
    /// How often it was moved.
    disputes: u8,
    /// Why it was last moved, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<String>,
}

pub(crate) fn sunset(contract: &Contract) -> Option<SunsetView> {
    let reason = contract.disputed.as_ref().map(|disputed| disputed.reason.clone());
    let at = contract.sunset().map(Moment::rfc3339)?;
    Some(SunsetView { at, disputes: contract.disputes(), reason })
}
