//! The ledger as bookings in time order, a page at a time, and its balances.

use domain::{Currency, Day, Money, TenantId, ledger::Account};
use formats::{BookedLeg, Booking, LedgerHead, directory::Tenant};
use store::{Booked, Cursor, PAGE_MAX, Span, UnitKind};

use super::App;
use crate::error::Error;

/// An account's balance in one currency; debit positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// The account.
    pub account: Account,
    /// The sum of its postings.
    pub money: Money,
}

/// A walk through a stretch of a tenant's ledger. Memory does not grow with the ledger.
pub struct LedgerWalk<'a> {
    app: &'a App,
    span: Span,
    after: Option<Cursor>,
    /// Legs of a commit whose last leg may stand on the next page.
    held: Vec<Booked>,
    ended: bool,
}

impl App {
    /// Balances of a tenant, account by account as the chart lists them, by currency.
    pub async fn balances(&self, tenant: TenantId) -> Result<Vec<Balance>, Error> {
        let mut balances = Vec::new();
        for (account, currency, minor) in self.store.trial_balance(tenant).await? {
            let money = Money::new(minor, currency_of(&currency)?);
            balances.push(Balance { account: account_of(&account)?, money });
        }
        let place = |account| Account::ALL.iter().position(|known| *known == account);
        balances.sort_by_key(|balance| (place(balance.account), balance.money.currency));
        Ok(balances)
    }

    /// What an export of these days says of itself. Both days are included.
    pub async fn ledger_head(
        &self,
        tenant: &Tenant,
        from: Option<Day>,
        to: Option<Day>,
    ) -> Result<LedgerHead, Error> {
        if let (Some(from), Some(to)) = (from, to)
            && from > to
        {
            let detail = format!("to: {to} lies before {from}, the first day");
            return Err(Error::refused("bad_period", detail));
        }
        let balances = self.balances(tenant.id).await?;
        let mut currencies: Vec<Currency> =
            balances.iter().map(|balance| balance.money.currency).collect();
        currencies.sort_unstable();
        currencies.dedup();
        let (lender, zone) = (tenant.name.clone(), tenant.time_zone.clone());
        Ok(LedgerHead { lender, zone, from, to, currencies })
    }

    /// The bookings of the days that a head names.
    pub fn ledger_walk(&self, tenant: TenantId, head: &LedgerHead) -> LedgerWalk<'_> {
        let from = head.from.map(|day| head.zone.midnight(day));
        // Past the last day of all calendars nothing is booked.
        let until = head.to.and_then(|day| day.plus_days(1)).map(|day| head.zone.midnight(day));
        let span = Span { tenant, from, until };
        LedgerWalk { app: self, span, after: None, held: Vec::new(), ended: false }
    }
}

impl LedgerWalk<'_> {
    /// The next bookings, each whole; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<Booking>>, Error> {
        if self.ended {
            return Ok(None);
        }
        let page = self.app.store.ledger(self.span, self.after.take(), PAGE_MAX).await?;
        self.ended = page.next.is_none();
        self.after = page.next;
        let mut bookings = Vec::new();
        for leg in page.legs {
            if self.held.last().is_some_and(|last| commit(last) != commit(&leg)) {
                bookings.push(whole(&std::mem::take(&mut self.held))?);
            }
            self.held.push(leg);
        }
        if self.ended && !self.held.is_empty() {
            bookings.push(whole(&std::mem::take(&mut self.held))?);
        }
        Ok(Some(bookings))
    }
}

impl std::fmt::Debug for LedgerWalk<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LedgerWalk").field("span", &self.span).finish_non_exhaustive()
    }
}

/// What all legs of one commit share.
fn commit(leg: &Booked) -> (domain::Moment, domain::UnitId, u64) {
    (leg.at, leg.unit, leg.version)
}

/// The booking of a commit's legs; all of them are there, so they balance.
fn whole(legs: &[Booked]) -> Result<Booking, Error> {
    let first = legs.first().ok_or_else(|| Error::Fault("a booking without legs".into()))?;
    let mut sums = std::collections::BTreeMap::new();
    let mut booked = Vec::with_capacity(legs.len());
    for leg in legs {
        let money = Money::new(leg.minor, currency_of(&leg.currency)?);
        *sums.entry(money.currency).or_insert(0) += i128::from(money.minor);
        let (entry, account) = (leg.entry, account_of(&leg.account)?);
        booked.push(BookedLeg { entry, account, money });
    }
    if let Some((currency, sum)) = sums.into_iter().find(|(_, sum)| *sum != 0) {
        let Booked { unit, version, .. } = first;
        let detail = format!("version {version} of unit {unit} booked {sum} {currency} too many");
        return Err(Error::Fault(detail));
    }
    Ok(Booking {
        at: first.at,
        unit: first.unit,
        unit_kind: match first.kind {
            UnitKind::Contract => "contract",
            UnitKind::Device => "device",
            UnitKind::Intake => "intake",
            UnitKind::Directory => "directory",
            UnitKind::BankFile => "bank_file",
            UnitKind::JournalLog => "journal_log",
        },
        version: first.version,
        reference: first.name.clone(),
        command: first.command.clone(),
        legs: booked,
    })
}

/// The account of a stored name.
pub(super) fn account_of(name: &str) -> Result<Account, Error> {
    Account::parse(name).ok_or_else(|| Error::Fault(format!("no account is called {name:?}")))
}

/// The currency of a stored code.
pub(super) fn currency_of(code: &str) -> Result<Currency, Error> {
    Currency::parse(code).ok_or_else(|| Error::Fault(format!("no currency is called {code:?}")))
}
