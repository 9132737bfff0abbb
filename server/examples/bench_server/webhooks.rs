//! Signed webhooks at a fixed rate through the server's own door, and the leases that follow.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use aws_lc_rs::hmac;
use bytes::Bytes;
use formats::directory::SourceKind;
use http_body_util::{BodyExt, Full};
use hyper::{Request, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use protocol::{Message, reply::Reply};
use server::{app::manage_source::NewSource, crypto::hex, intake::Secret};
use store::UnitKind;
use tokio::{net::TcpStream, sync::mpsc, task::JoinSet, time};

use crate::{
    book::{Book, Device, clerk, reference},
    check_ins::served,
};

const SECRET: &[u8] = b"a secret of the bench";
/// Connections that the provider keeps.
const CONNECTIONS: u64 = 64;
/// Longest that the last leases are waited for.
const DRAIN: Duration = Duration::from_secs(20);

/// The status of a call that is told to come again.
const BUSY: u16 = 503;

type Client = http1::SendRequest<Full<Bytes>>;

/// What a call is meant to meet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A payment of a whole instalment, or of a part of one.
    Payment,
    /// The call before, once more.
    Duplicate,
    BadSignature,
    Unmatched,
}

/// One call: its number gives its time.
struct Call {
    at: Instant,
    kind: Kind,
    device: u32,
    body: String,
}

/// When payments were to be sent, by device, until their lease is there.
type Open = Mutex<BTreeMap<u32, Vec<Instant>>>;

/// What is sent, and beside what.
pub(crate) struct Plan {
    /// Calls per second, a round for each.
    pub(crate) rates: Vec<u64>,
    pub(crate) seconds: u64,
    /// Each round again beside a server that ends its day over and over.
    pub(crate) with_day: bool,
    /// Each round again with most of the calls at once.
    pub(crate) payday: bool,
}

/// One round.
#[derive(Clone, Copy)]
struct Round {
    rate: u64,
    seconds: u64,
    with_day: bool,
    payday: bool,
}

pub(crate) async fn measure(book: &Book, plan: &Plan, json: bool) {
    let new = NewSource {
        name: "bench".to_owned(),
        kind: SourceKind::Generic,
        currency: None,
        time_zone: None,
        secret: Some(Secret::new(SECRET)),
    };
    book.app.add_source(book.tenant, new, clerk()).await.expect("a source");
    let to = served(book).await;
    let mut run = 0;
    for &rate in &plan.rates {
        let seconds = plan.seconds;
        let plain = Round { rate, seconds, with_day: false, payday: false };
        let with_day = plan.with_day.then_some(Round { with_day: true, ..plain });
        let payday = plan.payday.then_some(Round { payday: true, ..plain });
        for of in [Some(plain), with_day, payday].into_iter().flatten() {
            run += 1;
            round(book, to, run, of).await.print(of, json);
        }
    }
    let books = book.app.check_books(book.tenant, |_| {}).await.expect("the books are read");
    assert_eq!(books.findings, [], "the books do not hold");
}

/// Latencies in microseconds.
struct Told {
    counted: usize,
    /// Told to come again.
    refused: usize,
    took: Duration,
    durable: Vec<u128>,
    opened: Vec<u128>,
}

async fn round(book: &Book, to: SocketAddr, run: u64, of: Round) -> Told {
    let before = intake_items(book).await;
    let open: Arc<Open> = Arc::default();
    let (opened, mut leases) = mpsc::unbounded_channel();
    let mut holders = JoinSet::new();
    for device in &book.devices {
        let known = device.clone();
        holders.spawn(hold(to, known, open.clone(), opened.clone(), run << 32));
    }
    time::sleep(Duration::from_millis(500)).await;
    let day = of.with_day.then(|| tokio::spawn(look_on(book.app.clone())));
    let began = Instant::now() + Duration::from_millis(50);
    let calls = calls(run, of, began, holders.len());
    let answers = send(to, calls, &open).await;
    let took = began.elapsed();
    let refused = answers.iter().filter(|answer| answer.status == BUSY).count();
    let taken = answers.iter().filter(|answer| answer.status == 200);
    let keys: BTreeSet<&str> = taken.clone().map(|answer| answer.body.as_str()).collect();
    let payments = taken.filter(|answer| answer.kind == Kind::Payment);
    let durable: Vec<u128> = payments.map(|answer| answer.took).collect();
    let mut told = Told { counted: durable.len(), refused, took, durable, opened: Vec::new() };
    while told.opened.len() < told.counted {
        match time::timeout(DRAIN, leases.recv()).await {
            Ok(lease) => told.opened.push(lease.expect("the devices live")),
            // A refused call may be taken as its own duplicate, and then nobody waits for it.
            Err(_) => {
                assert!(refused > 0, "a payment did not open in time");
                break;
            }
        }
    }
    if let Some(day) = day {
        day.abort();
    }
    holders.abort_all();
    while holders.join_next().await.is_some() {}
    let now = intake_items(book).await;
    assert_eq!(now - before, keys.len(), "each key counts once");
    told
}

