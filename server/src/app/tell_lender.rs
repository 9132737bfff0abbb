//! Events about what concerns many contracts: a breaker, a standstill, a feed of payment data. Each
//! is written in the commit of the directory entry it tells of.
//!
//! **Invariant:** no words of a person are in it: whoever wants the cause asks for the standstill.
//! **Invariant:** a standstill has one end, told once: when it is lifted, or when its time is over.

use domain::{HoldKind, Moment, TenantId};
use formats::directory::{Feed, Standstill};
use serde::Serialize;
use store::{JobKey, NewJob, Queue};

use super::App;
use crate::crypto::sha256;

/// What became of something that concerns many contracts. Keys are sorted.
#[derive(Serialize)]
struct Event<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    areas: Vec<&'a str>,
    at: String,
    event: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    feed: Option<&'a str>,
    hold: String,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    programme: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    standstill: Option<&'static str>,
    tenant: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

/// Events of one commit: those to come, and the one that no longer will.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Work for later.
    pub(super) jobs: Vec<NewJob>,
    /// What is taken back.
    pub(super) finished: Vec<JobKey>,
}

impl App {
    /// A standstill is opened. If it ends by itself, that is told when it does.
    pub(super) fn tell_opened(&self, tenant: TenantId, standstill: &Standstill) -> Told {
        if self.events.is_none() {
            return Told::default();
        }
        let (opened, ended) = kinds(standstill);
        let first = self.about_standstill(tenant, standstill, (opened, standstill.from));
        let mut jobs = vec![self.job(None, standstill.from, &first)];
        if let Some(until) = standstill.until {
            let last = self.about_standstill(tenant, standstill, (ended, until));
            jobs.push(self.job(Some(end_key(standstill)), until, &last));
        }
        Told { jobs, finished: Vec::new() }
    }

    /// A standstill is lifted before its end.
    pub(super) fn tell_lifted(
        &self,
        tenant: TenantId,
        standstill: &Standstill,
        now: Moment,
    ) -> Told {
        // Its end may be told at this very moment.
        if standstill.until.is_some_and(|until| until <= now) {
            return Told::default();
        }
        let finished = vec![end_key(standstill)];
        if self.events.is_none() {
            return Told { finished, ..Told::default() };
        }
        let event = self.about_standstill(tenant, standstill, (kinds(standstill).1, now));
        Told { jobs: vec![self.job(None, now, &event)], finished }
    }

    /// A feed fell silent, or is fresh again.
    pub(super) fn tell_feed(
        &self,
        tenant: TenantId,
        feed: &Feed,
        is_silent: bool,
        now: Moment,
    ) -> Told {
        if self.events.is_none() {
            return Told::default();
        }
        let event = Event {
            areas: Vec::new(),
            at: now.to_string(),
            event: self.new_id().to_string(),
            feed: Some(&feed.name),
            hold: feed.hold.to_string(),
            kind: if is_silent { "feed_silent" } else { "feed_back" },
            programme: None,
            since: is_silent.then(|| feed.heard_at.to_string()),
            standstill: None,
            tenant: tenant.to_string(),
            until: None,
        };
        Told { jobs: vec![self.job(None, now, &event)], finished: Vec::new() }
    }

    fn about_standstill<'a>(
        &self,
        tenant: TenantId,
        standstill: &'a Standstill,
        (kind, at): (&'static str, Moment),
    ) -> Event<'a> {
        let is_breaker = standstill.kind == HoldKind::Breaker;
        Event {
            areas: standstill.areas.iter().map(String::as_str).collect(),
            at: at.to_string(),
            event: self.new_id().to_string(),
            feed: None,
            hold: standstill.hold.to_string(),
            kind,
            programme: standstill.programme.as_deref(),
            since: None,
            standstill: (!is_breaker).then(|| standstill.kind.name()),
            tenant: tenant.to_string(),
            until: standstill.until.map(|until| until.to_string()),
        }
    }

    fn job(&self, key: Option<JobKey>, due: Moment, event: &Event<'_>) -> NewJob {
        let payload = serde_json::to_string(event).expect("text in text");
        let own = || JobKey { queue: Queue::Outbox, key: *self.new_id().as_bytes() };
        NewJob { key: key.unwrap_or_else(own), due, payload }
    }
}

/// What a standstill's beginning and end are called.
fn kinds(standstill: &Standstill) -> (&'static str, &'static str) {
    match standstill.kind {
        HoldKind::Breaker => ("breaker_tripped", "breaker_lifted"),
        _ => ("standstill_opened", "standstill_ended"),
    }
}

/// The end of a standstill that comes by itself: one name, so that lifting takes it back.
fn end_key(standstill: &Standstill) -> JobKey {
    let hash = sha256(&[b"standstill/end", &standstill.hold.bytes()]);
    let key = hash[..16].try_into().expect("half of 32 bytes");
    JobKey { queue: Queue::Outbox, key }
}
