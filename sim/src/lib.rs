//! A deterministic world: real agents, the real router, a store in memory, payers of several
//! temperaments, a network that loses and doubles, clocks that lie. Everything follows from one
//! seed; the promises of the product are checked as named properties while it runs. `demo` shows
//! the same world over sockets, on SQLite, with many actors side by side.
//!
//! ```
//! let setup = sim::Setup { phones: 2, days: 10, ..sim::Setup::default() };
//! let summary = sim::run(setup).expect("the world opens");
//! assert!(summary.violations.is_empty(), "{summary}");
//! ```
//!
//! **Invariant:** outside `demo` and `gateway` no wall clock, no machine randomness, no sockets:
//! one seed, one output.
//! **Invariant:** nothing of the product is mocked; only time, chance and the network are made.
//! **Invariant:** the properties' arithmetic of arrears is their own, not the domain's.
//! **Invariant:** within a troupe one actor at a time: payer, then phone, then the next contract.

pub mod bank;
pub mod cast;
pub mod chance;
pub mod clock;
pub mod demo;
pub mod gateway;
pub mod house;
pub mod line;
pub mod phone;
pub mod properties;
pub mod rail;
pub mod script;
pub mod setup;
pub mod summary;
pub mod till;
pub mod world;

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

pub use setup::{Faults, Sabotage, Setup};
pub use summary::{Doors, Summary, Violation};
pub use world::{World, WorldError};

/// Runs one world to its end.
pub fn run(setup: Setup) -> Result<Summary, WorldError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.map_err(|error| WorldError(format!("runtime: {error}")))?;
    runtime.block_on(async {
        let mut world = World::new(setup).await?;
        world.run().await?;
        Ok(world.into_summary())
    })
}

/// Runs the world that each seed gives on as many threads as `threads`; the answers come in the
/// order of the seeds, `on_each` hears each as it ends.
pub fn run_seeds(
    seeds: std::ops::RangeInclusive<u64>,
    of_seed: impl Fn(u64) -> Setup + Sync,
    threads: usize,
    on_each: impl Fn(&Summary) + Sync,
) -> Result<Vec<Summary>, WorldError> {
    let next = AtomicU64::new(*seeds.start());
    let done: Mutex<BTreeMap<u64, Result<Summary, WorldError>>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed > *seeds.end() {
                        return;
                    }
                    let result = run(of_seed(seed));
                    if let Ok(summary) = &result {
                        on_each(summary);
                    }
                    let mut done = done.lock().unwrap_or_else(|poison| poison.into_inner());
                    done.insert(seed, result);
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(|poison| poison.into_inner()).into_values().collect()
}
