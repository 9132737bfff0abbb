//! Every decoder of the wire, by name. The tests of `protocol` run the same list over the committed
//! corpus, so that the plain test run replays it.
//!
//! **Invariant:** a target neither panics on any bytes nor takes bytes it would not write itself.

use protocol::{
    Message,
    cert::KeyCert,
    check_in::CheckIn,
    cose::{Mac0, Sign1},
    enrol::{Confirm, Offer, Terms},
    journal_root::JournalRoot,
    lease::{LeaseContent, SignedLease, Unchanged},
    release::{Release, Removed},
    reply::{Problem, Reply},
    request::Request,
    succession::{Assigned, Succession},
    sunset::SunsetDispute,
    token::{self, Token},
};

/// A decoder under test: name of its corpus folder, and what runs on the bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All decoders.
pub const TARGETS: &[Target] = &[
    ("key_cert", message::<KeyCert>),
    ("lease_content", message::<LeaseContent>),
    ("lease", message::<SignedLease>),
    ("unchanged", message::<Unchanged>),
    ("check_in", message::<CheckIn>),
    ("enrol_offer", message::<Offer>),
    ("enrol_terms", message::<Terms>),
    ("enrol_confirm", message::<Confirm>),
    ("release", message::<Release>),
    ("removed", message::<Removed>),
    ("succession", message::<Succession>),
    ("assigned", message::<Assigned>),
    ("journal_root", message::<JournalRoot>),
    ("sunset_dispute", message::<SunsetDispute>),
    ("request", message::<Request>),
    ("reply", message::<Reply>),
    ("problem", message::<Problem>),
    ("sign1", sign1),
    ("mac0", mac0),
    ("token", token),
    ("token_text", token_text),
];

/// Whatever is accepted is what we would have written, up to keys that need not be understood.
pub fn message<M: Message>(data: &[u8]) {
    let Ok((value, has_skipped)) = M::decode_noting(data) else { return };
    let again = value.encode();
    if has_skipped {
        assert!(again.len() < data.len(), "leaving keys out makes bytes shorter");
        let twice = M::decode(&again).expect("what we write, we read").encode();
        assert_eq!(again, twice);
    } else {
        assert_eq!(again, data, "one value has one encoding");
    }
}

fn sign1(data: &[u8]) {
    if let Ok(sign1) = Sign1::parse(data) {
        assert!(sign1.kid().len() + sign1.payload().len() + 64 < data.len());
    }
}

fn mac0(data: &[u8]) {
    if let Ok(mac0) = Mac0::parse(data) {
        assert!(mac0.kid().len() + mac0.payload().len() + 32 < data.len());
    }
}

fn token(data: &[u8]) {
    if let Ok(token) = Token::decode(data) {
        let mut signature = [0; 64];
        signature.copy_from_slice(&data[32..]);
        assert_eq!(token.with_signature(&signature)[..], *data);
    }
}

fn token_text(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(bytes) = token::from_text(text) {
        assert_eq!(token::to_text(&bytes), text);
    }
}
