//! `cargo xtask test`: everything CI runs, stage by stage.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::command::{Call, target_directory};
use crate::{campaigns, generate, needs, readme, tidy};

/// One stage.
#[derive(Debug)]
pub struct Stage {
    /// Its name for `--only` and `--from`.
    pub name: &'static str,
    /// What it shows.
    pub what: &'static str,
    /// How to run it by hand.
    pub by_hand: fn() -> String,
    /// Runs it.
    pub run: fn(&Path) -> Result<()>,
}

/// The stages in their order: what fails fastest comes first.
pub const STAGES: &[Stage] = &[
    Stage {
        name: "needs",
        what: "compilers and tools are there",
        by_hand: || "cargo xtask test --only needs".to_owned(),
        run: needs::provide,
    },
    Stage {
        name: "format",
        what: "rustfmt has nothing to change",
        by_hand: || format().to_string(),
        run: |root| format().run(root),
    },
    Stage {
        name: "clippy",
        what: "no warning in any target",
        by_hand: || clippy().to_string(),
        run: |root| clippy().run(root),
    },
    Stage {
        name: "tidy",
        what: "the fences of the house hold",
        by_hand: || "cargo xtask tidy".to_owned(),
        run: tidy_up,
    },
    Stage {
        name: "generated",
        what: "generated files are what their generators make",
        by_hand: || "cargo xtask generate --check".to_owned(),
        run: generate::check,
    },
    Stage {
        name: "docs",
        what: "the documentation builds without a warning",
        by_hand: || docs().to_string(),
        run: |root| docs().run(root),
    },
    Stage {
        name: "tests",
        what: "unit, conformance, property and documentation tests",
        by_hand: || tests().to_string(),
        run: |root| tests().run(root),
    },
    Stage {
        name: "no-std",
        what: "protocol and agent link without the standard library",
        by_hand: || no_std(Path::new("target")).to_string(),
        run: prove_no_std,
    },
    Stage {
        name: "seeds",
        what: "200 simulated worlds keep every invariant",
        by_hand: || seeds().to_string(),
        run: |root| seeds().run(root),
    },
    Stage {
        name: "benches",
        what: "every bench runs; its figures mean nothing here",
        by_hand: || "cargo xtask bench".to_owned(),
        run: campaigns::bench_once,
    },
    Stage {
        name: "readme",
        what: "the README's other commands run as written",
        by_hand: || "cargo xtask test --only readme".to_owned(),
        run: readme::run,
    },
];

/// Which stages to run.
#[derive(Debug, Default)]
pub struct Choice {
    /// Only this one.
    pub only: Option<String>,
    /// This one and those after it.
    pub from: Option<String>,
}

/// Runs the chosen stages under `root`; stops at the first that fails. True when all passed.
pub fn run(root: &Path, choice: &Choice) -> Result<bool> {
    let chosen = chosen(STAGES, choice)?;
    Ok(run_all(root, &chosen))
}

/// The list of stages as text.
pub fn list() -> String {
    STAGES.iter().map(|stage| format!("{:<10} {}\n", stage.name, stage.what)).collect()
}

fn chosen<'a>(stages: &'a [Stage], choice: &Choice) -> Result<Vec<&'a Stage>> {
    let place = |name: &str| match stages.iter().position(|stage| stage.name == name) {
        Some(place) => Ok(place),
        None => bail!("there is no stage `{name}`: see `cargo xtask test --list`"),
    };
    match (&choice.only, &choice.from) {
        (Some(_), Some(_)) => bail!("--only and --from exclude each other"),
        (Some(name), None) => Ok(vec![&stages[place(name)?]]),
        (None, Some(name)) => Ok(stages[place(name)?..].iter().collect()),
        (None, None) => Ok(stages.iter().collect()),
    }
}