/// The calls of a run: 1 % duplicates, 0.5 % bad signatures, 0.5 % unmatched, 2 % partial.
fn calls(run: u64, of: Round, began: Instant, devices: usize) -> Vec<Call> {
    let mut last = String::new();
    let call = |number: u64| {
        let at = began + of.when(number);
        let device = u32::try_from(number % devices as u64).expect("few devices");
        let kind = match number % 200 {
            50 | 150 => Kind::Duplicate,
            75 => Kind::BadSignature,
            125 => Kind::Unmatched,
            _ => Kind::Payment,
        };
        let whose = match kind {
            Kind::Unmatched => "nobody".to_owned(),
            _ => reference(device),
        };
        let amount = if number % 50 == 7 { "0.25" } else { "1.00" };
        let fresh = format!(
            "{{\"payments\":[{{\"id\":\"{run}-{number}\",\"amount\":\"{amount}\",\
             \"currency\":\"INR\",\"paid_at\":\"2026-01-02T03:04:05Z\",\
             \"reference\":\"{whose}\"}}]}}"
        );
        let body = if kind == Kind::Duplicate { last.clone() } else { fresh };
        if kind == Kind::Payment {
            last.clone_from(&body);
        }
        Call { at, kind, device, body }
    };
    (0..of.rate * of.seconds).map(call).collect()
}

/// What became of a call.
struct Answer {
    kind: Kind,
    body: String,
    status: u16,
    took: u128,
}

/// Sends each call when its time has come.
async fn send(to: SocketAddr, calls: Vec<Call>, open: &Arc<Open>) -> Vec<Answer> {
    let key = Arc::new(hmac::Key::new(hmac::HMAC_SHA256, SECRET));
    let pool = Arc::new(Mutex::new(Vec::new()));
    for _ in 0..CONNECTIONS {
        let client = connect(to).await;
        pool.lock().expect("nobody panics here").push(client);
    }
    let mut sent = JoinSet::new();
    for call in calls {
        time::sleep_until(call.at.into()).await;
        let (key, pool, open) = (key.clone(), pool.clone(), open.clone());
        sent.spawn(async move {
            if call.kind == Kind::Payment {
                let mut open = open.lock().expect("nobody panics here");
                open.entry(call.device).or_default().push(call.at);
            }
            let kept = pool.lock().expect("nobody panics here").pop();
            let mut client = match kept {
                Some(client) => client,
                None => connect(to).await,
            };
            let status = post(&mut client, &call, &key).await;
            let took = call.at.elapsed().as_micros();
            let expected = if call.kind == Kind::BadSignature { 403 } else { 200 };
            assert!([expected, BUSY].contains(&status), "a webhook was answered {status}");
            if status == BUSY {
                let mut open = open.lock().expect("nobody panics here");
                open.entry(call.device).or_default().retain(|at| *at != call.at);
            }
            pool.lock().expect("nobody panics here").push(client);
            let Call { kind, body, .. } = call;
            Answer { kind, body, status, took }
        });
    }
    let mut answers = Vec::new();
    while let Some(done) = sent.join_next().await {
        answers.push(done.expect("every call is answered"));
    }
    answers
}

/// Signs a call, sends it, and gives the status of its answer.
async fn post(client: &mut Client, call: &Call, key: &hmac::Key) -> u16 {
    let tag = match call.kind {
        Kind::BadSignature => "0".repeat(64),
        _ => hex(hmac::sign(key, call.body.as_bytes()).as_ref()),
    };
    let request = Request::post("/v1/intake/bench/generic")
        .header(header::HOST, "bench")
        .header(header::CONTENT_TYPE, "application/json")
        .header("Quittance-Signature", format!("sha256={tag}"))
        .body(Full::new(Bytes::from(call.body.clone())))
        .expect("a request");
    let response = client.send_request(request).await.expect("an answer");
    let status = response.status().as_u16();
    response.into_body().collect().await.expect("its body");
    status
}

