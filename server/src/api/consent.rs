//! A consent that was given after the signing.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use domain::{
    fact::{Consent, Told},
    terms::TermsHash,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    acts::{Act, acted, fault, moment},
    body::{At, Body},
    contracts,
    guard::Call,
    problem::Problem,
};
use crate::App;

/// What the borrower signed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordConsentBody {
    /// The form's name; 1 to 64 bytes.
    #[schema(example = "device-restriction")]
    form: String,
    /// The form's version; 1 to 64 bytes.
    #[schema(example = "2")]
    version: String,
    /// When he signed: RFC 3339.
    #[schema(format = DateTime)]
    at: String,
    /// BCP 47 tag of the language of the disclosure; goes with the hash.
    #[schema(example = "hi")]
    language: Option<String>,
    /// SHA-256 of the disclosure's text, 64 hexadecimal digits; goes with the language.
    hash: Option<String>,
}

/// Records the borrower's consent.
pub(crate) async fn record(
    State(app): State<Arc<App>>,
    call: Call,
    At(reference): At<String>,
    Body { value: body, raw }: Body<RecordConsentBody>,
) -> Result<Response, Problem> {
    let act = Act { call: &call, reference: &reference, name: "record_consent" };
    let unit = contracts::unit(&app, call.tenant(), &reference).await?;
    let asked = call.asked(&app, &[&raw], act.name);
    let told = told(body.language, body.hash)?;
    let at = moment("at", &body.at)?;
    let consent = Consent { form: body.form, version: body.version, at, told };
    let changed = app.record_consent(call.tenant(), unit, &asked, consent).await;
    Ok(acted(act.answered(&app, changed).await?, None))
}

/// Language and hash go together.
fn told(language: Option<String>, hash: Option<String>) -> Result<Option<Box<Told>>, Problem> {
    match (language, hash) {
        (None, None) => Ok(None),
        (Some(language), Some(text)) => {
            if language.is_empty() || language.len() > protocol::limits::LANGUAGE_MAX {
                return Err(fault("language", "bad_language", "a BCP 47 tag", &language));
            }
            let wrong = || fault("hash", "bad_hash", "64 hexadecimal digits in lower case", &text);
            let TermsHash(hash) = TermsHash::parse(&text).ok_or_else(wrong)?;
            Ok(Some(Box::new(Told { language, hash })))
        }
        (Some(_), None) => Err(fault("hash", "empty", "it goes with the language", "")),
        (None, Some(_)) => Err(fault("language", "empty", "it goes with the hash", "")),
    }
}
