//! A lender's public key history.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use super::{FRESH, json, tenant};
use crate::{
    App,
    api::{At, Problem},
};

/// Whose keys sign what, since when and until when.
pub(super) async fn keys(
    State(app): State<Arc<App>>,
    At(name): At<String>,
) -> Result<Response, Problem> {
    let entry = tenant(&app, &name)?;
    Ok(json(app.key_history(entry.tenant.id)?.text(), FRESH))
}
