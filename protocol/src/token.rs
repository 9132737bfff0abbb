//! The lease's compact form: 96 bytes that open a phone by SMS, QR or link.

/// A token of kind 1, OPEN_UNTIL: it only lowers, and rules until a lease issued later arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// The signing key's number.
    pub key_id: u16,
    /// `SHA-256("UT1b" ‖ u8(len uid) ‖ uid ‖ enrolment_id ‖ be32(key_gen))[0..8]`.
    pub binding: [u8; 8],
    /// Rises with each token of this key generation.
    pub counter: u32,
    /// Unix minutes.
    pub issued: u32,
    /// Open until, Unix minutes.
    pub paid_through: u32,
    /// Not accepted after, Unix minutes.
    pub not_after: u32,
}
