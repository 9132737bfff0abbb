//! Signatures with a moment: `t=1492774577,v1=5257a8…,v1=…` over `t.body`.

use domain::Moment;

use super::{Call, Proof, Rejection, Secret};
use crate::crypto::hex;

/// How old a signature may be, seconds.
pub const PAST_S: i64 = 300;
/// How far ahead of us a signature may be, seconds.
pub const FUTURE_S: i64 = 300;
/// Signatures of one call that are looked at.
const SIGNATURES_MAX: usize = 8;

/// The value of a header that a sender signs a body with: `t=…,v1=…`.
pub fn signed(secret: &Secret, at: Moment, body: &[u8]) -> String {
    use aws_lc_rs::hmac;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.bytes());
    let stamp = at.seconds().to_string();
    let mac = hmac::sign(&key, &[stamp.as_bytes(), b".", body].concat());
    format!("t={stamp},v1={}", hex(mac.as_ref()))
}

/// Checks the usual header of a call against secrets.
pub fn proved(secrets: &[Secret], call: &Call<'_>) -> Result<(), Rejection> {
    timed(super::generic::HEADER, secrets, call).map(drop)
}

/// Checks a header against the body as it came. Several signatures stand there while the provider
/// changes its secret, several secrets while we do: one pair that fits is enough.
pub(super) fn timed(header: &str, secrets: &[Secret], call: &Call<'_>) -> Result<Proof, Rejection> {
    let value = call.header(header).ok_or_else(|| missing(header))?;
    let mut stamp = None;
    let mut signatures = Vec::new();
    for part in value.split(',') {
        match part.trim().split_once('=') {
            Some(("t", text)) if stamp.is_none() => stamp = Some(text),
            Some(("t", _)) => return Err(wrong("the header has two moments")),
            Some(("v1", text)) if signatures.len() < SIGNATURES_MAX => {
                signatures.extend(unhex(text));
            }
            _ => {}
        }
    }
    let stamp = stamp.ok_or_else(|| wrong("the header has no moment"))?;
    let digits = stamp.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: i64 =
        stamp.parse().ok().filter(|_| digits).ok_or_else(|| wrong("the moment is no number"))?;
    let fits = |secret: &Secret| {
        let message = [stamp.as_bytes(), b".", call.body].concat();
        signatures.iter().any(|signature| is_mac(secret, &message, signature))
    };
    // The signature first: the moment of a forged one says nothing.
    if !secrets.iter().any(fits) {
        return Err(wrong("no signature fits the body and a secret of this source"));
    }
    let now = call.at.seconds();
    if seconds < now.saturating_sub(PAST_S) {
        return Err(Rejection::new("signature_stale", "the signature is older than 300 seconds"));
    }
    if seconds > now.saturating_add(FUTURE_S) {
        return Err(Rejection::new("signature_stale", "the signature comes from the future"));
    }
    Ok(Proof::Proven)
}

/// Checks a header that is the body's plain HMAC-SHA256 in hexadecimal.
pub(super) fn plain(text: &str, secrets: &[Secret], call: &Call<'_>) -> Result<Proof, Rejection> {
    let signature = unhex(text).ok_or_else(|| wrong("the signature is not hexadecimal"))?;
    if secrets.iter().any(|secret| is_mac(secret, call.body, &signature)) {
        return Ok(Proof::Proven);
    }
    Err(wrong("the signature does not fit the body and a secret of this source"))
}

pub(super) fn missing(header: &str) -> Rejection {
    wrong(&format!("the header {header} must stand there once"))
}

pub(super) fn wrong(detail: &str) -> Rejection {
    Rejection::new("signature_wrong", detail)
}

fn is_mac(secret: &Secret, message: &[u8], signature: &[u8]) -> bool {
    use aws_lc_rs::hmac;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.bytes());
    hmac::verify(&key, message, signature).is_ok()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    (0..64).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}
