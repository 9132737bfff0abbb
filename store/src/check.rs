//! What must hold of an item before any backend writes it. A breach is a bug of the caller, so it
//! is a fault, never an outcome.

use std::collections::BTreeMap;

use domain::TenantId;

use crate::{Fault, Head, Item, UnitKind};

/// What a backend knows of a unit before an item is applied.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Before {
    pub(crate) tenant: TenantId,
    pub(crate) kind: UnitKind,
    pub(crate) head: Head,
}

/// Postings sum to zero per currency and bear one moment, and the new head is the hash of the last
/// line.
pub(crate) fn shape(item: &Item) -> Result<(), Fault> {
    let mut sums: BTreeMap<&str, i128> = BTreeMap::new();
    for posting in &item.postings {
        *sums.entry(&posting.currency).or_default() += i128::from(posting.minor);
    }
    if let Some((currency, sum)) = sums.into_iter().find(|(_, sum)| *sum != 0) {
        return breach(item, &format!("its postings in {currency} sum to {sum}"));
    }
    if item.postings.windows(2).any(|pair| pair[0].at != pair[1].at) {
        return breach(item, "its postings bear several moments");
    }
    match item.journal.last() {
        Some(line) if line.hash != item.change.head.hash => {
            breach(item, "its new head is not the hash of its last journal line")
        }
        _ => Ok(()),
    }
}

/// The journal goes on from the stored head, and what is fixed at creation stays.
pub(crate) fn continues(item: &Item, before: Option<&Before>) -> Result<(), Fault> {
    let entries = before.map_or(0, |unit| unit.head.entries);
    let lines = item.journal.len() as u64;
    if item.change.head.entries.checked_sub(lines) != Some(entries) {
        let head = item.change.head.entries;
        return breach(item, &format!("{entries} entries and {lines} lines do not make {head}"));
    }
    let Some(before) = before else { return Ok(()) };
    if lines == 0 && item.change.head.hash != before.head.hash {
        return breach(item, "its head's hash moved without a journal line");
    }
    if (item.tenant, item.kind) != (before.tenant, before.kind) {
        return breach(item, "a unit's tenant and kind are fixed at creation");
    }
    Ok(())
}

fn breach(item: &Item, what: &str) -> Result<(), Fault> {
    Err(Fault::new(format!("commit `{}` of unit {}: {what}", item.command.name, item.unit)))
}
