//! A store that counts what it is asked: use cases need not know that anybody counts.

use std::sync::Arc;

use domain::{Moment, TenantId, UnitId};
use store::{
    Backend, Claimed, Count, Cursor, Item, LedgerPage, Outcome, Page, Presence, Query, Queue, Row,
    Span, Store, UnitKind, Views, Work,
};

use super::Metrics;

/// A store behind counters.
pub struct Metered {
    store: Arc<dyn Backend>,
    metrics: Arc<Metrics>,
}

impl Metered {
    /// Counts what is asked of a store.
    pub fn new(store: Arc<dyn Backend>, metrics: Arc<Metrics>) -> Metered {
        Metered { store, metrics }
    }
}

impl std::fmt::Debug for Metered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metered(..)")
    }
}

impl Store for Metered {
    fn load<'a>(&'a self, units: &'a [UnitId]) -> Work<'a, Vec<Option<Row>>> {
        self.store.load(units)
    }

    fn commit(&self, batch: Vec<Item>) -> Work<'_, Vec<Outcome>> {
        let asked: Vec<(&'static str, Option<String>)> = batch.iter().map(named).collect();
        Box::pin(async move {
            let outcomes = self.store.commit(batch).await;
            let Ok(outcomes) = outcomes else {
                asked.iter().for_each(|(name, _)| self.metrics.committed(name, "fault"));
                return outcomes;
            };
            for (outcome, (name, money)) in outcomes.iter().zip(&asked) {
                self.metrics.committed(name, outcome_name(outcome));
                if let (Outcome::Done(_), Some(state)) = (outcome, money) {
                    self.metrics.money(state);
                }
            }
            Ok(outcomes)
        })
    }

    fn presence(&self, batch: Vec<Presence>) -> Work<'_, ()> {
        self.store.presence(batch)
    }

    fn page(&self, query: Query, after: Option<Cursor>, limit: u32) -> Work<'_, Page> {
        self.store.page(query, after, limit)
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
            let claimed = self.store.claim(queue, worker, now, until, n).await?;
            let due = claimed.iter().map(|work| work.due).min();
            let lag = due.map_or(0, |due| now.seconds().saturating_sub(due.seconds()));
            self.metrics.taken(queue_name(queue), lag);
            Ok(claimed)
        })
    }
}

impl Views for Metered {
    fn counts(&self, tenant: TenantId) -> Work<'_, Vec<Count>> {
        self.store.counts(tenant)
    }

    fn trial_balance(&self, tenant: TenantId) -> Work<'_, Vec<(String, String, i64)>> {
        self.store.trial_balance(tenant)
    }

    fn ledger(&self, span: Span, after: Option<Cursor>, limit: u32) -> Work<'_, LedgerPage> {
        self.store.ledger(span, after, limit)
    }
}

/// A command's name, and the state of the money it moves.
fn named(item: &Item) -> (&'static str, Option<String>) {
    let money = item.kind == UnitKind::Intake;
    (item.command.name, money.then(|| item.change.facets.status.clone()))
}

fn outcome_name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Done(_) => "done",
        Outcome::Repeat(_) => "repeat",
        Outcome::Conflict(_) => "conflict",
    }
}

fn queue_name(queue: Queue) -> &'static str {
    match queue {
        Queue::NextLook => "next_look",
        Queue::InTransit => "in_transit",
        Queue::Outbox => "outbox",
        Queue::StatusPull => "status_pull",
        Queue::Messages => "messages",
    }
}
