//! The thread that alone writes: a group of calls, one transaction, one sync, an answer to each.

use std::{
    sync::Arc,
    thread::{self, JoinHandle},
};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::{Claimed, Fault, Item, Outcome, Presence};

use super::{
    Answer,
    checkpoint::Dirt,
    claim,
    inbox::{Inbox, Queued, Task},
    write,
};

/// The writer's thread and the way to it.
#[derive(Debug)]
pub(super) struct Writer {
    inbox: Arc<Inbox>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(
        conn: Connection,
        inbox: Arc<Inbox>,
        dirt: Arc<Dirt>,
    ) -> Result<Writer, Fault> {
        let calls = Arc::clone(&inbox);
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || serve(&conn, &calls, &dirt))
            .map_err(|what| Fault::new(format!("starting the writer: {what}")))?;
        Ok(Writer { inbox, thread: Some(thread) })
    }

    /// Hands a call in; the answer comes when it is durable.
    pub(super) async fn ask<T>(
        &self,
        task: impl FnOnce(Answer<T>) -> Task,
    ) -> Result<oneshot::Receiver<Result<T, Fault>>, Fault> {
        let (answer, heard) = oneshot::channel();
        self.inbox.put(task(answer)).await?;
        Ok(heard)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.inbox.close();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the store's writer ended by a panic");
        }
    }
}

/// What a call will hear if the group becomes durable.
enum Reply {
    Commit(Result<Vec<Outcome>, Fault>, Answer<Vec<Outcome>>),
    Claim(Result<Vec<Claimed>, Fault>, Answer<Vec<Claimed>>),
    Presence(Result<(), Fault>, Answer<()>),
}

fn serve(conn: &Connection, inbox: &Inbox, dirt: &Dirt) {
    let _abandon = Abandon(inbox);
    let mut before = 0;
    while let Some(group) = inbox.next_group(before) {
        before = group.iter().map(Queued::items).sum();
        let rows = group.iter().map(Queued::rows).sum();
        write_group(conn, group);
        dirt.add(rows);
        if dirt.log_is_long()
            && let Err(fault) = dirt.checkpoint(conn)
        {
            tracing::warn!("Could not shorten the write-ahead log: {fault}");
        }
    }
}

/// Whatever ends the writer, nobody waits for it in vain.
struct Abandon<'a>(&'a Inbox);

impl Drop for Abandon<'_> {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

fn write_group(conn: &Connection, group: Vec<Queued>) {
    // Kept until the answers are sent: the room they take is given back with them.
    let (tasks, _rooms): (Vec<_>, Vec<_>) = group.into_iter().map(Queued::split).unzip();
    let mut replies = Vec::with_capacity(tasks.len());
    let mut outcome = write::run(conn, "BEGIN IMMEDIATE");
    for task in tasks {
        let failed = outcome.as_ref().err().map(again);
        replies.push(perform(conn, task, failed));
        // A full disk or a failed write may end the whole transaction.
        if outcome.is_ok() && conn.is_autocommit() {
            outcome = Err(Fault::new("the database ended the group's transaction"));
        }
    }
    if outcome.is_ok() {
        outcome = write::run(conn, "COMMIT");
    }
    if outcome.is_err() && !conn.is_autocommit() {
        let rolled_back = write::run(conn, "ROLLBACK");
        if let Err(fault) = rolled_back {
            tracing::error!("Could not roll a group back: {fault}");
        }
    }
    replies.into_iter().for_each(|reply| reply.send(&outcome));
}

fn perform(conn: &Connection, task: Task, failed: Option<Fault>) -> Reply {
    match (task, failed) {
        (Task::Commit(_, answer), Some(fault)) => Reply::Commit(Err(fault), answer),
        (Task::Claim(_, answer), Some(fault)) => Reply::Claim(Err(fault), answer),
        (Task::Presence(_, answer), Some(fault)) => Reply::Presence(Err(fault), answer),
        (Task::Commit(items, answer), None) => Reply::Commit(commit(conn, &items), answer),
        (Task::Claim(ask, answer), None) => Reply::Claim(claim::claim(conn, &ask), answer),
        (Task::Presence(batch, answer), None) => Reply::Presence(presence(conn, batch), answer),
    }
}

/// Each item by itself: a fault of one leaves the others of its call as they are.
fn commit(conn: &Connection, items: &[Item]) -> Result<Vec<Outcome>, Fault> {
    let outcomes: Vec<_> = items.iter().map(|item| write::commit(conn, item)).collect();
    outcomes.into_iter().collect()
}

fn presence(conn: &Connection, batch: Vec<Presence>) -> Result<(), Fault> {
    batch.into_iter().try_for_each(|heard| write::heard(conn, heard))
}

impl Reply {
    fn send(self, group: &Result<(), Fault>) {
        // A caller that has gone away does not need its answer.
        match self {
            Reply::Commit(result, answer) => drop(answer.send(both(result, group))),
            Reply::Claim(result, answer) => drop(answer.send(both(result, group))),
            Reply::Presence(result, answer) => drop(answer.send(both(result, group))),
        }
    }
}

fn both<T>(own: Result<T, Fault>, group: &Result<(), Fault>) -> Result<T, Fault> {
    let value = own?;
    match group {
        Ok(()) => Ok(value),
        Err(fault) => Err(again(fault)),
    }
}

fn again(fault: &Fault) -> Fault {
    Fault::new(fault.what.clone())
}
