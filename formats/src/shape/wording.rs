//! The templates of a notice's text.

use domain::{
    Day,
    wording::{Review, Template},
};
use serde::{Deserialize, Serialize};

use super::{maybe, shaped};
use crate::text::one;

#[derive(Serialize, Deserialize)]
#[serde(remote = "Template", deny_unknown_fields)]
pub(crate) struct TemplateShape {
    own: bool,
    #[serde(with = "maybe")]
    reviewed: Option<Review>,
    version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Review", deny_unknown_fields)]
pub(crate) struct ReviewShape {
    by: String,
    #[serde(with = "one")]
    on: Day,
}

shaped!(Template: TemplateShape, Review: ReviewShape);
