//! Reports over the book, as JSON or as CSV.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use formats::report::{parse_bucket_list, report_csv};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    body::{At, Params},
    guard::Call,
    problem::Problem,
};
use crate::{
    App,
    app::report::{Kind, Wanted},
};

/// Media type of a report as CSV.
const CSV: &str = "text/csv";

/// A report.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReportView {
    /// Its name.
    #[schema(example = "par")]
    report: String,
    /// As everything was recorded by the end of this day.
    #[schema(value_type = Option<String>, format = Date, nullable = false)]
    as_of: Option<String>,
    /// First day.
    #[schema(value_type = Option<String>, format = Date, nullable = false)]
    from: Option<String>,
    /// Last day.
    #[schema(value_type = Option<String>, format = Date, nullable = false)]
    to: Option<String>,
    /// Names of the columns.
    columns: Vec<String>,
    /// The rows: a field for each column. Counts and shares in basis points are numbers, a share
    /// of nothing is null, amounts are decimal texts.
    #[schema(value_type = Vec<Object>)]
    items: Vec<BTreeMap<String, Value>>,
}

/// Names of the reports.
pub(super) fn names() -> Vec<&'static str> {
    Kind::ALL.into_iter().map(Kind::name).collect()
}

/// What the document says of a parameter.
pub(super) fn parameter(name: &str) -> (&'static str, Value) {
    let day = json!({ "type": "string", "format": "date" });
    match name {
        "as_of" => ("As everything was recorded by the end of this day; today if left out", day),
        "from" => ("First day; thirty days before `to` if left out", day),
        "to" => ("Last day; `as_of` if left out", day),
        _ => (
            "Buckets as days past due and provision in basis points",
            json!({ "type": "string", "example": "0:100,1:200,31:2500,91:10000" }),
        ),
    }
}

/// Makes a report.
pub(crate) async fn report(
    State(app): State<Arc<App>>,
    call: Call,
    At(name): At<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let kind = Kind::parse(&name).ok_or_else(|| {
        Problem::new(
            "not_found",
            format!("there is no such report; there are {}", names().join(", ")),
        )
    })?;
    let params = Params::of(&uri, kind.parameters())?;
    let bands = params.get("buckets").map(parse_bucket_list).transpose();
    let wanted = Wanted {
        kind,
        as_of: params.day("as_of")?,
        from: params.day("from")?,
        to: params.day("to")?,
        bands: bands.map_err(|what| Problem::new("bad_query", format!("buckets: {what}")))?,
    };
    let document = app.report(call.tenant(), wanted, |_| {}).await?.json();
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if accepted.is_some_and(|media| media.split([',', ';']).any(|one| one.trim() == CSV)) {
        let text = report_csv(&document).expect("a report has a cell for each of its columns");
        let csv = HeaderValue::from_static(CSV);
        return Ok(([(header::CONTENT_TYPE, csv)], text).into_response());
    }
    Ok(axum::Json(document).into_response())
}
