//! The whole server on a real socket, and clients of it.
#![allow(dead_code, reason = "a kit holds what one module of tests uses and another does not")]

use std::{net::SocketAddr, sync::Arc, time::Duration};

use agent::{Agent, Door, Input, Setup};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use protocol::{Message, Restriction, enrol::Tier, reply::Problem};
use server::{
    App, Error,
    serve::{Limits, Tls, serve},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

use crate::phone::Phone;

/// A server that listens.
pub(crate) struct Socket {
    pub(crate) addr: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<Result<(), Error>>,
}

/// What a client got.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) kind: String,
    pub(crate) body: Bytes,
}

impl Socket {
    pub(crate) async fn open(app: Arc<App>, limits: Limits) -> Socket {
        Socket::with(app, limits, None).await
    }

    pub(crate) async fn with(app: Arc<App>, limits: Limits, tls: Option<Tls>) -> Socket {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(serve(app, listener, tls, limits, async {
            let _ = stopped.await;
        }));
        Socket { addr, stop: Some(stop), served }
    }

    /// Stops, and waits for the end.
    pub(crate) async fn stop(mut self) -> Result<(), Error> {
        self.ask_to_stop();
        self.ended().await
    }

    pub(crate) fn ask_to_stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    pub(crate) async fn ended(self) -> Result<(), Error> {
        self.served.await.unwrap()
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.addr).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Got {
        ask(self.connect().await, "GET", path, Vec::new()).await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: Vec<u8>) -> Got {
        ask(self.connect().await, "POST", path, body).await.unwrap()
    }

    /// The phone sends what it has to say, but for a wait, and hears the answers.
    pub(crate) async fn talk(&self, phone: &mut Phone) {
        while let Some((door, body)) = phone.out.first().cloned() {
            if door == Door::Wait {
                return;
            }
            phone.out.remove(0);
            let got = self.post(door.path(), body).await;
            hear(phone, got);
        }
    }
}

/// A phone hears an answer.
pub(crate) fn hear(phone: &mut Phone, got: Got) {
    assert_eq!(got.kind, "application/cbor");
    if got.status == 200 {
        return phone.give(Input::Reply { bytes: got.body.to_vec() });
    }
    let code = got.problem().code;
    let known = protocol::reply::codes::ALL.into_iter().find(|known| *known == code);
    phone.problems.push(known.unwrap());
    phone.give(Input::Problem { bytes: Some(got.body.to_vec()) });
}

impl Got {
    pub(crate) fn problem(&self) -> Problem {
        assert_ne!(self.status, 200);
        assert_eq!(self.kind, "application/cbor");
        Problem::decode(&self.body).unwrap()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// One request on one connection; an error says why there was no answer.
pub(crate) async fn ask(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    method: &str,
    path: &str,
    body: Vec<u8>,
) -> Result<Got, String> {
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    tokio::spawn(connection);
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, "application/cbor")
        .body(Full::new(Bytes::from(body)))
        .unwrap();
    let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
    let status = response.status().as_u16();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let kind = kind.map_or(String::new(), |kind| kind.to_str().unwrap().to_owned());
    let body = response.into_body().collect().await.map_err(|error| error.to_string())?;
    Ok(Got { status, kind, body: body.to_bytes() })
}

/// The same phone, started again as one that holds waits open.
pub(crate) fn waiting(mut phone: Phone) -> Phone {
    let setup = Setup {
        tier: Tier::DeviceOwner,
        supported: Restriction::ALL.to_vec(),
        wait_hold_s: 30,
        ..Setup::default()
    };
    phone.out.clear();
    phone.agent = Agent::restore(phone.saved.as_ref().unwrap(), setup).unwrap();
    phone.give(Input::Start);
    phone.give(Input::Online);
    phone
}

/// The wait that a phone wants to send.
pub(crate) fn wait_of(phone: &mut Phone) -> Vec<u8> {
    assert_eq!(phone.out.len(), 1, "{:?}", phone.out.iter().map(|out| out.0).collect::<Vec<_>>());
    let (door, body) = phone.out.remove(0);
    assert_eq!(door, Door::Wait);
    body
}

/// Asks again and again until it is so.
pub(crate) async fn until<F: Future<Output = bool>>(what: &str, is_so: impl Fn() -> F) {
    for _ in 0..500 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not within ten seconds: {what}");
}
