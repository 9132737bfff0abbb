//! What can be wrong with bytes, and with a well-formed message that is not acceptable.

use core::fmt;

/// What [`Malformed`] says of a version other than 1; becomes [`Refused::UnknownVersion`].
pub const UNKNOWN_VERSION: &str = "unknown message version";

/// Bytes that are not a message: a fixed sentence and the offset at which it broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What was expected; stable text, fit for a log.
    pub what: &'static str,
    /// Offset in bytes from the start of the decoded buffer.
    pub at: usize,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.what, self.at)
    }
}

impl core::error::Error for Malformed {}

/// A message that is well-formed and still not to be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The bytes are not a message.
    Malformed(Malformed),
    /// The signature does not match key, kind and bytes.
    BadSignature,
    /// No certificate is known for this key id.
    UnknownKey,
    /// The key's certificate does not allow this kind of message.
    KindNotAllowed,
    /// The stage is above what the key's certificate allows.
    RungNotAllowed,
    /// Signed outside the certificate's validity.
    CertificateExpired,
    /// For another tenant, contract, enrolment or key generation.
    WrongBinding,
    /// A certificate gives a known key id to another key.
    KeyIdReused,
    /// A message version this implementation does not speak.
    UnknownVersion,
}

impl From<Malformed> for Refused {
    fn from(malformed: Malformed) -> Self {
        match malformed.what {
            UNKNOWN_VERSION => Refused::UnknownVersion,
            _ => Refused::Malformed(malformed),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Malformed(m) => write!(f, "malformed: {m}"),
            Refused::BadSignature => f.write_str("the signature does not match"),
            Refused::UnknownKey => f.write_str("no certificate for this key id"),
            Refused::KindNotAllowed => f.write_str("the key may not sign this kind of message"),
            Refused::RungNotAllowed => f.write_str("the key may not sign this rung"),
            Refused::CertificateExpired => f.write_str("outside the certificate's validity"),
            Refused::WrongBinding => f.write_str("for another tenant, contract or enrolment"),
            Refused::KeyIdReused => f.write_str("the key id belongs to another key"),
            Refused::UnknownVersion => f.write_str("unknown message version"),
        }
    }
}

impl core::error::Error for Refused {}
