//! Releases whose phone has not confirmed yet that it removed the agent: tracked until it does.

use domain::{Contract, Moment, State, TenantId};
use store::{Cursor, PAGE_MAX, UnitKind};

use super::{App, list::Filter};
use crate::error::Error;

/// A release without confirmation.
#[derive(Clone, Debug)]
pub struct Unconfirmed {
    /// The contract.
    pub contract: Contract,
    /// When it was released.
    pub released_at: Moment,
    /// When its phone was last heard.
    pub last_contact: Option<Moment>,
}

/// How many there are, and since when the oldest waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Releases.
    pub releases: u64,
    /// The oldest.
    pub since: Option<Moment>,
}

impl App {
    /// A page of releases that no phone has confirmed, by rising id. A contract without a phone
    /// waits for nobody.
    pub async fn unconfirmed_releases(
        &self,
        tenant: TenantId,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<(Vec<Unconfirmed>, Option<Cursor>), Error> {
        let filter = Filter { status: Some("released".to_owned()), rung_min: 0 };
        let (rows, next) = self.list(tenant, UnitKind::Contract, filter, after, limit).await?;
        let mut found = Vec::new();
        for row in rows {
            let contract = self.open_contract(row)?.contract;
            let State::Released { at, removed: false, .. } = contract.state else { continue };
            if contract.device.is_none() {
                continue;
            }
            let last_contact = self.presence(contract.unit).await?.map(|heard| heard.seen_at);
            found.push(Unconfirmed { contract, released_at: at, last_contact });
        }
        Ok((found, next))
    }

    /// Counts them over all lenders and tells the metrics.
    pub async fn watch_releases(&self) -> Result<Waiting, Error> {
        let mut waiting = Waiting::default();
        for entry in self.directory.tenants() {
            let mut after = None;
            loop {
                let page = self.unconfirmed_releases(entry.tenant.id, after, PAGE_MAX).await?;
                for found in page.0 {
                    waiting.releases += 1;
                    let since =
                        waiting.since.map_or(found.released_at, |s| s.min(found.released_at));
                    waiting.since = Some(since);
                }
                after = page.1;
                if after.is_none() {
                    break;
                }
            }
        }
        let age_s = waiting.since.map_or(0, |since| self.now().seconds_since(since));
        self.metrics.releases_wait(waiting.releases, age_s);
        Ok(waiting)
    }
}
