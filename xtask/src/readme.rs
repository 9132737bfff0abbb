//! The README's commands, run as they are written.
//!
//! Every fenced block whose info string is `sh test` runs as one shell, line by line, in a copy
//! of the project's files, with `quittance` being the program just built. Blocks share the copy,
//! in order. A line that fails fails the stage and is named by its number. Programs left running
//! in the background end with their block. A block ends after ten minutes at the latest.

use std::fmt::Write as _;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::command::{Call, target_directory};

const BLOCK_MINUTES: u64 = 10;

/// Runs the blocks of README.md under `root`.
pub fn run(root: &Path) -> Result<()> {
    let text = std::fs::read_to_string(root.join("README.md"))
        .context("README.md is missing: the commands a newcomer types are tested from it")?;
    let blocks = blocks(&text);
    ensure!(!blocks.is_empty(), "README.md has no block marked ```sh test");
    Call::new("cargo build --release --locked -p quittance").run(root)?;
    let copy = Copy::of(root)?;
    let programs = target_directory(root).join("release");
    for block in &blocks {
        play(block, &copy.0, &programs)?;
    }
    println!("README.md: {} blocks ran", blocks.len());
    Ok(())
}

/// A command of the README: the line it starts on and its text, continuations joined.
type Line = (usize, String);

fn blocks(text: &str) -> Vec<Vec<Line>> {
    let mut blocks = Vec::new();
    let mut open: Option<Vec<Line>> = None;
    let mut continued = false;
    for (at, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        match &mut open {
            None if trimmed == "```sh test" => open = Some(Vec::new()),
            None => {}
            Some(_) if trimmed.starts_with("```") => blocks.extend(open.take()),
            Some(lines) => {
                let (start, going_on) = match trimmed.strip_suffix('\\') {
                    Some(start) => (start.trim_end(), true),
                    None => (trimmed, false),
                };
                match lines.last_mut().filter(|_| continued) {
                    Some((_, last)) => *last = format!("{last} {start}"),
                    None if start.is_empty() || start.starts_with('#') => {}
                    None => lines.push((at + 1, start.to_owned())),
                }
                continued = going_on;
            }
        }
    }
    blocks
}

/// The block as a script that says what it runs and, when it fails, where.
fn script(block: &[Line]) -> String {
    let mut script = String::from(
        "set -eu\nat=0\n\
         trap 'code=$?; [ $code -eq 0 ] || echo \"README.md:$at: exit code $code\" >&2' EXIT\n",
    );
    for (line, command) in block {
        let shown = command.replace('\'', "'\\''");
        let _ = write!(script, "at={line}; printf '+ %s\\n' '{shown}'\n{command}\n");
        // `set -e` overlooks the first half of `a && b`.
        script.push_str("code=$?; [ $code -eq 0 ] || exit $code\n");
    }
    script
}

fn play(block: &[Line], directory: &Path, programs: &Path) -> Result<()> {
    let path = std::env::var("PATH").unwrap_or_default();
    let child = Command::new("sh")
        .args(["-c", &script(block)])
        .current_dir(directory)
        .env("PATH", format!("{}:{path}", programs.display()))
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .context("`sh` cannot be started")?;
    let group = Group(child);
    let first = block.first().map_or(0, |(line, _)| *line);
    group
        .wait(Duration::from_secs(60 * BLOCK_MINUTES))
        .with_context(|| format!("the README's block at line {first} does not run as written"))
}

/// A shell and everything it started: all end together.
struct Group(Child);

impl Group {
    fn wait(mut self, limit: Duration) -> Result<()> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait()? {
                ensure!(status.success(), "the shell ended with {status}");
                return Ok(());
            }
            if start.elapsed() > limit {
                bail!("it still runs after {} s", limit.as_secs());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        // Fails when nothing is left to end, which is the usual case.
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.0.wait();
    }
}

/// A copy of the project's files that is removed at the end.
struct Copy(PathBuf);

impl Copy {
    fn of(root: &Path) -> Result<Self> {
        let name = format!("quittance-readme-{}", std::process::id());
        let copy = Self(std::env::temp_dir().join(name));
        for path in crate::tree::listed(root)? {
            let (from, to) = (root.join(&path), copy.0.join(&path));
            if from.is_file() {
                std::fs::create_dir_all(to.parent().unwrap_or(&copy.0))?;
                std::fs::copy(&from, &to).with_context(|| format!("{path}: not copied"))?;
            }
        }
        Ok(copy)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn played(text: &str) -> Result<()> {
        let here = std::env::temp_dir();
        blocks(text).iter().try_for_each(|block| play(block, &here, &here))
    }

    #[test]
    fn only_marked_blocks_count_and_lines_are_joined() {
        let text = "```sh\nfalse\n```\n```sh test\n# why\na \\\n  b\n\nc\n```\n";
        assert_eq!(blocks(text), [[(6, "a b".to_owned()), (9, "c".to_owned())]]);
    }

    #[test]
    fn a_failing_line_fails_the_block() {
        assert!(played("```sh test\ntrue\na='it'\\''s'; test \"$a\" = \"it's\"\n```\n").is_ok());
        assert!(played("```sh test\nfalse && true\ntrue\n```\n").is_err());
        assert!(played("```sh test\nfalse; true\n```\n").is_err());
        let error = played("x\n```sh test\ntrue\nfalse\ntrue\n```\n").unwrap_err();
        assert!(format!("{error:#}").contains("block at line 3"), "{error:#}");
    }

    #[test]
    fn what_runs_in_the_background_ends_with_the_block() {
        let mark = std::env::temp_dir().join(format!("xtask-readme-{}", std::process::id()));
        let text =
            format!("```sh test\n(sleep 1; touch {0}) &\ntest ! -e {0}\n```", mark.display());
        played(&text).unwrap();
        std::thread::sleep(Duration::from_millis(1500));
        assert!(!mark.exists());
    }

    #[test]
    fn a_block_that_hangs_is_ended() {
        let child = Command::new("sh").args(["-c", "sleep 60"]).process_group(0).spawn().unwrap();
        let error = Group(child).wait(Duration::from_millis(50)).unwrap_err().to_string();
        assert!(error.starts_with("it still runs"), "{error}");
    }
}
