//! A contract's release certificate: as a document, as bytes, as text, as a page to print.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use domain::EnrolmentId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    body::{At, Params},
    contracts,
    guard::Call,
    problem::Problem,
};
use crate::{App, certificate::page};

/// Longest address of a checking server.
const LINK_MAX: usize = 200;

/// A release certificate. Every field but `text` and `format` is told again by what was signed.
#[derive(Serialize, ToSchema)]
pub(crate) struct CertificateView {
    /// The contract's id.
    contract: Uuid,
    /// SHA-256(salt, the primary IMEI's first 14 digits) in hexadecimal.
    device_hash: String,
    /// `quittance-release/1`.
    format: String,
    /// The lender's name.
    lender: String,
    /// When the phone was released.
    #[schema(format = DateTime)]
    released_at: String,
    /// The salt in hexadecimal.
    salt: String,
    /// The lender's id.
    tenant: Uuid,
    /// The whole of it as text: what `quittance verify` and `/verify` take.
    text: String,
}

/// Hands a release certificate out.
pub(crate) async fn certificate(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let params = Params::of(&uri, &["enrolment", "link"])?;
    let link = params.get("link");
    let fits = |link: &str| {
        link.len() <= LINK_MAX && (link.starts_with("https://") || link.starts_with("http://"))
    };
    if link.is_some_and(|link| !fits(link)) {
        return Err(Problem::new("bad_query", "link: expected an address as https://host"));
    }
    let wrong = |_| Problem::new("bad_query", "enrolment: expected the id of an enrolment");
    let enrolment = params.get("enrolment").map(str::parse::<EnrolmentId>).transpose();
    let enrolment = enrolment.map_err(wrong)?;
    let unit = contracts::unit(&app, call.tenant(), &reference).await?;
    let certificate = app.hand_out_certificate(call.tenant(), unit, enrolment).await?;
    let wanted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let wants = |media: &str| {
        wanted.is_some_and(|all| all.split([',', ';']).any(|one| one.trim() == media))
    };
    let (media, body) = if wants("application/cbor") {
        ("application/cbor", certificate.bytes().to_vec())
    } else if wants("text/html") {
        ("text/html; charset=utf-8", page::printable(&certificate, link).into_bytes())
    } else if wants("text/plain") {
        ("text/plain; charset=utf-8", certificate.text().into_bytes())
    } else {
        ("application/json", certificate.json().to_string().into_bytes())
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(page::POLICY)),
    ];
    Ok((headers, body).into_response())
}
