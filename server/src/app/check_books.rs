//! Whether the books hold: entries balance, accounts stand on their side, and what contracts say of
//! themselves is what the ledger says of them.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Currency, TenantId,
    ledger::{self, Account, Bound},
};
use futures_util::{StreamExt, TryStreamExt, stream};
use store::{Entry, PAGE_MAX, Query, Row, UnitKind, walk};

use super::{
    App,
    export_ledger::{account_of, currency_of},
};
use crate::error::Error;

/// Contracts looked at side by side; the store's readers are few.
const SIDE_BY_SIDE: usize = 8;
/// Findings that are told one by one.
const TOLD_MAX: usize = 100;

/// Entries balance.
pub const SUM_ZERO: &str = "postings_sum_to_zero";
/// Money in transit arrives.
pub const DRAINS: &str = "in_transit_drains";
/// Accounts stand on their side.
pub const SIDES: &str = "accounts_keep_their_side";
/// Contracts and the ledger agree.
pub const AGREE: &str = "contracts_agree_with_ledger";
/// Every check, in the order in which they are made.
pub const CHECKS: [&str; 4] = [SUM_ZERO, DRAINS, SIDES, AGREE];

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which check found it.
    pub check: &'static str,
    /// What it found.
    pub what: String,
}

/// What looking through the books came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// Contracts looked at.
    pub contracts: u64,
    /// What does not hold; the first hundred.
    pub findings: Vec<Finding>,
    /// How many more there are.
    pub untold: u64,
}

impl Books {
    fn find(&mut self, check: &'static str, what: String) {
        if self.findings.len() < TOLD_MAX {
            self.findings.push(Finding { check, what });
        } else {
            self.untold += 1;
        }
    }
}

/// One contract against its postings.
struct Compared {
    currency: Currency,
    owed: i128,
    findings: Vec<Finding>,
}

impl App {
    /// Looks through the books of a tenant while nobody writes. `progress` hears how many contracts
    /// were looked at.
    pub async fn check_books(
        &self,
        tenant: TenantId,
        mut progress: impl FnMut(u64),
    ) -> Result<Books, Error> {
        let mut books = Books::default();
        let mut owed: BTreeMap<Currency, i128> = BTreeMap::new();
        let (kind, status, rung_min) = (UnitKind::Contract, None, 0);
        let query = Query::Units { tenant: Some(tenant), kind, status, rung_min };
        let mut after = None;
        loop {
            let page = self.store.page(query.clone(), after, PAGE_MAX).await?;
            let rows = page.entries.into_iter().filter_map(|entry| match entry {
                Entry::Unit(row) => Some(*row),
                _ => None,
            });
            let compared = stream::iter(rows).map(|row| self.compare(row)).buffered(SIDE_BY_SIDE);
            let compared: Vec<Compared> = compared.try_collect().await?;
            for Compared { currency, owed: of_one, findings } in compared {
                books.contracts += 1;
                *owed.entry(currency).or_default() += of_one;
                findings.into_iter().for_each(|found| books.find(found.check, found.what));
            }
            progress(books.contracts);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        self.check_totals(tenant, &owed, &mut books).await?;
        Ok(books)
    }

    /// A contract against its own postings.
    async fn compare(&self, row: Row) -> Result<Compared, Error> {
        let (unit, reference) = (row.unit, row.facets.name.clone());
        let contract = self.open_contract(row)?.contract;
        let currency = contract.terms().currency();
        let owed = ledger::owed(&contract);
        let mut sums: BTreeMap<Account, i128> = BTreeMap::new();
        let mut findings = Vec::new();
        let mut find = |check, what: String| {
            findings.push(Finding { check, what: format!("contract {reference}: {what}") });
        };
        for entry in walk::entries(&*self.store, Query::Ledger(unit)).await? {
            let Entry::Posting(_, account, minor, code) = entry else { continue };
            if code != currency.code() {
                find(AGREE, format!("it is in {currency}, yet {minor} {code} are booked on it"));
            }
            *sums.entry(account_of(&account)?).or_default() += i128::from(minor);
        }
        let booked: i128 = held(&sums);
        if booked != owed {
            find(AGREE, format!("it says {owed} are owed, its postings say {booked} {currency}"));
        }
        let sided = |account: &Account| account.holds_owed() && account.bound() != Bound::Free;
        for account in Account::ALL.into_iter().filter(sided) {
            let minor = sums.get(&account).copied().unwrap_or(0);
            if !account.bound().holds(minor) {
                find(SIDES, side(account, minor, currency));
            }
        }
        Ok(Compared { currency, owed, findings })
    }

    /// All postings of a tenant against each other and against its contracts.
    async fn check_totals(
        &self,
        tenant: TenantId,
        owed: &BTreeMap<Currency, i128>,
        books: &mut Books,
    ) -> Result<(), Error> {
        let mut by_currency: BTreeMap<Currency, BTreeMap<Account, i128>> = BTreeMap::new();
        for (account, code, minor) in self.store.trial_balance(tenant).await? {
            let sums = by_currency.entry(currency_of(&code)?).or_default();
            sums.insert(account_of(&account)?, minor.into());
        }
        for (&currency, sums) in &by_currency {
            let sum: i128 = sums.values().sum();
            if sum != 0 {
                books.find(SUM_ZERO, format!("all postings sum to {sum} {currency}"));
            }
            for (&account, &minor) in sums {
                match account.bound() {
                    bound if bound.holds(minor) => {}
                    Bound::Zero => {
                        let what = format!("{minor} {currency} in {} stay there", account.name());
                        books.find(DRAINS, what);
                    }
                    _ => books.find(SIDES, side(account, minor, currency)),
                }
            }
        }
        let none = BTreeMap::new();
        let currencies: BTreeSet<Currency> =
            by_currency.keys().chain(owed.keys()).copied().collect();
        for currency in &currencies {
            let said = owed.get(currency).copied().unwrap_or(0);
            let booked = held(by_currency.get(currency).unwrap_or(&none));
            if said != booked {
                let what = format!("all contracts say {said} are owed, the ledger {booked}");
                books.find(AGREE, format!("{what} {currency}"));
            }
        }
        Ok(())
    }
}

/// What the accounts say is owed that hold it.
fn held(sums: &BTreeMap<Account, i128>) -> i128 {
    sums.iter().filter(|(account, _)| account.holds_owed()).map(|(_, minor)| minor).sum()
}

fn side(account: Account, minor: i128, currency: Currency) -> String {
    format!("{} stands on the wrong side with {minor} {currency}", account.name())
}
