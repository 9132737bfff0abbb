//! The API: JSON under `/v1`.
//!
//! A handler parses, calls one use case, renders. What may be called by whom, with what and with
//! which answers stands in one table; the routes, the guard and the OpenAPI document follow it.
//!
//! **Invariant:** no rule of the ladder here, and no storage but through the use cases.
//! **Invariant:** no route but the open ones is reached without a key that has the role; a
//! provider's door is open, and what it is told without proof is no money.
//! **Invariant:** another tenant's things are not found; nothing tells that they exist.
//! **Invariant:** any bytes get a problem with a stable code, and change nothing.

mod account_view;
mod acts;
mod answer;
mod approvals;
mod assignments;
mod body;
mod bulk;
mod certificate;
mod claims;
mod codes;
mod consent;
mod contact;
mod contract_line;
mod contract_view;
mod contracts;
mod custody;
mod device_state;
mod devices;
mod disclosure;
mod endings;
mod evidence;
mod guard;
mod holds;
mod intake;
mod journal_file;
mod money;
mod openapi;
mod opening_view;
mod payments;
mod payoff;
mod preview;
mod problem;
mod proposals;
mod receipts;
mod records;
mod refunds;
mod releases;
mod replay;
mod reports;
mod restructure;
mod standing;
mod standstills;
mod statements;
mod sunset_view;
mod suspense;
mod table;
mod tenant;
mod terms_view;
mod time_credit_view;
mod unlock_view;

pub use codes::{CODES, Code};
pub use contract_view::explained_json;
pub use disclosure::{disclosure_json, disclosure_page};
pub use openapi::openapi;
pub use preview::PreviewView;
pub use releases::UnconfirmedRelease;
pub use replay::{Turn, TurnView, replayed_json, turn_view};
pub use table::roles_table;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderValue, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{any, get},
};

use crate::App;
pub(crate) use body::At;
pub(crate) use problem::Problem;
use table::endpoints;

/// Largest body this door reads; a server may allow less.
pub const BODY_MAX: usize = 16 * 1024 * 1024;

/// The routes of `/v1` and the document `/openapi.json`.
pub fn router(app: Arc<App>) -> Router {
    let mut router = Router::new();
    for endpoint in endpoints() {
        let state = (app.clone(), endpoint);
        let guarded = middleware::from_fn_with_state(state, guard::guard);
        router = router.route(endpoint.path, (endpoint.route)().route_layer(guarded));
    }
    router
        .merge(intake::doors())
        .merge(receipts::doors())
        .route("/openapi.json", get(document))
        .route("/v1", any(not_found))
        .route("/v1/{*rest}", any(not_found))
        .method_not_allowed_fallback(not_allowed)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .with_state(app)
}

async fn document() -> Response {
    let json = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json)], openapi()).into_response()
}

async fn not_found() -> Problem {
    Problem::new("not_found", "there is nothing at this address; see /openapi.json")
}

async fn not_allowed() -> Problem {
    Problem::new("method_not_allowed", "see /openapi.json for the methods of this address")
}
