//! Telling the outside what contracts become, and what holds many of them. The commit that changes
//! a contract's state or stage adds one event; a worker delivers it and only then finishes it. At
//! least once: whoever reads drops what he has by the event's id, and orders by the contract's
//! version.

use std::{future::Future, pin::Pin};

use domain::{Actor, Contract, Moment};
use futures_util::{StreamExt, stream};
use serde::Serialize;
use store::{Claimed, Facets, JobKey, NewJob, Queue};

use super::{
    App,
    change::{Asked, Extras, facets},
};
use crate::error::Error;

/// Events delivered together.
const BATCH: u32 = 256;
/// Events finished side by side; the store joins their commits.
const SIDE_BY_SIDE: usize = 64;
/// How long a worker keeps what it took, seconds.
const KEEP_S: i64 = 60;
/// Longest pause after a delivery that failed, seconds.
const RETRY_MAX_S: u64 = 3600;

/// A delivery under way.
pub type Delivery<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'a>>;

/// Somebody who takes events.
pub trait EventSink: Send + Sync {
    /// Takes these events, each one canonical JSON text, in order. Once it answers `Ok` they are
    /// durable with whoever takes them; after an error all of them come again.
    fn deliver<'a>(&'a self, events: &'a [String]) -> Delivery<'a>;
}

/// What a contract became. Keys are sorted; the version is text as all 64-bit numbers are.
#[derive(Serialize)]
struct Event<'a> {
    at: String,
    contract: String,
    event: String,
    kind: &'static str,
    reference: &'a str,
    stage: String,
    state: &'a str,
    tenant: String,
    version: String,
}

/// What a round of deliveries did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Events delivered and finished.
    pub delivered: usize,
    /// Events that will be tried again.
    pub failed: usize,
    /// Seconds to wait before the next round, after one that failed.
    pub retry_s: Option<u64>,
}

impl App {
    /// The event of a commit, as work for later: none while nobody is to be told, and none where
    /// neither state nor stage differ from what was stored.
    pub(super) fn event_jobs(
        &self,
        before: Option<&Facets>,
        contract: &Contract,
        version: u64,
        at: Moment,
    ) -> Vec<NewJob> {
        let after = facets(contract);
        let told = |known: &Facets| {
            (&known.status, known.rung, known.step) == (&after.status, after.rung, after.step)
        };
        if self.events.is_none() || before.is_some_and(told) {
            return Vec::new();
        }
        let id = self.new_id();
        let event = Event {
            at: at.to_string(),
            contract: contract.unit.to_string(),
            event: id.to_string(),
            kind: "contract",
            reference: &contract.signed.reference,
            stage: contract.decision.stage.to_string(),
            state: contract.state.name(),
            tenant: contract.tenant.to_string(),
            version: version.to_string(),
        };
        let payload = serde_json::to_string(&event).expect("text in text");
        let key = JobKey { queue: Queue::Outbox, key: *id.as_bytes() };
        vec![NewJob { key, due: at, payload }]
    }

    /// Delivers events that wait, and finishes those that were taken.
    pub async fn deliver_events(&self, worker: u64) -> Result<Delivered, Error> {
        let mut all = Delivered::default();
        let Some(sink) = &self.events else {
            return Ok(all);
        };
        loop {
            let now = self.now();
            let until = now.plus_seconds(KEEP_S);
            let claimed = self.store.claim(Queue::Outbox, worker, now, until, BATCH).await?;
            if claimed.is_empty() {
                return Ok(all);
            }
            let batch = self.deliver_batch(&**sink, claimed).await;
            all.delivered += batch.delivered;
            all.failed += batch.failed;
            all.retry_s = batch.retry_s;
            if batch.failed > 0 || *self.stopping.borrow() {
                return Ok(all);
            }
        }
    }

    async fn deliver_batch(&self, sink: &dyn EventSink, claimed: Vec<Claimed>) -> Delivered {
        let events: Vec<String> = claimed.iter().map(|work| work.payload.clone()).collect();
        if let Err(error) = sink.deliver(&events).await {
            tracing::error!(%error, "{} events could not be delivered: {error}", events.len());
            let attempt = claimed.iter().map(|work| work.attempt).max().unwrap_or(1);
            let retry_s = Some(pause_s(attempt));
            return Delivered { delivered: 0, failed: claimed.len(), retry_s };
        }
        let mut done = Delivered::default();
        let finishes = stream::iter(claimed).map(|work| self.finish_event(work));
        let mut finishes = finishes.buffered(SIDE_BY_SIDE);
        while let Some(finished) = finishes.next().await {
            match finished {
                Ok(()) => done.delivered += 1,
                Err(error) => {
                    done.failed += 1;
                    tracing::error!(%error, "a delivered event comes again: {error}");
                }
            }
        }
        done
    }

    async fn finish_event(&self, work: Claimed) -> Result<(), Error> {
        let asked = Asked::once(self, "finish_event", Actor::Time);
        let finished = vec![JobKey { queue: Queue::Outbox, key: work.key }];
        let extras = Extras { finished: finished.clone(), ..Extras::default() };
        match self.change(work.unit, &asked, extras, |_, _| Ok(Vec::new())).await {
            Ok(_) => Ok(()),
            Err(Error::NotFound(_)) => self.finish_of_entry(work.unit, &finished).await,
            Err(error) => Err(error),
        }
    }
}

/// Doubles with each attempt, up to an hour. What was claimed comes back after its claim at the
/// earliest.
fn pause_s(attempt: u32) -> u64 {
    1_u64.checked_shl(attempt.min(32)).unwrap_or(RETRY_MAX_S).min(RETRY_MAX_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_up_to_an_hour() {
        assert_eq!([1, 2, 3, 11, 12, 40, u32::MAX].map(pause_s), [2, 4, 8, 2048, 3600, 3600, 3600]);
    }
}
