//! A lender's public key history as a file: what his signatures are checked against, without him.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::TenantId;
use serde::{Deserialize, Serialize};

use crate::{
    doc::written,
    hex::{hex, unhex},
    text::one,
};

const FORMAT: &str = "quittance-keys/1";

/// Whose keys sign what. The certificates say it themselves, signed by the root; what stands beside
/// them is for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyHistory {
    /// `quittance-keys/1`.
    format: String,
    /// Every key that was ever certified, by rising number.
    pub keys: Vec<HistoryKey>,
    /// The lender's name.
    pub lender: String,
    /// The root key, hexadecimal.
    root_key: String,
    /// The lender.
    #[serde(with = "one")]
    pub tenant: TenantId,
}

/// One key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryKey {
    /// Its certificate, COSE bytes as base64url.
    certificate: String,
    /// Its number.
    pub key_id: u16,
    /// What it signs.
    pub kinds: Vec<String>,
    /// First second after its validity, RFC 3339.
    pub not_after: String,
    /// First second of its validity, RFC 3339.
    pub not_before: String,
}

impl HistoryKey {
    /// A key with what its certificate says.
    pub fn new(
        certificate: &[u8],
        key_id: u16,
        kinds: Vec<String>,
        (not_before, not_after): (String, String),
    ) -> HistoryKey {
        let certificate = URL_SAFE_NO_PAD.encode(certificate);
        HistoryKey { certificate, key_id, kinds, not_after, not_before }
    }
}

impl KeyHistory {
    /// A lender's keys.
    pub fn new(
        (tenant, lender): (TenantId, String),
        root: &[u8; 32],
        keys: Vec<HistoryKey>,
    ) -> KeyHistory {
        let (format, root_key) = (FORMAT.to_owned(), hex(root));
        KeyHistory { format, keys, lender, root_key, tenant }
    }

    /// Its text.
    pub fn text(&self) -> String {
        written(self)
    }

    /// The history of a text.
    pub fn parse(text: &str) -> Result<KeyHistory, String> {
        let history: KeyHistory = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if history.format != FORMAT {
            return Err(format!("the form is {:?}, not {FORMAT:?}", history.format));
        }
        if unhex(&history.root_key).is_none() {
            return Err("root_key: not 64 hexadecimal digits".to_owned());
        }
        Ok(history)
    }

    /// The root key.
    pub fn root(&self) -> [u8; 32] {
        unhex(&self.root_key).unwrap_or_default()
    }

    /// The bytes of the certificates that can be read.
    pub fn certificates(&self) -> Vec<Vec<u8>> {
        let keys = self.keys.iter();
        keys.filter_map(|key| URL_SAFE_NO_PAD.decode(&key.certificate).ok()).collect()
    }
}
