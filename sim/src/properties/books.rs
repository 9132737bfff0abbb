//! Money: entries balance, nothing stays in transit, accounts stand on their side, and the ledger
//! says of contracts what they say of themselves.

use domain::TenantId;
use server::{App, Error, app::check_books::CHECKS};

use super::Found;

/// The account of money that nobody could place.
const SUSPENSE: &str = "suspense";

/// Checks the books of a tenant once its jobs have run.
pub async fn check(app: &App, tenant: TenantId) -> Result<Found, Error> {
    let balances = app.store.trial_balance(tenant).await?;
    let left = balances.iter().find(|(account, _, minor)| account == SUSPENSE && *minor != 0);
    let waits = left.map(|(_, currency, minor)| format!("{minor} {currency} wait in suspense"));
    let books = app.check_books(tenant, |_| {}).await?;
    let found = CHECKS.map(|check| {
        let whats = books.findings.iter().filter(|found| found.check == check);
        let whats: Vec<&str> = whats.map(|found| found.what.as_str()).collect();
        (check, (!whats.is_empty()).then(|| whats.join("; ")))
    });
    let mut found = found.to_vec();
    found.push(("suspense_drains", waits));
    Ok(found)
}
