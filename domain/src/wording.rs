//! Which templates the text of a formal notice was made of.
//!
//! **Invariant:** what a template said of itself is kept with the text, so that a review of a later
//! day vouches for nothing that was frozen before.

use crate::Day;

/// A template file with a part in a text, by its own header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Whether it is the lender's own, and not the program's.
    pub own: bool,
    /// Its version.
    pub version: u32,
    /// Who vouched for it; `None` = a draft.
    pub reviewed: Option<Review>,
}

/// A named person's word for a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Who.
    pub by: String,
    /// When.
    pub on: Day,
}
