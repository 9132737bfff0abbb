//! The SQLite backend: one writer thread that groups commits, a few readers, checkpoints from a
//! thread of their own.

mod checkpoint;
mod claim;
mod inbox;
mod lock;
mod read;
mod readers;
mod row;
mod schema;
#[cfg(test)]
mod tests;
mod write;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use domain::{Moment, TenantId, UnitId};
use tokio::sync::oneshot;

use crate::{
    Claimed, Count, Cursor, Fault, Item, LedgerPage, Outcome, Page, Presence, Query, Queue, Row,
    Span, Store, Views, Work, check,
};
use checkpoint::Checkpointer;
use claim::Ask;
use inbox::{Inbox, Task};
use readers::Readers;
use writer::Writer;

pub use lock::DataLock;

/// How the store works; the defaults suit a server on two cores.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    /// Most items that share one transaction and its sync.
    pub group_items: usize,
    /// Longest time a group waits for the callers that wrote with the last one.
    pub group_wait: Duration,
    /// Threads that read.
    pub readers: usize,
    /// Items under way before a further caller has to wait.
    pub queue_items: usize,
}

impl Default for SqliteOptions {
    fn default() -> SqliteOptions {
        SqliteOptions {
            group_items: 256,
            group_wait: Duration::from_micros(300),
            readers: 2,
            queue_items: 8192,
        }
    }
}

/// A store in one SQLite database. Dropping it finishes what was handed in and closes the log.
#[derive(Debug)]
pub struct SqliteStore {
    // In the order of their end: the writer drains its inbox, the checkpointer closes the log as
    // the last connection, then the next process may come.
    writer: Writer,
    readers: Readers,
    _checkpointer: Checkpointer,
    _lock: DataLock,
    group_items: usize,
}

impl SqliteStore {
    /// Opens the database at this path, or makes it. One process at a time: the lock file
    /// `PATH.lock` says which.
    pub fn open(path: &Path, options: SqliteOptions) -> Result<SqliteStore, Fault> {
        let lock = DataLock::take(&with_suffix(path, ".lock"))?;
        let conn = schema::writer(path)?;
        let checkpointer = Checkpointer::start(schema::checkpointer(path)?)?;
        let readers = Readers::start(path, options.readers.max(1))?;
        let inbox = Arc::new(Inbox::new(&options));
        let writer = Writer::start(conn, inbox, checkpointer.dirt())?;
        let group_items = options.group_items.max(1);
        Ok(SqliteStore { writer, readers, _checkpointer: checkpointer, _lock: lock, group_items })
    }
}

impl Store for SqliteStore {
    fn load<'a>(&'a self, units: &'a [UnitId]) -> Work<'a, Vec<Option<Row>>> {
        Box::pin(async move {
            if units.is_empty() {
                return Ok(Vec::new());
            }
            let units = units.to_vec();
            self.readers.read(move |conn| read::load(conn, &units)).await
        })
    }

    fn commit(&self, batch: Vec<Item>) -> Work<'_, Vec<Outcome>> {
        Box::pin(async move {
            batch.iter().try_for_each(check::shape)?;
            let mut outcomes = Vec::with_capacity(batch.len());
            let mut answers = Vec::new();
            let mut rest = batch;
            // Parts of a long batch go into groups of their own, in order, so that others are
            // heard between them.
            while !rest.is_empty() {
                let tail = rest.split_off(rest.len().min(self.group_items));
                let part = std::mem::replace(&mut rest, tail);
                answers.push(self.writer.ask(|answer| Task::Commit(part, answer)).await?);
            }
            for answer in answers {
                outcomes.extend(heard(answer).await?);
            }
            Ok(outcomes)
        })
    }

    fn presence(&self, batch: Vec<Presence>) -> Work<'_, ()> {
        Box::pin(async move {
            if batch.is_empty() {
                return Ok(());
            }
            heard(self.writer.ask(|answer| Task::Presence(batch, answer)).await?).await
        })
    }

    fn page(&self, query: Query, after: Option<Cursor>, limit: u32) -> Work<'_, Page> {
        Box::pin(async move {
            self.readers.read(move |conn| read::page(conn, &query, after.as_ref(), limit)).await
        })
    }

    fn claim(
        &self,
        queue: Queue,
        worker: u64,
        now: Moment,
        until: Moment,
        n: u32,
    ) -> Work<'_, Vec<Claimed>> {
        Box::pin(async move {
            let ask = Ask { queue, worker, now, until, n };
            heard(self.writer.ask(|answer| Task::Claim(ask, answer)).await?).await
        })
    }
}

impl Views for SqliteStore {
    fn counts(&self, tenant: TenantId) -> Work<'_, Vec<Count>> {
        Box::pin(async move { self.readers.read(move |conn| read::counts(conn, tenant)).await })
    }

    fn trial_balance(&self, tenant: TenantId) -> Work<'_, Vec<(String, String, i64)>> {
        Box::pin(
            async move { self.readers.read(move |conn| read::trial_balance(conn, tenant)).await },
        )
    }

    fn ledger(&self, span: Span, after: Option<Cursor>, limit: u32) -> Work<'_, LedgerPage> {
        Box::pin(async move {
            let page = move |conn: &_| read::tenant_ledger(conn, &span, after.as_ref(), limit);
            self.readers.read(page).await
        })
    }
}

type Answer<T> = oneshot::Sender<Result<T, Fault>>;

async fn heard<T>(answer: oneshot::Receiver<Result<T, Fault>>) -> Result<T, Fault> {
    answer.await.unwrap_or_else(|_| Err(Fault::new("the database thread has stopped")))
}

/// Turns a driver's error into a fault that says what was under way.
fn wrong(doing: &str) -> impl FnOnce(rusqlite::Error) -> Fault + '_ {
    move |what| Fault::new(format!("{doing}: {what}"))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
