//! Positions in a query's order, the same bytes on every backend.

use domain::UnitId;

use crate::{Cursor, Entry, Fault, Page, Query};

/// Most entries one page holds.
pub const PAGE_MAX: u32 = 1000;

impl Cursor {
    /// Whether this position is one of this query. A door asks before it passes a stranger's bytes
    /// on; the backends answer a fault to what does not fit.
    pub fn fits(&self, query: &Query) -> bool {
        match query {
            Query::Units { .. } => self.0.len() == 16,
            Query::Journal(_) | Query::Ledger(_) => self.0.len() == 8,
            Query::Personal(_) => std::str::from_utf8(&self.0).is_ok(),
            Query::Owner(_) | Query::Presence(_) => false,
        }
    }

    pub(crate) fn of_unit(unit: UnitId) -> Cursor {
        Cursor(unit.bytes().to_vec())
    }

    pub(crate) fn of_number(number: u64) -> Cursor {
        Cursor(number.to_be_bytes().to_vec())
    }

    pub(crate) fn of_field(field: &str) -> Cursor {
        Cursor(field.as_bytes().to_vec())
    }

    /// The unit after which to go on.
    pub(crate) fn unit(&self) -> Result<UnitId, Fault> {
        let bytes = self.0.as_slice().try_into().map_err(|_| misfit())?;
        Ok(UnitId::from_bytes(bytes))
    }

    /// The number after which to go on.
    pub(crate) fn number(&self) -> Result<u64, Fault> {
        let bytes = self.0.as_slice().try_into().map_err(|_| misfit())?;
        Ok(u64::from_be_bytes(bytes))
    }

    /// The field after which to go on.
    pub(crate) fn field(&self) -> Result<&str, Fault> {
        std::str::from_utf8(&self.0).map_err(|_| misfit())
    }
}

/// How many entries a page of this limit holds.
pub(crate) fn capped(limit: u32) -> usize {
    limit.clamp(1, PAGE_MAX) as usize
}

/// The first entries, and where to go on when there are more.
pub(crate) fn cut(entries: impl IntoIterator<Item = (Cursor, Entry)>, limit: u32) -> Page {
    let limit = capped(limit);
    let mut page: Vec<(Cursor, Entry)> = entries.into_iter().take(limit + 1).collect();
    let more = page.len() > limit;
    page.truncate(limit);
    let next = page.last().filter(|_| more).map(|(cursor, _)| cursor.clone());
    Page { entries: page.into_iter().map(|(_, entry)| entry).collect(), next }
}

/// The page of a query that has at most one entry.
pub(crate) fn single(after: Option<&Cursor>, entry: Option<Entry>) -> Result<Page, Fault> {
    match after {
        None => Ok(Page { entries: entry.into_iter().collect(), next: None }),
        Some(_) => Err(misfit()),
    }
}

fn misfit() -> Fault {
    Fault::new("the cursor is not one of this query")
}
