//! Each report's columns, and its figures in them.

use domain::{
    Currency, TenantId,
    report::{
        Aged, Bands, Cash, Cure, Par, ParLine, Past, Provision, Roll, Stand, Sum, Vintage,
        basis_points,
    },
};
use formats::Cell;

use super::{Days, Kind, reconcile, walk::Reading};
use crate::{App, error::Error};

/// Names of columns, and rows.
type Table = (&'static [&'static str], Vec<Vec<Cell>>);

const PAR: &[&str] = &[
    "currency",
    "contracts",
    "outstanding",
    "par1_contracts",
    "par1_outstanding",
    "par1_bps",
    "par30_contracts",
    "par30_outstanding",
    "par30_bps",
    "par60_contracts",
    "par60_outstanding",
    "par60_bps",
    "par90_contracts",
    "par90_outstanding",
    "par90_bps",
];
const ROLL: &[&str] = &[
    "currency",
    "from_bucket",
    "to_bucket",
    "contracts",
    "contracts_bps",
    "outstanding",
    "outstanding_bps",
];
const CURE: &[&str] = &[
    "currency",
    "from_bucket",
    "contracts",
    "cured",
    "cured_bps",
    "outstanding",
    "cured_outstanding",
    "cured_outstanding_bps",
];
const VINTAGES: &[&str] = &[
    "signed",
    "currency",
    "months_on_book",
    "contracts",
    "ever_30",
    "ever_30_bps",
    "now_30",
    "now_30_bps",
    "given_up",
    "owed",
    "paid",
    "paid_bps",
];
const COLLECTION: &[&str] = &["currency", "due", "received", "payments", "collected_bps"];
const EXPECTED: &[&str] = &["day", "currency", "due", "received", "payments"];
const PROVISIONS: &[&str] =
    &["currency", "bucket", "contracts", "outstanding", "rate_bps", "provision"];

impl App {
    /// The figures of a report.
    pub(super) async fn figures(
        &self,
        tenant: TenantId,
        kind: Kind,
        days: Days,
        bands: Bands,
        progress: impl FnMut(u64) + Send,
    ) -> Result<Table, Error> {
        let Days { as_of, from, to } = days;
        // Contracts east of the lender may be a day ahead of him, and signed on it.
        let zone = self.directory.tenant(tenant)?.tenant.time_zone.clone();
        let on = match zone.day(self.now()) <= as_of {
            true => Reading::Now,
            false => Reading::Stands(vec![as_of]),
        };
        let between = Reading::Stands(vec![from, to]);
        match kind {
            Kind::Par => {
                let mut par = Par::default();
                let add = |past: &Past| past.seen().iter().for_each(|seen| par.add(&seen.stand));
                self.walk_book(tenant, &on, add, progress).await?;
                Ok((PAR, par.lines().map(par_row).collect()))
            }
            Kind::Provisions => {
                let mut provision = Provision::new(bands);
                let add =
                    |past: &Past| past.seen().iter().for_each(|seen| provision.add(&seen.stand));
                self.walk_book(tenant, &on, add, progress).await?;
                Ok((PROVISIONS, provision_rows(&provision)))
            }
            Kind::Roll => {
                let mut roll = Roll::new(bands);
                let add = |past: &Past| {
                    if let Some((first, second)) = ends(past, days) {
                        roll.add(&first, &second);
                    }
                };
                self.walk_book(tenant, &between, add, progress).await?;
                Ok((ROLL, roll_rows(&roll)))
            }
            Kind::Cure => {
                let mut cure = Cure::new(bands);
                let add = |past: &Past| {
                    if let Some((first, second)) = ends(past, days) {
                        cure.add(&first, &second);
                    }
                };
                self.walk_book(tenant, &between, add, progress).await?;
                Ok((CURE, cure_rows(&cure)))
            }
            Kind::Vintages => {
                let mut vintage = Vintage::default();
                let add = |past: &Past| vintage.add(past);
                self.walk_book(tenant, &Reading::Ages(as_of), add, progress).await?;
                Ok((VINTAGES, vintage.lines().map(vintage_row).collect()))
            }
            Kind::Collection | Kind::Expected => {
                let mut cash = Cash::new(from, to);
                let add = |past: &Past| cash.add(past);
                self.walk_book(tenant, &Reading::Money(as_of), add, progress).await?;
                match kind {
                    Kind::Collection => Ok((COLLECTION, collection_rows(&cash))),
                    _ => Ok((EXPECTED, expected_rows(&cash))),
                }
            }
            Kind::Reconciliation => {
                Ok((reconcile::COLUMNS, self.reconciliation(tenant, days, progress).await?))
            }
        }
    }
}

