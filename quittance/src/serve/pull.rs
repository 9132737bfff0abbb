//! `[[status_pull]]`: providers that are asked for the status of announced money.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde::Deserialize;
use server::{
    intake::Secret,
    pull::{HttpPull, Settings},
    real::RealClock,
};

use crate::{fail::Failure, place::Pulls};

/// Longest for one answer where nothing is said, seconds.
const WITHIN_S: u32 = 20;

/// How one source's provider is asked. Secrets stand in files of their own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PullTable {
    /// The source's name.
    source: String,
    url: String,
    token_url: Option<String>,
    result_base: Option<String>,
    initiator: String,
    short_code: String,
    /// Holds `KEY:SECRET`.
    consumer_file: Option<PathBuf>,
    /// Holds the initiator's encrypted password.
    credential_file: Option<PathBuf>,
    ca: Option<PathBuf>,
    within_s: Option<u32>,
}

/// Reads the secrets and checks the addresses; calls nobody.
pub(super) fn pulls(tables: &[PullTable]) -> Result<Pulls, Failure> {
    let mut found = Pulls::new();
    for table in tables {
        if found.iter().any(|(source, _)| *source == table.source) {
            let detail = format!("status_pull: source {:?} stands there twice", table.source);
            return Err(Failure::usage("bad_config", detail));
        }
        let settings = Settings {
            url: table.url.clone(),
            token_url: table.token_url.clone(),
            result_base: table.result_base.clone(),
            initiator: table.initiator.clone(),
            short_code: table.short_code.clone(),
            consumer: table.consumer_file.as_deref().map(secret).transpose()?,
            credential: table.credential_file.as_deref().map(secret).transpose()?,
            ca: table.ca.clone(),
            within: Duration::from_secs(table.within_s.unwrap_or(WITHIN_S).clamp(1, 60).into()),
        };
        let pull = HttpPull::new(settings, Arc::new(RealClock))?;
        found.push((table.source.clone(), Arc::new(pull)));
    }
    Ok(found)
}

fn secret(path: &Path) -> Result<Secret, Failure> {
    let text = std::fs::read(path).map_err(|error| Failure::file(path, &error))?;
    let text = zeroize::Zeroizing::new(text);
    Ok(Secret::new(text.trim_ascii()))
}
