//! The device door over a real socket: the real agent, bytes that are nothing, waits.

use std::time::Duration;

use agent::Door;
use domain::Actor;
use proptest::prelude::*;
use protocol::{
    Message, Stage,
    reply::{Problem, Reply, ReplyKind, codes},
    request::{Request, RequestKind},
};
use server::{Error, device::Trouble, http::router, serve::Limits};
use tower::ServiceExt;

use crate::{
    kit::*,
    phone::{Phone, pass_until},
    socket::{Socket, ask, hear, until, wait_of, waiting},
};

const REMIND: Stage = Stage { rung: protocol::Rung::Remind, step: 0 };

/// A house on a socket, with one contract and its phone enrolled through it.
async fn enrolled(limits: Limits) -> (House, Socket, Phone, domain::UnitId) {
    let house = House::new().await;
    let unit = house.sign(new_contract("C-1", 1)).await;
    let socket = Socket::open(house.app.clone(), limits).await;
    let mut phone = Phone::new(1);
    let explained = house.app.explain(house.tenant, unit).await.unwrap();
    phone.offer_with(&explained.enrolment_code.unwrap());
    socket.talk(&mut phone).await;
    phone.accept(true);
    socket.talk(&mut phone).await;
    assert_ne!(phone.agent.sequence(), 0, "enrolled: {:?}", phone.problems);
    (house, socket, phone, unit)
}

/// The same, one day past due, as a phone that holds a wait open; and that wait.
async fn reminded(limits: Limits) -> (House, Socket, Phone, Vec<u8>) {
    let (house, socket, mut phone, _) = enrolled(limits).await;
    pass_until(&house, &mut phone, REMIND, 12).await;
    let mut phone = waiting(phone);
    socket.talk(&mut phone).await;
    phone.tick(10);
    let wait = wait_of(&mut phone);
    (house, socket, phone, wait)
}

#[tokio::test]
async fn a_phone_lives_through_the_socket_from_enrolment_to_its_removal() {
    let (house, socket, mut phone, unit) = enrolled(Limits::default()).await;
    assert_eq!(phone.stage(), Stage::CLEAR);
    let before = house.row(unit).await.version;
    phone.give(agent::Input::Online);
    socket.talk(&mut phone).await;
    assert_eq!(house.row(unit).await.version, before, "a check-in that changes nothing");
    house.pay("p-1", "C-1", "3000.00").await;
    phone.give(agent::Input::Online);
    socket.talk(&mut phone).await;
    assert!(phone.agent.is_released() && !phone.has_key, "{:?}", phone.problems);
    assert!(phone.problems.is_empty(), "{:?}", phone.problems);
    let metrics = socket.get("/metrics").await;
    for answer in ["terms", "lease", "unchanged", "release", "removal_recorded"] {
        let counted = format!("answer=\"{answer}\"");
        assert!(metrics.text().contains(&counted), "{answer} in {}", metrics.text());
    }
    socket.stop().await.unwrap();
    house.check().await;
}

#[tokio::test]
async fn a_payment_answers_a_held_wait_within_a_second() {
    // No limit on heads and requests ends a wait that is held.
    let limits = Limits { header_read_timeout_s: 1, request_timeout_s: 1, ..Limits::default() };
    let (house, socket, mut phone, wait) = reminded(limits).await;
    let stream = socket.connect().await;
    let held = tokio::spawn(ask(stream, "POST", Door::Wait.path(), wait));
    until("the wait is held", || async { house.app.wake.waiting() == 1 }).await;
    assert!(socket.get("/metrics").await.text().contains("quittance_waits_held 1\n"));
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert!(!held.is_finished());
    house.pay("p-1", "C-1", "1000.00").await;
    let got = tokio::time::timeout(Duration::from_secs(1), held).await.unwrap().unwrap().unwrap();
    assert_eq!(got.status, 200);
    assert_eq!(Reply::decode(&got.body).unwrap().kind, ReplyKind::Lease);
    hear(&mut phone, got);
    assert_eq!(phone.stage(), Stage::CLEAR);
    until("nobody waits", || async { house.app.wake.waiting() == 0 }).await;
}

#[tokio::test]
async fn a_client_that_goes_away_is_waited_for_no_more() {
    let (house, socket, _phone, wait) = reminded(Limits::default()).await;
    let stream = socket.connect().await;
    let held = tokio::spawn(ask(stream, "POST", Door::Wait.path(), wait));
    until("the wait is held", || async { house.app.wake.waiting() == 1 }).await;
    held.abort();
    drop(socket.get("/healthz").await);
    let gone = socket.stop();
    tokio::time::timeout(Duration::from_secs(5), gone).await.unwrap().unwrap();
    assert_eq!(house.app.wake.waiting(), 0);
}