/// Where a contract stood at both ends of a period; one signed within it has no first.
fn ends(past: &Past, days: Days) -> Option<(Stand, Stand)> {
    let on = |day| past.seen().iter().find(|seen| seen.day == day).map(|seen| seen.stand);
    on(days.from).zip(on(days.to))
}

fn text(text: impl ToString) -> Cell {
    Cell::Text(text.to_string())
}

fn share(part: u64, whole: u64) -> Cell {
    Cell::Share(basis_points(part, whole))
}

fn par_row((currency, line): (Currency, &ParLine)) -> Vec<Cell> {
    let money = |sum: &Sum| Cell::Money(sum.minor, currency);
    let mut row = vec![text(currency), Cell::Count(line.book.contracts), money(&line.book)];
    for late in &line.late {
        let part = Cell::Share(basis_points(late.minor, line.book.minor));
        row.extend([Cell::Count(late.contracts), money(late), part]);
    }
    row
}

fn roll_rows(roll: &Roll) -> Vec<Vec<Cell>> {
    let row = |moved: domain::report::Moved| {
        let (sum, whole) = (moved.sum, moved.whole);
        vec![
            text(moved.currency),
            Cell::Text(moved.from),
            Cell::Text(moved.to),
            Cell::Count(sum.contracts),
            share(sum.contracts, whole.contracts),
            Cell::Money(sum.minor, moved.currency),
            Cell::Share(basis_points(sum.minor, whole.minor)),
        ]
    };
    roll.moved().map(row).collect()
}

fn cure_rows(cure: &Cure) -> Vec<Vec<Cell>> {
    let row = |line: domain::report::Cured| {
        let (late, cured) = (line.late, line.cured);
        vec![
            text(line.currency),
            Cell::Text(line.band),
            Cell::Count(late.contracts),
            Cell::Count(cured.contracts),
            share(cured.contracts, late.contracts),
            Cell::Money(late.minor, line.currency),
            Cell::Money(cured.minor, line.currency),
            Cell::Share(basis_points(cured.minor, late.minor)),
        ]
    };
    cure.lines().map(row).collect()
}

fn vintage_row(line: ((i16, u8), Currency, u32, &Aged)) -> Vec<Cell> {
    let ((year, month), currency, age, aged) = line;
    vec![
        Cell::Text(format!("{year:04}-{month:02}")),
        text(currency),
        Cell::Count(age.into()),
        Cell::Count(aged.contracts),
        Cell::Count(aged.ever_bad),
        share(aged.ever_bad, aged.contracts),
        Cell::Count(aged.now_bad),
        share(aged.now_bad, aged.contracts),
        Cell::Count(aged.given_up),
        Cell::Money(aged.owed, currency),
        Cell::Money(aged.paid, currency),
        Cell::Share(basis_points(aged.paid, aged.owed)),
    ]
}

fn collection_rows(cash: &Cash) -> Vec<Vec<Cell>> {
    let row = |(currency, sum): (Currency, domain::report::Collection)| {
        vec![
            text(currency),
            Cell::Money(sum.due, currency),
            Cell::Money(sum.received, currency),
            Cell::Count(sum.payments),
            Cell::Share(basis_points(sum.received, sum.due)),
        ]
    };
    cash.collection().into_iter().map(row).collect()
}

fn expected_rows(cash: &Cash) -> Vec<Vec<Cell>> {
    let mut days: Vec<_> = cash.days().collect();
    days.sort_by_key(|(currency, day, _)| (*day, *currency));
    let row = |(currency, day, entry): (Currency, domain::Day, domain::report::CashDay)| {
        vec![
            text(day),
            text(currency),
            Cell::Money(entry.due, currency),
            Cell::Money(entry.received, currency),
            Cell::Count(entry.payments),
        ]
    };
    days.into_iter().map(row).collect()
}

fn provision_rows(provision: &Provision) -> Vec<Vec<Cell>> {
    let row = |line: domain::report::Provided| {
        vec![
            text(line.currency),
            Cell::Text(line.band),
            Cell::Count(line.sum.contracts),
            Cell::Money(line.sum.minor, line.currency),
            Cell::Share(line.rate.map(i64::from)),
            Cell::Money(line.provision, line.currency),
        ]
    };
    provision.lines().into_iter().map(row).collect()
}
