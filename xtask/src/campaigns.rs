//! Long runs outside CI: benches, many seeds, fuzzing.

use std::path::Path;

use anyhow::{Result, bail};

use crate::{command::Call, examples::Examples, mutants};

/// The figures, each beside a baseline of the same run, and what makes one short round of it. The
/// first two start `bench_sql`, which stands beside them.
const BENCHES: [(&str, &str); 4] = [
    ("bench_day", "--sizes 500,600 --shard 500 --kills 1"),
    ("bench_server", "--rounds 1 --rates 50 --seconds 1"),
    ("bench_store", "--rounds 1 --ms 20"),
    ("bench_evaluate", "--rounds 1 --rates 50 --seconds 1"),
];

/// Measures the end of day, check-ins, payments and webhooks, durable commits, and contracts
/// evaluated. The arguments go to every program.
pub fn bench(root: &Path, arguments: &[String]) -> Result<()> {
    let examples = Examples::built(root)?;
    for (bench, _) in BENCHES {
        println!("== {bench}");
        examples.call(bench).with(arguments).run(root)?;
    }
    Ok(())
}

/// One short round of each bench: a bench that nobody runs stops working.
pub fn bench_once(root: &Path) -> Result<()> {
    let examples = Examples::built(root)?;
    for (bench, short) in BENCHES {
        println!("{bench} {short}");
        examples.call(bench).with(short.split(' ')).run(root)?;
    }
    Ok(())
}

/// Thousands of simulated worlds, the larger models, the mutants, then many rounds of killing a
/// writing store and a server.
pub fn long(root: &Path, seeds: u32, rounds: u32) -> Result<()> {
    let worlds = format!(
        "cargo run --release --locked -p quittance -- sim --seeds 1..{seeds} --phones 20 \
         --days 150 --json"
    );
    Call::new(&worlds).run(root)?;
    let model = "cargo test --release --locked -p quittance-domain --test all -- --ignored \
                 --nocapture model";
    Call::new(model).run(root)?;
    if !mutants::run(root, None, false)? {
        bail!("a rule was taken out and its test did not fall");
    }
    Call::new("cargo test --release --locked -p quittance-store --test crash")
        .set("QUITTANCE_CRASH_ROUNDS", &rounds.to_string())
        .run(root)?;
    let kill = "cargo test --release --locked -p quittance kill";
    let listed = Call::new(&format!("{kill} -- --list")).answer(root).unwrap_or_default();
    if !listed.lines().any(|line| line.ends_with(": test")) {
        bail!("`{kill}` runs no test: name the one that kills a server under load after it");
    }
    Call::new(kill).set("QUITTANCE_KILL_ROUNDS", &rounds.to_string()).run(root)
}

/// Fuzzes every target under `fuzz/`, or the one named, for `seconds` each.
pub fn fuzz(root: &Path, seconds: u32, only: Option<&str>) -> Result<()> {
    let directory = root.join("fuzz");
    let mut missing = Vec::new();
    if !directory.join("Cargo.toml").is_file() {
        missing.push("fuzz/Cargo.toml: this checkout has no fuzz targets");
    }
    if Call::new("cargo fuzz --version").answer(root).is_none() {
        missing.push("cargo-fuzz: cargo install cargo-fuzz --locked");
    }
    if Call::new("rustup run nightly rustc --version").answer(root).is_none() {
        missing.push("a nightly compiler: rustup toolchain install nightly");
    }
    if !missing.is_empty() {
        bail!("missing on this machine:\n  {}", missing.join("\n  "));
    }
    let manifest = std::fs::read_to_string(directory.join("Cargo.toml"))?;
    let targets: Vec<String> = targets(&manifest);
    if let Some(name) = only.filter(|name| !targets.iter().any(|target| target == name)) {
        bail!("there is no fuzz target `{name}`: there are {}", targets.join(", "));
    }
    for target in targets.iter().filter(|target| only.is_none_or(|name| name == *target)) {
        println!("== {target}: {seconds} s");
        let line =
            format!("rustup run nightly cargo fuzz run {target} -- -max_total_time={seconds}");
        Call::new(&line).run(root)?;
    }
    Ok(())
}

/// Names of the `[[bin]]` tables of a manifest.
fn targets(manifest: &str) -> Vec<String> {
    let tables = manifest.split("[[bin]]").skip(1);
    tables
        .filter_map(|table| {
            let line = table.lines().find_map(|line| line.strip_prefix("name = "))?;
            Some(line.trim().trim_matches('"').to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fuzz_targets_are_read_from_the_manifest() {
        let manifest = "[package]\nname = \"fuzz\"\n[[bin]]\nname = \"lease\"\npath = \"a.rs\"\n\
                        [[bin]]\npath = \"b.rs\"\nname = \"envelope\"\n";
        assert_eq!(targets(manifest), ["lease", "envelope"]);
    }
}
