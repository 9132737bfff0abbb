//! Why a use case did not do what was asked. Each kind has its own way to the outside.

use domain::Refusal;

/// What a use case answers instead of its result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The rules say no; nothing was changed.
    #[error("{}: {}", .0.code, .0.detail)]
    Refused(Refusal),
    /// There is no such thing, or it is not the caller's to see.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// Somebody else was faster, several times over; try again.
    #[error("too much at once on this unit; try again")]
    Busy,
    /// More than is taken at once; there is room again after so many seconds.
    #[error("too many calls; come again in {0} s")]
    TooMany(u64),
    /// The server's clock jumped: nothing is signed until a person looked.
    #[error("the server's clock moved {0} s against its own elapsed time: check it and restart")]
    ClockDoubtful(i64),
    /// Storage or keys failed: ours to mend, never the caller's.
    #[error("{0}")]
    Fault(String),
}

impl Error {
    /// A refusal.
    pub fn refused(code: &'static str, detail: impl Into<String>) -> Error {
        Error::Refused(Refusal::new(code, detail))
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        Error::Refused(refusal)
    }
}

impl From<store::Fault> for Error {
    fn from(fault: store::Fault) -> Error {
        Error::Fault(fault.to_string())
    }
}
