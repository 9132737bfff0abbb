//! Messages that leave: handed over to a carrier, and what it tells of them later.
//!
//! **Invariant:** a message is handed over at least once, under one id however often it is tried.
//! **Invariant:** a message and its carrier's secrets cross no network in the clear.
//! **Invariant:** neither the address nor a secret reaches a log, a fact or a `Debug`.

mod gateway;
mod receipt;
mod smtp;

use std::{future::Future, path::Path, pin::Pin, sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{Channel, NoticeId, UnitId};
use formats::directory::{Sender, Via};

use crate::{clock::Clock, crypto::sha256, error::Error, intake::Secret};

pub use gateway::{Posted, letter};
pub use receipt::{RECEIPT_MAX, Receipt, receipt};
pub use smtp::mailbox;

/// Longest for one handing over.
const WITHIN: Duration = Duration::from_secs(20);
/// Longest id that a carrier gives a message, bytes.
const ID_MAX: usize = 128;
/// Longest code by which a carrier says what is wrong, bytes.
const CODE_MAX: usize = 64;

/// A message on its way out.
pub struct Outgoing<'a> {
    /// The same however often it is tried.
    pub id: &'a str,
    /// A phone number with its country's code, or a mail address.
    pub to: &'a str,
    /// By which channel.
    pub channel: Channel,
    /// What stands above a mail.
    pub subject: &'a str,
    /// The text.
    pub text: &'a str,
    /// BCP 47 tag of it.
    pub language: &'a str,
}

impl std::fmt::Debug for Outgoing<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outgoing").field("channel", &self.channel).finish_non_exhaustive()
    }
}

/// Why a carrier did not take a message over. What stands there names no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsent {
    /// It may later.
    Later(String),
    /// It never will.
    Never(String),
}

/// A handing over under way; its answer is the carrier's own id.
pub type Handing<'a> = Pin<Box<dyn Future<Output = Result<String, Unsent>> + Send + 'a>>;

/// Somebody who takes messages over.
pub trait Carrier: Send + Sync {
    /// Hands a message over. What was taken over under an id is taken over once.
    fn hand_over<'a>(&'a self, message: &'a Outgoing<'a>) -> Handing<'a>;
}

/// The carrier of a sender; nobody is called yet.
pub fn carrier(
    sender: &Sender,
    secrets: &[Secret],
    password: Option<Secret>,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn Carrier>, Error> {
    match &sender.via {
        Via::Gateway { url, callback, ca } => {
            let callback = callback
                .as_deref()
                .map(|base| format!("{}/v1/receipts/{}", base.trim_end_matches('/'), sender.name));
            let secret = secrets.first().cloned().ok_or_else(|| {
                Error::refused("bad_secret", format!("sender {:?} has no secret", sender.name))
            })?;
            let ca = ca.as_deref().map(Path::new);
            Ok(Arc::new(gateway::Gateway::new(url, ca, callback, secret, clock)?))
        }
        Via::Smtp { .. } => Ok(Arc::new(smtp::Mail::new(&sender.via, password)?)),
    }
}

/// The name of a message at its carrier: contract, notice and channel in one word.
pub fn message_id(unit: UnitId, notice: NoticeId, channel: Channel) -> String {
    let mut bytes = Vec::with_capacity(33);
    bytes.extend(unit.bytes());
    bytes.extend(notice.0.as_bytes());
    bytes.push(number(channel));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What the name of a message says, if it is one.
pub fn named(id: &str) -> Option<(UnitId, NoticeId, Channel)> {
    let bytes: [u8; 33] = URL_SAFE_NO_PAD.decode(id).ok()?.try_into().ok()?;
    let unit: [u8; 16] = bytes[..16].try_into().expect("16 of 33 bytes");
    let notice: [u8; 16] = bytes[16..32].try_into().expect("16 of 33 bytes");
    let channel = Channel::MESSAGES.into_iter().find(|channel| number(*channel) == bytes[32])?;
    Some((UnitId::from_bytes(unit), NoticeId::from_bytes(notice), channel))
}

/// Never changed: it stands in names of messages.
fn number(channel: Channel) -> u8 {
    match channel {
        Channel::Screen | Channel::Declared => 0,
        Channel::Sms => 1,
        Channel::Whatsapp => 2,
        Channel::Email => 3,
    }
}

/// A phone number as carriers take it: `+` and digits.
pub fn phone_number(text: &str) -> Option<String> {
    let plain = |sign: &char| !matches!(sign, ' ' | '(' | ')' | '-' | '.' | '/');
    let number: String = text.chars().filter(plain).collect();
    let digits = number.strip_prefix('+').unwrap_or(&number);
    let fits = (6..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| number.clone())
}

/// A carrier's own id as evidence. One that holds the address is known by its hash.
fn own_id(id: &str, to: &str) -> Option<String> {
    let fits = (1..=ID_MAX).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    let digits = to.trim_start_matches('+');
    let tells = !digits.is_empty() && id.to_lowercase().contains(&digits.to_lowercase());
    match (fits, tells) {
        (false, _) => None,
        (true, false) => Some(id.to_owned()),
        (true, true) => Some(crate::crypto::hex(&sha256(&[id.as_bytes()])[..16])),
    }
}

/// A word by which a carrier says what is wrong: letters, `_`, `-`, `.` and few digits, so that no
/// address is one.
fn plain_code(text: &str) -> Option<&str> {
    let signs = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let fits = (1..=CODE_MAX).contains(&text.len()) && text.bytes().all(signs) && digits <= 5;
    fits.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_message_says_which_it_is() {
        let (unit, notice) = (UnitId::from_bytes([7; 16]), NoticeId::from_bytes([9; 16]));
        for channel in Channel::MESSAGES {
            let id = message_id(unit, notice, channel);
            assert_eq!(named(&id), Some((unit, notice, channel)));
            assert_eq!(id.len(), 44);
        }
        let screen = message_id(unit, notice, Channel::Screen);
        let good = message_id(unit, notice, Channel::Sms);
        for wrong in ["", "x", &screen, &good[1..], &format!("{good}A"), &good.replace('B', "+")] {
            assert_eq!(named(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_a_carrier_says_holds_no_address() {
        let to = "+915550100100";
        assert_eq!(own_id("SM-17", to).as_deref(), Some("SM-17"));
        let hidden = own_id("wamid.915550100100.7", to).unwrap();
        assert!(!hidden.contains("5550100100") && hidden.len() == 32, "{hidden}");
        for wrong in ["", "two words", "line\n", &"x".repeat(129)] {
            assert_eq!(own_id(wrong, to), None, "{wrong:?}");
        }
        assert_eq!(plain_code("unknown_subscriber"), Some("unknown_subscriber"));
        for wrong in ["", "to +91 555", "915550100100", "a@b.example", &"x".repeat(65)] {
            assert_eq!(plain_code(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn numbers_are_digits_with_their_country() {
        assert_eq!(phone_number("+91 (555) 0100-100").as_deref(), Some("+915550100100"));
        for wrong in ["", "12345", "+1234567890123456", "555 CALL ME", "++91555010010"] {
            assert_eq!(phone_number(wrong), None, "{wrong}");
        }
    }
}
