//! The data directory: where an installation keeps its database and its keys.

use std::{
    fs,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use domain::{Actor, TenantId, UnitId};
use server::{
    App,
    app::{Pace, directory::TenantEntry, throttle::Rates},
    jobs::FileSink,
    keys::files::KeyDir,
    packs::PackDir,
    pull::StatusPull,
    real::{RealClock, RealEntropy},
};

use crate::fail::Failure;

/// The data directory where none is named.
pub(crate) const DATA: &str = "./quittance-data";

/// Where the data is, and whose part of it is meant.
#[derive(Args, Clone, Debug)]
pub(crate) struct PlaceArgs {
    /// Data directory
    #[arg(long, value_name = "DIR", env = "QUITTANCE_DATA", default_value = DATA, global = true)]
    pub(crate) data: PathBuf,
    /// Database [default: sqlite:DATA/quittance.db]
    #[arg(long, value_name = "sqlite:PATH", global = true)]
    pub(crate) store: Option<String>,
    /// Short name of the lender, where there are several
    #[arg(long, value_name = "NAME", global = true)]
    pub(crate) tenant: Option<String>,
    /// Person of the directory in whose name this is done [default: the feed `cli`]
    #[arg(long = "as", value_name = "PERSON", global = true)]
    pub(crate) person: Option<String>,
}

/// An opened data directory.
pub(crate) struct Place {
    /// The use cases.
    pub(crate) app: Arc<App>,
    /// The keys' files.
    pub(crate) keys: KeyDir,
}

/// A contract that was named by its reference.
pub(crate) struct Named {
    /// The use cases.
    pub(crate) app: Arc<App>,
    /// Whose contract it is.
    pub(crate) tenant: TenantId,
    /// The contract.
    pub(crate) unit: UnitId,
}

impl PlaceArgs {
    /// Opens the data directory, which must be there.
    pub(crate) async fn open(&self) -> Result<Place, Failure> {
        // Any other directory stays as it is: a name mistyped makes no installation.
        if !self.data.join("keys").is_dir() {
            let shown = self.data.display();
            let detail = format!("--data {shown}: no data directory is here");
            let hint =
                "begin with `quittance admin tenant add --from lender.toml`, or name another";
            return Err(Failure::usage("no_data", detail).hint(hint));
        }
        open(&self.data, self.store.as_deref(), Pace::default(), Beside::default()).await
    }

    /// Opens the data directory for what a running server can be asked as well.
    pub(crate) async fn open_or_ask(&self) -> Result<Place, Failure> {
        self.open().await.map_err(|failure| match failure.code() {
            "data_held" => failure.hint("here with --server URL --key-file FILE"),
            _ => failure,
        })
    }

    /// A contract of the lender meant.
    pub(crate) async fn contract(&self, of: Place, reference: &str) -> Result<Named, Failure> {
        let app = of.app;
        let tenant = self.tenant(&app)?.tenant.id;
        let unit = app.by_reference(tenant, reference).await?.ok_or_else(|| {
            let detail = format!("reference {reference:?}: no such contract of this lender");
            Failure::wrong("unknown_reference", detail)
        })?;
        Ok(Named { app, tenant, unit })
    }

    /// Opens the data directory; makes it if need be.
    pub(crate) async fn open_or_make(&self) -> Result<Place, Failure> {
        make(&self.data)?;
        open(&self.data, self.store.as_deref(), Pace::default(), Beside::default()).await
    }

    /// The lender meant.
    pub(crate) fn tenant(&self, app: &App) -> Result<Arc<TenantEntry>, Failure> {
        Ok(app.directory.tenant_named(self.tenant.as_deref())?)
    }

    /// Who acts.
    pub(crate) fn actor(&self, tenant: &TenantEntry) -> Result<Actor, Failure> {
        let Some(name) = &self.person else {
            return Ok(Actor::Feed("cli".to_owned()));
        };
        let found = tenant.people.iter().find(|(_, person)| person.name == *name);
        found.map(|(unit, _)| Actor::Person(*unit)).ok_or_else(|| {
            let detail = format!("--as {name:?}: no such person");
            Failure::usage("unknown_person", detail).hint("see `quittance admin person list`")
        })
    }
}

/// Makes a data directory that only its owner can enter.
pub(crate) fn make(data: &Path) -> Result<(), Failure> {
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(data);
    made.map_err(|error| Failure::file(data, &error))?;
    let mode = fs::metadata(data).map_err(|error| Failure::file(data, &error))?.permissions();
    if mode.mode() & 0o077 == 0 {
        return Ok(());
    }
    let shown = data.display();
    let detail = format!("--data {shown}: others can enter this directory: run chmod 700 {shown}");
    Err(Failure::wrong("data_open_to_others", detail))
}

/// Providers that can be asked for a status, by the source's name.
pub(crate) type Pulls = Vec<(String, Arc<dyn StatusPull>)>;

/// What a process works with beside its data directory.
#[derive(Default)]
pub(crate) struct Beside<'a> {
    /// Where events are appended.
    pub(crate) events: Option<&'a Path>,
    /// Providers that can be asked for a status, by the source's name.
    pub(crate) pulls: Pulls,
    /// How much the doors of providers take.
    pub(crate) rates: Rates,
}

/// Opens the parts of the house on a data directory.
pub(crate) async fn open(
    data: &Path,
    store: Option<&str>,
    pace: Pace,
    beside: Beside<'_>,
) -> Result<Place, Failure> {
    let own = format!("sqlite:{}", data.join("quittance.db").display());
    let store = store::open(store.unwrap_or(&own))?;
    let keys = KeyDir::below(data);
    let loaded = keys.load(&RealEntropy)?;
    let clock = Arc::new(RealClock);
    let app = App::open(store, loaded, clock, Arc::new(RealEntropy), pace).await?;
    let mut app = match beside.events {
        Some(path) => app.with_events(Arc::new(FileSink::open(path)?)),
        None => app,
    };
    app = app.with_rates(beside.rates).with_packs(PackDir::below(data)).await?;
    for (source, pull) in beside.pulls {
        app = app.with_pull(&source, pull);
    }
    crate::words::learn(data, &app)?;
    Ok(Place { app: Arc::new(app), keys })
}
