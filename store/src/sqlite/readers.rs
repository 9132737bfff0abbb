//! A few threads that read, each with its own connection.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::Fault;

use super::{heard, schema};

type Job = Box<dyn FnOnce(&Connection) + Send>;

/// The readers and their queue.
#[derive(Debug)]
pub(super) struct Readers {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
}

#[derive(Default)]
struct Waiting {
    jobs: VecDeque<Job>,
    closed: bool,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shared({} reads waiting)", self.waiting().jobs.len())
    }
}

impl Readers {
    pub(super) fn start(path: &Path, count: usize) -> Result<Readers, Fault> {
        let mut readers = Readers { shared: Arc::default(), threads: Vec::new() };
        for number in 0..count {
            let conn = schema::reader(path)?;
            let shared = Arc::clone(&readers.shared);
            let thread = thread::Builder::new()
                .name(format!("store-read-{number}"))
                .spawn(move || serve(&conn, &shared))
                .map_err(|what| Fault::new(format!("starting a reader: {what}")))?;
            readers.threads.push(thread);
        }
        Ok(readers)
    }

    /// Reads on one of the threads.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |conn| drop(answer.send(read(conn))));
        self.shared.waiting().jobs.push_back(job);
        self.shared.arrived.notify_one();
        heard(answered).await
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.shared.waiting().closed = true;
        self.shared.arrived.notify_all();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a reader of the store ended by a panic");
            }
        }
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<Job> {
        let idle = |waiting: &mut Waiting| waiting.jobs.is_empty() && !waiting.closed;
        let waited = self.arrived.wait_while(self.waiting(), idle);
        waited.unwrap_or_else(PoisonError::into_inner).jobs.pop_front()
    }
}

fn serve(conn: &Connection, shared: &Shared) {
    while let Some(job) = shared.next() {
        // A panicking read drops its answer, which its caller hears; the reader goes on.
        if catch_unwind(AssertUnwindSafe(|| job(conn))).is_err() {
            tracing::error!("a read of the store panicked");
        }
    }
}
