//! The listener over a real socket: limits, slow clients, TLS, the end.

use std::{collections::BTreeSet, fs, path::Path, sync::Arc, time::Duration};

use formats::Role;
use protocol::reply::codes;
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use server::serve::{Limits, Tls, serve};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{
    kit::House,
    socket::{Socket, ask, until},
};

/// Everything that comes until the server closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes);
    // A reset is an end as well.
    let _ = tokio::time::timeout(Duration::from_secs(5), read).await.expect("closed in time");
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn open(limits: Limits) -> (House, Socket) {
    let house = House::new().await;
    let socket = Socket::open(house.app.clone(), limits).await;
    (house, socket)
}

/// A check-in whose body is announced and does not come.
async fn stall(socket: &Socket) -> TcpStream {
    let mut stream = socket.connect().await;
    let head = "POST /d/1/checkin HTTP/1.1\r\nHost: x\r\nContent-Type: application/cbor\r\n\
        Content-Length: 100\r\n\r\n\u{1}";
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn a_slow_head_and_an_idle_connection_are_closed() {
    let limits = Limits { header_read_timeout_s: 1, ..Limits::default() };
    let (_house, socket) = open(limits).await;
    let mut slow = socket.connect().await;
    slow.write_all(b"POST /d/1/checkin HTTP/1.1\r\nHo").await.unwrap();
    let mut idle = socket.connect().await;
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    rest(&mut slow).await;
    assert!(rest(&mut idle).await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_slow_body_is_told_so() {
    let limits = Limits { request_timeout_s: 1, ..Limits::default() };
    let (_house, socket) = open(limits).await;
    let mut stream = stall(&socket).await;
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 408") || answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("busy"), "{answer}");
}

#[tokio::test]
async fn a_head_above_the_limit_is_refused() {
    let (_house, socket) = open(Limits::default()).await;
    let mut stream = socket.connect().await;
    let head =
        format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "a".repeat(17_000));
    stream.write_all(head.as_bytes()).await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 431"));
    let head =
        format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "a".repeat(15_000));
    let mut stream = socket.connect().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut start = [0; 12];
    stream.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 200");
}

#[tokio::test]
async fn the_interface_for_programs_is_behind_the_same_listener_and_its_own_limit() {
    let house = House::new().await;
    let roles = BTreeSet::from([Role::Operator]);
    let (_, key) =
        house.app.add_key(house.tenant, "k", roles, None, crate::kit::clerk()).await.unwrap();
    let limits = Limits { api_body_bytes_max: 1000, ..Limits::default() };
    let socket = Socket::open(house.app.clone(), limits).await;
    assert_eq!(socket.get("/openapi.json").await.status, 200);
    assert_eq!(socket.get("/v1/contracts").await.status, 401);
    for (length, status) in [(1000, "HTTP/1.1 400"), (1001, "HTTP/1.1 413")] {
        let mut stream = socket.connect().await;
        let head = format!(
            "POST /v1/devices HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\
            Idempotency-Key: 01890a5d-ac96-774b-bcce-b302099a8057\r\n\
            Connection: close\r\nContent-Type: application/json\r\n\
            Content-Length: {length}\r\n\r\n{}",
            "x".repeat(length)
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let answer = rest(&mut stream).await;
        assert!(answer.starts_with(status), "{answer}");
        assert!(answer.contains("application/problem+json"), "{answer}");
    }
}

#[tokio::test]
async fn one_request_too_many_is_told_to_come_again() {
    let limits = Limits { concurrency_max: 1, ..Limits::default() };
    let (_house, socket) = open(limits).await;
    let stalled = stall(&socket).await;
    let addr = socket.addr;
    until("there is no room", || async {
        let stream = TcpStream::connect(addr).await.unwrap();
        let got = ask(stream, "POST", "/d/1/checkin", vec![]).await.unwrap();
        got.status == 503 && got.problem().code == codes::BUSY && got.problem().retry_s.is_some()
    })
    .await;
    let held = socket.post("/d/1/wait", vec![]).await;
    assert_eq!(&*held.problem().code, codes::MALFORMED, "waits stand outside the limit");
    assert_eq!(socket.get("/healthz").await.status, 200);
    drop(stalled);
    until("there is room again", || async {
        let stream = TcpStream::connect(addr).await.unwrap();
        ask(stream, "POST", "/d/1/checkin", vec![]).await.unwrap().status == 400
    })
    .await;
}

#[tokio::test]
async fn one_connection_too_many_is_closed_and_counted() {
    let limits = Limits { connections_max: 1, ..Limits::default() };
    let (_house, socket) = open(limits).await;
    let mut first = socket.connect().await;
    first.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut start = [0; 12];
    first.read_exact(&mut start).await.unwrap();
    assert_eq!(rest(&mut socket.connect().await).await, "");
    drop(first);
    until("there is room again", || async {
        match ask(socket.connect().await, "GET", "/metrics", vec![]).await {
            Ok(got) => !got.text().contains("quittance_connections_refused_total 0\n"),
            Err(_) => false,
        }
    })
    .await;
}

#[tokio::test]
async fn a_stop_waits_for_nobody_longer_than_the_limit() {
    let limits = Limits { stop_s: 1, ..Limits::default() };
    let (house, socket) = open(limits).await;
    let mut stalled = stall(&socket).await;
    until("it is under way", || async {
        socket.get("/metrics").await.text().contains("quittance_connections 2\n")
    })
    .await;
    let stopped = tokio::time::timeout(Duration::from_secs(4), socket.stop()).await;
    stopped.expect("in time").unwrap();
    rest(&mut stalled).await;
    assert!(*house.app.stopping.borrow());
}

/// Writes a fresh self-signed pair; the certificate.
fn write_pair(tls: &Tls) -> CertifiedKey<KeyPair> {
    let pair = generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    fs::write(&tls.cert, pair.cert.pem()).unwrap();
    fs::write(&tls.key, pair.signing_key.serialize_pem()).unwrap();
    pair
}

fn files(folder: &Path) -> Tls {
    Tls { cert: folder.join("cert.pem"), key: folder.join("key.pem") }
}

/// A handshake with a client that trusts this certificate alone.
async fn handshake(
    socket: &Socket,
    trusted: &CertifiedKey<KeyPair>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, socket.connect().await).await
}

#[tokio::test]
async fn a_renewed_certificate_is_taken_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let tls = files(folder.path());
    let first = write_pair(&tls);
    let house = House::new().await;
    let limits = Limits { tls_reload_s: 1, header_read_timeout_s: 2, ..Limits::default() };
    let socket = Socket::with(house.app.clone(), limits, Some(tls.clone())).await;
    let stream = handshake(&socket, &first).await.unwrap();
    let got = ask(stream, "POST", "/d/1/checkin", vec![]).await.unwrap();
    assert_eq!(&*got.problem().code, codes::MALFORMED);

    let second = write_pair(&tls);
    until("the renewed one is taken", || async { handshake(&socket, &second).await.is_ok() }).await;
    assert!(handshake(&socket, &first).await.is_err());

    fs::write(&tls.key, "no key at all").unwrap();
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert!(handshake(&socket, &second).await.is_ok(), "the one in use stays");

    // Who does not speak TLS, or does not speak, is closed.
    let mut plain = socket.connect().await;
    plain.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert!(!rest(&mut plain).await.contains("200"));
    rest(&mut socket.connect().await).await;
    socket.stop().await.unwrap();
}

#[tokio::test]
async fn nothing_is_served_without_a_good_pair() {
    let folder = tempfile::tempdir().unwrap();
    let tls = files(folder.path());
    write_pair(&tls);
    fs::write(&tls.cert, "").unwrap();
    let house = House::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let never = std::future::pending();
    let served = serve(house.app.clone(), listener, Some(tls), Limits::default(), never).await;
    assert_eq!(crate::kit::code(served), "bad_certificate");
}