#[tokio::test]
async fn a_stop_answers_waits_at_once_and_writes_presence() {
    let (house, mut socket, mut phone, wait) = reminded(Limits::default()).await;
    let stream = socket.connect().await;
    let held = tokio::spawn(ask(stream, "POST", Door::Wait.path(), wait));
    until("the wait is held", || async { house.app.wake.waiting() == 1 }).await;
    assert_ne!(house.app.presences.unwritten(), 0);
    let addr = socket.addr;
    socket.ask_to_stop();
    let got = tokio::time::timeout(Duration::from_secs(2), held).await.unwrap().unwrap().unwrap();
    assert_eq!(Reply::decode(&got.body).unwrap().kind, ReplyKind::Unchanged);
    hear(&mut phone, got);
    assert!(phone.problems.is_empty(), "{:?}", phone.problems);
    tokio::time::timeout(Duration::from_secs(5), socket.ended()).await.unwrap().unwrap();
    assert_eq!(house.app.presences.unwritten(), 0);
    assert!(tokio::net::TcpStream::connect(addr).await.is_err(), "nobody listens");
}

#[tokio::test]
async fn waits_have_their_own_cap_beside_the_others() {
    let limits = Limits { waits_max: 0, ..Limits::default() };
    let (_house, socket, mut phone, wait) = reminded(limits).await;
    let got = socket.post(Door::Wait.path(), wait).await;
    assert_eq!(got.status, 503);
    let problem = got.problem();
    assert_eq!(problem.code, codes::BUSY);
    assert!(problem.retry_s.is_some());
    phone.give(agent::Input::Online);
    socket.talk(&mut phone).await;
    assert!(phone.problems.is_empty(), "{:?}", phone.problems);
}

#[tokio::test]
async fn what_is_no_message_gets_a_stable_code() {
    let house = House::new().await;
    let socket = Socket::open(house.app.clone(), Limits::default()).await;
    let empty = Request { kind: RequestKind::CheckIn, signed: vec![0x84] }.encode();
    let misplaced = Request { kind: RequestKind::Wait, signed: vec![0x84] }.encode();
    for (path, body, status, code) in [
        ("/d/1/checkin", vec![], 400, codes::MALFORMED),
        ("/d/1/checkin", vec![0xff; 40], 400, codes::MALFORMED),
        ("/d/1/checkin", empty.clone(), 400, codes::MALFORMED),
        ("/d/1/checkin", misplaced, 400, codes::MALFORMED),
        ("/d/1/enrol", empty.clone(), 400, codes::MALFORMED),
        ("/d/1/wait", empty, 400, codes::MALFORMED),
        ("/d/1/checkin", vec![0; 16 * 1024 + 1], 413, codes::TOO_LARGE),
        ("/d/1/wait", vec![0; 16 * 1024 + 1], 413, codes::TOO_LARGE),
        ("/d/2/checkin", vec![], 404, codes::NOT_FOUND),
    ] {
        let got = socket.post(path, body).await;
        assert_eq!((got.status, &*got.problem().code), (status, code), "{path}");
    }
    let got = socket.get("/d/1/checkin").await;
    assert_eq!((got.status, &*got.problem().code), (405, codes::MALFORMED));
    let got = socket.get("/nowhere").await;
    assert_eq!((got.status, &*got.kind), (404, "application/problem+json"));
}

/// The statuses of the table in `docs/protocol/README.md` are those that are sent.
#[test]
fn the_documented_statuses_are_the_ones_sent() {
    let text = include_str!("../../../docs/protocol/README.md");
    let rows = text.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| `")?.split('|');
        let code = cells.next()?.trim().trim_end_matches('`');
        let status = cells.next()?.split(',').next()?;
        Some((code, status.trim().to_owned()))
    });
    let documented: Vec<(&str, String)> =
        rows.filter(|(code, _)| codes::ALL.contains(code)).collect();
    assert_eq!(documented.len(), codes::ALL.len());
    for code in codes::ALL {
        let (_, status) = documented.iter().find(|(known, _)| *known == code).unwrap();
        let elsewhere = [
            codes::CLOCK_REFUSED,
            codes::TOO_LARGE,
            codes::BUSY,
            codes::NOT_FOUND,
            codes::INTERNAL,
        ];
        if !elsewhere.contains(&code) {
            let sent = Trouble::from(Error::refused(code, ""));
            assert_eq!((sent.code, sent.status.as_str()), (code, &**status));
        }
    }
}

/// Whatever is sent, the answer is a reply or a problem of a known code.
async fn answer(house: &House, path: &str, body: Vec<u8>) -> (u16, String) {
    let service = router(house.app.clone(), &Limits::default());
    let request = hyper::Request::post(path)
        .header("content-type", "application/cbor")
        .body(axum::body::Body::from(body))
        .unwrap();
    let response = service.oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    if status == 200 {
        return (status, format!("{:?}", Reply::decode(&body).unwrap().kind));
    }
    let code = Problem::decode(&body).unwrap().code;
    assert!(codes::ALL.contains(&&*code), "{code}");
    (status, code)
}

