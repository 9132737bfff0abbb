//! Moves what was committed from the log into the database, beside the writer: inline checkpoints
//! would make a commit in a thousand wait for all of it.

use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use rusqlite::Connection;

use crate::Fault;

use super::wrong;

/// Items after which a checkpoint is worth its syncs.
const ITEMS: usize = 2000;
/// What lies in the log longer than this is moved even if it is little.
const REST: Duration = Duration::from_secs(1);
/// Pages in the log (64 MiB) beyond which the writer moves the rest itself, so that the log starts
/// over: beside a writer that never rests a passive checkpoint never gets to the very end.
const LOG_PAGES: u64 = 8_192;

/// What the writer tells the checkpointer.
#[derive(Debug, Default)]
pub(super) struct Dirt {
    state: Mutex<State>,
    changed: Condvar,
    /// Pages in the log at the last checkpoint.
    log: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    items: usize,
    closed: bool,
}

/// The checkpoint thread.
#[derive(Debug)]
pub(super) struct Checkpointer {
    dirt: Arc<Dirt>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    pub(super) fn start(conn: Connection) -> Result<Checkpointer, Fault> {
        let dirt = Arc::new(Dirt::default());
        let told = Arc::clone(&dirt);
        let thread = thread::Builder::new()
            .name("store-checkpoint".to_owned())
            .spawn(move || serve(&conn, &told))
            .map_err(|what| Fault::new(format!("starting checkpoints: {what}")))?;
        Ok(Checkpointer { dirt, thread: Some(thread) })
    }

    pub(super) fn dirt(&self) -> Arc<Dirt> {
        Arc::clone(&self.dirt)
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.dirt.state().closed = true;
        self.dirt.changed.notify_all();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the store's checkpoints ended by a panic");
        }
    }
}

impl Dirt {
    /// So many items more are in the log.
    pub(super) fn add(&self, items: usize) {
        let mut state = self.state();
        let before = state.items;
        state.items += items;
        let first = before == 0 && items > 0;
        if first || (before < ITEMS && state.items >= ITEMS) {
            self.changed.notify_one();
        }
    }

    /// Whether the log has outgrown what the passive checkpoints can do.
    pub(super) fn log_is_long(&self) -> bool {
        self.log.load(Ordering::Relaxed) > LOG_PAGES
    }

    /// Moves what no reader stands in the way of; never waits for one.
    pub(super) fn checkpoint(&self, conn: &Connection) -> Result<(), Fault> {
        let (log, moved) = run(conn, "PRAGMA wal_checkpoint(PASSIVE)")?;
        // A log that is moved as a whole starts over with the next commit.
        let left = if moved >= log { 0 } else { log };
        self.log.store(u64::try_from(left).unwrap_or(0), Ordering::Relaxed);
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is enough to do; `false` once closed.
    fn wait(&self) -> bool {
        let clean = |state: &mut State| state.items == 0 && !state.closed;
        let waited = self.changed.wait_while(self.state(), clean);
        let state = waited.unwrap_or_else(PoisonError::into_inner);
        let little = |state: &mut State| state.items < ITEMS && !state.closed;
        let waited = self.changed.wait_timeout_while(state, REST, little);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner).0;
        state.items = 0;
        !state.closed
    }
}

fn serve(conn: &Connection, dirt: &Dirt) {
    while dirt.wait() {
        if let Err(fault) = dirt.checkpoint(conn) {
            tracing::warn!("Could not move the log into the database: {fault}");
        }
    }
    if let Err(fault) = run(conn, "PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!("Could not close the log, it will be read at the next start: {fault}");
    }
}

/// Pages in the log, and how many of them were moved.
fn run(conn: &Connection, sql: &str) -> Result<(i64, i64), Fault> {
    conn.query_row(sql, [], |row| Ok((row.get(1)?, row.get(2)?))).map_err(wrong("checkpoint"))
}
