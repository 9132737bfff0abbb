//! The configuration file. Every key may be left out; an unknown one is an error with its line.

use std::{
    num::NonZeroU32,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::Deserialize;
use server::{
    app::{
        Pace,
        throttle::{Rate, Rates},
    },
    jobs::Periods,
    serve::{Limits, Tls},
};

use super::pull::PullTable;
use crate::{fail::Failure, place};

/// Where to listen where nothing is said.
const LISTEN: &str = "127.0.0.1:7400";

/// What the file may say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    pub(super) data: Option<PathBuf>,
    pub(super) store: Option<String>,
    pub(super) listen: Option<String>,
    pub(super) tls_cert: Option<PathBuf>,
    pub(super) tls_key: Option<PathBuf>,
    pub(super) events: Option<PathBuf>,
    #[serde(default)]
    pub(super) status_pull: Vec<PullTable>,
    #[serde(default)]
    limits: LimitsTable,
    #[serde(default)]
    intake: IntakeTable,
    #[serde(default)]
    pace: PaceTable,
    #[serde(default)]
    jobs: JobsTable,
}

macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident { $($key:ident: $type:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct $name { $($key: Option<$type>),* }
    )*};
}

tables!(
    /// `[limits]`
    LimitsTable {
        request_bytes_max: NonZeroU32,
        api_body_bytes_max: NonZeroU32,
        header_bytes_max: NonZeroU32,
        request_timeout_s: NonZeroU32,
        concurrency_max: NonZeroU32,
        connections_max: NonZeroU32,
        waits_max: u32,
        header_read_timeout_s: NonZeroU32,
        stop_s: u32,
        tls_reload_s: NonZeroU32,
    }
    /// `[intake]`
    IntakeTable {
        proven_per_minute: NonZeroU32,
        proven_burst: NonZeroU32,
        unproven_per_minute: NonZeroU32,
        unproven_burst: NonZeroU32,
        remote_per_minute: NonZeroU32,
        remote_burst: NonZeroU32,
        forwarded: bool,
    }
    /// `[pace]`
    PaceTable {
        clear_s: NonZeroU32,
        raised_s: NonZeroU32,
        hold_max_s: u32,
    }
    /// `[jobs]`
    JobsTable {
        sweep_s: NonZeroU32,
        transit_s: NonZeroU32,
        presence_s: NonZeroU32,
        unlocks_s: NonZeroU32,
        outbox_s: NonZeroU32,
        pull_s: NonZeroU32,
        messages_s: NonZeroU32,
        keys_s: NonZeroU32,
        roots_s: NonZeroU32,
        packs_s: NonZeroU32,
    }
);

/// What the server runs with.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) data: PathBuf,
    pub(super) store: Option<String>,
    pub(super) listen: String,
    pub(super) tls: Option<Tls>,
    pub(super) events: Option<PathBuf>,
    pub(super) limits: Limits,
    pub(super) rates: Rates,
    pub(super) pace: Pace,
    pub(super) periods: Periods,
    pub(super) pulls: Vec<PullTable>,
}

impl Config {
    /// Reads a file. Paths in it are as seen from the working directory.
    pub(super) fn read(path: &Path) -> Result<Config, Failure> {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
        Config::parse(&text).map_err(|(line, what)| {
            let shown = path.display();
            Failure::usage("bad_config", format!("{shown}: line {line}: {what}"))
        })
    }

    fn parse(text: &str) -> Result<Config, (usize, String)> {
        toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = text.get(..start).unwrap_or(text).matches('\n').count() + 1;
            (line, error.message().replace('\n', " "))
        })
    }

    /// With the defaults for what is not said.
    pub(super) fn settings(self) -> Result<Settings, Failure> {
        let limits = self.limits.limits();
        let pace = Pace { waits_max: limits.waits_max, ..self.pace.pace() };
        if pace.hold_max_s > Pace::default().hold_max_s {
            let detail = "pace.hold_max_s: at most 60, which the protocol names";
            return Err(Failure::usage("bad_config", detail));
        }
        Ok(Settings {
            data: self.data.unwrap_or_else(|| PathBuf::from(place::DATA)),
            store: self.store,
            listen: self.listen.unwrap_or_else(|| LISTEN.to_owned()),
            tls: super::tls(self.tls_cert, self.tls_key)?,
            events: self.events,
            limits,
            rates: self.intake.rates(),
            pace,
            periods: self.jobs.periods(),
            pulls: self.status_pull,
        })
    }
}

