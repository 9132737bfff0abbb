//! What everybody may see of a lender, without a key: his public keys, the daily roots of his
//! journals, how fast his phones open, and whether a release certificate is his.
//!
//! **Invariant:** nothing here names a person, a contract or a phone.
//! **Invariant:** what is answered once for a day that has ended is answered for ever.

mod keys;
mod roots;
mod slo;
mod verify;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::{App, api::Problem, app::directory::TenantEntry, error::Error};

/// Largest form that is read.
const FORM_MAX: usize = 16 * 1024;
/// What may change: seconds that others may keep it.
const FRESH: &str = "public, max-age=300";
/// What never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The open addresses.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/verify", get(verify::form).post(verify::paste))
        .route("/verify/{certificate}", get(verify::link))
        .layer(DefaultBodyLimit::max(FORM_MAX))
        .route("/keys/{tenant}", get(keys::keys))
        .route("/slo/{tenant}", get(slo::slo))
        .route("/roots/{tenant}", get(roots::latest))
        .route("/roots/{tenant}/{day}", get(roots::of_day))
        .route("/roots/{tenant}/{day}/from/{earlier}", get(roots::growth))
        .with_state(app)
}

/// A lender by his short name or his id.
fn tenant(app: &App, name: &str) -> Result<Arc<TenantEntry>, Problem> {
    let mut all = app.directory.tenants().into_iter();
    let found = all.find(|entry| entry.tenant.name == name || entry.tenant.id.to_string() == name);
    found.ok_or_else(|| Error::NotFound("lender").into())
}

fn json(text: String, keep: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static(keep)),
    ];
    (headers, text + "\n").into_response()
}
