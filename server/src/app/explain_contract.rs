//! Explaining a contract: where it stands, why, what comes next, when its device was last heard.

use domain::{Actor, Decision, Moment, TenantId, UnitId, evaluate};
use store::{Cursor, Entry, JournalEntry, Presence, Query};

use super::{
    App,
    change::{Asked, Extras, Loaded},
};
use crate::error::Error;

/// Everything a person asks about a contract.
#[derive(Debug)]
pub struct Explained {
    /// The contract as loaded.
    pub loaded: Loaded,
    /// What holds at this moment.
    pub decision: Decision,
    /// When it was asked.
    pub at: Moment,
    /// When its device was last heard.
    pub presence: Option<Presence>,
    /// The code that enrols its next device, while it can be used.
    pub enrolment_code: Option<String>,
}

impl App {
    /// Explains a contract of a tenant.
    pub async fn explain(&self, tenant: TenantId, unit: UnitId) -> Result<Explained, Error> {
        let mut loaded = self.contract_of(tenant, unit).await?;
        let at = self.now();
        if self.is_concerned(&loaded, at) {
            let asked = Asked::once(self, "explain", Actor::Time);
            self.change(unit, &asked, Extras::default(), |_, _| Ok(Vec::new())).await?;
            loaded = self.contract_of(tenant, unit).await?;
        }
        let decision = evaluate(&loaded.contract, &loaded.ladder, at);
        let presence = self.presence(unit).await?;
        let contract = &loaded.contract;
        let enrolment_code =
            contract.is_active().then(|| self.enrolment_code(unit, contract.key_gen() + 1));
        Ok(Explained { loaded, decision, at, presence, enrolment_code })
    }

    /// A page of a contract's journal.
    pub async fn journal(
        &self,
        tenant: TenantId,
        unit: UnitId,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<(Vec<JournalEntry>, Option<Cursor>), Error> {
        self.contract_of(tenant, unit).await?;
        let page = self.store.page(Query::Journal(unit), after, limit).await?;
        let entries = page.entries.into_iter().filter_map(|entry| match entry {
            Entry::Journal(entry) => Some(entry),
            _ => None,
        });
        Ok((entries.collect(), page.next))
    }
}
