//! Whether a release certificate holds: for the buyer of a phone, in his browser, without script.

use std::sync::Arc;

use axum::{
    extract::{Form, State, rejection::FormRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{Imei, TenantId};
use serde::Deserialize;

use crate::{
    App,
    api::At,
    certificate::{Certificate, page},
};

/// What was pasted.
#[derive(Deserialize)]
pub(super) struct Pasted {
    certificate: String,
    #[serde(default)]
    imei: String,
}

/// The form.
pub(super) async fn form() -> Response {
    html(StatusCode::OK, page::form())
}

/// A certificate out of a link.
pub(super) async fn link(State(app): State<Arc<App>>, At(text): At<String>) -> Response {
    judge(&app, &text, "")
}

/// A certificate out of the form.
pub(super) async fn paste(
    State(app): State<Arc<App>>,
    pasted: Result<Form<Pasted>, FormRejection>,
) -> Response {
    let Ok(Form(Pasted { certificate, imei })) = pasted else {
        return html(StatusCode::BAD_REQUEST, page::answer(Err("paste the certificate's text")));
    };
    judge(&app, &certificate, imei.trim())
}

fn judge(app: &App, text: &str, imei: &str) -> Response {
    match found(app, text, imei) {
        Ok((certificate, meant)) => {
            html(StatusCode::OK, page::answer(Ok((certificate.release(), meant))))
        }
        Err(why) => html(StatusCode::UNPROCESSABLE_ENTITY, page::answer(Err(&why))),
    }
}

fn found(app: &App, text: &str, imei: &str) -> Result<(Certificate, Option<bool>), String> {
    let certificate = Certificate::of_text(text).map_err(|why| why.to_string())?;
    let tenant = certificate.release().tenant;
    let keys = app.key_history(TenantId::from_bytes(tenant.0));
    let keys = keys.map_err(|_| "It is of a lender whom this server does not know".to_owned())?;
    let checked = certificate.check((tenant, keys.root()), &keys.certificates());
    checked.map_err(|why| why.to_string())?;
    let meant = match imei {
        "" => None,
        digits => {
            let imei = Imei::parse(digits).map_err(|_| "This is no IMEI".to_owned())?;
            Some(certificate.is_of(&imei))
        }
    };
    Ok((certificate, meant))
}

fn html(status: StatusCode, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(page::POLICY)),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (status, headers, text).into_response()
}
