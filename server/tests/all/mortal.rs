//! A store whose disk fills up after so many commits: what came before stays, the rest is lost.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use domain::{Moment, TenantId, UnitId};
use store::{
    Claimed, Count, Cursor, Fault, Item, LedgerPage, MemoryStore, Outcome, Page, Presence, Query,
    Queue, Row, Span, Store, Views, Work,
};

/// A memory store that can run out of commits.
pub(crate) struct Mortal {
    inner: MemoryStore,
    left: AtomicI64,
}

impl Mortal {
    pub(crate) fn new() -> Arc<Mortal> {
        Arc::new(Mortal { inner: MemoryStore::new(), left: AtomicI64::new(i64::MAX) })
    }

    /// So many commits still succeed.
    pub(crate) fn dies_after(&self, commits: i64) {
        self.left.store(commits, Ordering::SeqCst);
    }

    pub(crate) fn revives(&self) {
        self.dies_after(i64::MAX);
    }
}

impl Store for Mortal {
    fn load<'a>(&'a self, units: &'a [UnitId]) -> Work<'a, Vec<Option<Row>>> {
        self.inner.load(units)
    }

    fn commit(&self, batch: Vec<Item>) -> Work<'_, Vec<Outcome>> {
        if self.left.fetch_sub(1, Ordering::SeqCst) > 0 {
            return self.inner.commit(batch);
        }
        Box::pin(async { Err(Fault::new("the disk is full")) })
    }

    fn presence(&self, batch: Vec<Presence>) -> Work<'_, ()> {
        self.inner.presence(batch)
    }

    fn page(&self, query: Query, after: Option<Cursor>, limit: u32) -> Work<'_, Page> {
        self.inner.page(query, after, limit)
    }

    fn claim(
        &self,
        queue: Queue,
        worker: u64,
        now: Moment,
        until: Moment,
        n: u32,
    ) -> Work<'_, Vec<Claimed>> {
        self.inner.claim(queue, worker, now, until, n)
    }
}

impl Views for Mortal {
    fn counts(&self, tenant: TenantId) -> Work<'_, Vec<Count>> {
        self.inner.counts(tenant)
    }

    fn trial_balance(&self, tenant: TenantId) -> Work<'_, Vec<(String, String, i64)>> {
        self.inner.trial_balance(tenant)
    }

    fn ledger(&self, span: Span, after: Option<Cursor>, limit: u32) -> Work<'_, LedgerPage> {
        self.inner.ledger(span, after, limit)
    }
}
