//! The breaker, silent feeds and emergencies, with real phones.

use std::collections::BTreeSet;

use domain::{HoldKind, Reason, Stage, UnitId};
use formats::directory::{Breaker, Limits};
use server::{
    App,
    app::{Pace, standstill::NewStandstill},
    keys::Keys,
};

use crate::{kit::*, phone::Phone};

pub(crate) struct Fleet {
    pub(crate) house: House,
    units: Vec<UnitId>,
    phones: Vec<Phone>,
}

impl Fleet {
    /// Contracts that fall past due together, with their phones.
    async fn of(count: u32) -> Fleet {
        Fleet::in_house(House::new().await, count).await
    }

    pub(crate) async fn in_house(house: House, count: u32) -> Fleet {
        let (mut units, mut phones) = (Vec::new(), Vec::new());
        for number in 1..=count {
            let unit = house.sign(new_contract(&format!("C-{number}"), number)).await;
            let mut phone = Phone::new(number);
            phone.enrol(&house, unit).await;
            units.push(unit);
            phones.push(phone);
        }
        Fleet { house, units, phones }
    }

    pub(crate) async fn pass(&mut self, hours: i64) {
        for _ in 0..hours {
            self.house.clock.pass(HOUR);
            self.house.app.watch_feeds().await.unwrap();
            self.house.app.carry_standstills().await.unwrap();
            self.house.app.sweep(1).await.unwrap();
            for phone in &mut self.phones {
                phone.tick(HOUR);
                phone.talk(&self.house.app).await;
                phone.read_notices(&self.house).await;
            }
        }
    }

    fn restricted(&self) -> usize {
        self.phones.iter().filter(|phone| phone.stage().rung >= protocol::Rung::Restrict).count()
    }

    async fn held_by(&self, kind: HoldKind) -> usize {
        let mut held = 0;
        for unit in &self.units {
            let decision = self.house.contract(*unit).await.decision;
            held += usize::from(decision.reasons.contains(&Reason::Held(kind)));
        }
        held
    }

    pub(crate) async fn limit(&self, least: u32) {
        let breaker = Breaker { least, phones: Some(least), share_bps: 10_000 };
        let limits = Limits { breaker, ..Limits::default() };
        self.house.app.set_limits(self.house.tenant, &limits, clerk()).await.unwrap();
    }
}

/// The move that would trip it does not happen, nor any after it, also after a restart; a payment
/// opens all the same; lifting lets the others go on.
#[tokio::test]
async fn star_mass_lock_breaker_holds_every_phone_until_people_look() {
    let mut fleet = Fleet::of(6).await;
    fleet.limit(2).await;
    let mut most = 0;
    for _ in 0..16 {
        fleet.pass(24).await;
        most = most.max(fleet.restricted());
    }
    assert_eq!(most, 2, "two may, the third trips it");
    let known = fleet.house.app.directory.standstills(fleet.house.tenant);
    assert_eq!(known.len(), 1, "{known:?}");
    assert_eq!(known[0].kind, HoldKind::Breaker);
    assert!(fleet.held_by(HoldKind::Breaker).await >= 4);
    let states = fleet.house.app.breakers_of(fleet.house.tenant).await.unwrap();
    assert_eq!(states[0].tripped.as_ref().map(|known| known.hold), Some(known[0].hold));

    // Down needs nobody.
    let opened = (0..6).find(|at| fleet.phones[*at].stage().rung >= protocol::Rung::Restrict);
    let opened = opened.unwrap();
    let reference = format!("C-{}", opened + 1);
    fleet.house.pay("P-1", &reference, "3000.00").await;
    // A phone that is raised comes back within the hour, give or take a tenth.
    fleet.pass(2).await;
    let stages: Vec<_> = fleet.phones.iter().map(|phone| phone.stage()).collect();
    assert_eq!(fleet.restricted(), 1, "paid: {stages:?}");

    // A process that starts anew holds them too.
    let (store, clock) = (fleet.house.app.store.clone(), fleet.house.clock.clone());
    let again =
        App::open(store, Keys::new(&[7; 32]), clock, SeededEntropy::new(2), Pace::default());
    assert_eq!(again.await.unwrap().directory.standstills(fleet.house.tenant).len(), 1);

    let (app, tenant) = (fleet.house.app.clone(), fleet.house.tenant);
    app.lift_standstill(tenant, known[0].hold, "looked", clerk()).await.unwrap();
    fleet.pass(4).await;
    assert_eq!(fleet.held_by(HoldKind::Breaker).await, 0);
    assert!(fleet.restricted() >= 4, "{}", fleet.restricted());
    fleet.house.check().await;
}

/// What a breaker counts is read off the contracts after a start.
#[tokio::test]
async fn a_start_forgets_no_phone_that_rose() {
    let mut fleet = Fleet::of(3).await;
    while fleet.restricted() == 0 {
        fleet.pass(1).await;
    }
    let (store, clock) = (fleet.house.app.store.clone(), fleet.house.clock.clone());
    let again =
        App::open(store, Keys::new(&[7; 32]), clock, SeededEntropy::new(2), Pace::default());
    let states = again.await.unwrap().breakers_of(fleet.house.tenant).await.unwrap();
    assert_eq!((states[0].moved, states[0].fleet), (3, 3));
    fleet.house.clock.pass(2 * DAY);
    let states = fleet.house.app.breakers_of(fleet.house.tenant).await.unwrap();
    assert_eq!(states[0].moved, 0, "the window is over");
}

