//! Releases that wait for their phone's confirmation.

use std::sync::Arc;

use axum::{Json, extract::State, http::Uri};
use domain::Moment;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{body, body::Params, guard::Call, problem::Problem};
use crate::{App, app::list_releases::Unconfirmed};

/// A release whose phone has not confirmed that it removed the agent.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnconfirmedRelease {
    /// The contract's id.
    id: Uuid,
    /// The lender's own name for it.
    #[schema(example = "EX-00001")]
    reference: String,
    /// When it was released.
    #[schema(format = DateTime)]
    released_at: String,
    /// Whole hours since.
    hours: i64,
    /// When its phone was last heard.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime, nullable = false)]
    last_contact: Option<String>,
}

impl UnconfirmedRelease {
    /// As it is told at a moment.
    pub fn of(found: Unconfirmed, now: Moment) -> UnconfirmedRelease {
        UnconfirmedRelease {
            id: found.contract.unit.0,
            reference: found.contract.signed.reference,
            released_at: found.released_at.rfc3339(),
            hours: now.seconds_since(found.released_at) / 3600,
            last_contact: found.last_contact.map(|at| at.rfc3339()),
        }
    }
}

/// A page of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnconfirmedPage {
    /// By rising id; fewer than asked for, or none, while there is a next page.
    items: Vec<UnconfirmedRelease>,
    /// Where to go on; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next: Option<String>,
}

/// Lists releases without confirmation.
pub(crate) async fn unconfirmed(
    State(app): State<Arc<App>>,
    call: Call,
    uri: Uri,
) -> Result<Json<UnconfirmedPage>, Problem> {
    let place = Params::of(&uri, &["cursor", "limit"])?.place()?;
    let (found, next) = app.unconfirmed_releases(call.tenant(), place.after, place.limit).await?;
    let now = app.now();
    let items = found.into_iter().map(|found| UnconfirmedRelease::of(found, now)).collect();
    Ok(Json(UnconfirmedPage { items, next: body::shown(next) }))
}
