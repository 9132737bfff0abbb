//! What holds many contracts, told to the lender's own systems: once each, with the commit of what
//! it tells of.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use domain::HoldKind;
use expect_test::expect_file;
use serde_json::Value;
use server::app::{
    outbox::{Delivery, EventSink},
    standstill::NewStandstill,
};
use store::{Query, UnitKind};

use crate::{kit::*, standstills::Fleet};

/// Keeps what it is told.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<String>>>);

impl EventSink for Heard {
    fn deliver<'a>(&'a self, events: &'a [String]) -> Delivery<'a> {
        self.0.lock().unwrap().extend(events.iter().cloned());
        Box::pin(async { Ok(()) })
    }
}

impl Heard {
    /// Events that are about no contract, without the ids that chance made.
    fn general(&self) -> Vec<String> {
        let told = self.0.lock().unwrap();
        let general = told.iter().filter(|text| !text.contains("\"kind\":\"contract\""));
        general.map(|text| plain(text)).collect()
    }

    fn text(&self) -> String {
        self.general().iter().map(|line| format!("{line}\n")).collect()
    }
}

fn plain(text: &str) -> String {
    let told: Value = serde_json::from_str(text).unwrap();
    let mut plain = text.to_owned();
    for id in ["event", "hold", "tenant"] {
        plain = plain.replace(told[id].as_str().unwrap(), "…");
    }
    plain
}

async fn telling() -> (House, Heard) {
    let heard = Heard::default();
    let House { app, clock, tenant } = House::new().await;
    let app = Arc::into_inner(app).unwrap().with_events(Arc::new(heard.clone()));
    (House { app: Arc::new(app), clock, tenant }, heard)
}

/// Time passes by the hour, and what is to be told is told.
async fn pass(house: &House, hours: i64, pings: bool) {
    for _ in 0..hours {
        house.clock.pass(HOUR);
        if pings {
            house.app.ping_feed(house.tenant, "cards").unwrap();
        }
        house.app.watch_feeds().await.unwrap();
        house.app.deliver_events(1).await.unwrap();
    }
}

fn standstill(house: &House, name: &str, kind: HoldKind, days: Option<i64>) -> NewStandstill {
    let areas = days.map(|_| "IN-KL".to_owned());
    NewStandstill {
        name: name.into(),
        kind,
        areas: BTreeSet::from_iter(areas),
        programme: None,
        until: days.map(|days| house.app.now().plus_seconds(days * DAY)),
        cause: "Asha Devi of +91 98 5550 0100 wrote".into(),
    }
}

#[tokio::test]
async fn a_feed_that_falls_silent_is_told_of_and_that_it_is_back() {
    let (house, heard) = telling().await;
    house.app.watch_feed(house.tenant, "cards", Some(4), 2, clerk()).await.unwrap();
    pass(&house, 10, false).await;
    pass(&house, 10, true).await;
    expect_file!["events-feed.jsonl"].assert_eq(&heard.text());
    house.check().await;
}

#[tokio::test]
async fn a_standstill_is_told_of_when_it_opens_and_once_when_it_ends() {
    let (house, heard) = telling().await;
    let (app, tenant) = (&house.app, house.tenant);
    let open = async |name, kind, days| {
        let new = standstill(&house, name, kind, days);
        app.open_standstill(tenant, new, clerk()).await.unwrap().0
    };
    let emergency = HoldKind::AreaEmergency;
    open("ends by itself", emergency, Some(3)).await;
    let lifted = open("is lifted", emergency, Some(2)).await;
    let suspended = open("no end", HoldKind::LenderSuspended, None).await;
    assert_eq!(heard.general(), [""; 0], "what is committed is not delivered yet");
    let versions =
        [&lifted, &suspended].map(|known| domain::UnitId::from_bytes(known.hold.bytes()));
    for unit in versions {
        assert_eq!(house.row(unit).await.version, 1, "one commit holds it and its events");
    }
    pass(&house, 24, false).await;
    for known in [&lifted, &suspended] {
        for _ in 0..2 {
            app.lift_standstill(tenant, known.hold, "it is over", clerk()).await.unwrap();
        }
    }
    pass(&house, 5 * 24, false).await;
    expect_file!["events-standstill.jsonl"].assert_eq(&sorted(&heard));
    house.check().await;
}

/// By moment: those of one moment come in no order.
fn sorted(heard: &Heard) -> String {
    let told = heard.0.lock().unwrap().clone();
    let mut lines: Vec<(String, String, String)> = Vec::new();
    for text in &told {
        let value: Value = serde_json::from_str(text).unwrap();
        let at = value["at"].as_str().unwrap().to_owned();
        let what = format!("{}{}", value["standstill"], value["until"]);
        lines.push((at, what, plain(text)));
    }
    lines.sort();
    lines.iter().map(|(_, _, line)| format!("{line}\n")).collect()
}

#[tokio::test]
async fn a_breaker_is_told_of_when_it_trips_and_when_it_is_lifted() {
    let (house, heard) = telling().await;
    let mut fleet = Fleet::in_house(house, 4).await;
    fleet.limit(1).await;
    fleet.pass(14 * 24).await;
    let house = &fleet.house;
    let tripped = house.app.directory.standstills(house.tenant)[0].clone();
    house.app.lift_standstill(house.tenant, tripped.hold, "looked", clerk()).await.unwrap();
    house.app.deliver_events(1).await.unwrap();
    let told = heard.general();
    let kind = |line: &String| serde_json::from_str::<Value>(line).unwrap()["kind"].clone();
    let kinds: Vec<Value> = told.iter().map(kind).collect();
    assert_eq!(kinds, ["breaker_tripped", "breaker_lifted"], "{told:#?}");
    let all = heard.0.lock().unwrap().join("\n");
    assert!(all.contains(&tripped.hold.to_string()) && !all.contains("about to rise"), "{all}");
    assert_eq!(all.matches("\"kind\":\"contract\"").count() + 2, all.lines().count());
    house.check().await;
}

/// Whoever finishes an event is no hindrance to whoever changes its entry, nor the other way round.
#[tokio::test]
async fn telling_leaves_the_entry_as_it_is() {
    let (house, heard) = telling().await;
    let new = standstill(&house, "flood", HoldKind::AreaEmergency, Some(3));
    house.app.open_standstill(house.tenant, new, clerk()).await.unwrap();
    let (kind, status) = (UnitKind::Directory, Some("standstill".to_owned()));
    let query = Query::Units { tenant: Some(house.tenant), kind, status, rung_min: 0 };
    let rows = || store::walk::entries(&*house.app.store, query.clone());
    let row = |entry: &store::Entry| match entry {
        store::Entry::Unit(row) => (**row).clone(),
        other => panic!("{other:?}"),
    };
    let before = row(&rows().await.unwrap()[0]);
    assert_eq!(house.app.deliver_events(1).await.unwrap().delivered, 1);
    let after = row(&rows().await.unwrap()[0]);
    assert_eq!((&after.doc, after.head, &after.facets), (&before.doc, before.head, &before.facets));
    assert_eq!((before.version, after.version, heard.general().len()), (1, 2, 1));
    assert_eq!(house.app.deliver_events(1).await.unwrap().delivered, 0, "once");
}
