//! The limits of the wire. Lengths of text are bytes of UTF-8; a decoder refuses what is beyond.

/// Latest time a message may name, Unix seconds; also the longest span. Sums of two never overflow.
pub const TIME_MAX: u64 = (1 << 40) - 1;
/// Latest day a message may name, days since 1970-01-01.
pub const DAY_MAX: u64 = TIME_MAX / 86_400;
/// Most leaves of a log.
pub const LOG_SIZE_MAX: u64 = 1 << 48;
/// Largest sequence, message or event number.
pub const COUNT_MAX: u64 = i64::MAX as u64;

/// Largest body of a request.
pub const REQUEST_MAX: usize = 16 * 1024;
/// Largest body of an answer.
pub const REPLY_MAX: usize = 32 * 1024;
/// Largest signed part of either.
pub const SIGNED_MAX: usize = 24 * 1024;
/// Largest lease content.
pub const CONTENT_MAX: usize = 20 * 1024;
/// Largest offer, as COSE bytes.
pub const OFFER_MAX: usize = 1024;
/// Largest key certificate, as COSE bytes.
pub const CERT_MAX: usize = 512;
/// Largest succession, as COSE bytes.
pub const SUCCESSION_MAX: usize = 640;
/// Longest reason of a sunset's dispute.
pub const DISPUTE_REASON_MAX: usize = 200;
/// Largest dispute of a sunset, as COSE bytes.
pub const DISPUTE_MAX: usize = 512;
/// Most certificates in one reply.
pub const CERTS_MAX: usize = 4;

/// Longest language tag.
pub const LANGUAGE_MAX: usize = 35;
/// Longest lender name.
pub const LENDER_MAX: usize = 128;
/// Longest telephone number.
pub const PHONE_MAX: usize = 32;
/// Longest reason.
pub const REASON_MAX: usize = 512;
/// Longest text on how to pay, how to dispute and who manages the phone, each.
pub const HOW_TO_MAX: usize = 1024;
/// Longest amount with its currency, or date with its amount.
pub const AMOUNT_MAX: usize = 128;
/// Most numbers that can always be called.
pub const NUMBERS_MAX: usize = 16;
/// Most restriction or guard codes in one list.
pub const CODES_MAX: usize = 16;
/// Longest disclosure shown at enrolment.
pub const DISCLOSURE_MAX: usize = 8 * 1024;
/// Longest enrolment code.
pub const ENROL_CODE_MAX: usize = 32;
/// Most IMEIs of one device.
pub const IMEIS_MAX: usize = 4;
/// Longest serial number.
pub const SERIAL_MAX: usize = 64;
/// Longest agent version.
pub const AGENT_VERSION_MAX: usize = 64;
/// Longest problem code.
pub const PROBLEM_CODE_MAX: usize = 64;
/// Longest problem detail.
pub const PROBLEM_DETAIL_MAX: usize = 512;
