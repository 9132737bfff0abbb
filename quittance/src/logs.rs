//! Logs go to standard error, so that standard output is the result alone.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::fail::Failure;

/// Starts logging at what `--log` or `RUST_LOG` say; without either, at `otherwise`.
pub(crate) fn start(level: Option<&str>, otherwise: &str) -> Result<(), Failure> {
    let from_environment = std::env::var("RUST_LOG").ok().filter(|text| !text.is_empty());
    let text =
        level.map(str::to_owned).or(from_environment).unwrap_or_else(|| otherwise.to_owned());
    let filter = EnvFilter::try_new(&text).map_err(|error| {
        let hint = "expected for example info, or server=debug";
        Failure::usage("bad_log_filter", format!("--log {text:?}: {error}; {hint}"))
    })?;
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .finish();
    tracing::subscriber::set_global_default(subscriber)
        .map_err(|error| Failure::wrong("logs", error.to_string()))
}
