//! The work list of money that waits for a person, and how it is matched.

use std::sync::Arc;

use axum::{Json, extract::State, http::Uri, response::Response};
use serde::{Deserialize, Serialize};
use store::UnitKind;
use utoipa::ToSchema;

use super::{
    answer, body,
    body::{At, Body, Params},
    guard::Call,
    payments::{PaymentView, payment_id, view, view_with_state},
    problem::Problem,
};
use crate::{
    App,
    app::{list::Filter, post_payment::open_intake},
};

/// Money that waits for a person.
#[derive(Serialize, ToSchema)]
pub(crate) struct SuspenseView {
    /// The money.
    payment: PaymentView,
    /// Who paid, as told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    payer: Option<String>,
    /// What the payer wrote, one text a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    remittance: Option<String>,
}

/// A page of the work list.
#[derive(Serialize, ToSchema)]
pub(crate) struct SuspensePage {
    /// By rising id.
    items: Vec<SuspenseView>,
    /// Where to go on; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next: Option<String>,
}

/// Whose money it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MatchBody {
    /// Reference of the contract.
    #[schema(example = "EX-00001")]
    reference: String,
    /// How it is known; 1 to 500 bytes.
    #[schema(example = "the payer sent a picture of the transfer")]
    reason: String,
}

/// Lists what waits.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    call: Call,
    uri: Uri,
) -> Result<Json<SuspensePage>, Problem> {
    let place = Params::of(&uri, &["cursor", "limit"])?.place()?;
    let filter = Filter { status: Some("suspense".to_owned()), rung_min: 0 };
    let kind = UnitKind::Intake;
    let (rows, next) = app.list(call.tenant(), kind, filter, place.after, place.limit).await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let kept = app.personal(row.unit).await?;
        let find = |name: &str| kept.iter().find(|(field, _)| field == name);
        let text = |name: &str| find(name).map(|(_, value)| value.clone());
        items.push(SuspenseView {
            payment: view(row.unit, &open_intake(&row)?, None),
            payer: text("payer"),
            remittance: text("remittance"),
        });
    }
    Ok(Json(SuspensePage { items, next: body::shown(next) }))
}

/// Gives money to a contract.
pub(crate) async fn assign(
    State(app): State<Arc<App>>,
    call: Call,
    At(id): At<String>,
    Body { value, .. }: Body<MatchBody>,
) -> Result<Response, Problem> {
    let unit = payment_id(&id)?;
    let MatchBody { reference, reason } = value;
    let matched = app.match_suspense(call.tenant(), unit, &reference, &reason, call.actor());
    let posted = matched.await?;
    let repeated = posted.repeated;
    let view = view_with_state(&app, call.tenant(), posted).await?;
    Ok(answer::done(repeated, &view))
}
