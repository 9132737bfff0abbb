//! What waits for the writer: two lanes, commits and claims before presence.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Claimed, Fault, Item, Outcome, Presence};

use super::{Answer, SqliteOptions, claim::Ask};

/// One call to the writer.
#[derive(Debug)]
pub(super) enum Task {
    Commit(Vec<Item>, Answer<Vec<Outcome>>),
    Claim(Ask, Answer<Vec<Claimed>>),
    Presence(Vec<Presence>, Answer<()>),
}

/// A call with its share of the queue.
#[derive(Debug)]
pub(super) struct Queued {
    task: Task,
    weight: usize,
    room: OwnedSemaphorePermit,
}

/// Calls in, groups out.
#[derive(Debug)]
pub(super) struct Inbox {
    lanes: Mutex<Lanes>,
    arrived: Condvar,
    room: Arc<Semaphore>,
    room_max: usize,
    group_items: usize,
    group_wait: Duration,
}

#[derive(Debug, Default)]
struct Lanes {
    work: VecDeque<Queued>,
    /// Items in `work`.
    weight: usize,
    presence: VecDeque<Queued>,
    /// The writer sleeps until this many items are there.
    wanted: usize,
    /// Groups since presence was last written.
    passed_over: u32,
    closed: bool,
}

/// Presence goes last in a group that has room for it, and in every so many groups anyway.
const PASSED_OVER_MAX: u32 = 8;

impl Inbox {
    pub(super) fn new(options: &SqliteOptions) -> Inbox {
        let room_max = options.queue_items.clamp(1, Semaphore::MAX_PERMITS);
        Inbox {
            lanes: Mutex::default(),
            arrived: Condvar::new(),
            room: Arc::new(Semaphore::new(room_max)),
            room_max,
            group_items: options.group_items.max(1),
            group_wait: options.group_wait,
        }
    }

    /// Puts a call in its lane, as soon as there is room.
    pub(super) async fn put(&self, task: Task) -> Result<(), Fault> {
        let weight = task.weight();
        let room = u32::try_from(weight.min(self.room_max)).unwrap_or(u32::MAX);
        let closed = || Fault::new("the store is closed");
        let permit = Arc::clone(&self.room).acquire_many_owned(room).await;
        let queued = Queued { task, weight, room: permit.map_err(|_| closed())? };
        let mut lanes = self.lanes();
        if lanes.closed {
            return Err(closed());
        }
        match queued.task {
            Task::Presence(..) => lanes.presence.push_back(queued),
            Task::Commit(..) | Task::Claim(..) => {
                lanes.weight += weight;
                lanes.work.push_back(queued);
            }
        }
        if lanes.weight >= lanes.wanted {
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// The next group, presence last; `None` once closed and empty. `before` is the number of
    /// items of the group before: where several callers wrote together, their next calls are on
    /// the way, and waiting for them a moment saves a sync for each. A caller alone never waits.
    pub(super) fn next_group(&self, before: usize) -> Option<Vec<Queued>> {
        let mut lanes = self.lanes();
        lanes.wanted = 0;
        while lanes.work.is_empty() && lanes.presence.is_empty() {
            if lanes.closed {
                return None;
            }
            lanes = self.arrived.wait(lanes).unwrap_or_else(PoisonError::into_inner);
        }
        let wanted = before.min(self.group_items);
        if !lanes.work.is_empty() && lanes.weight < wanted {
            lanes.wanted = wanted;
            let short = |lanes: &mut Lanes| !lanes.closed && lanes.weight < wanted;
            let waited = self.arrived.wait_timeout_while(lanes, self.group_wait, short);
            lanes = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Some(lanes.take(self.group_items))
    }

    /// Lets nobody in any more. What is inside is still handed out.
    pub(super) fn close(&self) {
        self.lanes().closed = true;
        self.room.close();
        self.arrived.notify_all();
    }

    /// Closes, and drops what is inside: its callers hear that the writer has stopped.
    pub(super) fn abandon(&self) {
        self.close();
        let mut lanes = self.lanes();
        lanes.work.clear();
        lanes.presence.clear();
    }

    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lanes {
    fn take(&mut self, items_max: usize) -> Vec<Queued> {
        let mut group = Vec::new();
        let mut weight = 0;
        while let Some(next) = self.work.front() {
            if weight > 0 && weight + next.weight > items_max {
                break;
            }
            weight += next.weight;
            group.extend(self.work.pop_front());
        }
        self.weight -= weight;
        if weight >= items_max && self.passed_over < PASSED_OVER_MAX {
            self.passed_over += 1;
            return group;
        }
        self.passed_over = 0;
        let mut presence = 0;
        while let Some(next) = self.presence.front() {
            if presence > 0 && presence + next.weight > items_max {
                break;
            }
            presence += next.weight;
            group.extend(self.presence.pop_front());
        }
        group
    }
}

impl Queued {
    /// The call, and the room it holds until dropped.
    pub(super) fn split(self) -> (Task, OwnedSemaphorePermit) {
        (self.task, self.room)
    }

    /// Items that were waited for.
    pub(super) fn items(&self) -> usize {
        match self.task {
            Task::Commit(..) | Task::Claim(..) => self.weight,
            Task::Presence(..) => 0,
        }
    }

    /// Items that are written.
    pub(super) fn rows(&self) -> usize {
        self.weight
    }
}

impl Task {
    fn weight(&self) -> usize {
        match self {
            Task::Commit(items, _) => items.len(),
            Task::Claim(..) => 1,
            Task::Presence(batch, _) => batch.len(),
        }
    }
}
