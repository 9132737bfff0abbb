//! A book read contract by contract: rows where they say enough, journals where the past is asked.

use std::sync::Arc;

use domain::{
    Contract, Day, Ladder, Moment, TenantId,
    report::{Past, ages},
};
use formats::Entry as JournalText;
use futures_util::{StreamExt, TryStreamExt, stream};
use store::{Entry, LineKind, PAGE_MAX, Query, Row, UnitKind};

use super::super::{App, change::Loaded};
use crate::error::Error;

/// Contracts read side by side; the store's readers are few.
const SIDE_BY_SIDE: usize = 8;

/// What is read of each contract.
pub(super) enum Reading {
    /// Where it stands at this moment, on its own calendar's day.
    Now,
    /// Where it stood when these days ended.
    Stands(Vec<Day>),
    /// Where it stood at each month of its life through this day.
    Ages(Day),
    /// Its money as recorded by the end of this day.
    Money(Day),
}

impl App {
    /// Reads every contract of a tenant that was signed or taken over by the last day asked for.
    pub(super) async fn walk_book(
        &self,
        tenant: TenantId,
        reading: &Reading,
        mut add: impl FnMut(&Past) + Send,
        mut progress: impl FnMut(u64) + Send,
    ) -> Result<(), Error> {
        let now = self.now();
        let (kind, status, rung_min) = (UnitKind::Contract, None, 0);
        let query = Query::Units { tenant: Some(tenant), kind, status, rung_min };
        let (mut after, mut read) = (None, 0);
        loop {
            let page = self.store.page(query.clone(), after, PAGE_MAX).await?;
            let rows: Vec<Row> = page
                .entries
                .into_iter()
                .filter_map(|entry| match entry {
                    Entry::Unit(row) => Some(*row),
                    _ => None,
                })
                .collect();
            let pasts = stream::iter(rows).map(|row| self.past(row, reading, now));
            let mut pasts = pasts.buffered(SIDE_BY_SIDE);
            while let Some(past) = pasts.try_next().await? {
                read += 1;
                if let Some(past) = past {
                    add(&past);
                }
            }
            progress(read);
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// One contract; `None` if it was signed or taken over later.
    async fn past(&self, row: Row, reading: &Reading, now: Moment) -> Result<Option<Past>, Error> {
        let Loaded { row, contract, ladder } = self.open_contract(row)?;
        let (signed, today) = (contract.day(contract.joined_at()), contract.day(now));
        let looks = match reading {
            Reading::Now => vec![today],
            Reading::Stands(days) => days.clone(),
            Reading::Ages(through) => ages(&contract, *through),
            Reading::Money(through) => vec![*through],
        };
        let Some(last) = looks.iter().max().copied().filter(|last| *last >= signed) else {
            return Ok(None);
        };
        let row_says_enough =
            matches!(reading, Reading::Now | Reading::Stands(_)) && looks.len() == 1;
        if row_says_enough && last >= today {
            return Ok(Some(Past::present(contract, ladder, last)));
        }
        self.follow(&row, &ladder, &looks).await.map(Some)
    }

    /// A contract followed through its journal, as far as its last look.
    async fn follow(&self, row: &Row, ladder: &Arc<Ladder>, looks: &[Day]) -> Result<Past, Error> {
        let mut past: Option<Past> = None;
        let mut after = None;
        loop {
            let page = self.store.page(Query::Journal(row.unit), after, PAGE_MAX).await?;
            for entry in page.entries {
                let Entry::Journal(line) = entry else { continue };
                if line.kind != LineKind::Fact {
                    continue;
                }
                let wrong = |what: String| {
                    Error::Fault(format!("contract {}: entry {}: {what}", row.unit, line.entry))
                };
                let fact = match formats::parse_line(&line.text) {
                    Ok(JournalText::Fact(fact)) => fact,
                    Ok(_) => return Err(wrong("it is no fact".to_owned())),
                    Err(error) => return Err(wrong(error.to_string())),
                };
                match &mut past {
                    None => {
                        let contract = Contract::opened(row.unit, row.tenant, &fact);
                        let early = || wrong("it stands before the signing".to_owned());
                        let contract = contract.ok_or_else(early)?;
                        past = Some(Past::new(contract, ladder.clone(), looks));
                    }
                    Some(known) => {
                        if !known.take(&fact) {
                            return Ok(past.map(Past::end).expect("it was followed so far"));
                        }
                    }
                }
            }
            after = page.next;
            if after.is_none() {
                let empty = || Error::Fault(format!("contract {}: an empty journal", row.unit));
                return past.map(Past::end).ok_or_else(empty);
            }
        }
    }
}
