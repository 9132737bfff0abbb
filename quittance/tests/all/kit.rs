//! A data directory of its own, and the binary run on it.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// The built program.
pub(crate) const QUITTANCE: &str = env!("CARGO_BIN_EXE_quittance");

/// A folder with a data directory below it.
pub(crate) struct House {
    pub(crate) folder: TempDir,
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl House {
    /// Nothing yet.
    pub(crate) fn empty() -> House {
        House { folder: tempfile::tempdir().unwrap() }
    }

    /// A lender with a programme.
    pub(crate) fn founded() -> House {
        let house = House::empty();
        house.ok(&["admin", "tenant", "add", "--from", &example("lender.toml")]);
        house.ok(&["admin", "programme", "add", &example("programme.toml")]);
        house
    }

    /// The data directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Writes a file and gives its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// The program on this data directory.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(QUITTANCE);
        command.args(args).env("QUITTANCE_DATA", self.data()).env_remove("RUST_LOG");
        command.env_remove("QUITTANCE_KEY").stdin(Stdio::null()).current_dir(self.folder.path());
        command
    }

    /// Runs it.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        ran(self.command(args).output().unwrap())
    }

    /// Runs it and demands success.
    pub(crate) fn ok(&self, args: &[&str]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "{args:?}: {ran:?}");
        ran
    }

    /// Runs it with `--json` and demands success.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        self.ok(&[args, &["--json"]].concat()).json()
    }
}

impl Ran {
    /// Its output as a document.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// What a finished process left.
pub(crate) fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A file of `examples/`.
pub(crate) fn example(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    root.join("examples").join(name).display().to_string()
}

/// The first rows of a CSV file of `examples/`, with its header.
pub(crate) fn first_rows(name: &str, rows: usize) -> String {
    let text = std::fs::read_to_string(example(name)).unwrap();
    text.lines().take(rows + 1).map(|line| format!("{line}\n")).collect()
}
