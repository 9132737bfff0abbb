//! Check-ins over HTTP, and the bare handler beside them.

use std::{future::pending, net::SocketAddr, sync::Arc, time::Instant};

use axum::{Router, extract::State, routing::post};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use protocol::{Kind, Message, PublicKey, cose, request};
use server::{
    crypto::{ServerSigner, ServerVerifier},
    serve::{Limits, serve},
};
use tokio::net::{TcpListener, TcpStream};

use crate::{
    Figure,
    book::{Book, Device},
    median, per_second,
};

/// Connections that ask at the same time.
const CLIENTS: usize = 32;
/// Check-ins of each device per round.
const EACH: u64 = 32;

/// What the bare handler needs: the key it verifies with, and one to sign an answer with.
struct Bare {
    keys: Vec<PublicKey>,
    signer: ServerSigner,
    answer: Vec<u8>,
}

pub(crate) async fn measure(book: &Book, rounds: usize) -> Figure {
    let (ours, theirs) = (served(book).await, bare(book).await);
    let (mut rates, mut baseline) = (Vec::new(), Vec::new());
    let mut msg_no = 1;
    for _ in 0..rounds {
        rates.push(round(book, ours, "/d/1/checkin", &mut msg_no).await);
        baseline.push(round(book, theirs, "/bare", &mut msg_no).await);
    }
    Figure {
        name: "check-ins",
        ours: median(rates),
        baseline: median(baseline),
        what: "the same bytes and two signatures, nothing else",
    }
}

pub(crate) async fn served(book: &Book) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(serve(book.app.clone(), listener, None, Limits::default(), pending()));
    address
}

async fn bare(book: &Book) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("its address");
    let state = Arc::new(Bare {
        keys: book.devices.iter().map(Device::public_key).collect(),
        signer: ServerSigner::from_seed(&[9; 32]),
        answer: vec![0; 120],
    });
    let router = Router::new().route("/bare", post(two_signatures)).with_state(state);
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn two_signatures(State(bare): State<Arc<Bare>>, body: Bytes) -> Vec<u8> {
    let sent = request::Request::decode(&body).expect("a request");
    let sign1 = cose::Sign1::parse(&sent.signed).expect("an envelope");
    let number = usize::from(sign1.payload().last().copied().unwrap_or(0)) % bare.keys.len();
    // Whether the signature is this key's does not matter here: the work is the same.
    let _ = sign1.verify(Kind::CheckIn, &bare.keys[number], &ServerVerifier);
    cose::sign1(Kind::Unchanged, &[0, 1], &bare.answer, &bare.signer).expect("it signs")
}

/// All devices check in `EACH` times; the envelopes are signed before the watch runs.
async fn round(book: &Book, to: SocketAddr, path: &'static str, msg_no: &mut u64) -> u64 {
    let first = *msg_no + 1;
    *msg_no += EACH;
    let share = book.devices.len().div_ceil(CLIENTS);
    let work: Vec<Vec<Vec<u8>>> = book
        .devices
        .chunks(share)
        .map(|some| {
            let all =
                (first..first + EACH).flat_map(|number| some.iter().map(move |d| (d, number)));
            all.map(|(device, number)| device.check_in(number)).collect()
        })
        .collect();
    let count = work.iter().map(Vec::len).sum();
    let began = Instant::now();
    let clients: Vec<_> =
        work.into_iter().map(|bodies| tokio::spawn(client(to, path, bodies))).collect();
    for client in clients {
        client.await.expect("every check-in is answered");
    }
    per_second(count, began.elapsed())
}

async fn client(to: SocketAddr, path: &'static str, bodies: Vec<Vec<u8>>) {
    let stream = TcpStream::connect(to).await.expect("the server listens");
    stream.set_nodelay(true).expect("an option of TCP");
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.expect("HTTP begins");
    tokio::spawn(connection);
    for body in bodies {
        let request = Request::post(path)
            .header(header::HOST, "bench")
            .header(header::CONTENT_TYPE, "application/cbor")
            .body(Full::new(Bytes::from(body)))
            .expect("a request");
        let response = sender.send_request(request).await.expect("an answer");
        assert!(response.status().is_success(), "{path}: {}", response.status());
        response.into_body().collect().await.expect("its body");
    }
}
