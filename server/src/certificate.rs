//! The release certificate as people hand it on: bytes, text, document, page. Whoever has the
//! lender's public keys can check each of them, without asking anybody.
//!
//! **Invariant:** nothing here knows a borrower; the phone is a salted hash.
//! **Invariant:** there is no revocation: what was released stays so.

pub mod page;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::Moment;
use protocol::{
    Message, TenantId,
    cert::KeyRing,
    cose::Sign1,
    release::{Release, device_hash},
    reply::{Reply, ReplyKind},
};
use serde_json::{Value, json};

use crate::crypto::{ServerVerifier, hex};

/// What a certificate's document calls its form.
const FORMAT: &str = "quittance-release/1";
/// Longest text of a certificate that is read, link included.
pub const TEXT_MAX: usize = 8 * 1024;

/// A certificate: the signed release and the certificate of the key that signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    bytes: Vec<u8>,
    signed: Vec<u8>,
    certs: Vec<Vec<u8>>,
    release: Release,
}

/// Why something is no certificate, or proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// It cannot be read.
    #[error("this is no release certificate: {0}")]
    Malformed(String),
    /// It is another lender's than the keys.
    #[error("it is a certificate of another lender than these keys")]
    OtherLender,
    /// No key of the lender signed it.
    #[error("its signature does not hold: {0}")]
    Signature(String),
    /// What is written beside the signed part is something else.
    #[error("what it says of {0} is not what was signed")]
    Differs(&'static str),
}

impl Certificate {
    /// Of a signed release and its key's certificate, as we made them.
    pub fn new(signed: &[u8], cert: &[u8]) -> Result<Certificate, Unproven> {
        let certs = vec![cert.to_vec()];
        Certificate::of(Reply { kind: ReplyKind::Release, signed: signed.to_vec(), certs }.encode())
    }

    /// Of its bytes: the CBOR array `[3, COSE of the release, [key certificate]]`.
    pub fn of(bytes: Vec<u8>) -> Result<Certificate, Unproven> {
        let wrong = |error: protocol::Malformed| Unproven::Malformed(error.to_string());
        let Reply { kind, signed, certs } = Reply::decode(&bytes).map_err(wrong)?;
        if kind != ReplyKind::Release {
            return Err(Unproven::Malformed("it is another message".to_owned()));
        }
        let release = Sign1::parse(&signed).map_err(wrong)?.decode().map_err(wrong)?;
        Ok(Certificate { bytes, signed, certs, release })
    }

    /// Of its text, or of a link that ends with it. White space does not count.
    pub fn of_text(text: &str) -> Result<Certificate, Unproven> {
        if text.len() > TEXT_MAX {
            return Err(Unproven::Malformed("it is too long".to_owned()));
        }
        let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let last = plain.rsplit(['/', '#']).next().unwrap_or_default();
        let bytes = URL_SAFE_NO_PAD.decode(last);
        let wrong = |_| Unproven::Malformed("its text is not base64url".to_owned());
        Certificate::of(bytes.map_err(wrong)?)
    }

    /// Of its document, whose every field must be what was signed.
    pub fn of_json(value: &Value) -> Result<Certificate, Unproven> {
        if value["format"] != FORMAT {
            return Err(Unproven::Malformed(format!("the form is not {FORMAT:?}")));
        }
        let certificate = Certificate::of_text(value["text"].as_str().unwrap_or_default())?;
        let own = certificate.json();
        for field in FIELDS {
            if value.get(field).is_some_and(|told| *told != own[field]) {
                return Err(Unproven::Differs(field));
            }
        }
        Ok(certificate)
    }

    /// Of the bytes of a file: bytes, document or text.
    pub fn of_file(bytes: &[u8]) -> Result<Certificate, Unproven> {
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Certificate::of(bytes.to_vec());
        };
        match serde_json::from_str::<Value>(text) {
            Ok(value @ Value::Object(_)) => Certificate::of_json(&value),
            _ => Certificate::of_text(text),
        }
    }

    /// What it says, if a release key that this root certified signed it. Certificates of the
    /// lender's key history may be given beside the one that it carries.
    pub fn check(
        &self,
        (tenant, root): (TenantId, [u8; 32]),
        history: &[Vec<u8>],
    ) -> Result<&Release, Unproven> {
        if self.release.tenant != tenant {
            return Err(Unproven::OtherLender);
        }
        let mut ring = KeyRing::new(tenant, root);
        let known = self.certs.iter().chain(history).map(Vec::as_slice);
        for cert in known {
            // A ring holds few: the one that is needed must not make room for others.
            let named = Sign1::parse(cert).and_then(|sign1| {
                sign1.decode::<protocol::cert::KeyCert>().map(|cert| cert.key_id.to_be_bytes())
            });
            let kid = Sign1::parse(&self.signed).map(|sign1| sign1.kid().to_vec());
            if named.is_ok_and(|named| kid.is_ok_and(|kid| kid == named)) {
                let _ = ring.add(cert, &ServerVerifier);
            }
        }
        let opened = ring.open_release(&self.signed, &ServerVerifier);
        opened.map_err(|refused| Unproven::Signature(refused.to_string()))?;
        Ok(&self.release)
    }

    /// What it says, unproven.
    pub fn release(&self) -> &Release {
        &self.release
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its text: base64url of its bytes.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.bytes)
    }

    /// Its document.
    pub fn json(&self) -> Value {
        let release = &self.release;
        json!({
            "contract": uuid::Uuid::from_bytes(release.contract.0).to_string(),
            "device_hash": hex(&release.device_hash.0),
            "format": FORMAT,
            "lender": release.lender,
            "released_at": moment(release),
            "salt": hex(&release.salt),
            "tenant": uuid::Uuid::from_bytes(release.tenant.0).to_string(),
            "text": self.text(),
        })
    }

    /// Whether this phone is meant, by any of its IMEIs.
    pub fn is_of(&self, imei: &domain::Imei) -> bool {
        device_hash(&self.release.salt, imei.digits()) == self.release.device_hash
    }
}

const FIELDS: [&str; 6] = ["contract", "device_hash", "lender", "released_at", "salt", "tenant"];

/// When the phone was released, RFC 3339.
pub fn moment(release: &Release) -> String {
    let seconds = i64::try_from(release.released_at).unwrap_or(i64::MAX);
    Moment::from_seconds(seconds).rfc3339()
}
