//! The disclosure of a contract: as data, and as a page to read and print.
//!
//! **Invariant:** the page runs no script and loads nothing; every text in it is escaped.

use std::sync::Arc;

use askama::Template;
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use formats::words::Section;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{body::At, contracts, guard::Call, problem::Problem};
use crate::{App, app::disclose_contract::Disclosed, crypto::hex, error::Error};

/// Nothing is run and nothing is loaded; the one style sheet stands in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

/// What the borrower agrees to. With `Accept: text/html` it is a page to print.
#[derive(Serialize, ToSchema)]
pub(crate) struct DisclosureView {
    /// The contract.
    reference: String,
    /// BCP 47 tag of the language it is in.
    language: String,
    /// What it is.
    title: String,
    /// Who stands behind the phone, and what is to be paid.
    opening: Vec<String>,
    /// What can happen, what cannot, how it ends.
    sections: Vec<SectionView>,
    /// All of it as one text, in bytes as the hash is taken of.
    text: String,
    /// SHA-256 of the text, as 64 hexadecimal digits: what a consent names.
    hash: String,
}

/// A heading with its sentences.
#[derive(Serialize, ToSchema)]
pub(crate) struct SectionView {
    heading: String,
    lines: Vec<String>,
}

#[derive(Template)]
#[template(path = "disclosure.html")]
struct Page<'a> {
    language: &'a str,
    title: &'a str,
    opening: &'a [String],
    sections: &'a [Section],
    contract: &'a str,
    hash: &'a str,
}

/// Shows the disclosure of a contract.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let unit = contracts::unit(&app, call.tenant(), &reference).await?;
    let disclosed = app.disclose(call.tenant(), unit, None).await?;
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if !accept.is_some_and(|accept| accept.contains("text/html")) {
        return Ok(Json(view(disclosed)).into_response());
    }
    let mut response = Html(disclosure_page(&disclosed)?).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

/// The page of a disclosure: HTML for the screen and for A4.
pub fn disclosure_page(disclosed: &Disclosed) -> Result<String, Error> {
    let page = Page {
        language: &disclosed.disclosure.language,
        title: &disclosed.disclosure.title,
        opening: &disclosed.disclosure.opening,
        sections: &disclosed.disclosure.sections,
        contract: &disclosed.contract_line,
        hash: &disclosed.hash_line,
    };
    page.render().map_err(|error| Error::Fault(format!("disclosure: {error}")))
}

/// What the interface answers with.
pub fn disclosure_json(disclosed: Disclosed) -> Result<Value, Error> {
    serde_json::to_value(view(disclosed)).map_err(|error| Error::Fault(error.to_string()))
}

fn view(disclosed: Disclosed) -> DisclosureView {
    let Disclosed { disclosure, reference, hash, .. } = disclosed;
    let text = disclosure.text();
    let sections = disclosure.sections.into_iter();
    DisclosureView {
        reference,
        language: disclosure.language,
        title: disclosure.title,
        opening: disclosure.opening,
        sections: sections
            .map(|Section { heading, lines }| SectionView { heading, lines })
            .collect(),
        text,
        hash: hex(&hash),
    }
}
