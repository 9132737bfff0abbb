//! "I have paid": a transaction number that a borrower gives.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::Moment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    answer,
    body::{At, Body},
    contracts,
    guard::Call,
    payments::{PaymentView, view_with_state},
    problem::{Problem, StateView},
};
use crate::{App, app::announce_payment::Claimed, error::Error};

/// What a borrower says of his payment.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClaimBody {
    /// The number his bank or wallet gave him; 1 to 128 bytes.
    #[schema(example = "RKTQDM7W6S")]
    transaction: String,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClaimView {
    /// `counted` where the money is here, else `awaited`.
    #[schema(example = "awaited")]
    status: &'static str,
    /// Until when the phone is open for it; absent where that opens nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    open_until: Option<String>,
    /// The money, where it is here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    payment: Option<PaymentView>,
    /// The contract as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    contract: Option<StateView>,
}

/// Takes a claim.
pub(crate) async fn claim(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    Body { value, .. }: Body<ClaimBody>,
) -> Result<Response, Problem> {
    let tenant = call.tenant();
    let unit = contracts::unit(&app, tenant, &reference).await?;
    match app.claim_payment(tenant, unit, &value.transaction, call.actor()).await {
        Ok(Claimed::Counted(posted)) => {
            let repeated = posted.repeated;
            let payment = Some(view_with_state(&app, tenant, *posted).await?);
            let contract = contracts::state(&app, tenant, &reference).await?;
            let view = ClaimView { status: "counted", open_until: None, payment, contract };
            Ok(answer::written(repeated, &view))
        }
        Ok(Claimed::Awaited { changed, until }) => {
            let (open_until, contract) =
                (until.map(Moment::rfc3339), Some(StateView::after(&changed)));
            let view = ClaimView { status: "awaited", open_until, payment: None, contract };
            Ok(answer::written(changed.repeated, &view))
        }
        Err(error @ Error::Refused(_)) => {
            let state = contracts::state(&app, tenant, &reference).await?;
            Err(Problem::from(error).with_state(state))
        }
        Err(error) => Err(error.into()),
    }
}
