//! What comes in: JSON bodies, query parameters, cursors. Whatever is wrong is told with its place.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{HeaderMap, Uri, header, request::Parts},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::Day;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::error::Category;
use store::{Cursor, PAGE_MAX};

use super::problem::{Fault, Problem};

/// Entries of a page when nobody says.
const LIMIT_DEFAULT: u32 = 100;

/// The parameters in an address. What cannot be read names nothing that is there.
pub(crate) struct At<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<At<T>, Problem> {
        let read = Path::<T>::from_request_parts(parts, state).await;
        let missing = |_| Problem::new("not_found", "the address names nothing that is there");
        read.map(|Path(value)| At(value)).map_err(missing)
    }
}

/// A JSON body.
pub(crate) struct Body<T> {
    /// What it says.
    pub(crate) value: T,
    /// Its bytes, for the idempotency hash.
    pub(crate) raw: Bytes,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Body<T>, Problem> {
        let raw = read(request, state).await?;
        Ok(Body { value: parse(&raw)?, raw })
    }
}

/// The bytes of a JSON body that is read piece by piece.
pub(crate) struct JsonBytes(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for JsonBytes {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<JsonBytes, Problem> {
        read(request, state).await.map(JsonBytes)
    }
}

/// The bytes of a body of any media type, as they came.
pub(crate) struct Whole(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for Whole {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Whole, Problem> {
        Bytes::from_request(request, state).await.map(Whole).map_err(too_large)
    }
}

/// A body that says nothing: empty, or an empty object.
pub(crate) struct NoBody;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

impl<S: Send + Sync> FromRequest<S> for NoBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<NoBody, Problem> {
        let raw = Bytes::from_request(request, state).await.map_err(too_large)?;
        if !raw.is_empty() {
            parse::<Nothing>(&raw)?;
        }
        Ok(NoBody)
    }
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    if !is_json(request.headers()) {
        let detail = "send the body as JSON with the header Content-Type: application/json";
        return Err(Problem::new("unsupported_media_type", detail));
    }
    Bytes::from_request(request, state).await.map_err(too_large)
}

fn too_large(rejection: axum::extract::rejection::BytesRejection) -> Problem {
    if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new("body_too_large", "send fewer items in one call");
    }
    Problem::new("bad_json", "the body did not arrive whole")
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = value.and_then(|value| value.split(';').next()).unwrap_or_default();
    media.trim().eq_ignore_ascii_case("application/json")
}

/// Reads JSON whose fields are all known; a fault is told with field, line and column.
pub(crate) fn parse<'a, T: Deserialize<'a>>(raw: &'a [u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(raw);
    let read = serde_path_to_error::deserialize(&mut reader);
    let (field, error) = match read {
        Ok(value) => match reader.end() {
            Ok(()) => return Ok(value),
            Err(error) => (String::new(), error),
        },
        Err(error) => (error.path().to_string(), error.into_inner()),
    };
    let (line, column) = (error.line(), error.column());
    if error.classify() != Category::Data {
        return Err(Problem::new("bad_json", format!("the body is not JSON: {error}")));
    }
    let text = error.to_string();
    let place = format!(" at line {line} column {column}");
    let detail = text.strip_suffix(&place).unwrap_or(&text).to_owned();
    // A missing or unknown field has no path of its own, or the one of the object around it.
    let field = if field == "." || field.is_empty() { "body".to_owned() } else { field };
    let code = "bad_field".to_owned();
    let (line, column) = (Some(line), Some(column));
    Err(Problem::faults(vec![Fault { field, code, detail, value: None, line, column }]))
}

/// Where a list begins and how much of it is wanted.
#[derive(Debug)]
pub(crate) struct Place {
    /// Go on after this.
    pub(crate) after: Option<Cursor>,
    /// Entries at most.
    pub(crate) limit: u32,
}

/// The query parameters of a request; each known, each once.
#[derive(Debug)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// Those of a request, of which only these are known.
    pub(crate) fn of(uri: &Uri, known: &[&str]) -> Result<Params, Problem> {
        let wrong = |detail: String| Problem::new("bad_query", detail);
        let read = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri);
        let axum::extract::Query(pairs) =
            read.map_err(|_| wrong("the query string cannot be read".to_owned()))?;
        for (index, (name, _)) in pairs.iter().enumerate() {
            let shown: String = name.chars().take(40).collect();
            if !known.contains(&name.as_str()) {
                let known = known.join(", ");
                return Err(wrong(format!("{shown:?}: not a parameter; known are {known}")));
            }
            if pairs[..index].iter().any(|(before, _)| before == name) {
                return Err(wrong(format!("{shown:?}: given twice")));
            }
        }
        Ok(Params(pairs))
    }

    /// The value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A value out of a closed list.
    pub(crate) fn one_of(&self, name: &str, known: &[&str]) -> Result<Option<String>, Problem> {
        match self.get(name) {
            Some(value) if !known.contains(&value) => {
                let detail = format!("{name}: one of {}", known.join(", "));
                Err(Problem::new("bad_query", detail))
            }
            value => Ok(value.map(str::to_owned)),
        }
    }

    /// A day.
    pub(crate) fn day(&self, name: &str) -> Result<Option<Day>, Problem> {
        let read = |text: &str| {
            let wrong =
                || Problem::new("bad_query", format!("{name}: expected a day as 2026-04-30"));
            Day::parse(text).ok_or_else(wrong)
        };
        self.get(name).map(read).transpose()
    }

    /// `cursor` and `limit`.
    pub(crate) fn place(&self) -> Result<Place, Problem> {
        let after = self.get("cursor").map(cursor).transpose()?;
        let limit = match self.get("limit") {
            None => LIMIT_DEFAULT,
            Some(text) => {
                let number = text.parse().ok().filter(|limit| (1..=PAGE_MAX).contains(limit));
                let wrong = || Problem::new("bad_query", format!("limit: 1 to {PAGE_MAX}"));
                number.ok_or_else(wrong)?
            }
        };
        Ok(Place { after, limit })
    }
}

/// A cursor as callers see it.
pub(crate) fn shown(cursor: Option<Cursor>) -> Option<String> {
    cursor.map(|Cursor(bytes)| URL_SAFE_NO_PAD.encode(bytes))
}

/// The list's answer to a cursor that is not one of its own.
pub(crate) fn bad_cursor() -> Problem {
    Problem::new("bad_cursor", "cursor: not one of this list: start again without it")
}

fn cursor(text: &str) -> Result<Cursor, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad_cursor())?;
    Ok(Cursor(bytes))
}
