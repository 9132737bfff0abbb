//! Money: postings sum to zero in each currency, and nothing stays in transit.

use std::collections::BTreeMap;

use domain::{TenantId, ledger::Account};
use server::{App, Error};

use super::{Found, unless};

/// Checks the books of a tenant once its jobs have run.
pub async fn check(app: &App, tenant: TenantId) -> Result<Found, Error> {
    let balance = app.store.trial_balance(tenant).await?;
    let mut sums: BTreeMap<String, i128> = BTreeMap::new();
    let mut in_transit = Vec::new();
    for (account, currency, minor) in balance {
        *sums.entry(currency.clone()).or_insert(0) += i128::from(minor);
        if account == Account::InTransit.name() && minor != 0 {
            in_transit.push(format!("{minor} {currency}"));
        }
    }
    let balanced = sums.values().all(|sum| *sum == 0);
    Ok(vec![
        ("postings_sum_to_zero", unless(balanced, || format!("{sums:?}"))),
        ("in_transit_drains", unless(in_transit.is_empty(), || in_transit.join(", "))),
    ])
}
