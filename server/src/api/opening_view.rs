//! How fast a phone came down from its last restriction, and what that cost the lender.

use domain::{Contract, Ladder, Moment, Money};
use serde::Serialize;
use utoipa::ToSchema;

/// The last time that the phone was to come down from a restriction.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpeningView {
    /// When what ends the restriction was recorded.
    #[schema(format = DateTime)]
    since: String,
    /// When the phone had come down, by its own word; absent while it has not said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    opened_at: Option<String>,
    /// For how long it stood restricted after that, milliseconds, as far as it was switched on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    waited_ms: Option<u64>,
    /// How much longer than its law pack allows, seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    late_s: Option<i64>,
    /// From when the restriction was wrongful, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    wrongful_since: Option<String>,
    /// Decimal sum of what was credited for it.
    compensated: String,
}

pub(crate) fn opening(contract: &Contract, ladder: &Ladder) -> Option<OpeningView> {
    let opening = contract.opening.as_ref()?;
    let credited = Money::new(opening.compensated, contract.terms().currency());
    Some(OpeningView {
        since: opening.since.rfc3339(),
        opened_at: opening.opened.map(Moment::rfc3339),
        waited_ms: opening.waited_ms(),
        late_s: opening.late_s(ladder),
        wrongful_since: opening.wrongful.map(Moment::rfc3339),
        compensated: credited.decimal(),
    })
}
