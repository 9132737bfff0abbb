//! What is published of a lender's keys.

use domain::{Moment, TenantId};
use formats::key_history::{HistoryKey, KeyHistory};

use super::App;
use crate::error::Error;

impl App {
    /// A lender's root key and every certificate it signed.
    pub fn key_history(&self, tenant: TenantId) -> Result<KeyHistory, Error> {
        let lender = self.directory.tenant(tenant)?.tenant.lender.name.clone();
        let keys = self.keys.tenant(tenant)?;
        let history = keys.certs().map(|key| {
            let cert = key.cert();
            let kinds = cert.kinds.iter().map(|kind| format!("{kind:?}").to_lowercase());
            let valid = (rfc3339(cert.not_before), rfc3339(cert.not_after));
            HistoryKey::new(key.cert_bytes(), cert.key_id, kinds.collect(), valid)
        });
        Ok(KeyHistory::new((tenant, lender), &keys.root(), history.collect()))
    }
}

fn rfc3339(seconds: u64) -> String {
    Moment::from_seconds(i64::try_from(seconds).unwrap_or(i64::MAX)).rfc3339()
}
