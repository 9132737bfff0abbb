//! A book's day, ended shard by shard, and the figures of all of them.

use std::{
    fs,
    ops::Range,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::{
    Asked, book,
    mix::{Dice, case},
};

/// What is measured of a book.
#[derive(Default)]
struct Told {
    made: Duration,
    bytes: u64,
    caches_dropped: bool,
    cold: Sum,
    warm: Sum,
    asleep: Sum,
    kills: u64,
    while_running: u64,
    equal: u64,
}

/// The contracts of one store.
struct Shard {
    numbers: Range<u64>,
    /// It is the whole book.
    alone: bool,
    kills: u64,
}

/// Figures of runs, added up.
#[derive(Default)]
pub(crate) struct Sum {
    contracts: u64,
    shards: u64,
    open_ms: u64,
    sweep_ms: u64,
    totals_ms: u64,
    all_ms: u64,
    changed: u64,
    written: u64,
    /// The largest of any.
    peak_kb: u64,
}

/// Makes, ends and removes each shard of a book.
pub(crate) fn measure(contracts: u64, asked: &Asked) -> Value {
    let folder = asked.folder();
    let shards = contracts.div_ceil(asked.shard).max(1);
    let bar = bar(contracts, asked.json);
    let mut told = Told::default();
    for shard in 0..shards {
        let numbers = shard * asked.shard..contracts.min((shard + 1) * asked.shard);
        // Spread over the shards, and all of them in a book of one.
        let kills = asked.kills * (shard + 1) / shards - asked.kills * shard / shards;
        let place = folder.path().join(format!("shard-{shard}"));
        fs::create_dir(&place).expect("a folder for the shard");
        bar.set_message(format!("shard {} of {shards}", shard + 1));
        let alone = shards == 1;
        told.shard(&place, Shard { numbers, alone, kills }, asked, &bar);
        fs::remove_dir_all(&place).expect("the shard is no longer needed");
        if shards > 1 && !asked.json {
            bar.suspend(|| eprintln!("{}", told.cold.told()));
        }
    }
    bar.finish_and_clear();
    assert_eq!(told.equal, told.kills, "a killed run ended otherwise than a whole one");
    let mut told = told.told(contracts, asked);
    told["sql"] = baselines(folder.path(), contracts, asked.seed);
    told
}

impl Told {
    fn shard(&mut self, place: &Path, shard: Shard, asked: &Asked, bar: &ProgressBar) {
        let Shard { numbers, alone, kills } = shard;
        let (base, work) = (place.join("base.db"), place.join("work.db"));
        let (began, seed) = (Instant::now(), asked.seed);
        let count = numbers.end - numbers.start;
        book::make(&base, numbers.clone(), move |number| case(seed, number), |made| bar.inc(made));
        self.made += began.elapsed();
        self.bytes += fs::metadata(&base).map_or(0, |file| file.len());
        // A shard that nobody kills is ended where it lies.
        if !alone && kills == 0 {
            self.caches_dropped = drop_caches();
            return self.cold.add(&run(&base, 1, false), count);
        }
        book::copy(&base, &work);
        self.caches_dropped = drop_caches();
        let mut whole = run(&work, 1, !alone);
        self.cold.add(&whole, count);
        if alone {
            book::copy(&base, &work);
            whole = run(&work, 1, true);
            self.warm.add(&whole, count);
        }
        if let Some(days) = asked.asleep {
            book::copy(&base, &work);
            self.asleep.add(&run(&work, days, false), count);
        }
        let longest =
            whole["open_ms"].as_u64().unwrap_or(0) + whole["sweep_ms"].as_u64().unwrap_or(0);
        let mut dice = Dice(seed ^ numbers.start);
        for _ in 0..kills {
            book::copy(&base, &work);
            let after = Duration::from_millis(5 + dice.next() % longest.max(1));
            self.kills += 1;
            self.while_running += u64::from(kill(&work, after));
            let finished = run(&work, 1, true);
            self.equal += u64::from(finished["hash"] == whole["hash"]);
        }
    }

    fn told(&self, contracts: u64, asked: &Asked) -> Value {
        let mut told = json!({
            "figure": "end_of_day",
            "contracts": contracts,
            "seed": asked.seed,
            "cores": std::thread::available_parallelism().map_or(0, usize::from),
            "made_s": self.made.as_secs(),
            "book_bytes_per_contract": self.bytes / contracts,
            "caches_dropped": self.caches_dropped,
            "cold": self.cold.told(),
            "kills": {
                "asked": self.kills, "while_running": self.while_running, "equal": self.equal
            },
        });
        for (name, sum) in [("warm", &self.warm), ("asleep", &self.asleep)] {
            if sum.shards > 0 {
                told[name] = sum.told();
            }
        }
        told
    }
}

impl Sum {
    pub(crate) fn add(&mut self, run: &Value, contracts: u64) {
        let figure = |name: &str| run[name].as_u64().unwrap_or(0);
        assert_eq!(run["failed"], 0, "{run}");
        self.contracts += contracts;
        self.shards += 1;
        self.open_ms += figure("open_ms");
        self.sweep_ms += figure("sweep_ms");
        self.totals_ms += figure("totals_ms");
        self.all_ms += figure("all_ms");
        self.changed += figure("changed");
        self.written += figure("written");
        self.peak_kb = self.peak_kb.max(figure("peak_kb"));
    }

    pub(crate) fn told(&self) -> Value {
        json!({
            "contracts": self.contracts,
            "shards": self.shards,
            "wall_ms": self.all_ms,
            "open_ms": self.open_ms,
            "sweep_ms": self.sweep_ms,
            "totals_ms": self.totals_ms,
            "changed": self.changed,
            "contracts_per_s": self.contracts * 1_000 / self.all_ms.max(1),
            "changed_per_s": self.changed * 1_000 / self.sweep_ms.max(1),
            "peak_mb": self.peak_kb / 1_024,
            "written_bytes_per_contract": self.written / self.contracts.max(1),
            "written_bytes_per_changed": self.written / self.changed.max(1),
        })
    }
}

/// Contracts made, of all.
fn bar(contracts: u64, json: bool) -> ProgressBar {
    if json {
        return ProgressBar::hidden();
    }
    let style = "{msg} {wide_bar} {human_pos} of {human_len} contracts made, {elapsed}";
    let style = ProgressStyle::with_template(style);
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(contracts).with_style(style)
}

fn command(database: &Path, days: i64) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.arg("--child").arg(database).args(["--days", &days.to_string()]);
    command
}

