//! The daily roots of a lender's journals.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::Day;
use serde_json::json;

use super::{FOR_EVER, FRESH, json as answer, tenant};
use crate::{
    App,
    api::{At, Problem},
};

/// The last one.
pub(super) async fn latest(
    State(app): State<Arc<App>>,
    At(name): At<String>,
) -> Result<Response, Problem> {
    let tenant = tenant(&app, &name)?.tenant.id;
    Ok(answer(app.published_root(tenant, None).await?.text(), FRESH))
}

/// That of a day.
pub(super) async fn of_day(
    State(app): State<Arc<App>>,
    At((name, on)): At<(String, String)>,
) -> Result<Response, Problem> {
    let tenant = tenant(&app, &name)?.tenant.id;
    Ok(answer(app.published_root(tenant, Some(day(&on)?)).await?.text(), FRESH))
}

/// That the log of a day begins with all of an earlier day's.
pub(super) async fn growth(
    State(app): State<Arc<App>>,
    At((name, to, from)): At<(String, String, String)>,
) -> Result<Response, Problem> {
    let tenant = tenant(&app, &name)?.tenant.id;
    let (from, to) = (day(&from)?, day(&to)?);
    let path = app.prove_growth(tenant, from, to).await?;
    let text = json!({ "from": from.to_string(), "to": to.to_string(), "path": path });
    Ok(answer(text.to_string(), FOR_EVER))
}

fn day(text: &str) -> Result<Day, Problem> {
    let wrong = || Problem::new("not_found", format!("{text:?} is no day such as 2026-04-30"));
    Day::parse(text).ok_or_else(wrong)
}
