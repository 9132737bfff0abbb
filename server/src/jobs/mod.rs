//! Work that time asks for: due decisions, money left in transit, presence, events, changed keys.
//!
//! **Invariant:** late, twice or never for a week gives the same final state.
//! **Invariant:** a round that fails, or panics, ends neither its job nor another one.

mod file_sink;

pub use file_sink::FileSink;

use std::{
    future::Future,
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::FutureExt;
use tokio::task::JoinSet;

use crate::{App, error::Error};

/// How often each job runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Periods {
    /// Contracts whose decision is due. Default 1 s.
    pub sweep: Duration,
    /// Money left between intake and contract. Default 5 s.
    pub transit: Duration,
    /// Devices heard. Default 2 s.
    pub presence: Duration,
    /// Events to the outside. Default 1 s.
    pub outbox: Duration,
    /// Announced money whose provider can be asked for it. Default 5 s.
    pub pull: Duration,
    /// Formal notices that leave as messages. Default 5 s.
    pub messages: Duration,
    /// How fast phones opened. Default 10 min.
    pub unlocks: Duration,
    /// The day's root of each lender's journals, and releases that wait for their phone. Default
    /// 10 min.
    pub roots: Duration,
    /// Feeds that fall silent, and standstills that contracts take in. Default 5 s.
    pub standstill: Duration,
    /// Signing keys that changed beside the running server. Default 10 s.
    pub keys: Duration,
    /// Policy packs that changed beside the running server. Default 10 s.
    pub packs: Duration,
}

impl Default for Periods {
    fn default() -> Periods {
        Periods {
            sweep: Duration::from_secs(1),
            transit: Duration::from_secs(5),
            presence: Duration::from_secs(2),
            outbox: Duration::from_secs(1),
            pull: Duration::from_secs(5),
            messages: Duration::from_secs(5),
            unlocks: Duration::from_secs(600),
            roots: Duration::from_secs(600),
            standstill: Duration::from_secs(5),
            keys: Duration::from_secs(10),
            packs: Duration::from_secs(10),
        }
    }
}

/// Jobs under way.
#[derive(Debug)]
pub struct JobsHandle {
    app: Arc<App>,
    tasks: JoinSet<()>,
}

/// Starts all jobs. They end when the server stops waiting, each after its round.
pub fn start(app: Arc<App>, periods: Periods) -> JobsHandle {
    let worker = worker_id(&app);
    let mut tasks = JoinSet::new();
    tasks.spawn(every("next_look", app.clone(), periods.sweep, move |app| async move {
        app.metrics.worked("next_look", app.sweep(worker).await?);
        Ok(None)
    }));
    tasks.spawn(every("in_transit", app.clone(), periods.transit, move |app| async move {
        app.metrics.worked("in_transit", app.drain_transit(worker).await?);
        Ok(None)
    }));
    tasks.spawn(every("presence", app.clone(), periods.presence, |app| async move {
        app.flush_presence().await.map(|_| None)
    }));
    tasks.spawn(every("unlocks", app.clone(), periods.unlocks, |app| async move {
        app.flush_unlocks().await.map(|()| None)
    }));
    tasks.spawn(every("journal_roots", app.clone(), periods.roots, |app| async move {
        app.publish_roots().await.map(|_| None)
    }));
    tasks.spawn(every("releases", app.clone(), periods.roots, |app| async move {
        app.watch_releases().await.map(|_| None)
    }));
    tasks.spawn(every("standstill", app.clone(), periods.standstill, |app| async move {
        app.watch_feeds().await?;
        app.metrics.worked("standstill", app.carry_standstills().await?);
        Ok(None)
    }));
    tasks.spawn(every("keys", app.clone(), periods.keys, |app| async move {
        tokio::task::spawn_blocking(move || app.keys.refresh())
            .await
            .map_err(|error| Error::Fault(error.to_string()))?
            .map(|_| None)
    }));
    if app.packs.is_some() {
        let told = Arc::new(AtomicBool::new(false));
        tasks.spawn(every("packs", app.clone(), periods.packs, move |app| {
            follow_packs(app, told.clone())
        }));
    }
    if !app.pulls.is_empty() {
        tasks.spawn(every("status_pull", app.clone(), periods.pull, move |app| async move {
            app.metrics.worked("status_pull", app.pull_statuses(worker).await?);
            Ok(None)
        }));
    }
    if app.directory.has_senders() {
        tasks.spawn(every("messages", app.clone(), periods.messages, move |app| async move {
            app.metrics.worked("messages", app.send_messages(worker).await?);
            Ok(None)
        }));
    }
    if app.events.is_some() {
        tasks.spawn(every("outbox", app.clone(), periods.outbox, move |app| async move {
            let done = app.deliver_events(worker).await?;
            app.metrics.events("delivered", done.delivered);
            app.metrics.events("failed", done.failed);
            Ok(done.retry_s.map(Duration::from_secs))
        }));
    }
    JobsHandle { app, tasks }
}

impl JobsHandle {
    /// Ends all jobs, each after its round, and writes what is known of devices and unlocks.
    pub async fn stop(mut self) -> Result<(), Error> {
        self.app.stop_waiting();
        while self.tasks.join_next().await.is_some() {}
        self.app.flush_unlocks().await?;
        self.app.save_feeds().await?;
        self.app.flush_presence().await.map(|_| ())
    }
}

/// Reads changed packs, and tells contracts of later law: at the start, and when packs were added.
/// What was not finished is done again.
async fn follow_packs(app: Arc<App>, told: Arc<AtomicBool>) -> Result<Option<Duration>, Error> {
    if let Some(dir) = &app.packs
        && let Some(read) = app.read_packs(dir).await?
        && !read.added.is_empty()
    {
        told.store(false, Ordering::Relaxed);
    }
    if !told.load(Ordering::Relaxed) {
        let swept = app.tell_of_law().await?;
        app.metrics.worked("law", swept);
        told.store(swept.failed == 0, Ordering::Relaxed);
    }
    Ok(None)
}

/// Runs rounds of a job until the server stops; a round may ask for a longer pause after it.
async fn every<F>(
    name: &'static str,
    app: Arc<App>,
    period: Duration,
    round: impl Fn(Arc<App>) -> F + Send + 'static,
) where
    F: Future<Output = Result<Option<Duration>, Error>> + Send,
{
    let mut stopping = app.stopping.subscribe();
    let mut pause = period;
    loop {
        tokio::select! {
            _ = stopping.wait_for(|stopping| *stopping) => return,
            () = tokio::time::sleep(pause) => {}
        }
        pause = match AssertUnwindSafe(round(app.clone())).catch_unwind().await {
            Ok(Ok(wanted)) => wanted.unwrap_or(period),
            Ok(Err(error)) => {
                tracing::error!(%error, job = name, "a round of {name} failed: {error}");
                period
            }
            Err(_) => {
                tracing::error!(job = name, "a round of {name} panicked");
                period
            }
        };
    }
}

/// Tells this process from others at the same store.
fn worker_id(app: &App) -> u64 {
    let mut bytes = [0; 8];
    app.entropy.fill(&mut bytes);
    u64::from_be_bytes(bytes) >> 1
}
