//! `serve`: the server as a process.

mod config;
mod pull;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::Args;
use serde_json::json;
use server::{App, jobs, serve::Tls};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use crate::{fail::Failure, out, place};
use config::{Config, Settings};

/// Serve phones, programs and people.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  quittance serve
  quittance serve --data /var/lib/quittance --listen 0.0.0.0:7400 \\
      --tls-cert fullchain.pem --tls-key privkey.pem
  quittance serve --config quittance.toml --events events.jsonl

Flags override the configuration file. Changed certificates and signing keys are taken up without a
restart. SIGINT and SIGTERM stop it in order.")]
pub(crate) struct ServeArgs {
    /// Configuration file in TOML
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Data directory, made if need be [default: ./quittance-data]
    #[arg(long, value_name = "DIR", env = "QUITTANCE_DATA")]
    data: Option<PathBuf>,
    /// Database [default: sqlite:DATA/quittance.db]
    #[arg(long, value_name = "sqlite:PATH")]
    store: Option<String>,
    /// Address to listen on [default: 127.0.0.1:7400]
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Certificate chain in PEM; with --tls-key
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// Its private key in PEM; with --tls-cert
    #[arg(long, value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// Append what contracts become to this file, as JSON Lines
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
}

impl ServeArgs {
    /// The configuration file's settings with the flags over them.
    fn settings(self) -> Result<Settings, Failure> {
        let mut config = match &self.config {
            Some(path) => Config::read(path)?,
            None => Config::default(),
        };
        config.data = self.data.or(config.data);
        config.store = self.store.or(config.store);
        config.listen = self.listen.or(config.listen);
        config.tls_cert = self.tls_cert.or(config.tls_cert);
        config.tls_key = self.tls_key.or(config.tls_key);
        config.events = self.events.or(config.events);
        config.settings()
    }
}

/// Runs it until it is told to stop.
pub(crate) async fn run(args: ServeArgs, as_json: bool) -> Result<ExitCode, Failure> {
    let settings = args.settings()?;
    // Caught from here on: a stop during the start ends in order too.
    let stop = stopped()?;
    place::make(&settings.data)?;
    let beside = place::Beside {
        events: settings.events.as_deref(),
        pulls: pull::pulls(&settings.pulls)?,
        rates: settings.rates,
    };
    let opened = place::open(&settings.data, settings.store.as_deref(), settings.pace, beside);
    let app = opened.await?.app;
    let listener = listen(&settings.listen).await?;
    greet(&app, &listener, &settings, as_json)?;
    let jobs = jobs::start(app.clone(), settings.periods);
    let served =
        server::serve::serve(app.clone(), listener, settings.tls.clone(), settings.limits, stop);
    let served = served.await;
    jobs.stop().await?;
    served?;
    tracing::info!("stopped in order");
    Ok(ExitCode::SUCCESS)
}

/// Completes at the first SIGINT or SIGTERM.
fn stopped() -> Result<impl Future<Output = ()>, Failure> {
    let wrong = |error: std::io::Error| Failure::wrong("signals", error.to_string());
    let mut interrupt = signal(SignalKind::interrupt()).map_err(wrong)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(wrong)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping: no connection is taken any more");
    })
}

async fn listen(address: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        let detail = format!("--listen {address}: {error}");
        let hint = match error.kind() {
            std::io::ErrorKind::AddrInUse => "something listens there: name another port",
            std::io::ErrorKind::PermissionDenied => "ports below 1024 need a right: take another",
            _ => "expected HOST:PORT, for example 127.0.0.1:7400",
        };
        Failure::usage("listen", detail).hint(hint)
    })
}

fn greet(
    app: &Arc<App>,
    listener: &TcpListener,
    settings: &Settings,
    as_json: bool,
) -> Result<(), Failure> {
    let at = listener.local_addr().map_err(|e| Failure::wrong("listen", e.to_string()))?;
    let scheme = if settings.tls.is_some() { "https" } else { "http" };
    let url = format!("{scheme}://{at}");
    let tenants = app.directory.tenants();
    let names: Vec<&str> = tenants.iter().map(|entry| &*entry.tenant.name).collect();
    if as_json {
        out::json(&json!({ "url": url, "tenants": names, "data": settings.data }));
        return Ok(());
    }
    out::line(format!("Quittance {} serves {url}", env!("CARGO_PKG_VERSION")));
    out::line(format!("Data in {}", settings.data.display()));
    if names.is_empty() {
        out::line("No lender yet. Stop this, then: quittance admin tenant add --from lender.toml");
        return Ok(());
    }
    out::line(format!("Lenders: {}", names.join(", ")));
    if tenants.iter().all(|entry| app.directory.keys_of(entry.tenant.id).is_empty()) {
        out::line(
            "No API key yet. Stop this, then: quittance admin key add NAME --role operator \
             --role payments",
        );
    }
    out::line(format!("Programs: {url}/openapi.json   Health: {url}/readyz"));
    if settings.tls.is_none() && !at.ip().is_loopback() {
        tracing::warn!("no TLS on {at}: API keys cross the network in the clear");
    }
    Ok(())
}

/// The pair of files, or neither.
fn tls(cert: Option<PathBuf>, key: Option<PathBuf>) -> Result<Option<Tls>, Failure> {
    match (cert, key) {
        (Some(cert), Some(key)) => Ok(Some(Tls { cert, key })),
        (None, None) => Ok(None),
        _ => {
            let detail = "--tls-cert and --tls-key: only one of the two is given";
            Err(Failure::usage("bad_tls", detail).hint("give both, or none for plain HTTP"))
        }
    }
}
