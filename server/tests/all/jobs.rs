//! Jobs beside a running server: due decisions, presence, rotated keys, events to the outside.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use protocol::cert::KeyKind;
use server::{
    Error,
    app::{
        Pace,
        outbox::{Delivery, EventSink},
    },
    clock::Clock,
    jobs::{self, FileSink, Periods},
    keys::files::KeyDir,
};
use store::{Entry, MemoryStore, Query};

use crate::{kit::*, phone::Phone, socket::until};

fn quick() -> Periods {
    let period = Duration::from_millis(10);
    let (sweep, transit, presence, outbox) = (period, period, period, period);
    Periods {
        sweep,
        transit,
        presence,
        outbox,
        pull: period,
        messages: period,
        standstill: period,
        unlocks: period,
        roots: period,
        keys: period,
        packs: period,
    }
}

async fn written(house: &House, unit: domain::UnitId) -> bool {
    let page = house.app.store.page(Query::Presence(unit), None, 1).await.unwrap();
    matches!(page.entries.as_slice(), [Entry::Presence(_)])
}

#[tokio::test]
async fn jobs_do_what_time_asks_for_and_end_with_the_server() {
    let house = House::new().await;
    let unit = house.sign(new_contract("C-1", 1)).await;
    let mut phone = Phone::new(1);
    phone.enrol(&house, unit).await;
    phone.check_in(&house.app).await;
    let jobs = jobs::start(house.app.clone(), quick());
    until("presence is written", || written(&house, unit)).await;
    let before = house.row(unit).await.version;
    house.clock.pass(9 * DAY);
    until("the contract is brought up to date", || async {
        house.row(unit).await.version > before
    })
    .await;
    assert_eq!(house.row(unit).await.facets.rung, 1);
    phone.check_in(&house.app).await;
    tokio::time::timeout(Duration::from_secs(5), jobs.stop()).await.unwrap().unwrap();
    assert_eq!(house.app.presences.unwritten(), 0);
    house.check().await;
}

#[tokio::test]
async fn a_key_rotated_beside_the_server_signs_soon() {
    let folder = tempfile::tempdir().unwrap();
    let dir = KeyDir::below(folder.path());
    let keys = dir.load(&*SeededEntropy::new(3)).unwrap();
    let house = House::on(Arc::new(MemoryStore::new()), keys, Pace::default()).await;
    let jobs = jobs::start(house.app.clone(), quick());
    let signing = || {
        let keys = house.app.keys.tenant(house.tenant).unwrap();
        keys.signing(KeyKind::Lease, house.app.now()).unwrap().cert().key_id
    };
    assert_eq!(signing(), 1);
    let now = house.clock.now();
    dir.rotate(house.tenant, KeyKind::Lease, now, &*SeededEntropy::new(4)).unwrap();
    until("the new key signs", || async { signing() == 5 }).await;
    std::fs::write(folder.path().join(format!("keys/{}/9-lease.key", house.tenant)), "x").unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(signing(), 5, "what cannot be read changes nothing");
    jobs.stop().await.unwrap();
}

/// Passes on to a file, unless it is cut off.
struct Line {
    file: FileSink,
    cut: AtomicBool,
}

impl EventSink for Line {
    fn deliver<'a>(&'a self, events: &'a [String]) -> Delivery<'a> {
        if self.cut.load(Ordering::SeqCst) {
            return Box::pin(async { Err(Error::Fault("the line is cut".into())) });
        }
        self.file.deliver(events)
    }
}

async fn telling(path: &std::path::Path, cut: bool) -> (House, Arc<Line>) {
    let line = Arc::new(Line { file: FileSink::open(path).unwrap(), cut: AtomicBool::new(cut) });
    let House { app, clock, tenant } = House::new().await;
    let app = Arc::into_inner(app).unwrap().with_events(line.clone());
    (House { app: Arc::new(app), clock, tenant }, line)
}

fn events(path: &std::path::Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn star_webhooks_on_every_transition_once_they_can_be_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.jsonl");
    let (house, line) = telling(&path, true).await;
    let unit = house.sign(new_contract("C-1", 1)).await;
    house.clock.pass(9 * DAY);
    house.app.sweep(1).await.unwrap();
    let failed = house.app.deliver_events(1).await.unwrap();
    assert_eq!((failed.delivered, failed.failed, failed.retry_s), (0, 2, Some(2)));
    assert!(events(&path).is_empty());
    assert_eq!(house.app.deliver_events(1).await.unwrap().failed, 0, "claimed for a while");

    line.cut.store(false, Ordering::SeqCst);
    house.clock.pass(61);
    assert_eq!(house.app.deliver_events(1).await.unwrap().delivered, 2);
    house.pay("p-1", "C-1", "1000.00").await;
    house.clock.pass(1);
    house.pay("p-2", "C-1", "2000.00").await;
    house.clock.pass(61);
    assert_ne!(house.app.deliver_events(1).await.unwrap().delivered, 0);
    house.clock.pass(DAY);
    assert_eq!(house.app.deliver_events(1).await.unwrap().delivered, 0, "none comes twice");

    let told = events(&path);
    let of = |key: &str| -> Vec<String> {
        told.iter().map(|event| event[key].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(of("stage")[..3], ["clear", "remind", "clear"]);
    let states = of("state");
    assert_eq!((&*states[0], &**states.last().unwrap()), ("active", "archived"));
    assert!(of("contract").iter().all(|id| *id == unit.to_string()));
    assert!(of("reference").iter().all(|name| name == "C-1"));
    assert_eq!(of("event").iter().collect::<BTreeSet<_>>().len(), told.len());
    let versions: Vec<u64> = of("version").iter().map(|text| text.parse().unwrap()).collect();
    assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains("Asha") && !text.contains("5550"), "no personal data: {text}");
    house.check().await;
}

#[tokio::test]
async fn without_anybody_to_tell_nothing_is_kept_for_him() {
    let house = House::new().await;
    house.sign(new_contract("C-1", 1)).await;
    let now = house.clock.now();
    let waiting = house.app.store.claim(store::Queue::Outbox, 1, now, now.plus_seconds(9), 9).await;
    assert!(waiting.unwrap().is_empty());
    assert_eq!(house.app.deliver_events(1).await.unwrap().delivered, 0);
}
