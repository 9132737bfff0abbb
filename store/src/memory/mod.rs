//! The memory backend: ordered maps behind one lock. For simulation and tests; nothing survives
//! the process.

mod read;
mod state;

use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::{Moment, TenantId, UnitId};

use crate::{
    Claimed, Count, Cursor, Item, LedgerPage, Outcome, Page, Presence, Query, Queue, Row, Span,
    Store, Views, Work, check,
};
use state::State;

/// A store in memory. The same calls in the same order give the same answers.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // An item is applied after everything that could refuse it, so a poisoned lock guards
        // whole items.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn load<'a>(&'a self, units: &'a [UnitId]) -> Work<'a, Vec<Option<Row>>> {
        Box::pin(async move {
            let state = self.state();
            Ok(units.iter().map(|unit| state.row(*unit)).collect())
        })
    }

    fn commit(&self, batch: Vec<Item>) -> Work<'_, Vec<Outcome>> {
        Box::pin(async move {
            batch.iter().try_for_each(check::shape)?;
            let mut state = self.state();
            let outcomes: Vec<_> = batch.into_iter().map(|item| state.commit(item)).collect();
            outcomes.into_iter().collect()
        })
    }

    fn presence(&self, batch: Vec<Presence>) -> Work<'_, ()> {
        Box::pin(async move {
            let mut state = self.state();
            batch.into_iter().for_each(|heard| state.heard(heard));
            Ok(())
        })
    }

    fn page(&self, query: Query, after: Option<Cursor>, limit: u32) -> Work<'_, Page> {
        Box::pin(async move { read::page(&self.state(), &query, after.as_ref(), limit) })
    }

    fn claim(
        &self,
        queue: Queue,
        _worker: u64,
        now: Moment,
        until: Moment,
        n: u32,
    ) -> Work<'_, Vec<Claimed>> {
        Box::pin(async move {
            let mut state = self.state();
            Ok(match queue {
                Queue::NextLook => state.claim_looks(now, until, n),
                Queue::InTransit | Queue::Outbox | Queue::StatusPull | Queue::Messages => {
                    state.claim_jobs(queue, now, until, n)
                }
            })
        })
    }
}

impl Views for MemoryStore {
    fn counts(&self, tenant: TenantId) -> Work<'_, Vec<Count>> {
        Box::pin(async move { Ok(read::counts(&self.state(), tenant)) })
    }

    fn trial_balance(&self, tenant: TenantId) -> Work<'_, Vec<(String, String, i64)>> {
        Box::pin(async move { read::trial_balance(&self.state(), tenant) })
    }

    fn ledger(&self, span: Span, after: Option<Cursor>, limit: u32) -> Work<'_, LedgerPage> {
        Box::pin(async move { read::ledger(&self.state(), &span, after.as_ref(), limit) })
    }
}