fn run_all(root: &Path, stages: &[&Stage]) -> bool {
    let start = Instant::now();
    let mut times: Vec<(&str, Duration, &str)> = Vec::new();
    let mut failed = false;
    for (at, stage) in stages.iter().enumerate() {
        println!("\n== {} ({} of {}): {}", stage.name, at + 1, stages.len(), stage.what);
        let begin = Instant::now();
        let outcome = (stage.run)(root);
        let word = if outcome.is_ok() { "passed" } else { "FAILED" };
        println!("== {} {word} in {}", stage.name, seconds(begin.elapsed()));
        times.push((stage.name, begin.elapsed(), word));
        if let Err(error) = outcome {
            println!("\n{error:#}\n\nrun it by hand:\n  {}", (stage.by_hand)());
            failed = true;
            break;
        }
    }
    println!("\n{:<10} {:>10}", "stage", "time");
    for (name, time, word) in &times {
        println!("{name:<10} {:>10}  {word}", seconds(*time));
    }
    for stage in &stages[times.len()..] {
        println!("{:<10} {:>10}  not run", stage.name, "-");
    }
    println!("{:<10} {:>10}", "all", seconds(start.elapsed()));
    let passed = times.len() - usize::from(failed);
    println!("stages: {passed} passed, {} failed", usize::from(failed));
    !failed
}

fn seconds(time: Duration) -> String {
    format!("{}.{} s", time.as_secs(), time.subsec_millis() / 100)
}

fn format() -> Call {
    Call::new("cargo fmt --all --check")
}

fn clippy() -> Call {
    let line = "cargo clippy --release --workspace --all-targets --locked -- -D warnings";
    Call::new(line)
}

fn docs() -> Call {
    let call = Call::new("cargo doc --release --workspace --no-deps --locked");
    call.set("RUSTDOCFLAGS", "-D warnings")
}

fn tests() -> Call {
    Call::new("cargo test --release --workspace --locked")
}

fn seeds() -> Call {
    Call::new(
        "cargo run --release --locked -p quittance -- sim --seeds 1..200 --phones 20 --days 150 \
         --json",
    )
}

fn tidy_up(root: &Path) -> Result<()> {
    let repo = tidy::Repo::read(root)?;
    let findings = tidy::check(&repo);
    print!("{}", tidy::report(&findings, repo.tree.texts.len()));
    if !findings.is_empty() {
        bail!("{} places to put right, listed above", findings.len());
    }
    Ok(())
}

/// The proof's package has no lock file of its own: it uses the versions of the workspace.
fn prove_no_std(root: &Path) -> Result<()> {
    let proof = root.join("xtask/no_std_proof");
    std::fs::copy(root.join("Cargo.lock"), proof.join("Cargo.lock"))?;
    no_std(&target_directory(root)).run(root)
}

fn no_std(target: &Path) -> Call {
    let directory = target.join("no_std_proof").display().to_string();
    Call::new("cargo build --release --manifest-path xtask/no_std_proof/Cargo.toml --target-dir")
        .with(&[directory])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &[Stage] = &[
        Stage { name: "a", what: "", by_hand: String::new, run: |_| Ok(()) },
        Stage { name: "b", what: "", by_hand: String::new, run: |_| bail!("no") },
        Stage { name: "c", what: "", by_hand: String::new, run: |_| panic!("after a failure") },
    ];

    fn names(only: Option<&str>, from: Option<&str>) -> Result<Vec<&'static str>> {
        let choice = Choice { only: only.map(str::to_owned), from: from.map(str::to_owned) };
        Ok(chosen(SAMPLE, &choice)?.iter().map(|stage| stage.name).collect())
    }

    #[test]
    fn stages_are_chosen_by_name() {
        assert_eq!(names(None, None).unwrap(), ["a", "b", "c"]);
        assert_eq!(names(Some("b"), None).unwrap(), ["b"]);
        assert_eq!(names(None, Some("b")).unwrap(), ["b", "c"]);
        assert!(names(Some("d"), None).is_err() && names(Some("a"), Some("b")).is_err());
    }

    #[test]
    fn the_first_failure_ends_the_run() {
        let root = Path::new(".");
        assert!(run_all(root, &[&SAMPLE[0]]));
        assert!(!run_all(root, &SAMPLE.iter().collect::<Vec<_>>()));
    }

    #[test]
    fn every_stage_can_be_run_by_hand() {
        for stage in STAGES {
            assert!((stage.by_hand)().contains("cargo "), "{}", stage.name);
        }
    }
}
