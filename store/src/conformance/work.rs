//! Work given out: looks and jobs.

use std::{collections::BTreeSet, sync::Arc, thread};

use crate::{Backend, Claimed, Item, NextLook, Queue};

use super::{block_on, fixture::*};

async fn claim(store: &dyn Backend, queue: Queue, now: i64, until: i64, n: u32) -> Vec<Claimed> {
    store.claim(queue, 1, at(now), at(until), n).await.expect("the store claims")
}

async fn claimed_units(store: &dyn Backend, now: i64, until: i64, n: u32) -> Vec<u128> {
    let claims = claim(store, Queue::NextLook, now, until, n).await;
    claims.iter().map(|claimed| claimed.unit.0.as_u128()).collect()
}

fn with_job(item: Item, queue: Queue, number: u64, due: i64) -> Item {
    Item { jobs: vec![new_job(queue, number, due)], ..item }
}

/// Eight workers take work until there is none; nobody got what another has.
async fn never_shared(store: Arc<dyn Backend>, queue: Queue) {
    const UNITS: u128 = 300;
    let item = |number| with_job(looking(draft(unit(number), None, 1), 10), queue, 1, 10);
    store.commit((1..=UNITS).map(item).collect()).await.unwrap();
    let work = |worker: u64| {
        let store = Arc::clone(&store);
        block_on(async move {
            let mut mine = Vec::new();
            loop {
                let claims = store.claim(queue, worker, at(10), at(100), 7).await.unwrap();
                if claims.is_empty() {
                    return mine;
                }
                assert!(claims.len() <= 7);
                mine.extend(claims.into_iter().map(|claimed| claimed.unit));
            }
        })
    };
    let all: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..8).map(|worker| scope.spawn(move || work(worker))).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert_eq!(all.len() as u128, UNITS);
    assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len() as u128, UNITS);
}

/// A due unit goes to one worker.
pub async fn looks_are_never_shared(store: Arc<dyn Backend>) {
    never_shared(store, Queue::NextLook).await;
}

/// A due job goes to one worker.
pub async fn jobs_are_never_shared(store: Arc<dyn Backend>) {
    never_shared(store, Queue::Outbox).await;
}

/// A worker that dies holds a unit only until its claim ends; attempts are counted.
pub async fn look_comes_back_after_its_claim(store: Arc<dyn Backend>) {
    let row = done(&*store, looking(draft(unit(1), None, 1), 10)).await;
    let first = claim(&*store, Queue::NextLook, 10, 20, 5).await;
    let expected = Claimed {
        unit: unit(1),
        tenant: TENANT,
        key: unit(1).bytes(),
        due: at(10),
        payload: String::new(),
        attempt: 1,
    };
    assert_eq!(first, std::slice::from_ref(&expected));
    assert_eq!(claim(&*store, Queue::NextLook, 19, 30, 5).await, []);
    let second = claim(&*store, Queue::NextLook, 20, 30, 5).await;
    assert_eq!(second, [Claimed { attempt: 2, ..expected.clone() }]);
    // A commit that leaves `next_look` alone leaves the claim alone.
    done(&*store, draft(unit(1), Some(&row), 2)).await;
    assert_eq!(claim(&*store, Queue::NextLook, 29, 40, 5).await, []);
    let third = claim(&*store, Queue::NextLook, 30, 40, 5).await;
    assert_eq!(third, [Claimed { attempt: 3, ..expected }]);
}

/// A worker that dies holds a job only until its claim ends; attempts are counted.
pub async fn job_comes_back_after_its_claim(store: Arc<dyn Backend>) {
    done(&*store, with_job(draft(unit(1), None, 1), Queue::Outbox, 4, 10)).await;
    let expected = Claimed {
        unit: unit(1),
        tenant: TENANT,
        key: key(4),
        due: at(10),
        payload: "work 4".to_owned(),
        attempt: 1,
    };
    let first = claim(&*store, Queue::Outbox, 10, 20, 5).await;
    assert_eq!(first, std::slice::from_ref(&expected));
    assert_eq!(claim(&*store, Queue::Outbox, 19, 30, 5).await, []);
    let second = claim(&*store, Queue::Outbox, 20, 30, 5).await;
    assert_eq!(second, [Claimed { attempt: 2, ..expected }]);
}

/// Setting `next_look` ends the claim: later, gone, or due at once again with attempts from one.
pub async fn look_claim_ends_when_set(store: Arc<dyn Backend>) {
    let row = done(&*store, looking(draft(unit(1), None, 1), 10)).await;
    assert_eq!(claimed_units(&*store, 10, 1000, 5).await, [1]);
    let row = done(&*store, looking(draft(unit(1), Some(&row), 2), 50)).await;
    assert_eq!(claimed_units(&*store, 49, 1000, 5).await, []);
    let again = claim(&*store, Queue::NextLook, 50, 1000, 5).await;
    assert_eq!((again[0].attempt, again[0].due), (1, at(50)));
    let row = done(&*store, looking(draft(unit(1), Some(&row), 3), 20)).await;
    assert_eq!(claimed_units(&*store, 50, 1000, 5).await, [1]);
    let mut never = draft(unit(1), Some(&row), 4);
    never.change.next_look = NextLook::Set(None);
    done(&*store, never).await;
    assert_eq!(claimed_units(&*store, 5000, 6000, 5).await, []);
}

