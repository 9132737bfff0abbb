//! Lists and counts. They read rows as stored and decide nothing.

use domain::TenantId;
use store::{Count, Cursor, Entry, Query, Row, UnitKind};

use super::App;
use crate::error::Error;

/// What a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only with this status.
    pub status: Option<String>,
    /// Only with a rung at least this, 0 to 4.
    pub rung_min: u8,
}

impl App {
    /// A page of a tenant's units of a kind by rising id.
    pub async fn list(
        &self,
        tenant: TenantId,
        kind: UnitKind,
        filter: Filter,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<(Vec<Row>, Option<Cursor>), Error> {
        let Filter { status, rung_min } = filter;
        let query = Query::Units { tenant: Some(tenant), kind, status, rung_min };
        if after.as_ref().is_some_and(|cursor| !cursor.fits(&query)) {
            let detail = "cursor: not one of this list: start again without it";
            return Err(Error::refused("bad_cursor", detail));
        }
        let page = self.store.page(query, after, limit).await?;
        let rows = page.entries.into_iter().filter_map(|entry| match entry {
            Entry::Unit(row) => Some(*row),
            _ => None,
        });
        Ok((rows.collect(), page.next))
    }

    /// Contracts of a tenant counted by status, stage and currency.
    pub async fn counts(&self, tenant: TenantId) -> Result<Vec<Count>, Error> {
        Ok(self.store.counts(tenant).await?)
    }
}
