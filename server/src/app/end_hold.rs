//! What one person may do alone: which holds end by his word, which fees he charges.

use domain::{TenantId, hold::Hold};

use super::App;
use crate::error::Error;

impl App {
    /// Whether one person may charge such a fee.
    pub fn check_may_charge(&self, tenant: TenantId, amount: i64) -> Result<(), Error> {
        let most = self.directory.limits(tenant)?.fee_minor;
        if most.is_none_or(|most| u64::try_from(amount).is_ok_and(|amount| amount <= most)) {
            return Ok(());
        }
        let detail = "a fee above the lender's limit takes two people: make a proposal of it";
        Err(Error::refused("second_person_needed", detail))
    }

    /// Whether one person may end a hold: not one that somebody stopped the ladder with, and not
    /// one that concerns other contracts too.
    pub fn check_may_end(&self, hold: &Hold) -> Result<(), Error> {
        let kind = hold.kind.name();
        if hold.kind.is_general() {
            let detail = format!("a hold {kind} concerns many contracts and ends with its cause");
            return Err(Error::refused("hold_is_general", detail));
        }
        if hold.kind.needs_second_person() {
            let detail = format!("ending a hold {kind} takes two people: make a proposal of it");
            return Err(Error::refused("second_person_needed", detail));
        }
        Ok(())
    }
}
