//! The root of a lender's log of journals on a day: what everybody can keep a copy of, so that no
//! journal is rewritten unseen. No device reads it.

use alloc::string::String;

use crate::{
    ContentHash, TenantId,
    codec::{self, Own, Seconds, Text, Within},
    limits::{DAY_MAX, LENDER_MAX, LOG_SIZE_MAX},
};

/// COSE_Sign1 of kind `journal-root` by a journal key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalRoot {
    /// Key 1.
    pub tenant: TenantId,
    /// Key 2.
    pub lender: String,
    /// Key 3: the day that had ended, in days since 1970-01-01, UTC.
    pub day: u64,
    /// Key 4: leaves of the log.
    pub size: u64,
    /// Key 5: Merkle Tree Hash of the leaves (RFC 6962 §2.1, SHA-256).
    pub root: ContentHash,
    /// Key 6: Unix seconds.
    pub made_at: u64,
}

codec::wire_map!(message JournalRoot {
    1 tenant: Own,
    2 lender: Text<LENDER_MAX>,
    3 day: Within<0, DAY_MAX>,
    4 size: Within<0, LOG_SIZE_MAX>,
    5 root: Own,
    6 made_at: Seconds,
} codec::no_check);
