//! Positions in a query's order, the same bytes on every backend.

use domain::{Moment, UnitId};

use crate::{Booked, Cursor, Entry, Fault, LedgerPage, Page, Query, Span};

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

    /// The position behind an entry of a journal: where a reader goes on who knows its number.
    pub fn behind_entry(entry: u64) -> Cursor {
        Cursor::of_number(entry)
    }

    pub(crate) fn of_unit(unit: UnitId) -> Cursor {
        Cursor(unit.bytes().to_vec())
    }

    pub(crate) fn of_number(number: u64) -> Cursor {
        Cursor(number.to_be_bytes().to_vec())
    }

    pub(crate) fn of_leg((at, unit, entry): Place) -> Cursor {
        let unit = unit.bytes();
        Cursor([&at.micros().to_be_bytes()[..], &unit, &entry.to_be_bytes()].concat())
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

    /// The leg after which to go on.
    fn leg(&self) -> Result<Place, Fault> {
        let (at, rest) = self.0.split_first_chunk().ok_or_else(misfit)?;
        let (unit, entry) = rest.split_first_chunk().ok_or_else(misfit)?;
        let entry = entry.try_into().map_err(|_| misfit())?;
        let at = Moment::from_micros(i64::from_be_bytes(*at));
        Ok((at, UnitId::from_bytes(*unit), u64::from_be_bytes(entry)))
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

/// A leg's place in a ledger's order: its moment, its unit, its number.
pub(crate) type Place = (Moment, UnitId, u64);

/// The place after which a page of this stretch begins; no leg has the number 0.
pub(crate) fn begin(span: &Span, after: Option<&Cursor>) -> Result<Place, Fault> {
    let first = span.from.unwrap_or(Moment::from_micros(i64::MIN));
    let first = (first, UnitId::from_bytes([0; 16]), 0);
    Ok(after.map(Cursor::leg).transpose()?.map_or(first, |after| after.max(first)))
}

/// The first legs, and where to go on when there are more.
pub(crate) fn cut_legs(legs: impl IntoIterator<Item = Booked>, limit: u32) -> LedgerPage {
    let limit = capped(limit);
    let mut legs: Vec<Booked> = legs.into_iter().take(limit + 1).collect();
    let more = legs.len() > limit;
    legs.truncate(limit);
    let last = legs.last().filter(|_| more);
    let next = last.map(|leg| Cursor::of_leg((leg.at, leg.unit, leg.entry)));
    LedgerPage { legs, next }
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
