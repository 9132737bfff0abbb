//! The demonstration: the same world on SQLite and over sockets, opened on a book 200 days old.
//!
//! The opening book is made by running the world in process; then a server listens, phones and
//! money take the way over sockets, and a barrier stands at the end of each quarter of a day.

mod frame;

pub use frame::{Frame, Report};

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use server::{
    client::Client,
    serve::{Limits, serve},
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use zeroize::Zeroizing;

use crate::{
    Faults, Setup, World, WorldError,
    line::{HttpLine, Way},
    till::Till,
    world::SLOTS,
};

/// Days that the opening book is old.
pub const OPENING_DAYS: u32 = 200;
/// Actors side by side: while one waits for a durable commit another one works.
const TROUPES: u32 = 24;
/// A visit that shows nothing new is judged once in so many.
const LOOK_EVERY: u32 = 8;

/// What a demonstration is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Phones.
    pub phones: u32,
    /// Days after the opening.
    pub days: u32,
    /// Wall time of a day.
    pub day: Duration,
    /// Everything follows from it but the interleaving.
    pub seed: u64,
    /// Policy pack.
    pub pack: String,
    /// Where the server listens; the next free port if it is taken.
    pub listen: SocketAddr,
}

/// A demonstration under way.
#[derive(Debug)]
pub struct Demo {
    world: World,
    options: Options,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    server: JoinHandle<Result<(), server::Error>>,
    opening: Duration,
}

impl Demo {
    /// Makes the opening book below `folder`, then opens the doors. `on_day` hears each day of the
    /// opening.
    pub async fn open(
        options: Options,
        folder: &Path,
        on_day: impl Fn(u32),
    ) -> Result<Demo, WorldError> {
        let began = frame::Stopwatch::start();
        let url = format!("sqlite:{}", folder.join("quittance.db").display());
        let store = store::open(&url).map_err(|fault| WorldError(fault.to_string()))?;
        let mut world = World::on(setup(&options), store, TROUPES).await?;
        for day in 0..OPENING_DAYS {
            run_day(&mut world, Duration::ZERO).await?;
            on_day(day + 1);
        }
        let opening = began.elapsed();
        let listener = listen(options.listen).await?;
        let address = listener.local_addr().map_err(failed)?;
        let (stop, mut stopped) = watch::channel(false);
        let app = world.scene().house.app.clone();
        let server = tokio::spawn(serve(app, listener, None, Limits::default(), async move {
            let _ = stopped.wait_for(|stop| *stop).await;
        }));
        go_over_sockets(&mut world, address).await?;
        Ok(Demo { world, options, address, stop, server, opening })
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether all days are over.
    pub fn is_over(&self) -> bool {
        self.world.day() >= OPENING_DAYS.saturating_add(self.options.days)
    }

    /// Runs one day.
    pub async fn day(&mut self) -> Result<(), WorldError> {
        run_day(&mut self.world, self.options.day).await
    }

    /// What there is to see now.
    pub fn frame(&self) -> Frame {
        Frame::of(&self.world, self.options.days)
    }

    /// Judges the whole run and closes the doors.
    pub async fn end(mut self) -> Result<Report, WorldError> {
        self.world.end().await?;
        let report = Report::of(&self.world, self.opening);
        self.stop.send_replace(true);
        let served = self.server.await.map_err(failed)?;
        served.map_err(WorldError::from)?;
        Ok(report)
    }
}

fn setup(options: &Options) -> Setup {
    Setup {
        seed: options.seed,
        phones: options.phones,
        days: OPENING_DAYS.saturating_add(options.days),
        pack: options.pack.clone(),
        join_days: OPENING_DAYS + options.days.min(OPENING_DAYS) / 2,
        held: true,
        look_every: LOOK_EVERY,
        faults: Faults {
            power: 1,
            tell_twice: 30,
            forge: 15,
            misdirect: 20,
            bluff: 20,
            late_file: 30,
            ..Faults::none()
        },
        ..Setup::default()
    }
}

/// Runs a day, each quarter of it in its time.
async fn run_day(world: &mut World, day: Duration) -> Result<(), WorldError> {
    world.begin_day();
    for slot in 0..SLOTS {
        let pause = tokio::time::sleep(day / SLOTS);
        world.slot(slot).await?;
        if !day.is_zero() {
            pause.await;
        }
    }
    world.end_day();
    Ok(())
}

async fn go_over_sockets(world: &mut World, address: SocketAddr) -> Result<(), WorldError> {
    let key = world.scene().house.key.to_string();
    let url = format!("http://{address}");
    let phones = Client::new(&url, None)?;
    let till = Client::new(&url, None)?.with_key(Zeroizing::new(key));
    let way = Way::Http(HttpLine(Arc::new(phones)));
    world.go_by(way, Till::Http(Arc::new(till)));
    Ok(())
}

/// The address asked for, or the next free port.
async fn listen(wanted: SocketAddr) -> Result<TcpListener, WorldError> {
    let mut address = wanted;
    for _ in 0..100 {
        match TcpListener::bind(address).await {
            Ok(listener) => return Ok(listener),
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
                address.set_port(address.port().wrapping_add(1).max(1024));
            }
            Err(error) => return Err(WorldError(format!("{address}: {error}"))),
        }
    }
    Err(WorldError(format!("{wanted}: a hundred ports from here are taken")))
}

fn failed(error: impl std::fmt::Display) -> WorldError {
    WorldError(error.to_string())
}
