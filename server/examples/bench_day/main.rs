//! The end of day over a whole book: the sweep that brings every contract up to date whose time has
//! come, durable, and the totals of the book after it. Beside it, over a book of the same mix and
//! on the same disk, the two ways in which end-of-day is done in SQL.
//!
//! A run is a process of its own on a copy of the book: once with the caches of the system dropped
//! where that is allowed, once warm. Then the process is killed at chance moments; what is finished
//! afterwards must be what a whole run leaves.
//!
//! `cargo run --release -p quittance-server --example bench_day -- [--sizes 100k,1m] [--seed N]
//! [--kills N] [--flat] [--folder DIR] [--json]`

#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

mod child;
mod life;
mod mix;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use domain::{Day, Moment};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use life::Setting;
use mix::{Case, Dice, case};

/// The last look at the book, and the moment a day later at which its day ends in every zone.
const UNTIL: &str = "2026-11-20T12:00:00Z";
const NOW: &str = "2026-11-21T12:00:00Z";
/// Largest book of which each run gets a copy.
const COPIED_MAX: u64 = 300_000;
/// Contracts in one call of the store.
const CHUNK: u64 = 1_024;
/// Contracts of a book that is to show whether age costs.
const FLAT: u64 = 1_000;

struct Asked {
    sizes: Vec<u64>,
    seed: u64,
    kills: u32,
    flat: bool,
    folder: Option<PathBuf>,
    json: bool,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let flag = |name: &str| arguments.iter().any(|argument| argument == name);
    let now = Moment::parse(NOW).expect("a moment");
    if let Some(database) = value("--child") {
        println!("{}", child::run(Path::new(&database), now, flag("--hash")));
        return;
    }
    let number = |name: &str, usual: u64| {
        value(name).map_or(usual, |text| text.parse().expect("a whole number"))
    };
    let asked = Asked {
        sizes: value("--sizes").as_deref().unwrap_or("100k").split(',').map(size).collect(),
        seed: number("--seed", 7),
        kills: u32::try_from(number("--kills", 10)).expect("few kills"),
        flat: flag("--flat"),
        folder: value("--folder").map(PathBuf::from),
        json: flag("--json"),
    };
    for &contracts in &asked.sizes {
        let told = measure(contracts, &asked);
        print(&told, asked.json);
    }
    if asked.flat {
        print(&flatness(&asked), asked.json);
    }
}

/// `100k` and `1m`, or digits.
fn size(text: &str) -> u64 {
    let lower = text.to_ascii_lowercase();
    let (digits, times) = match (lower.strip_suffix('k'), lower.strip_suffix('m')) {
        (Some(digits), _) => (digits, 1_000),
        (_, Some(digits)) => (digits, 1_000_000),
        _ => (lower.as_str(), 1),
    };
    digits.parse::<u64>().expect("a size as 100k or 1m") * times
}

fn folder(asked: &Asked) -> tempfile::TempDir {
    let made = match &asked.folder {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir(),
    };
    made.expect("a folder for the databases")
}

fn measure(contracts: u64, asked: &Asked) -> Value {
    let folder = folder(asked);
    let base = folder.path().join("base.db");
    let began = Instant::now();
    make_book(&base, contracts, &|number| case(asked.seed, number));
    let made_s = began.elapsed().as_secs();
    let bytes = fs::metadata(&base).map_or(0, |file| file.len());
    if contracts > COPIED_MAX {
        return in_place(&base, contracts, asked, made_s);
    }
    let work = folder.path().join("work.db");
    copy(&base, &work);
    let cold_caches = drop_caches();
    let cold = run(&work, false);
    copy(&base, &work);
    let warm = run(&work, true);
    let (mut equal, mut killed) = (0, 0);
    let mut dice = Dice(asked.seed);
    let whole = warm["open_ms"].as_u64().unwrap_or(0) + warm["sweep_ms"].as_u64().unwrap_or(0);
    for _ in 0..asked.kills {
        copy(&base, &work);
        let after = Duration::from_millis(5 + dice.next() % whole.max(1));
        killed += u32::from(kill(&work, after));
        let finished = run(&work, true);
        assert_eq!(finished["failed"], 0, "{finished}");
        equal += u32::from(finished["hash"] == warm["hash"]);
    }
    assert_eq!(equal, asked.kills, "a killed run ended otherwise than a whole one");
    let sql = baselines(folder.path(), contracts, asked.seed);
    json!({
        "figure": "end_of_day",
        "contracts": contracts,
        "seed": asked.seed,
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "made_s": made_s,
        "book_bytes_per_contract": bytes / contracts,
        "caches_dropped": cold_caches,
        "cold": run_figures(&cold, contracts),
        "warm": run_figures(&warm, contracts),
        "kills": { "asked": asked.kills, "while_running": killed, "equal": equal },
        "sql": sql,
    })
}

/// A book too large to be copied is ended once, cold, and not killed.
fn in_place(base: &Path, contracts: u64, asked: &Asked, made_s: u64) -> Value {
    let bytes = fs::metadata(base).map_or(0, |file| file.len());
    let caches_dropped = drop_caches();
    let cold = run(base, false);
    assert_eq!(cold["failed"], 0, "{cold}");
    let folder = base.parent().expect("it lies in a folder");
    fs::remove_file(base).expect("the book is no longer needed");
    json!({
        "figure": "end_of_day",
        "contracts": contracts,
        "seed": asked.seed,
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "made_s": made_s,
        "book_bytes_per_contract": bytes / contracts,
        "caches_dropped": caches_dropped,
        "cold": run_figures(&cold, contracts),
        "sql": baselines(folder, contracts, asked.seed),
    })
}

