//! A bank's file as stored: which bytes came, and what became of what they tell.

use domain::{Moment, TenantId};
use serde::{Deserialize, Serialize};

use crate::{
    doc::{DocError, read, written},
    text::one,
};

/// A bank's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankFile {
    /// What became of it; absent while it is being taken in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<FileCounts>,
    /// `camt053` or `camt054`.
    pub format: String,
    /// SHA-256 of its bytes.
    #[serde(with = "one")]
    pub hash: [u8; 32],
    /// Who tells of its money, where that is not the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// When it came.
    #[serde(with = "one")]
    pub received_at: Moment,
    /// Whose it is.
    #[serde(with = "one")]
    pub tenant: TenantId,
}

/// What became of the entries of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileCounts {
    /// Money that was counted, and hints that it confirmed.
    pub counted: u64,
    /// Known before.
    pub known: u64,
    /// Not ours to count.
    pub passed: u64,
    /// Not money yet.
    pub pending: u64,
    /// Refused, for contradicting what is known.
    pub refused: u64,
    /// Payments taken back.
    pub reversed: u64,
    /// Money that waits for a person.
    pub suspense: u64,
}

impl BankFile {
    /// The name of its state in lists.
    pub fn status(&self) -> &'static str {
        if self.counts.is_some() { "taken" } else { "received" }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Doc<T> {
    bank_file: T,
}

/// The text of a file's record.
pub fn bank_file_doc(file: &BankFile) -> String {
    written(&Doc { bank_file: file })
}

/// The record of a stored text.
pub fn parse_bank_file(text: &str) -> Result<BankFile, DocError> {
    read::<Doc<BankFile>>(text).map(|doc| doc.bank_file)
}
