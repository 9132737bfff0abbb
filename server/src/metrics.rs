//! What the process counts, as Prometheus reads it.
//!
//! **Invariant:** every label comes from a closed list or from the program's own text: a caller can
//! make no new series.
//! **Invariant:** no identity of a person, a device or a contract is a label.

mod store;

pub use store::Metered;

use std::time::Duration;

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use crate::{app::App, app::sweep::Swept};

/// Upper bounds of the latency histogram, seconds: from one signature to a full wait.
const LATENCY_S: [f64; 12] =
    [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0, 5.0, 30.0, 61.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AnswerLabels {
    door: &'static str,
    answer: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CommitLabels {
    command: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabels {
    state: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct JobLabels {
    job: &'static str,
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct QueueLabels {
    queue: &'static str,
}

type Latencies = Family<RouteLabels, Histogram, fn() -> Histogram>;

/// All counters of one process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    latency: Latencies,
    answers: Family<AnswerLabels, Counter>,
    commits: Family<CommitLabels, Counter>,
    payments: Family<StateLabels, Counter>,
    work: Family<JobLabels, Counter>,
    lag: Family<QueueLabels, Gauge>,
    transit_late: Gauge,
    releases: Gauge,
    releases_age: Gauge,
    connections: Gauge,
    connections_refused: Counter,
    events: Family<StateLabels, Counter>,
    waits: Gauge,
    presence: Gauge,
    packs: Family<StateLabels, Gauge>,
    clock_left: Gauge,
    clock_trusted: Gauge,
    scrapes: Counter,
    breakers_tripped: Counter,
    feeds_stale: Gauge,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let latency: Latencies = Family::new_with_constructor(|| Histogram::new(LATENCY_S));
        let mut metrics = Metrics {
            registry: Registry::with_prefix("quittance"),
            requests: Family::default(),
            latency,
            answers: Family::default(),
            commits: Family::default(),
            payments: Family::default(),
            work: Family::default(),
            lag: Family::default(),
            transit_late: Gauge::default(),
            releases: Gauge::default(),
            releases_age: Gauge::default(),
            connections: Gauge::default(),
            connections_refused: Counter::default(),
            events: Family::default(),
            waits: Gauge::default(),
            presence: Gauge::default(),
            packs: Family::default(),
            clock_left: Gauge::default(),
            clock_trusted: Gauge::default(),
            scrapes: Counter::default(),
            breakers_tripped: Counter::default(),
            feeds_stale: Gauge::default(),
        };
        metrics.register_doors();
        metrics.register_work();
        metrics.begin_at_zero();
        metrics
    }
}

impl Metrics {
    fn register_doors(&mut self) {
        let r = &mut self.registry;
        r.register("http_requests", "Requests answered", self.requests.clone());
        r.register(
            "http_request_duration_seconds",
            "From a request's head to its answer, held time of waits included",
            self.latency.clone(),
        );
        r.register(
            "device_answers",
            "Answers of the device door by kind of reply or problem code",
            self.answers.clone(),
        );
        r.register("connections", "Connections open", self.connections.clone());
        r.register(
            "connections_refused",
            "Connections closed at once because too many were open",
            self.connections_refused.clone(),
        );
        r.register("waits_held", "Waits held", self.waits.clone());
        r.register("metrics_scrapes", "Times this page was read", self.scrapes.clone());
    }

    fn register_work(&mut self) {
        let r = &mut self.registry;
        r.register("commits", "Items committed, by command and outcome", self.commits.clone());
        r.register(
            "payments",
            "Received money by the state it came to: in_transit less the others is under way",
            self.payments.clone(),
        );
        r.register("job_units", "Units that jobs worked on", self.work.clone());
        r.register(
            "queue_lag_seconds",
            "How long the longest due piece of work had waited when it was last taken",
            self.lag.clone(),
        );
        r.register(
            "in_transit_late",
            "Payments found between their two commits by the last round of the job",
            self.transit_late.clone(),
        );
        r.register(
            "releases_unconfirmed",
            "Releases whose phone has not confirmed that it removed the agent",
            self.releases.clone(),
        );
        r.register(
            "releases_unconfirmed_age_seconds",
            "How long the oldest of them waits",
            self.releases_age.clone(),
        );
        r.register("events", "Events to the outside", self.events.clone());
        r.register(
            "presence_unwritten",
            "Devices heard whose presence waits to be written",
            self.presence.clone(),
        );
        r.register("packs", "Policy packs known, and files refused as packs", self.packs.clone());
        r.register(
            "breakers_tripped",
            "Times the mass-lock breaker tripped",
            self.breakers_tripped.clone(),
        );
        r.register("feeds_stale", "Feeds silent for too long", self.feeds_stale.clone());
        r.register(
            "clock_left_seconds",
            "How far the clock left its own elapsed time since the last signature",
            self.clock_left.clone(),
        );
        r.register(
            "clock_trusted",
            "1 while the clock can be trusted with a signature",
            self.clock_trusted.clone(),
        );
    }

    /// What nobody did yet is there at zero: an alarm on a number that is missing rings for nobody.
    fn begin_at_zero(&self) {
        self.packs(formats::packs::builtin().len(), 0);
        for job in ["next_look", "in_transit", "status_pull", "law", "standstill"] {
            self.worked(job, Swept::default());
        }
        for queue in ["next_look", "in_transit", "outbox", "status_pull"] {
            self.taken(queue, 0);
        }
        for state in ["delivered", "failed"] {
            self.events(state, 0);
        }
        for state in ["hint", "in_transit", "applied", "suspense", "reversed", "reversal"] {
            let labels = StateLabels { state: state.to_owned() };
            drop(self.payments.get_or_create(&labels));
        }
    }

    /// So many policy packs are known, and so many files were refused as packs.
    pub fn packs(&self, known: usize, refused: usize) {
        for (state, count) in [("known", known), ("refused", refused)] {
            let labels = StateLabels { state: state.to_owned() };
            self.packs.get_or_create(&labels).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
    }

    /// A request was answered.
    pub fn answered(&self, route: &str, status: u16, took: Duration) {
        let route = route.to_owned();
        self.latency
            .get_or_create(&RouteLabels { route: route.clone() })
            .observe(took.as_secs_f64());
        self.requests.get_or_create(&RequestLabels { route, status }).inc();
    }

    /// The device door answered with this kind of reply, or with this problem code.
    pub fn device_answer(&self, door: &'static str, answer: &'static str) {
        self.answers.get_or_create(&AnswerLabels { door, answer }).inc();
    }

    /// So many releases wait for their phone, the oldest for so long.
    pub fn releases_wait(&self, releases: u64, oldest_s: i64) {
        self.releases.set(i64::try_from(releases).unwrap_or(i64::MAX));
        self.releases_age.set(oldest_s);
    }

    /// A connection was opened; it counts until what is returned is dropped.
    pub fn connected(&self) -> Connected {
        self.connections.inc();
        Connected(self.connections.clone())
    }

    /// A connection was closed at once because too many were open.
    pub fn connection_refused(&self) {
        self.connections_refused.inc();
    }

    /// A round of a job ended.
    pub fn worked(&self, job: &'static str, swept: Swept) {
        let of = |result| self.work.get_or_create(&JobLabels { job, result }).clone();
        of("done").inc_by(swept.looked.saturating_sub(swept.failed) as u64);
        of("failed").inc_by(swept.failed as u64);
        if job == "in_transit" {
            self.transit_late.set(i64::try_from(swept.looked).unwrap_or(i64::MAX));
        }
    }

    /// Events were delivered, or could not be.
    pub fn events(&self, state: &'static str, count: usize) {
        let labels = StateLabels { state: state.to_owned() };
        self.events.get_or_create(&labels).inc_by(count as u64);
    }

    /// A mass-lock breaker tripped.
    pub fn tripped(&self) {
        self.breakers_tripped.inc();
    }

    /// So many feeds are silent for too long.
    pub fn feeds_stale(&self, count: i64) {
        self.feeds_stale.set(count);
    }

    fn committed(&self, command: &'static str, outcome: &'static str) {
        self.commits.get_or_create(&CommitLabels { command, outcome }).inc();
    }

    fn money(&self, state: &str) {
        self.payments.get_or_create(&StateLabels { state: state.to_owned() }).inc();
    }

    fn taken(&self, queue: &'static str, lag_s: i64) {
        self.lag.get_or_create(&QueueLabels { queue }).set(lag_s);
    }

    /// The page as text, with what is read off the process at this moment.
    pub fn text(&self, app: &App) -> String {
        self.scrapes.inc();
        let held = app.pace.waits_max.saturating_sub(app.waits.available_permits());
        self.waits.set(i64::try_from(held).unwrap_or(i64::MAX));
        self.presence.set(i64::try_from(app.presences.unwritten()).unwrap_or(i64::MAX));
        let left = app.guard.left(&*app.clock);
        self.clock_left.set(left);
        self.clock_trusted.set(i64::from(app.guard.trusts(&*app.clock)));
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("text takes any text");
        text
    }
}

/// A connection that counts as open.
#[derive(Debug)]
pub struct Connected(Gauge);

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.dec();
    }
}