#[test]
fn any_bytes_and_any_bent_message_get_a_stable_code() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (house, sent) = runtime.block_on(async {
        let house = House::new().await;
        let unit = house.sign(new_contract("C-1", 1)).await;
        let mut phone = Phone::new(1);
        phone.enrol(&house, unit).await;
        phone.check_in(&house.app).await;
        (house, phone.sent)
    });
    let paths = ["/d/1/enrol", "/d/1/checkin", "/d/1/wait"];
    proptest!(ProptestConfig::with_cases(256), |(
        path in 0..3_usize, bytes in prop::collection::vec(any::<u8>(), 0..200),
    )| {
        let (status, code) = runtime.block_on(answer(&house, paths[path], bytes));
        prop_assert_eq!((status, &*code), (400, codes::MALFORMED));
    });
    proptest!(ProptestConfig::with_cases(512), |(
        path in 0..3_usize, which in 0..sent.len(), at in any::<prop::sample::Index>(),
        bits in 1..=255_u8, cut in any::<bool>(),
    )| {
        let mut body = sent[which].1.clone();
        let at = at.index(body.len());
        body[at] ^= bits;
        if cut {
            body.truncate(at);
        }
        let (status, code) = runtime.block_on(answer(&house, paths[path], body));
        prop_assert_ne!(status, 500, "{}", code);
        prop_assert_ne!(status, 200, "a bent message was taken: {}", code);
    });
}

#[tokio::test]
async fn a_doubtful_clock_signs_nothing_and_shows() {
    let (house, socket, mut phone, _) = enrolled(Limits::default()).await;
    assert_eq!(socket.get("/readyz").await.status, 200);
    house.clock.jump(300);
    phone.give(agent::Input::Online);
    socket.talk(&mut phone).await;
    assert_eq!(phone.problems, [codes::CLOCK_REFUSED]);
    let ready = socket.get("/readyz").await;
    assert_eq!(ready.status, 503);
    assert!(ready.text().contains("clock: it left its own elapsed time by 300 s"));
    assert!(socket.get("/metrics").await.text().contains("quittance_clock_trusted 0\n"));
    assert_eq!(socket.get("/healthz").await.status, 200, "it still lives");
}

#[tokio::test]
async fn keys_that_ran_out_show_before_a_phone_asks() {
    let house = House::new().await;
    let socket = Socket::open(house.app.clone(), Limits::default()).await;
    house.clock.pass(6 * 366 * DAY);
    let ready = socket.get("/readyz").await;
    assert_eq!(ready.status, 503);
    assert!(ready.text().contains("has no valid lease key"), "{}", ready.text());
}

#[tokio::test]
async fn metrics_are_text_of_names_that_are_promised() {
    let (house, socket, mut phone, _) = enrolled(Limits::default()).await;
    house.pay("p-1", "C-1", "1000.00").await;
    let bad = house.payment("p-2", "C-9", "1.00");
    house.app.post_payment(house.tenant, bad, Actor::Time).await.unwrap_err();
    house.app.sweep(1).await.unwrap();
    phone.give(agent::Input::Online);
    socket.talk(&mut phone).await;
    let got = socket.get("/metrics").await;
    assert!(got.kind.starts_with("application/openmetrics-text"));
    let text = got.text();
    assert!(text.ends_with("# EOF\n"));
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(name.starts_with("quittance_"), "{line}");
        assert!(value.parse::<f64>().is_ok(), "{line}");
    }
    let names: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE quittance_"))
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(names, NAMES);
    for line in [
        "quittance_payments_total{state=\"in_transit\"} 1",
        "quittance_payments_total{state=\"applied\"} 1",
        "quittance_commits_total{command=\"post_payment\",outcome=\"done\"} 1",
        "quittance_http_requests_total{route=\"/d/1/enrol\",status=\"200\"} 2",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }
    assert!(!text.contains("C-1"), "no contract is named");
}

/// What others build their alarms on.
const NAMES: [&str; 21] = [
    "http_requests",
    "http_request_duration_seconds",
    "device_answers",
    "connections",
    "connections_refused",
    "waits_held",
    "metrics_scrapes",
    "commits",
    "payments",
    "job_units",
    "queue_lag_seconds",
    "in_transit_late",
    "releases_unconfirmed",
    "releases_unconfirmed_age_seconds",
    "events",
    "presence_unwritten",
    "packs",
    "breakers_tripped",
    "feeds_stale",
    "clock_left_seconds",
    "clock_trusted",
];
