//! A storage fault: the backend could not do its work. Never the caller's mistake.

/// What went wrong, for a log; the caller may try again later.
#[derive(Debug, thiserror::Error)]
#[error("storage: {what}")]
pub struct Fault {
    /// What the backend was doing and what it met.
    pub what: String,
}

impl Fault {
    /// A fault with this description.
    pub fn new(what: impl Into<String>) -> Fault {
        Fault { what: what.into() }
    }
}