fn size(number: NonZeroU32) -> usize {
    usize::try_from(number.get()).unwrap_or(usize::MAX)
}

fn seconds(number: NonZeroU32) -> u64 {
    u64::from(number.get())
}

impl LimitsTable {
    fn limits(&self) -> Limits {
        let own = Limits::default();
        Limits {
            request_bytes_max: self.request_bytes_max.map_or(own.request_bytes_max, size),
            api_body_bytes_max: self.api_body_bytes_max.map_or(own.api_body_bytes_max, size),
            header_bytes_max: self.header_bytes_max.map_or(own.header_bytes_max, size),
            request_timeout_s: self.request_timeout_s.map_or(own.request_timeout_s, seconds),
            concurrency_max: self.concurrency_max.map_or(own.concurrency_max, size),
            connections_max: self.connections_max.map_or(own.connections_max, size),
            waits_max: self
                .waits_max
                .map_or(own.waits_max, |max| usize::try_from(max).unwrap_or(usize::MAX)),
            header_read_timeout_s: self
                .header_read_timeout_s
                .map_or(own.header_read_timeout_s, seconds),
            stop_s: self.stop_s.map_or(own.stop_s, u64::from),
            tls_reload_s: self.tls_reload_s.map_or(own.tls_reload_s, seconds),
        }
    }
}

impl IntakeTable {
    fn rates(&self) -> Rates {
        let own = Rates::default();
        let rate = |per_minute: Option<NonZeroU32>, burst: Option<NonZeroU32>, own: Rate| Rate {
            per_minute: per_minute.map_or(own.per_minute, NonZeroU32::get),
            burst: burst.map_or(own.burst, NonZeroU32::get),
        };
        Rates {
            proven: rate(self.proven_per_minute, self.proven_burst, own.proven),
            unproven: rate(self.unproven_per_minute, self.unproven_burst, own.unproven),
            remote: rate(self.remote_per_minute, self.remote_burst, own.remote),
            forwarded: self.forwarded.unwrap_or(own.forwarded),
        }
    }
}

impl PaceTable {
    fn pace(&self) -> Pace {
        let own = Pace::default();
        Pace {
            clear_s: self.clear_s.map_or(own.clear_s, NonZeroU32::get),
            raised_s: self.raised_s.map_or(own.raised_s, NonZeroU32::get),
            hold_max_s: self.hold_max_s.unwrap_or(own.hold_max_s),
            waits_max: own.waits_max,
        }
    }
}

impl JobsTable {
    fn periods(&self) -> Periods {
        let own = Periods::default();
        let every = |given: Option<NonZeroU32>, own: Duration| {
            given.map_or(own, |number| Duration::from_secs(seconds(number)))
        };
        Periods {
            sweep: every(self.sweep_s, own.sweep),
            transit: every(self.transit_s, own.transit),
            presence: every(self.presence_s, own.presence),
            unlocks: every(self.unlocks_s, own.unlocks),
            outbox: every(self.outbox_s, own.outbox),
            pull: every(self.pull_s, own.pull),
            messages: every(self.messages_s, own.messages),
            roots: every(self.roots_s, own.roots),
            standstill: own.standstill,
            keys: every(self.keys_s, own.keys),
            packs: every(self.packs_s, own.packs),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the example says is what holds without it.
    #[test]
    fn the_example_file_is_the_defaults() {
        let text = include_str!("../../../examples/quittance.toml");
        for text in [text, ""] {
            let settings = Config::parse(text).unwrap().settings().unwrap();
            assert_eq!(settings.limits, Limits::default());
            assert_eq!(settings.rates, Rates::default());
            assert_eq!(settings.periods, Periods::default());
            assert_eq!(format!("{:?}", settings.pace), format!("{:?}", Pace::default()));
            assert_eq!(settings.listen, LISTEN);
            assert_eq!(settings.data, PathBuf::from(place::DATA));
        }
    }

    #[test]
    fn an_error_names_its_line() {
        let check = |text: &str, line: usize, part: &str| {
            let (found, what) = Config::parse(text).unwrap_err();
            assert_eq!(found, line, "{what}");
            assert!(what.contains(part), "{what}");
        };
        check("listen = \"x:1\"\nlisten_on = 3\n", 2, "unknown field `listen_on`");
        check("[limits]\n\nrequest_bytes_max = 0\n", 3, "nonzero");
        check("[limits]\nconcurrency_max = \"many\"\n", 2, "invalid type");
        check("[pace]\nx = 1\n", 2, "unknown field `x`");
        check("data = ", 1, "");
    }
}
