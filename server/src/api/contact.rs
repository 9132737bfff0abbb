//! Where a borrower is written to.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    acts::{Act, acted},
    body::{At, Body},
    contracts,
    guard::Call,
    problem::Problem,
};
use crate::{App, app::set_contact::Contact};

/// Where the borrower is written to; what is absent stays, an empty text erases.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactBody {
    /// Phone number with its country's code, for SMS and WhatsApp.
    #[schema(example = "+91 555 0100 100")]
    borrower_phone: Option<String>,
    /// Mail address.
    #[schema(example = "asha@example.com")]
    borrower_email: Option<String>,
}

/// Sets or erases where the borrower is written to.
pub(crate) async fn set(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    Body { value: body, raw }: Body<ContactBody>,
) -> Result<Response, Problem> {
    let act = Act { call: &call, reference: &reference, name: "set_contact" };
    let unit = contracts::unit(&app, call.tenant(), &reference).await?;
    let asked = call.asked(&app, &[&raw], act.name);
    let contact = Contact { phone: body.borrower_phone, email: body.borrower_email };
    let changed = app.set_contact(call.tenant(), unit, &asked, contact).await;
    Ok(acted(act.answered(&app, changed).await?, None))
}
