//! Contracts that another lender offers: read from his rows, and only those offered to who asks.

use domain::TenantId;
use store::{Cursor, UnitKind};

use super::{App, change::Loaded, list::Filter};
use crate::error::Error;

/// Rows looked at for one page.
const LOOKED_AT: u32 = 1_000;

impl App {
    /// Contracts that one lender offers to another, by rising id. A page may hold fewer than there
    /// are: it ends where so many rows were looked at.
    pub async fn list_offers(
        &self,
        from: TenantId,
        to: TenantId,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<(Vec<Loaded>, Option<Cursor>), Error> {
        let mut offers = Vec::new();
        let (mut after, mut looked_at) = (after, 0);
        loop {
            let room = limit - u32::try_from(offers.len()).unwrap_or(limit).min(limit);
            let filter = Filter { status: Some("active".to_owned()), rung_min: 0 };
            let listed = self.list(from, UnitKind::Contract, filter, after, room.max(1));
            let (rows, next) = listed.await?;
            looked_at += u32::try_from(rows.len()).unwrap_or(LOOKED_AT);
            for row in rows {
                let loaded = self.open_contract(row)?;
                let offered = loaded.contract.offered.as_ref();
                if offered.is_some_and(|offer| offer.to == to) {
                    offers.push(loaded);
                }
            }
            let full = offers.len() >= limit as usize || looked_at >= LOOKED_AT;
            if next.is_none() || full {
                return Ok((offers, next));
            }
            after = next;
        }
    }
}
