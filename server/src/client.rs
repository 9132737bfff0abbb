//! A small client: the program's imports and its device process speak to a server through it, and
//! a server to a provider. HTTP/1.1, kept connections, TLS where the address asks for it.
//!
//! **Invariant:** a secret reaches no log, no URL and no `Debug`.
//! **Invariant:** an answer is read only up to a limit.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Method, Request, Response, StatusCode, Uri,
    body::Incoming,
    client::conn::http1::{self, SendRequest},
    header,
};
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;
use zeroize::Zeroizing;

use crate::error::Error;

/// Largest answer, bytes.
const ANSWER_MAX: usize = 64 * 1024 * 1024;
/// Idle connections kept.
const IDLE_MAX: usize = 64;
/// Longest until a connection stands.
const CONNECT: Duration = Duration::from_secs(10);
/// Where systems keep the certificates they trust.
const BUNDLES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

type Sender = SendRequest<Full<Bytes>>;

/// Speaks with one server.
pub struct Client {
    host: String,
    port: u16,
    authority: String,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    bearer: Option<Zeroizing<String>>,
    answer_max: usize,
    idle: Mutex<Vec<Sender>>,
}

/// What a server answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Bytes,
}

/// Why there is no answer. What was asked may have been done nevertheless.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Lost(pub String);

impl Client {
    /// A client of the server at this address, `http://HOST:PORT` or `https://HOST:PORT`. TLS
    /// trusts the certificates of `ca`, or those the system trusts.
    pub fn new(url: &str, ca: Option<&Path>) -> Result<Client, Error> {
        let wrong = |what: &str| {
            let detail = format!("server {url:?}: {what}, for example https://host:7400");
            Error::refused("bad_server", detail)
        };
        let uri: Uri = url.parse().map_err(|_| wrong("expected an address"))?;
        let host = uri.host().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| wrong("expected a host"))?;
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(wrong("expected no path"));
        }
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(wrong("expected http or https")),
        };
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let tls = if secure {
            let name = ServerName::try_from(bare.clone()).map_err(|_| wrong("expected a host"))?;
            Some((TlsConnector::from(Arc::new(trust(ca)?)), name))
        } else {
            None
        };
        let authority = format!("{host}:{port}");
        let (bearer, answer_max, idle) = (None, ANSWER_MAX, Mutex::default());
        Ok(Client { host: bare, port, authority, tls, bearer, answer_max, idle })
    }

    /// Reads answers up to this many bytes.
    pub fn with_answer_max(self, answer_max: usize) -> Client {
        Client { answer_max, ..self }
    }

    /// Shows this API key with every request.
    pub fn with_key(self, key: Zeroizing<String>) -> Client {
        Client { bearer: Some(Zeroizing::new(format!("Bearer {}", key.trim()))), ..self }
    }

    /// `GET`.
    pub async fn get(&self, path: &str, within: Duration) -> Result<Answer, Lost> {
        self.ask(Method::GET, path, &[], Bytes::new(), within).await
    }

    /// `GET` with headers of the caller's choice.
    pub async fn get_with(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        within: Duration,
    ) -> Result<Answer, Lost> {
        self.ask(Method::GET, path, headers, Bytes::new(), within).await
    }

    /// `POST`.
    pub async fn post(
        &self,
        path: &str,
        content_type: &str,
        body: Vec<u8>,
        within: Duration,
    ) -> Result<Answer, Lost> {
        let headers = [("content-type", content_type)];
        self.ask(Method::POST, path, &headers, Bytes::from(body), within).await
    }

    /// `POST` with headers of the caller's choice.
    pub async fn post_with(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
        within: Duration,
    ) -> Result<Answer, Lost> {
        self.ask(Method::POST, path, headers, Bytes::from(body), within).await
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
        within: Duration,
    ) -> Result<Answer, Lost> {
        let build = || self.request(&method, path, headers, body.clone());
        let exchange = async {
            if let Some(mut sender) = self.kept() {
                // The server may have closed a kept connection: then nothing of the request was
                // read, and it goes out on one of its own.
                if sender.ready().await.is_ok() {
                    match sender.send_request(build()?).await {
                        Ok(response) => return self.read(sender, response).await,
                        Err(error) if error.is_canceled() || error.is_closed() => {}
                        Err(error) => return Err(lost("the connection", error)),
                    }
                }
            }
            let mut sender = self.connect().await?;
            let response = sender.send_request(build()?).await;
            let response = response.map_err(|error| lost("the connection", error))?;
            self.read(sender, response).await
        };
        let answered = tokio::time::timeout(within, exchange).await;
        answered.unwrap_or_else(|_| {
            Err(Lost(format!("{}: no answer within {} s", self.authority, within.as_secs())))
        })
    }

    fn request(
        &self,
        method: &Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Result<Request<Full<Bytes>>, Lost> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.authority)
            .header(header::USER_AGENT, concat!("quittance/", env!("CARGO_PKG_VERSION")));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(bearer) = &self.bearer {
            let value = header::HeaderValue::from_str(bearer);
            let mut value = value.map_err(|_| Lost("the API key is no header value".into()))?;
            value.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, value);
        }
        request.body(Full::new(body)).map_err(|error| lost("the request", error))
    }

    /// Reads the answer, and keeps the connection for the next request.
    async fn read(&self, sender: Sender, response: Response<Incoming>) -> Result<Answer, Lost> {
        let status: StatusCode = response.status();
        let body = Limited::new(response.into_body(), self.answer_max).collect().await;
        let body = body.map_err(|error| lost("the answer", error))?.to_bytes();
        let mut idle = self.idle.lock().unwrap_or_else(|poison| poison.into_inner());
        if idle.len() < IDLE_MAX && !sender.is_closed() {
            idle.push(sender);
        }
        Ok(Answer { status: status.as_u16(), body })
    }

    fn kept(&self) -> Option<Sender> {
        let mut idle = self.idle.lock().unwrap_or_else(|poison| poison.into_inner());
        idle.retain(|sender| !sender.is_closed());
        idle.pop()
    }

    async fn connect(&self) -> Result<Sender, Lost> {
        let connecting = async {
            let stream = TcpStream::connect((self.host.as_str(), self.port)).await;
            let stream = stream.map_err(|error| lost(&self.authority, error))?;
            let _ = stream.set_nodelay(true);
            match &self.tls {
                None => talk(stream).await,
                Some((connector, name)) => {
                    let stream = connector.connect(name.clone(), stream).await;
                    talk(stream.map_err(|error| lost(&self.authority, error))?).await
                }
            }
        };
        let connected = tokio::time::timeout(CONNECT, connecting).await;
        connected.unwrap_or_else(|_| Err(Lost(format!("{}: no connection", self.authority))))
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut client = f.debug_struct("Client");
        client.field("authority", &self.authority).field("tls", &self.tls.is_some());
        client.field("key", &self.bearer.is_some()).finish_non_exhaustive()
    }
}

