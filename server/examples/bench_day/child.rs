//! The end of day itself, in a process of its own: it can be killed, and its memory and its
//! writing are its own.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Instant,
};

use domain::{Moment, TenantId};
use formats::doc;
use serde_json::{Value, json};
use server::{
    App,
    app::{
        Pace,
        report::{Kind, Wanted},
    },
    clock::Clock,
    crypto::{hex, sha256},
    jobs::FileSink,
    keys::Keys,
    real::RealEntropy,
};
use store::{Entry, PAGE_MAX, Query, UnitKind};

/// A worker that died keeps what it took for so long.
const CLAIMS_END_S: i64 = 61;

/// A clock that stands still until it is moved.
pub(crate) struct StillClock(AtomicI64);

impl StillClock {
    pub(crate) fn at(moment: Moment) -> Arc<StillClock> {
        Arc::new(StillClock(AtomicI64::new(moment.micros())))
    }

    fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for StillClock {
    fn now(&self) -> Moment {
        Moment::from_micros(self.0.load(Ordering::SeqCst))
    }

    fn elapsed_s(&self) -> i64 {
        self.0.load(Ordering::SeqCst) / 1_000_000
    }
}

/// The house on a database.
pub(crate) async fn open(database: &Path, clock: Arc<StillClock>) -> App {
    let store = store::open(&format!("sqlite:{}", database.display())).expect("the store opens");
    let entropy = Arc::new(RealEntropy);
    let app = App::open(store, Keys::new(&[7; 32]), clock, entropy, Pace::default()).await;
    let sink = FileSink::open(&database.with_extension("events")).expect("a file for events");
    app.expect("the house opens").with_events(Arc::new(sink))
}

/// Ends the day of a database and tells what it took.
pub(crate) fn run(database: &Path, now: Moment, with_hash: bool) -> Value {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut figures = runtime.block_on(end_of_day(database, now, with_hash));
    drop(runtime);
    // What was handed to the system. Its own count of dirtied pages grows with how they lie in its
    // cache: twice as much for a file that was just copied.
    figures["written"] = json!(proc_figure("/proc/self/io", "wchar:"));
    figures["peak_kb"] = json!(proc_figure("/proc/self/status", "VmHWM:"));
    figures
}

async fn end_of_day(database: &Path, now: Moment, with_hash: bool) -> Value {
    let began = Instant::now();
    let clock = StillClock::at(now);
    let app = open(database, clock.clone()).await;
    let opened = began.elapsed();
    let swept = app.sweep(1).await.expect("a sweep");
    let sweep = began.elapsed() - opened;
    let tenant = app.directory.tenants()[0].tenant.id;
    let wanted = |kind| Wanted { kind, as_of: None, from: None, to: None, bands: None };
    let totals = app.report(tenant, wanted(Kind::Provisions), |_| {}).await.expect("totals");
    let all = began.elapsed();
    // What a killed run had taken comes free; a whole run finds nothing here.
    clock.pass(CLAIMS_END_S);
    let again = app.sweep(1).await.expect("a sweep");
    let mut figures = json!({
        "open_ms": millis(opened),
        "sweep_ms": millis(sweep),
        "totals_ms": millis(all - opened - sweep),
        "all_ms": millis(all),
        "changed": swept.looked + again.looked,
        "again": again.looked,
        "failed": swept.failed + again.failed,
        "totals": totals.json()["items"],
    });
    if with_hash {
        figures["hash"] = json!(result_hash(&app, tenant).await);
    }
    figures
}

fn millis(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).expect("a run has an end")
}

/// A hash over every contract, its place in the queue and its journal's length, and over the
/// balances. Ids of notices are drawn by chance, and a lease names them; the moment of a decision
/// depends on when a look came: none of them is part of it.
async fn result_hash(app: &App, tenant: TenantId) -> String {
    let nobody = domain::NoticeId::from_bytes([0; 16]);
    let mut hash = [0; 32];
    let (kind, status, rung_min) = (UnitKind::Contract, None, 0);
    let query = Query::Units { tenant: Some(tenant), kind, status, rung_min };
    let mut after = None;
    loop {
        let page = app.store.page(query.clone(), after, PAGE_MAX).await.expect("a page");
        for entry in page.entries {
            let Entry::Unit(row) = entry else { continue };
            let read = doc::parse_contract(row.unit, row.tenant, &row.doc);
            let mut contract = read.expect("a contract");
            contract.notices.iter_mut().for_each(|notice| notice.id = nobody);
            contract.decision.at = Moment::from_micros(0);
            (contract.lease, contract.raised_at) = (None, None);
            for step in &mut contract.decision.timetable {
                step.notice = step.notice.map(|_| nobody);
            }
            let (doc, look) = (doc::contract_doc(&contract), format!("{:?}", row.next_look));
            let counts = [row.version.to_be_bytes(), row.head.entries.to_be_bytes()].concat();
            hash = sha256(&[&hash, doc.as_bytes(), look.as_bytes(), &counts]);
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let balances = app.store.trial_balance(tenant).await.expect("balances");
    hex(&sha256(&[&hash, format!("{balances:?}").as_bytes()])[..16])
}

/// A number of a file under `/proc`; zero where there is none.
fn proc_figure(path: &str, name: &str) -> u64 {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// The database's files beside each other.
pub(crate) fn files(database: &Path) -> [PathBuf; 3] {
    let beside = |end: &str| {
        let mut path = database.as_os_str().to_owned();
        path.push(end);
        PathBuf::from(path)
    };
    [beside(""), beside("-wal"), beside("-shm")]
}