/// Of a feed that falls silent, what began after it was last heard is taken back, and comes again
/// when it is heard and its backlog had its time.
#[tokio::test]
async fn a_silent_feed_takes_back_what_began_after_it_was_heard() {
    let mut fleet = Fleet::of(2).await;
    let (app, tenant) = (fleet.house.app.clone(), fleet.house.tenant);
    app.watch_feed(tenant, "cards", Some(12), 6, clerk()).await.unwrap();
    for _ in 0..13 * 24 {
        app.ping_feed(tenant, "cards").unwrap();
        fleet.pass(1).await;
    }
    assert_eq!(fleet.restricted(), 0);
    fleet.pass(36).await;
    assert_eq!(fleet.restricted(), 0, "the step waits for the feed");
    assert_eq!(fleet.held_by(HoldKind::FeedStale).await, 2);
    assert!(app.feeds.of(tenant)[0].stale_since.is_some());
    for _ in 0..10 {
        app.ping_feed(tenant, "cards").unwrap();
        fleet.pass(1).await;
    }
    assert_eq!(fleet.held_by(HoldKind::FeedStale).await, 0);
    assert_eq!(fleet.restricted(), 2);
    fleet.house.check().await;
}

fn emergency(house: &House, area: &str) -> NewStandstill {
    NewStandstill {
        name: "flood".into(),
        kind: HoldKind::AreaEmergency,
        areas: BTreeSet::from([area.to_owned()]),
        programme: None,
        until: Some(house.app.now().plus_seconds(3 * DAY)),
        cause: "flood".into(),
    }
}

/// An emergency opens the phones of its area, and no others, for as long as it lasts.
#[tokio::test]
async fn an_emergency_opens_the_phones_of_its_area() {
    let mut fleet = Fleet::of(2).await;
    let (app, tenant) = (fleet.house.app.clone(), fleet.house.tenant);
    while fleet.restricted() < 2 {
        fleet.pass(1).await;
    }
    let asked = server::app::change::Asked::once(&app, "area", clerk());
    let area = Some("IN-KL".to_owned());
    let label = domain::safety::Ward::SetArea { area, reason: "address".into() };
    app.act(tenant, fleet.units[0], &asked, domain::Command::Ward(label)).await.unwrap();
    let open = |area: &str| app.open_standstill(tenant, emergency(&fleet.house, area), clerk());
    assert!(!open("IN-KL").await.unwrap().1);
    assert_eq!(code(open("IN-TN").await), "conflict");
    fleet.pass(3).await;
    let stage = |at: usize| domain_stage(&fleet.phones[at]);
    assert_eq!(stage(0), Stage::NOTICE);
    assert!(stage(1).restricts());
    fleet.pass(4 * 24).await;
    assert_eq!(fleet.restricted(), 2);
    fleet.house.check().await;
}

/// A trusted publisher's signed message opens the phones of its areas; nobody else's does.
#[tokio::test]
async fn a_signed_feed_tells_of_an_emergency() {
    use formats::SourceKind;
    use server::intake::{Secret, signed};
    let house = House::new().await;
    let (app, tenant) = (&house.app, house.tenant);
    let secret = Secret::new(crate::providers::SECRET.as_bytes());
    let new = server::app::manage_source::NewSource {
        name: "met".into(),
        kind: SourceKind::Alerts,
        currency: None,
        time_zone: None,
        secret: Some(secret.clone()),
    };
    app.add_source(tenant, new, clerk()).await.unwrap();
    let tell = async |header: String, body: String| {
        let headers = [("quittance-signature".to_owned(), header)];
        let heard = app.hear_call("met", SourceKind::Alerts, None, &headers, body.as_bytes());
        heard.await
    };
    let body = |area: &str, until: &str| {
        serde_json::json!({ "id": "A-1", "areas": [area], "until": until, "cause": "flood" })
            .to_string()
    };
    let by_us = |body: &str| signed(&secret, app.now(), body.as_bytes());
    let flood = body("IN-KL", "2026-01-12T00:00:00Z");
    for _ in 0..2 {
        assert_eq!(tell(by_us(&flood), flood.clone()).await.unwrap(), "{\"received\":true}");
    }
    let known = app.directory.standstills(tenant);
    assert_eq!(known.len(), 1);
    assert!(known[0].concerns("fast", Some("IN-KL")) && !known[0].concerns("fast", None));
    let other = body("IN-TN", "2026-01-12T00:00:00Z");
    assert_eq!(code(tell(by_us(&flood), other.clone()).await), "signature_wrong");
    assert_eq!(code(tell(by_us(&other), other.clone()).await), "conflict");
    let over = body("IN-KL", "2026-01-01T00:00:00Z").replace("A-1", "A-2");
    assert_eq!(code(tell(by_us(&over), over.clone()).await), "hold_out_of_range");
    let old = signed(&secret, app.now().plus_seconds(-DAY), flood.as_bytes());
    assert_eq!(code(tell(old, flood.clone()).await), "signature_stale");
    assert_eq!(app.directory.standstills(tenant).len(), 1);
}

fn domain_stage(phone: &Phone) -> Stage {
    server::app::lease::domain_stage(phone.stage())
}
