//! Kills a writing process at random moments, again and again on the same database. Nothing that
//! was acknowledged may be lost, nothing may be half there.
//!
//! The test starts itself as the writer. `QUITTANCE_CRASH_ROUNDS` sets how often it is killed,
//! `QUITTANCE_CRASH_SEED` when.

mod check;
mod load;

use std::{
    collections::BTreeMap,
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use store::{SqliteOptions, SqliteStore};

const CHILD: &str = "QUITTANCE_CRASH_CHILD";

fn main() {
    if let Some(path) = env::var_os(CHILD) {
        return load::write_until_killed(Path::new(&path));
    }
    // What lists tests asks with this flag.
    if env::args().any(|argument| argument == "--list") {
        return println!("killed_writer_loses_nothing: test");
    }
    let number = |name: &str, default: u64| match env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")),
        Err(_) => default,
    };
    let (rounds, seed) = (number("QUITTANCE_CRASH_ROUNDS", 10), number("QUITTANCE_CRASH_SEED", 7));
    println!("test killed_writer_loses_nothing: {rounds} rounds, seed {seed}");
    let acknowledged = rounds_of_crashes(rounds, seed);
    println!("test killed_writer_loses_nothing ... ok, {acknowledged} commits acknowledged");
}

fn rounds_of_crashes(rounds: u64, seed: u64) -> u64 {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path().join("crash.db");
    let mut dice = seed;
    let mut acknowledged = BTreeMap::new();
    for round in 0..rounds {
        let delay = delay(&mut dice, round);
        run_and_kill(&path, delay, &mut acknowledged);
        let store = SqliteStore::open(&path, SqliteOptions::default());
        let store = store.unwrap_or_else(|fault| panic!("round {round}, {delay:?}: {fault}"));
        store::conformance::block_on(check::whole(&store, &mut acknowledged, round));
    }
    let total = acknowledged.values().sum();
    assert!(rounds == 0 || total > 0, "no writer lived long enough to commit");
    total
}

/// From before the first commit to well after a checkpoint.
fn delay(dice: &mut u64, round: u64) -> Duration {
    *dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    let most = [20, 200, 1500][usize::try_from(round % 3).expect("below three")];
    Duration::from_millis((*dice >> 33) % most)
}

/// Lets a writer run for a while, kills it, and notes what it had acknowledged by then.
fn run_and_kill(path: &Path, delay: Duration, acknowledged: &mut BTreeMap<u64, u64>) {
    let myself = env::current_exe().expect("a process knows its program");
    let mut child = Command::new(myself)
        .env(CHILD, path)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the writer starts");
    let output = child.stdout.take().expect("the output was piped");
    let reader = thread::spawn(move || {
        let lines = BufReader::new(output).lines();
        lines.map(|line| line.expect("the writer's output reads")).collect::<Vec<_>>()
    });
    thread::sleep(delay);
    let early = child.try_wait().expect("the writer's state reads");
    assert_eq!(early, None, "the writer ended by itself");
    child.kill().expect("the writer can be killed");
    child.wait().expect("the writer is gone");
    for line in reader.join().expect("the output was read") {
        // The last line may be cut off by the kill; it then says nothing.
        let Some((unit, version)) = line.strip_suffix(';').and_then(|line| line.split_once(' '))
        else {
            continue;
        };
        let [unit, version] = [unit, version].map(|text| text.parse().expect("a number"));
        let last = acknowledged.entry(unit).or_insert(0);
        *last = version.max(*last);
    }
}