async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> Result<Sender, Lost> {
    let shaken = http1::handshake(TokioIo::new(stream)).await;
    let (sender, connection) = shaken.map_err(|error| lost("the connection", error))?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection to the server broke off");
        }
    });
    Ok(sender)
}

fn lost(what: &str, error: impl std::fmt::Display + std::fmt::Debug) -> Lost {
    Lost(format!("{what}: {error}"))
}

fn trust(ca: Option<&Path>) -> Result<ClientConfig, Error> {
    let found = || BUNDLES.iter().map(PathBuf::from).find(|path| path.exists());
    let path = ca.map(Path::to_owned).or_else(found).ok_or_else(|| {
        let detail = "no bundle of trusted certificates on this system: name one with --ca";
        Error::refused("bad_ca", detail)
    })?;
    let wrong = |what: String| Error::refused("bad_ca", format!("{}: {what}", path.display()));
    let certs =
        CertificateDer::pem_file_iter(&path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let certs = certs.map_err(|error| wrong(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    let (taken, _) = roots.add_parsable_certificates(certs);
    if taken == 0 {
        return Err(wrong("no certificate in it".to_owned()));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_checked_and_a_key_never_printed() {
        for url in ["", "host:7400", "ftp://host", "http://", "http://host/v1", "http://h?x=1"] {
            let error = Client::new(url, None).unwrap_err().to_string();
            assert!(error.contains("for example https://host:7400"), "{url}: {error}");
        }
        let client = Client::new("http://[::1]:7400/", None).unwrap();
        assert_eq!((client.host.as_str(), client.port), ("::1", 7400));
        let client = client.with_key(Zeroizing::new("qk_secret_part".to_owned()));
        assert!(!format!("{client:?}").contains("secret"));
    }

    #[test]
    fn nobody_there_is_no_answer() {
        let client = Client::new("http://127.0.0.1:1", None).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let lost = runtime.block_on(client.get("/healthz", Duration::from_secs(5))).unwrap_err();
        assert!(lost.0.contains("127.0.0.1:1"), "{lost}");
    }
}
