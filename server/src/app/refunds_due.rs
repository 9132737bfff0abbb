//! The work list of credit that has to be paid out: contracts that ended with money left over.

use domain::{Contract, State, TenantId};
use store::{Cursor, UnitKind};

use super::{App, list::Filter};
use crate::error::Error;

/// Rows looked at for one page.
const LOOKED_AT: u32 = 1_000;

impl App {
    /// Contracts that ended and owe their borrower, by rising id. A page may hold fewer than there
    /// are: it ends where so many rows were looked at.
    pub async fn refunds_due(
        &self,
        tenant: TenantId,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<(Vec<Contract>, Option<Cursor>), Error> {
        let mut due = Vec::new();
        let (mut after, mut looked_at) = (after, 0);
        loop {
            let room = limit - u32::try_from(due.len()).unwrap_or(limit).min(limit);
            let (kind, filter) = (UnitKind::Contract, Filter::default());
            let (rows, next) = self.list(tenant, kind, filter, after, room.max(1)).await?;
            looked_at += u32::try_from(rows.len()).unwrap_or(LOOKED_AT);
            for row in rows.into_iter().filter(|row| row.facets.status != "active") {
                let contract = self.open_contract(row)?.contract;
                if owes(&contract) {
                    due.push(contract);
                }
            }
            let full = due.len() >= limit as usize || looked_at >= LOOKED_AT;
            if next.is_none() || full {
                return Ok((due, next));
            }
            after = next;
        }
    }
}

/// Whether the contract ended with the borrower's money left over; of one that was passed on the
/// next lender owes it.
fn owes(contract: &Contract) -> bool {
    let ended = !matches!(contract.state, State::Active) && contract.passed().is_none();
    ended && contract.credit_open() > 0
}