/// The scan finds what is due and nothing else, the longest due first.
pub async fn only_due_looks_are_claimed_in_order(store: Arc<dyn Backend>) {
    for (number, look) in [(1, 30), (2, 10), (3, 31), (4, 20), (5, 20)] {
        done(&*store, looking(draft(unit(number), None, 1), look)).await;
    }
    created(&*store, 6).await;
    assert_eq!(claimed_units(&*store, 9, 100, 10).await, []);
    assert_eq!(claimed_units(&*store, 30, 100, 2).await, [2, 4]);
    assert_eq!(claimed_units(&*store, 30, 100, 10).await, [5, 1]);
    assert_eq!(claimed_units(&*store, 30, 100, 10).await, []);
    assert_eq!(claimed_units(&*store, 99, 200, 10).await, [3]);
    assert_eq!(claimed_units(&*store, 99, 200, 0).await, []);
}

/// A queue gives its own jobs, once they are due, the longest due first.
pub async fn only_due_jobs_of_the_queue_are_claimed(store: Arc<dyn Backend>) {
    let mut item = draft(unit(1), None, 1);
    item.jobs = vec![
        new_job(Queue::Outbox, 1, 30),
        new_job(Queue::InTransit, 2, 10),
        new_job(Queue::Outbox, 3, 10),
        new_job(Queue::Outbox, 4, 31),
    ];
    done(&*store, item).await;
    let keys = |claims: Vec<Claimed>| claims.iter().map(|job| job.key).collect::<Vec<_>>();
    assert_eq!(keys(claim(&*store, Queue::Outbox, 9, 100, 9).await), [[0; 16]; 0]);
    assert_eq!(keys(claim(&*store, Queue::Outbox, 30, 100, 9).await), [key(3), key(1)]);
    assert_eq!(keys(claim(&*store, Queue::InTransit, 30, 100, 9).await), [key(2)]);
    assert_eq!(keys(claim(&*store, Queue::Outbox, 31, 100, 9).await), [key(4)]);
}

/// What is finished never comes back.
pub async fn finished_job_disappears(store: Arc<dyn Backend>) {
    let row = done(&*store, with_job(draft(unit(1), None, 1), Queue::Outbox, 4, 10)).await;
    assert_eq!(claim(&*store, Queue::Outbox, 10, 20, 5).await.len(), 1);
    let mut item = draft(unit(1), Some(&row), 2);
    item.finished = vec![job(Queue::Outbox, 4), job(Queue::Outbox, 99)];
    done(&*store, item).await;
    assert_eq!(claim(&*store, Queue::Outbox, 5000, 6000, 5).await, []);
}

/// A job is its unit's: the same name elsewhere is another job.
pub async fn job_of_another_unit_is_not_finished(store: Arc<dyn Backend>) {
    done(&*store, with_job(draft(unit(1), None, 1), Queue::Outbox, 4, 10)).await;
    let row = done(&*store, with_job(draft(unit(2), None, 1), Queue::Outbox, 4, 10)).await;
    let mut item = draft(unit(2), Some(&row), 2);
    item.finished = vec![job(Queue::Outbox, 4)];
    done(&*store, item).await;
    let left = claim(&*store, Queue::Outbox, 10, 20, 5).await;
    assert_eq!(left.iter().map(|job| job.unit).collect::<Vec<_>>(), [unit(1)]);
}

/// Putting a job in the place of one of its name moves it and ends its claim; attempts stay.
/// Finishing it in the same commit makes it a new one.
pub async fn replaced_job_is_due_anew(store: Arc<dyn Backend>) {
    let row = done(&*store, with_job(draft(unit(1), None, 1), Queue::Outbox, 4, 10)).await;
    assert_eq!(claim(&*store, Queue::Outbox, 10, 1000, 5).await[0].attempt, 1);
    let mut later = with_job(draft(unit(1), Some(&row), 2), Queue::Outbox, 4, 50);
    later.jobs[0].payload = "again".to_owned();
    let row = done(&*store, later).await;
    assert_eq!(claim(&*store, Queue::Outbox, 49, 1000, 5).await, []);
    let claims = claim(&*store, Queue::Outbox, 50, 1000, 5).await;
    assert_eq!((claims[0].attempt, claims[0].payload.as_str()), (2, "again"));
    let mut anew = with_job(draft(unit(1), Some(&row), 3), Queue::Outbox, 4, 60);
    anew.finished = vec![job(Queue::Outbox, 4)];
    done(&*store, anew).await;
    assert_eq!(claim(&*store, Queue::Outbox, 60, 1000, 5).await[0].attempt, 1);
}
