//! How fast the phones of a lender open: a page for people, and the figures for programs.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use domain::report::unlocks::Tally;
use serde_json::{Value, json};

use super::{FRESH, json as answer, tenant};
use crate::{
    App,
    api::{At, Problem},
    app::unlock_promise::UnlockFigures,
    certificate::page::POLICY,
};

/// Shares of a hundred that are told.
const SHARES: [u64; 3] = [50, 95, 99];

#[derive(Template)]
#[template(path = "slo.html")]
struct Page<'a> {
    lender: &'a str,
    from: String,
    to: String,
    promise_minutes: Option<u32>,
    rows: [Row; 2],
    late: u32,
    wrongful: u32,
}

struct Row {
    until: &'static str,
    count: u64,
    within: [String; 3],
}

/// The last thirty days.
pub(super) async fn slo(
    State(app): State<Arc<App>>,
    At(name): At<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let entry = tenant(&app, &name)?;
    let figures = app.unlock_figures(entry.tenant.id)?;
    let wanted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if wanted.is_some_and(|media| media.contains("application/json")) {
        return Ok(answer(document(&entry.tenant.lender.name, &figures).to_string(), FRESH));
    }
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::CACHE_CONTROL, HeaderValue::from_static(FRESH)),
    ];
    Ok((headers, page(&entry.tenant.lender.name, &figures)).into_response())
}

fn document(lender: &str, figures: &UnlockFigures) -> Value {
    let tally = |tally: &Tally| {
        let [p50, p95, p99] = SHARES.map(|share| tally.within(share));
        json!({ "count": tally.count(), "p50_ms": p50, "p95_ms": p95, "p99_ms": p99 })
    };
    json!({
        "lender": lender,
        "from": figures.from.to_string(),
        "to": figures.to.to_string(),
        "promise_minutes": figures.promise_minutes,
        "delivered": tally(&figures.delivered),
        "opened": tally(&figures.opened),
        "late": figures.late,
        "wrongful": figures.wrongful,
    })
}

fn page(lender: &str, figures: &UnlockFigures) -> String {
    let row = |until, tally: &Tally| Row {
        until,
        count: tally.count(),
        within: SHARES.map(|share| tally.within(share).map_or("-".to_owned(), length)),
    };
    let rows = [
        row("the phone was handed its lease", &figures.delivered),
        row("the phone stood open", &figures.opened),
    ];
    let page = Page {
        lender,
        from: figures.from.to_string(),
        to: figures.to.to_string(),
        promise_minutes: figures.promise_minutes,
        rows,
        late: figures.late,
        wrongful: figures.wrongful,
    };
    page.render().expect("text and numbers render")
}

/// A length as people read it.
fn length(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..120_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        120_000..7_200_000 => format!("{} min", ms / 60_000),
        _ => format!("{} h", ms / 3_600_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_told_in_the_unit_that_fits() {
        let told = [7, 1_049, 119_999, 120_000, 7_199_999, 7_200_000].map(length);
        assert_eq!(told, ["7 ms", "1.0 s", "119.9 s", "2 min", "119 min", "2 h"]);
    }
}
