//! TLS from two PEM files, read again when they change.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, RwLock},
    time::SystemTime,
};

use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio_rustls::TlsAcceptor;

use crate::error::Error;

/// Where certificate chain and private key are, both PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// The chain, the server's own certificate first.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// The pair in use.
pub(super) struct Certificates {
    files: Tls,
    in_use: RwLock<InUse>,
}

struct InUse {
    config: Arc<ServerConfig>,
    seen: Seen,
}

/// By what a changed file is known: when it was written, and its length, of both.
type Seen = [Option<(SystemTime, u64)>; 2];

impl Certificates {
    /// Loads the pair; without one nothing is served.
    pub(super) fn load(files: Tls) -> Result<Certificates, Error> {
        let seen = files.seen();
        let config = files.config()?;
        Ok(Certificates { in_use: RwLock::new(InUse { config, seen }), files })
    }

    /// For the next handshake.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let in_use = self.in_use.read().unwrap_or_else(|poison| poison.into_inner());
        TlsAcceptor::from(in_use.config.clone())
    }

    /// Loads the pair if a file changed. A bad pair is logged once, and the one in use stays: a
    /// renewal writes two files, and between them they do not fit.
    pub(super) fn refresh(&self) {
        let seen = self.files.seen();
        let mut in_use = self.in_use.write().unwrap_or_else(|poison| poison.into_inner());
        if in_use.seen == seen {
            return;
        }
        in_use.seen = seen;
        match self.files.config() {
            Ok(config) => {
                in_use.config = config;
                tracing::info!("the changed certificate is in use");
            }
            Err(error) => {
                tracing::error!(%error, "the changed certificate is not used: {error}");
            }
        }
    }
}

impl Tls {
    fn seen(&self) -> Seen {
        [&self.cert, &self.key].map(|path| {
            let meta = fs::metadata(path).ok()?;
            Some((meta.modified().ok()?, meta.len()))
        })
    }

    fn config(&self) -> Result<Arc<ServerConfig>, Error> {
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&self.cert)
            .and_then(Iterator::collect)
            .map_err(|error| wrong(&self.cert, error))?;
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|e| wrong(&self.key, e))?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| wrong(&self.cert, error))?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(|error| wrong(&self.cert, error))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

fn wrong(path: &Path, error: impl std::fmt::Display) -> Error {
    Error::refused("bad_certificate", format!("{}: {error}", path.display()))
}
