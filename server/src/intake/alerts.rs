//! What a trusted publisher tells of an emergency: signed as the generic door's calls are, with a
//! moment. It names labels of areas and an end, and opens phones; nothing it says restricts.

use std::collections::BTreeSet;

use domain::Moment;
use serde::Deserialize;

use super::{BODY_MAX, Call, Rejection, Source, generic, json, signature, text};

/// An emergency as it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The publisher's own id.
    pub id: String,
    /// Labels of areas.
    pub areas: BTreeSet<String>,
    /// When it ends.
    pub until: Moment,
    /// What it is.
    pub cause: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    id: String,
    areas: BTreeSet<String>,
    until: String,
    cause: String,
}

/// Reads the call of a publisher that has proved who he is.
pub fn alert(source: &Source, call: &Call<'_>) -> Result<Alert, Rejection> {
    if call.body.len() > BODY_MAX {
        return Err(Rejection::new("body_too_large", "a call holds at most 64 KiB"));
    }
    signature::timed(generic::HEADER, &source.secrets, call)?;
    let Body { id, areas, until, cause } = json(call.body)?;
    let until = Moment::parse(&until)
        .ok_or_else(|| Rejection::new("bad_moment", "until: expected RFC 3339"))?;
    Ok(Alert { id: text("id", &id)?, areas, until, cause })
}
