//! Money: entries balance, nothing stays in transit, accounts stand on their side, and the ledger
//! says of contracts what they say of themselves.

use domain::TenantId;
use server::{App, Error, app::check_books::CHECKS};

use super::Found;

/// Checks the books of a tenant once its jobs have run.
pub async fn check(app: &App, tenant: TenantId) -> Result<Found, Error> {
    let books = app.check_books(tenant, |_| {}).await?;
    let found = CHECKS.map(|check| {
        let whats = books.findings.iter().filter(|found| found.check == check);
        let whats: Vec<&str> = whats.map(|found| found.what.as_str()).collect();
        (check, (!whats.is_empty()).then(|| whats.join("; ")))
    });
    Ok(found.to_vec())
}
