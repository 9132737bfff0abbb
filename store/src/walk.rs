//! Walks over whole queries, page by page.

use domain::UnitId;

use crate::{Entry, Fault, JournalEntry, PAGE_MAX, Query, Store};

/// Every entry of a query, in its order.
pub async fn entries(store: &(impl Store + ?Sized), query: Query) -> Result<Vec<Entry>, Fault> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = store.page(query.clone(), after, PAGE_MAX).await?;
        all.extend(page.entries);
        after = page.next;
        if after.is_none() {
            return Ok(all);
        }
    }
}

/// A unit's whole journal from the first entry.
pub async fn journal(
    store: &(impl Store + ?Sized),
    unit: UnitId,
) -> Result<Vec<JournalEntry>, Fault> {
    let mut lines = Vec::new();
    for entry in entries(store, Query::Journal(unit)).await? {
        match entry {
            Entry::Journal(line) => lines.push(line),
            other => return Err(Fault::new(format!("a journal page holds {other:?}"))),
        }
    }
    Ok(lines)
}