/// A device that always waits for its next lease, and tells how long each payment took to it.
async fn hold(
    to: SocketAddr,
    mut device: Device,
    open: Arc<Open>,
    opened: mpsc::UnboundedSender<u128>,
    mut msg_no: u64,
) {
    let mut client = connect(to).await;
    let mut counted = device.sequence();
    loop {
        msg_no += 1;
        let request = Request::post("/d/1/wait")
            .header(header::HOST, "bench")
            .header(header::CONTENT_TYPE, "application/cbor")
            .body(Full::new(Bytes::from(device.wait(msg_no))))
            .expect("a request");
        let response = client.send_request(request).await.expect("an answer");
        let body = response.into_body().collect().await.expect("its body").to_bytes();
        let reply = Reply::decode(&body).expect("a reply");
        if !device.take(&reply) {
            continue;
        }
        // The first lease of a run may tell of the run before.
        if open.lock().expect("nobody panics here").is_empty() {
            counted = device.sequence();
            continue;
        }
        // Each payment makes one version: so many of the oldest are in this lease.
        let versions = usize::try_from(device.sequence() - counted).expect("few payments");
        counted = device.sequence();
        let mut open = open.lock().expect("nobody panics here");
        let waiting = open.entry(device.number).or_default();
        let covered = versions.min(waiting.len());
        for at in waiting.drain(..covered) {
            let _ = opened.send(at.elapsed().as_micros());
        }
    }
}

async fn connect(to: SocketAddr) -> Client {
    let stream = TcpStream::connect(to).await.expect("the server listens");
    stream.set_nodelay(true).expect("an option of TCP");
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("HTTP begins");
    tokio::spawn(connection);
    sender
}

/// The totals of the book, over and over, as the end of day makes them.
async fn look_on(app: Arc<server::App>) {
    use server::app::report::{Kind, Wanted};
    let tenant = app.directory.tenants()[0].tenant.id;
    loop {
        app.sweep(9).await.expect("a sweep");
        let kind = Kind::Provisions;
        let wanted = Wanted { kind, as_of: None, from: None, to: None, bands: None };
        app.report(tenant, wanted, |_| {}).await.expect("totals");
    }
}

async fn intake_items(book: &Book) -> usize {
    let mut count = 0;
    let mut after = None;
    loop {
        let filter = server::app::list::Filter::default();
        let page = book.app.list(book.tenant, UnitKind::Intake, filter, after, store::PAGE_MAX);
        let (rows, next) = page.await.expect("a page");
        count += rows.len();
        after = next;
        if after.is_none() {
            return count;
        }
    }
}

impl Round {
    /// When a call is to be sent: evenly; on a payday four fifths of all in a fifth of the time.
    fn when(self, number: u64) -> Duration {
        let even = number * 1_000_000 / self.rate;
        let tenth = self.seconds * 100_000;
        let micros = match even / tenth.max(1) {
            _ if !self.payday => even,
            0 => even * 4,
            1..=8 => tenth * 4 + (even - tenth) / 4,
            _ => tenth * 6 + (even - tenth * 9) * 4,
        };
        Duration::from_micros(micros)
    }
}

impl Told {
    fn print(mut self, of: Round, json: bool) {
        let Round { rate, with_day, payday, .. } = of;
        self.durable.sort_unstable();
        self.opened.sort_unstable();
        let (per_s, refused) = (crate::per_second(self.counted, self.took), self.refused);
        let at = |sorted: &[u128], permille: usize| {
            let micros = sorted[(sorted.len() * permille / 1_000).min(sorted.len() - 1)];
            format!("{}.{:02}", micros / 1_000, micros % 1_000 / 10)
        };
        let parts = |sorted: &[u128]| [500, 990, 999, 1_000].map(|permille| at(sorted, permille));
        let ([d50, d99, d999, dmax], [o50, o99, o999, omax]) =
            (parts(&self.durable), parts(&self.opened));
        if json {
            println!(
                "{{\"figure\":\"webhooks\",\"rate\":{rate},\"with_day\":{with_day},\
                 \"payday\":{payday},\"payments_per_s\":{per_s},\"refused\":{refused},\
                 \"durable_ms\":{{\"p50\":{d50},\"p99\":{d99},\
                 \"p999\":{d999},\"max\":{dmax}}},\"device_ms\":{{\"p50\":{o50},\"p99\":{o99},\
                 \"p999\":{o999},\"max\":{omax}}}}}"
            );
            return;
        }
        let beside = match (with_day, payday) {
            (true, _) => ", beside the end of day",
            (_, true) => ", on a payday",
            _ => "",
        };
        println!("webhooks at {rate}/s{beside}: {per_s} payments/s counted, {refused} refused");
        println!("  durable   p50 {d50} ms  p99 {d99}  p99.9 {d999}  max {dmax}");
        println!("  on device p50 {o50} ms  p99 {o99}  p99.9 {o999}  max {omax}");
    }
}
