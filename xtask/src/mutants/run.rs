//! One mutant after the other, in a copy of the tree: write it, build the one test, see it fall.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::{Mutant, chosen, fence};
use crate::{
    command::target_directory,
    tidy::{Repo, graph::Graph},
    tree::{Tree, listed},
};

/// A test that takes longer has no answer.
const LIMIT: Duration = Duration::from_secs(600);
/// Quick builds of our own crates; those of others are built as ever.
const QUICK: [&str; 5] = [
    "profile.release.opt-level=1",
    "profile.release.incremental=true",
    "profile.release.debug=false",
    "profile.release.package.\"*\".opt-level=3",
    "profile.release.package.\"*\".debug=\"line-tables-only\"",
];

/// What became of a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    /// The named test fell: the rule is held.
    Fell,
    /// The named test passed without the rule.
    Survived,
    /// It cannot be told, and why.
    Wrong(String),
}

impl Outcome {
    fn word(&self) -> &str {
        match self {
            Outcome::Fell => "fell",
            Outcome::Survived => "SURVIVED",
            Outcome::Wrong(why) => why,
        }
    }
}

/// Takes out the rules of these mutants one by one. True if every named test fell.
pub fn run(root: &Path, only: Option<&str>, json: bool) -> Result<bool> {
    let findings = fence::check(&Repo::new(Tree::read(root)?, Graph::default()));
    if !findings.is_empty() {
        let lines: String = findings.iter().map(|finding| format!("\n  {finding}")).collect();
        bail!("the table does not fit the tree:{lines}");
    }
    let chosen = chosen(only);
    let copy = TreeCopy::of(root)?;
    let mut told = Vec::new();
    let mut room = "";
    for (at, mutant) in chosen.iter().enumerate() {
        if mutant.room() != room {
            room = mutant.room();
            eprintln!("== {room}: its tests as they are");
            let tests: Vec<&Mutant> =
                chosen.iter().copied().filter(|other| other.room() == room).collect();
            copy.passes(room, &tests)?;
        }
        let begin = Instant::now();
        let outcome = copy.take_out(mutant)?;
        let seconds = begin.elapsed().as_secs();
        let (place, all) = (at + 1, chosen.len());
        eprintln!("{place:>3} of {all}  {:<34} {:>4} s  {}", mutant.name, seconds, outcome.word());
        told.push((*mutant, outcome, seconds));
    }
    let (text, held) = report(&told, json);
    print!("{text}");
    Ok(held)
}

/// The table of outcomes, and whether every test fell.
fn report(told: &[(&Mutant, Outcome, u64)], json: bool) -> (String, bool) {
    let fell = told.iter().filter(|(_, outcome, _)| *outcome == Outcome::Fell).count();
    let held = fell == told.len() && !told.is_empty();
    if json {
        let row = |(mutant, outcome, seconds): &(&Mutant, Outcome, u64)| -> Value {
            json!({
                "file": mutant.file,
                "mutant": mutant.name,
                "outcome": outcome.word(),
                "promise": mutant.promise,
                "seconds": seconds,
                "test": mutant.test,
            })
        };
        let rows: Vec<Value> = told.iter().map(row).collect();
        return (format!("{:#}\n", json!({ "mutants": rows, "held": held })), held);
    }
    let mut text = String::new();
    for (mutant, outcome, seconds) in told {
        let Mutant { name, promise, test, .. } = mutant;
        text.push_str(&format!("{promise:<44} {name:<34} {seconds:>4} s  {}\n", outcome.word()));
        text.push_str(&format!("{:<44} {test}\n", ""));
    }
    let time: u64 = told.iter().map(|(.., seconds)| seconds).sum();
    text.push_str(&format!("mutants: {} taken out, {fell} fell, {time} s\n", told.len()));
    (text, held)
}

/// A copy of the tree in which rules are taken out.
struct TreeCopy {
    tree: PathBuf,
    /// What is built lies apart: cargo tells crates by their place within a workspace, and would
    /// take a mutant's for the tree's own.
    built: PathBuf,
}

impl TreeCopy {
    /// Makes the copy, or brings the one of the last time up to date. Only what differs is
    /// written: what is built from the rest stays good.
    fn of(root: &Path) -> Result<TreeCopy> {
        let ours = std::path::absolute(target_directory(root))?.join("mutants");
        let (tree, built) = (ours.join("tree"), ours.join("build"));
        fs::create_dir_all(&built)?;
        let paths = listed(root)?;
        for path in paths.iter().filter(|path| root.join(path).is_file()) {
            let (from, to) = (root.join(path), tree.join(path));
            let bytes = fs::read(&from).with_context(|| format!("{path}: cannot be read"))?;
            if fs::read(&to).ok().as_deref() == Some(bytes.as_slice()) {
                continue;
            }
            let directory = to.parent().context("a file lies in a directory")?;
            fs::create_dir_all(directory)?;
            fs::write(&to, bytes).with_context(|| format!("{}: not written", to.display()))?;
        }
        remove_others(&tree, &tree, &paths)?;
        Ok(TreeCopy { tree, built })
    }