/// The same contracts after three weeks, a year and three years of weekly payments.
fn flatness(asked: &Asked) -> Value {
    let folder = folder(asked);
    let mut told = json!({ "figure": "flatness", "contracts": FLAT });
    for (name, paid) in [("three_weeks", 3), ("one_year", 52), ("three_years", 156)] {
        let base = folder.path().join(format!("{name}.db"));
        let weekly = |number: u64| Case {
            rows: 200,
            days: 7,
            paid,
            past_due: i32::try_from(number % 2).expect("a bit"),
            paid_since: false,
            ..case(asked.seed, number)
        };
        make_book(&base, FLAT, &weekly);
        let figures = run(&base, false);
        told[name] = run_figures(&figures, FLAT);
    }
    told
}

/// Lives of the book's contracts, stored.
fn make_book(database: &Path, contracts: u64, case: &(dyn Fn(u64) -> Case + Sync)) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let until = Moment::parse(UNTIL).expect("a moment");
    runtime.block_on(async {
        let app = child::open(database, child::StillClock::at(until)).await;
        let clerk = || domain::Actor::Feed("bench".to_owned());
        let lender = formats::parse_lender(include_str!("../../../examples/lender.toml"));
        let lender = lender.expect("the example is right");
        let (tenant, _) = app.add_tenant(&lender, clerk()).await.expect("a tenant");
        let fee = "\n[late_fee]\namount_minor = 5000\ngrace_days = 3\n\
                   minimum_past_due_minor = 1000\ncap_month_minor = 10000\n\
                   cap_contract_minor = 50000\n";
        let programme = include_str!("../../../examples/programme.toml").to_owned() + fee;
        app.add_programme(tenant, &programme, clerk()).await.expect("a programme");
        let programme = app.directory.programme_in_force(tenant, "standard").expect("it is there");
        let packs = app.directory.packs_in_force(tenant, &programme).expect("its packs");
        let ladder = app.directory.ladder(tenant, &programme, &packs).expect("its ladder");
        let today = Day::parse(&NOW[..10]).expect("a day");
        let setting = Setting { tenant, ladder, until, today };
        let chunks = (0..contracts.div_ceil(CHUNK)).map(|chunk| {
            let numbers = chunk * CHUNK..((chunk + 1) * CHUNK).min(contracts);
            let items = numbers.map(|number| life::item(&setting, number, &case(number))).collect();
            app.store.commit(items)
        });
        let mut commits = stream::iter(chunks).buffered(4);
        while let Some(outcomes) = commits.next().await {
            let done = |outcome: &store::Outcome| matches!(outcome, store::Outcome::Done(_));
            assert!(outcomes.expect("a commit").iter().all(done), "a contract was not taken");
        }
    });
    drop(runtime);
}

fn copy(from: &Path, to: &Path) {
    for (from, to) in child::files(from).iter().zip(child::files(to)) {
        let _ = fs::remove_file(&to);
        if from.exists() {
            fs::copy(from, &to).expect("a copy of the book");
        }
    }
    let copied = fs::File::open(to).expect("the copy");
    copied.sync_all().expect("the copy is on the disk");
}

fn command(database: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.arg("--child").arg(database);
    command
}

fn run(database: &Path, hash: bool) -> Value {
    let mut command = command(database);
    if hash {
        command.arg("--hash");
    }
    let output = command.stderr(Stdio::inherit()).output().expect("a run starts");
    assert!(output.status.success(), "a run failed");
    serde_json::from_slice(&output.stdout).expect("a run tells its figures")
}

/// Whether it was still running when it was killed.
fn kill(database: &Path, after: Duration) -> bool {
    let mut child = command(database).stdout(Stdio::null()).spawn().expect("a run starts");
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

fn run_figures(run: &Value, contracts: u64) -> Value {
    let ms = |name: &str| run[name].as_u64().unwrap_or(0);
    let changed = ms("changed");
    json!({
        "wall_ms": ms("all_ms"),
        "open_ms": ms("open_ms"),
        "sweep_ms": ms("sweep_ms"),
        "totals_ms": ms("totals_ms"),
        "changed": changed,
        "contracts_per_s": contracts * 1_000 / ms("all_ms").max(1),
        "changed_per_s": changed * 1_000 / ms("sweep_ms").max(1),
        "peak_mb": ms("peak_kb") / 1_024,
        "written_bytes_per_contract": ms("written") / contracts,
        "written_bytes_per_changed": ms("written") / changed.max(1),
        "hash": run["hash"],
    })
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

fn print(told: &Value, as_json: bool) {
    if as_json {
        println!("{told}");
        return;
    }
    println!(
        "{}: {} contracts, seed {}",
        told["figure"].as_str().unwrap_or(""),
        told["contracts"],
        told["seed"]
    );
    for (name, value) in told.as_object().into_iter().flatten().skip(2) {
        match value.as_object() {
            None => println!("  {name:<28}{value}"),
            Some(fields) => {
                let fields: Vec<String> =
                    fields.iter().map(|(name, value)| format!("{name} {value}")).collect();
                println!("  {name:<28}{}", fields.join("  "));
            }
        }
    }
}
