//! The promises of the product as named properties. Each looks at what a visit showed and says
//! nothing, or what is wrong.
//!
//! That no restriction names a floor function needs no property here: the type has no value for
//! one.

pub mod arrears;
pub mod books;
pub mod contract;
pub mod journal;
pub mod phone;

pub use phone::Seen;

/// Each property that was checked, with what it found wrong.
pub type Found = Vec<(&'static str, Option<String>)>;

/// What is wrong when `holds` does not.
fn unless(holds: bool, detail: impl FnOnce() -> String) -> Option<String> {
    (!holds).then(detail)
}
