//! The listener: connections in, limits around them, an orderly end.
//!
//! **Invariant:** nobody holds a connection for nothing: a handshake, a head and a body each have
//! their time, and so has an idle connection.
//! **Invariant:** after the stop no connection is taken, every wait is answered, and presence is
//! written before this returns.

mod limits;
mod tls;

pub use limits::Limits;
pub use tls::Tls;

use std::{
    future::Future,
    net::{IpAddr, SocketAddr},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use axum::Router;
use hyper::{Request, body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
    service::TowerToHyperService,
};
use tls::Certificates;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
};

use tower::ServiceExt;

use crate::{
    App,
    error::Error,
    http::{Remote, router},
};

/// Pause after the operating system refused a connection, as when files run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Least buffer of a connection.
const BUFFER_MIN: usize = 64 * 1024;

/// What every connection needs.
#[derive(Clone)]
struct Doors {
    app: Arc<App>,
    router: Router,
    http: http1::Builder,
    tls: Option<Arc<Certificates>>,
    handshake: Duration,
}

/// Serves until `stop` completes, then ends in order: waits are answered, requests under way are
/// finished within the limit, presence is written.
pub async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    tls: Option<Tls>,
    limits: Limits,
    stop: impl Future<Output = ()>,
) -> Result<(), Error> {
    let tls = tls.map(Certificates::load).transpose()?.map(Arc::new);
    let doors = Doors {
        router: router(app.clone(), &limits),
        http: http(&limits),
        tls: tls.clone(),
        handshake: Duration::from_secs(limits.header_read_timeout_s),
        app: app.clone(),
    };
    let room = Arc::new(Semaphore::new(limits.connections_max));
    let graceful = GracefulShutdown::new();
    let mut tasks = JoinSet::new();
    let mut stop = pin!(stop);
    let mut reload = pin!(reload(tls, Duration::from_secs(limits.tls_reload_s.max(1))));
    loop {
        tokio::select! {
            () = &mut stop => break,
            () = &mut reload => {}
            Some(_) = tasks.join_next(), if !tasks.is_empty() => {}
            (stream, remote) = accept(&listener) => {
                let Ok(seat) = room.clone().try_acquire_owned() else {
                    app.metrics.connection_refused();
                    continue;
                };
                let (doors, watcher) = (doors.clone(), graceful.watcher());
                tasks.spawn(async move {
                    let _seat = seat;
                    let _counted = doors.app.metrics.connected();
                    doors.connection(stream, remote, watcher).await;
                });
            }
        }
    }
    drop(listener);
    app.stop_waiting();
    let drained = tokio::time::timeout(Duration::from_secs(limits.stop_s), graceful.shutdown());
    if drained.await.is_err() {
        tracing::warn!("{} connections were cut at the stop", tasks.len());
    }
    tasks.shutdown().await;
    app.flush_presence().await.map(|_| ())
}

impl Doors {
    async fn connection(self, stream: TcpStream, remote: IpAddr, watcher: Watcher) {
        // A delay of small answers is all that the algorithm switched off here could bring.
        let _ = stream.set_nodelay(true);
        let Some(tls) = &self.tls else {
            return self.talk(stream, remote, watcher).await;
        };
        match tokio::time::timeout(self.handshake, tls.acceptor().accept(stream)).await {
            Ok(Ok(stream)) => self.talk(stream, remote, watcher).await,
            Ok(Err(error)) => tracing::debug!(%error, "no TLS with a client"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    async fn talk(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        remote: IpAddr,
        watcher: Watcher,
    ) {
        let named = move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Remote(Some(remote)));
            request
        };
        let service = TowerToHyperService::new(self.router.clone().map_request(named));
        let connection = self.http.serve_connection(TokioIo::new(stream), service);
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(%error, "a connection broke off");
        }
    }
}

fn http(limits: &Limits) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(limits.header_read_timeout_s))
        .max_header_size(limits.header_bytes_max)
        .max_buf_size(limits.header_bytes_max.max(BUFFER_MIN));
    http
}

async fn accept(listener: &TcpListener) -> (TcpStream, IpAddr) {
    loop {
        let accepted: std::io::Result<(TcpStream, SocketAddr)> = listener.accept().await;
        match accepted {
            Ok((stream, remote)) => return (stream, remote.ip()),
            Err(error) => {
                tracing::warn!(%error, "no connection could be taken: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Looks after changed certificate files for ever.
async fn reload(tls: Option<Arc<Certificates>>, every: Duration) {
    let Some(tls) = tls else {
        return std::future::pending().await;
    };
    loop {
        tokio::time::sleep(every).await;
        tls.refresh();
    }
}
