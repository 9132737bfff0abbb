//! Running other programs, and saying how to run them by hand.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// One program call.
#[derive(Debug, Clone)]
pub struct Call {
    program: String,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Call {
    /// A call of `program`, its arguments separated by single spaces in `line`.
    pub fn new(line: &str) -> Self {
        let mut parts = line.split(' ').map(str::to_owned);
        let program = parts.next().unwrap_or_default();
        Self { program, arguments: parts.collect(), environment: Vec::new() }
    }

    /// A call of the program of this file.
    pub fn of(program: &Path) -> Self {
        let program = program.display().to_string();
        Self { program, arguments: Vec::new(), environment: Vec::new() }
    }

    /// The same call with further arguments.
    #[must_use]
    pub fn with(mut self, more: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.arguments.extend(more.into_iter().map(Into::into));
        self
    }

    /// The same call with an environment variable set.
    #[must_use]
    pub fn set(mut self, key: &str, value: &str) -> Self {
        self.environment.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Runs it in `directory` with this process's terminal; anything but exit code 0 is an error.
    pub fn run(&self, directory: &Path) -> Result<()> {
        let status = self
            .command(directory)
            .status()
            .with_context(|| format!("`{}` cannot be started", self.program))?;
        if !status.success() {
            bail!("`{self}` ended with {status}");
        }
        Ok(())
    }

    /// Runs it quietly and gives what it printed, or `None` when it is absent or fails.
    pub fn answer(&self, directory: &Path) -> Option<String> {
        let output = self.command(directory).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn command(&self, directory: &Path) -> Command {
        let program = match self.program.as_str() {
            "cargo" => std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()),
            other => other.to_owned(),
        };
        let mut command = Command::new(program);
        command.args(&self.arguments).current_dir(directory);
        command.envs(self.environment.iter().map(|(key, value)| (key, value)));
        command
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (key, value) in &self.environment {
            write!(f, "{key}={} ", quoted(value))?;
        }
        write!(f, "{}", self.program)?;
        self.arguments.iter().try_for_each(|argument| write!(f, " {}", quoted(argument)))
    }
}

/// Where cargo puts what it builds for the workspace at `root`.
pub fn target_directory(root: &Path) -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(directory) => root.join(directory),
        None => root.join("target"),
    }
}

fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:,+@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_prints_as_it_would_be_typed() {
        let call = Call::new("cargo doc --locked").set("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(call.to_string(), "RUSTDOCFLAGS='-D warnings' cargo doc --locked");
    }

    #[test]
    fn failure_and_absence_are_told_apart_from_success() {
        let here = Path::new(".");
        assert!(Call::new("true").run(here).is_ok());
        let failed = Call::new("false").run(here).unwrap_err().to_string();
        assert!(failed.contains("`false` ended with exit status: 1"), "{failed}");
        assert!(Call::new("no-such-program-here").run(here).is_err());
        assert_eq!(Call::new("no-such-program-here").answer(here), None);
    }
}