    /// The named tests pass while every rule stands: else their falling would show nothing.
    fn passes(&self, room: &str, mutants: &[&Mutant]) -> Result<()> {
        let program =
            self.build(room)?.with_context(|| format!("{room}: its tests do not build"))?;
        let mut names: Vec<&str> = mutants.iter().map(|mutant| mutant.path()).collect();
        names.sort_unstable();
        names.dedup();
        let (code, output) = self.test(room, &program, &names)?;
        let all = format!("test result: ok. {} passed", names.len());
        ensure!(
            code == Some(0) && output.contains(&all),
            "{room}: not all of the named tests pass as they are:\n{output}"
        );
        Ok(())
    }

    fn take_out(&self, mutant: &Mutant) -> Result<Outcome> {
        let path = self.tree.join(mutant.file);
        let whole = fs::read_to_string(&path)?;
        fs::write(&path, whole.replacen(mutant.rule, mutant.broken, 1))?;
        let outcome = self.outcome(mutant);
        // Written anew, so that the next build sees that it changed.
        fs::write(&path, whole)?;
        outcome
    }

    fn outcome(&self, mutant: &Mutant) -> Result<Outcome> {
        let Some(program) = self.build(mutant.room())? else {
            return Ok(Outcome::Wrong("does not compile".to_owned()));
        };
        let (code, output) = self.test(mutant.room(), &program, &[mutant.path()])?;
        Ok(match code {
            Some(0) => Outcome::Survived,
            Some(101) if output.contains("0 passed; 1 failed") => Outcome::Fell,
            Some(code) => Outcome::Wrong(format!("ended with {code}")),
            None => Outcome::Wrong(format!("no answer in {} s", LIMIT.as_secs())),
        })
    }

    /// Builds a crate's tests; `None` if they do not compile.
    fn build(&self, room: &str) -> Result<Option<PathBuf>> {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let mut command = Command::new(cargo);
        command.args(["test", "--release", "--locked", "--no-run", "--test", "all"]);
        command.args(["--package", &format!("quittance-{room}")]);
        command.args(["--message-format", "json-render-diagnostics"]);
        for setting in QUICK {
            command.args(["--config", setting]);
        }
        command.current_dir(&self.tree).env("CARGO_TARGET_DIR", &self.built);
        let log = self.built.join("build.txt");
        let output = command.stderr(File::create(&log)?).output().context("cargo is not there")?;
        if !output.status.success() {
            let log = fs::read_to_string(&log)?;
            let errors = log.lines().filter(|line| line.starts_with("error"));
            errors.take(3).for_each(|line| eprintln!("    {line}"));
            return Ok(None);
        }
        let text = String::from_utf8_lossy(&output.stdout);
        let messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut programs = messages.filter(|message| message["target"]["name"] == "all");
        let program =
            programs.find_map(|message| message["executable"].as_str().map(PathBuf::from));
        program.map(Some).context("cargo names no test program")
    }

    /// Runs these tests; the exit code, `None` where it took too long, and what was printed.
    fn test(&self, room: &str, program: &Path, names: &[&str]) -> Result<(Option<i32>, String)> {
        let log = self.built.join("test.txt");
        let file = File::create(&log)?;
        let directory = self.tree.join(room);
        let mut child = Command::new(program)
            .arg("--exact")
            .args(names)
            .current_dir(&directory)
            .env("CARGO_MANIFEST_DIR", &directory)
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("{} cannot be started", program.display()))?;
        let begin = Instant::now();
        let status = loop {
            match child.try_wait()? {
                Some(status) => break Some(status),
                None if begin.elapsed() > LIMIT => {
                    child.kill()?;
                    child.wait()?;
                    break None;
                }
                None => std::thread::sleep(Duration::from_millis(50)),
            }
        };
        let output = fs::read(&log)?;
        let code = status.map(|status| status.code().unwrap_or(-1));
        Ok((code, String::from_utf8_lossy(&output).into_owned()))
    }
}

/// Removes files of an earlier copy that the tree has no more.
fn remove_others(tree: &Path, directory: &Path, paths: &[String]) -> Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            remove_others(tree, &path, paths)?;
            continue;
        }
        let inside = path.strip_prefix(tree).unwrap_or(&path).to_string_lossy().into_owned();
        if paths.binary_search(&inside).is_err() {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::table::MUTANTS;

    #[test]
    fn only_tests_that_fell_hold() {
        let first = &MUTANTS[0];
        let told = |outcome| report(&[(first, outcome, 7)], false);
        let (text, held) = told(Outcome::Fell);
        assert!(held && text.ends_with("mutants: 1 taken out, 1 fell, 7 s\n"), "{text}");
        assert!(text.contains(first.test) && text.contains(first.name), "{text}");
        assert!(!told(Outcome::Survived).1 && !told(Outcome::Wrong("x".into())).1);
        assert!(!report(&[], false).1, "nothing taken out shows nothing");
        let (json, _) = report(&[(first, Outcome::Survived, 7)], true);
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            (&json["held"], &json["mutants"][0]["outcome"]),
            (&json!(false), &json!("SURVIVED"))
        );
    }
}
