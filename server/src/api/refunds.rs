//! The work list of refunds.

use std::sync::Arc;

use axum::{Json, extract::State, http::Uri};
use domain::{Contract, Money};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{body, body::Params, guard::Call, problem::Problem};
use crate::App;

/// Credit that has to be paid out.
#[derive(Serialize, ToSchema)]
pub(crate) struct RefundDue {
    /// The contract's id.
    id: Uuid,
    /// The lender's own name for it.
    #[schema(example = "EX-00001")]
    reference: String,
    /// `settled`, `returned`, `written_off`, `released` or `archived`.
    status: &'static str,
    /// Decimal number.
    #[schema(example = "250.00")]
    credit: String,
    /// ISO 4217.
    #[schema(example = "INR")]
    currency: String,
}

/// A page of the work list.
#[derive(Serialize, ToSchema)]
pub(crate) struct RefundPage {
    /// By rising id; fewer than asked for, or none, while there is a next page.
    items: Vec<RefundDue>,
    /// Where to go on; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next: Option<String>,
}

/// Lists contracts that ended and owe their borrower.
pub(crate) async fn due(
    State(app): State<Arc<App>>,
    call: Call,
    uri: Uri,
) -> Result<Json<RefundPage>, Problem> {
    let place = Params::of(&uri, &["cursor", "limit"])?.place()?;
    let (contracts, next) = app.refunds_due(call.tenant(), place.after, place.limit).await?;
    let items = contracts.iter().map(view).collect();
    Ok(Json(RefundPage { items, next: body::shown(next) }))
}

fn view(contract: &Contract) -> RefundDue {
    let currency = contract.terms().currency();
    RefundDue {
        id: contract.unit.0,
        reference: contract.signed.reference.clone(),
        status: contract.state.name(),
        credit: Money::new(contract.credit_open(), currency).decimal(),
        currency: currency.code().to_owned(),
    }
}
