//! The hash chain of a unit's journal.

use domain::{TenantId, UnitId};
use sha2::{Digest, Sha256};

const LABEL: &[u8] = b"quittance/journal/1";

/// The hash before the first entry: SHA-256(label ‖ tenant ‖ unit).
pub fn genesis(tenant: TenantId, unit: UnitId) -> [u8; 32] {
    let hash = Sha256::new().chain_update(LABEL).chain_update(tenant.bytes());
    hash.chain_update(unit.bytes()).finalize().into()
}

/// The hash of an entry: SHA-256(previous ‖ line).
pub fn chain(previous: &[u8; 32], line: &str) -> [u8; 32] {
    Sha256::new().chain_update(previous).chain_update(line.as_bytes()).finalize().into()
}

/// The first entry at which a journal is not what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainError {
    /// Another number stands where this one should: an entry is missing, doubled or moved.
    Number {
        /// The number that should follow.
        expected: u64,
        /// The number found.
        found: u64,
    },
    /// The entry's hash does not follow from the one before it and its text.
    Hash {
        /// The entry.
        entry: u64,
    },
    /// The journal ends elsewhere than the unit's head says.
    End {
        /// The last entry by the head.
        expected: u64,
        /// The last entry found.
        found: u64,
    },
}

impl std::fmt::Display for ChainError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ChainError::Number { expected, found } => {
                write!(f, "journal entry {expected} is missing: entry {found} stands in its place")
            }
            ChainError::Hash { entry } => {
                write!(f, "journal entry {entry} was changed: its hash does not match")
            }
            ChainError::End { expected, found } => {
                write!(f, "the journal ends with entry {found}, its head says {expected}")
            }
        }
    }
}

impl std::error::Error for ChainError {}

/// Checks a whole journal, entries as number, text and hash, against its head (number and hash of
/// the last entry). Gives the head found.
pub fn verify_chain<'a>(
    tenant: TenantId,
    unit: UnitId,
    entries: impl IntoIterator<Item = (u64, &'a str, [u8; 32])>,
    head: Option<(u64, [u8; 32])>,
) -> Result<(u64, [u8; 32]), ChainError> {
    let mut at = (0, genesis(tenant, unit));
    for (found, text, hash) in entries {
        let expected = at.0 + 1;
        if found != expected {
            return Err(ChainError::Number { expected, found });
        }
        if chain(&at.1, text) != hash {
            return Err(ChainError::Hash { entry: found });
        }
        at = (found, hash);
    }
    match head {
        Some((expected, _)) if expected != at.0 => Err(ChainError::End { expected, found: at.0 }),
        Some((entry, hash)) if hash != at.1 => Err(ChainError::Hash { entry }),
        _ => Ok(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: [u8; 16] = [1; 16];
    const UNIT: [u8; 16] = [2; 16];

    fn journal(lines: &[&'static str]) -> Vec<(u64, &'static str, [u8; 32])> {
        let mut hash = genesis(TenantId::from_bytes(TENANT), UnitId::from_bytes(UNIT));
        let mut entries = Vec::new();
        for (entry, line) in (1..).zip(lines) {
            hash = chain(&hash, line);
            entries.push((entry, *line, hash));
        }
        entries
    }

    fn check(entries: &[(u64, &'static str, [u8; 32])]) -> Result<u64, ChainError> {
        let head = journal(&["a", "b", "c"]).last().map(|(entry, _, hash)| (*entry, *hash));
        let (tenant, unit) = (TenantId::from_bytes(TENANT), UnitId::from_bytes(UNIT));
        verify_chain(tenant, unit, entries.iter().copied(), head).map(|(entry, _)| entry)
    }

    #[test]
    fn an_untouched_journal_holds() {
        assert_eq!(check(&journal(&["a", "b", "c"])), Ok(3));
    }

    #[test]
    fn the_first_wrong_entry_is_named() {
        let good = journal(&["a", "b", "c"]);
        let mut flipped = good.clone();
        flipped[1].1 = "B";
        assert_eq!(check(&flipped), Err(ChainError::Hash { entry: 2 }));
        let mut rehashed = good.clone();
        rehashed[0].2[0] ^= 1;
        assert_eq!(check(&rehashed), Err(ChainError::Hash { entry: 1 }));
        let dropped = [good[0], good[2]];
        assert_eq!(check(&dropped), Err(ChainError::Number { expected: 2, found: 3 }));
        let renumbered = [good[0], (2, good[2].1, good[2].2)];
        assert_eq!(check(&renumbered), Err(ChainError::Hash { entry: 2 }));
        let moved = [good[1], good[0], good[2]];
        assert_eq!(check(&moved), Err(ChainError::Number { expected: 1, found: 2 }));
        assert_eq!(check(&good[..2]), Err(ChainError::End { expected: 3, found: 2 }));
        let another = journal(&["a", "b", "d"]);
        assert_eq!(check(&another), Err(ChainError::Hash { entry: 3 }));
        assert_eq!(check(&[]), Err(ChainError::End { expected: 3, found: 0 }));
    }

    #[test]
    fn the_genesis_depends_on_tenant_and_unit() {
        let (a, b) = ([1; 16], [2; 16]);
        let of = |tenant, unit| genesis(TenantId::from_bytes(tenant), UnitId::from_bytes(unit));
        assert_ne!(of(a, b), of(b, a));
        let label = Sha256::digest([LABEL, &a, &b].concat());
        assert_eq!(of(a, b), <[u8; 32]>::from(label));
    }
}
