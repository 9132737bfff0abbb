//! A table of payments as one file: checked whole, then each row is counted by itself.

use domain::{Actor, TenantId, Zone};
use formats::book::{self, PaymentRow, RowError, When};

use super::{
    App,
    lanes::in_lanes,
    post_payment::NewPayment,
    take_statement::{Told, told},
};
use crate::error::Error;

/// Contracts whose payments are counted side by side; the store joins their commits.
const SIDE_BY_SIDE: usize = 128;

/// The rows of a table, each with its line.
pub(super) type Rows = Vec<(u64, PaymentRow)>;

/// Reads a table; every error in it.
pub(super) fn rows(raw: &[u8]) -> Result<Rows, Vec<RowError>> {
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    for row in book::payments(raw)? {
        match row {
            Ok(read) => rows.push((read.line, read.row)),
            Err(rejected) => errors.extend(rejected.errors),
        }
    }
    if errors.is_empty() { Ok(rows) } else { Err(errors) }
}

impl App {
    /// Counts the rows of a table; those of one contract in order.
    pub(super) async fn take_rows(
        &self,
        tenant: TenantId,
        rows: Rows,
        actor: &Actor,
    ) -> Result<Vec<Told>, Error> {
        let lane = |(_, row): &(u64, PaymentRow)| row.reference.clone();
        let counted = in_lanes(rows, lane, SIDE_BY_SIDE, async |(line, row)| {
            let provider_id = row.provider_id.clone();
            let posted = match self.payment_of(tenant, row).await {
                Ok(new) => self.post_payment(tenant, new, actor.clone()).await,
                Err(error) => Err(error),
            };
            let became = posted.map(|posted| (posted.intake.state, posted.repeated));
            told(line, &provider_id, became)
        });
        counted.await.into_iter().collect()
    }

    async fn payment_of(&self, tenant: TenantId, row: PaymentRow) -> Result<NewPayment, Error> {
        let paid_at = match row.paid_at {
            When::At(moment) => moment,
            day => day.moment(&self.calendar(tenant, &row.reference).await?),
        };
        Ok(NewPayment {
            provider: row.provider,
            provider_id: row.provider_id,
            reference: row.reference,
            amount: row.amount_text,
            currency: None,
            paid_at,
        })
    }

    /// The calendar of a contract, or of its lender while there is none.
    pub async fn calendar(&self, tenant: TenantId, reference: &str) -> Result<Zone, Error> {
        match self.by_reference(tenant, reference).await? {
            Some(unit) => Ok(self.contract_of(tenant, unit).await?.contract.terms().zone().clone()),
            None => Ok(self.directory.tenant(tenant)?.tenant.time_zone.clone()),
        }
    }
}
