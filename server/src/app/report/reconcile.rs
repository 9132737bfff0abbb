//! Received money by its source and day: what was told of it by whom, and what became of it.

use std::collections::BTreeMap;

use domain::{Currency, Day, Moment, TenantId};
use formats::{
    Cell, Entry as JournalText,
    intake::{Intake, IntakeState, parse_intake},
};
use futures_util::{StreamExt, TryStreamExt, stream};
use store::{Entry, PAGE_MAX, Query, Row, UnitKind};

use super::Days;
use crate::{App, app::post_payment::open_intake, error::Error};

/// Payments whose journals are read side by side; the store's readers are few.
const SIDE_BY_SIDE: usize = 8;

pub(super) const COLUMNS: &[&str] = &[
    "day",
    "source",
    "currency",
    "payments",
    "notified",
    "settled",
    "posted",
    "in_transit",
    "suspense",
    "taken_back",
    "hints",
    "unsettled",
    "alarms",
    "to_check",
];

/// The money of one source, day and currency.
#[derive(Clone, Copy, Debug, Default)]
struct Line {
    payments: u64,
    notified: i128,
    settled: i128,
    posted: i128,
    in_transit: i128,
    suspense: i128,
    taken_back: i128,
    hints: i128,
    unsettled: i128,
    alarms: u64,
    to_check: u64,
}

impl Line {
    fn add(&mut self, intake: &Intake) {
        let amount = i128::from(intake.amount);
        let (notified, settled) = (intake.notified_at().is_some(), intake.settled().is_some());
        let waits = matches!(intake.state, IntakeState::Suspense { .. });
        match intake.state {
            IntakeState::Applied { .. } => self.posted += amount,
            IntakeState::Suspense { .. } => self.suspense += amount,
            IntakeState::Reversed { .. } => self.taken_back += amount,
            IntakeState::Hint { .. } => self.hints += amount,
            IntakeState::Received
            | IntakeState::InTransit { .. }
            | IntakeState::Reversing { .. } => self.in_transit += amount,
            // It is told by the payment that it took back.
            IntakeState::Reversal { .. } => return,
        }
        self.payments += 1;
        if notified {
            self.notified += amount;
        }
        if settled {
            self.settled += amount;
        } else {
            self.unsettled += amount;
        }
        self.alarms += u64::from(intake.alarm.is_some());
        let awaited = !settled && intake.denied.is_none();
        self.to_check += u64::from(awaited || waits || intake.alarm.is_some());
    }

    fn row(self, (day, source, currency): (Day, String, Currency)) -> Vec<Cell> {
        let money = |minor| Cell::Money(minor, currency);
        vec![
            Cell::Text(day.to_string()),
            Cell::Text(source),
            Cell::Text(currency.to_string()),
            Cell::Count(self.payments),
            money(self.notified),
            money(self.settled),
            money(self.posted),
            money(self.in_transit),
            money(self.suspense),
            money(self.taken_back),
            money(self.hints),
            money(self.unsettled),
            Cell::Count(self.alarms),
            Cell::Count(self.to_check),
        ]
    }
}

impl App {
    /// The rows of the report; days are those of the lender's calendar.
    pub(super) async fn reconciliation(
        &self,
        tenant: TenantId,
        days: Days,
        mut progress: impl FnMut(u64) + Send,
    ) -> Result<Vec<Vec<Cell>>, Error> {
        let zone = self.directory.tenant(tenant)?.tenant.time_zone.clone();
        let through = days.as_of.plus_days(1).map(|next| zone.at(next, 0));
        // What every row says already needs no journal.
        let through = through.filter(|end| *end <= self.now());
        let query = Query::Units {
            tenant: Some(tenant),
            kind: UnitKind::Intake,
            status: None,
            rung_min: 0,
        };
        let mut lines: BTreeMap<(Day, String, Currency), Line> = BTreeMap::new();
        let (mut after, mut read) = (None, 0);
        loop {
            let page = self.store.page(query.clone(), after, PAGE_MAX).await?;
            let rows = page.entries.into_iter().filter_map(|entry| match entry {
                Entry::Unit(row) => Some(*row),
                _ => None,
            });
            let items = stream::iter(rows).map(|row| self.intake_then(row, through));
            let mut items = items.buffered(SIDE_BY_SIDE);
            while let Some(intake) = items.try_next().await? {
                read += 1;
                let Some(intake) = intake else { continue };
                let day = zone.day(intake.paid_at);
                if (days.from..=days.to).contains(&day) {
                    let key = (day, intake.provider.clone(), intake.currency);
                    lines.entry(key).or_default().add(&intake);
                }
            }
            progress(read);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let told = lines.into_iter().filter(|(_, line)| line.payments > 0);
        Ok(told.map(|(key, line)| line.row(key)).collect())
    }

    /// Received money as it stood at a moment; `None` if it was not known yet. Without a moment, as
    /// it stands.
    async fn intake_then(&self, row: Row, end: Option<Moment>) -> Result<Option<Intake>, Error> {
        let intake = open_intake(&row)?;
        let Some(end) = end else { return Ok(Some(intake)) };
        if intake.received_at >= end {
            return Ok(None);
        }
        let mut doc = None;
        let mut after = None;
        loop {
            let page = self.store.page(Query::Journal(row.unit), after, PAGE_MAX).await?;
            for entry in page.entries {
                let Entry::Journal(line) = entry else { continue };
                if line.at < end {
                    doc = Some((line.entry, line.text));
                }
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let wrong = |entry: u64, what: String| {
            Error::Fault(format!("intake {}: entry {entry}: {what}", row.unit))
        };
        let Some((entry, text)) = doc else { return Ok(None) };
        match formats::parse_line(&text) {
            Ok(JournalText::Record(record)) => {
                parse_intake(&record.doc).map(Some).map_err(|error| wrong(entry, error.to_string()))
            }
            Ok(_) => Err(wrong(entry, "it is no record".to_owned())),
            Err(error) => Err(wrong(entry, error.to_string())),
        }
    }
}