/// Ends the day of a book so many days after its last look, in a process of its own.
pub(crate) fn run(database: &Path, days: i64, hash: bool) -> Value {
    let mut command = command(database, days);
    if hash {
        command.arg("--hash");
    }
    let output = command.stderr(Stdio::inherit()).output().expect("a run starts");
    assert!(output.status.success(), "a run failed");
    serde_json::from_slice(&output.stdout).expect("a run tells its figures")
}

/// Whether it was still running when it was killed.
fn kill(database: &Path, after: Duration) -> bool {
    let mut child = command(database, 1).stdout(Stdio::null()).spawn().expect("a run starts");
    std::thread::sleep(after);
    let running = child.try_wait().expect("a child of ours").is_none();
    child.kill().expect("a child of ours");
    child.wait().expect("a child of ours");
    running
}

/// Makes the system forget what it read; only root may.
fn drop_caches() -> bool {
    fs::write("/proc/sys/vm/drop_caches", "3").is_ok()
}

/// The two ways of SQL, by a program of the store's: nobody else reaches a driver.
fn baselines(folder: &Path, contracts: u64, seed: u64) -> Value {
    let program = std::env::current_exe().expect("this program").with_file_name("bench_sql");
    if !program.exists() {
        return json!("not built: cargo build --release -p quittance-store --example bench_sql");
    }
    let output = Command::new(program)
        .args(["day", "--contracts", &contracts.to_string(), "--seed", &seed.to_string()])
        .arg("--folder")
        .arg(folder)
        .stderr(Stdio::inherit())
        .output()
        .expect("the baselines start");
    assert!(output.status.success(), "the baselines failed");
    serde_json::from_slice(&output.stdout).expect("the baselines tell their figures")
}
