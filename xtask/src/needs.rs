//! What the tests need from the machine: looked for first, installed through apt when root.

use std::path::Path;

use anyhow::{Result, bail};

use crate::command::Call;

/// One program the tests need.
struct Need {
    /// The call that shows it is there.
    shows: &'static str,
    /// What it is for.
    purpose: &'static str,
    /// The Debian package, or nothing where apt does not bring it.
    package: &'static str,
    /// How to get it by hand.
    by_hand: &'static str,
}

const NEEDS: &[Need] = &[
    Need {
        shows: "cargo --version",
        purpose: "builds everything",
        package: "",
        by_hand: "install Rust: https://rustup.rs",
    },
    Need {
        shows: "cargo fmt --version",
        purpose: "the stage `format`",
        package: "",
        by_hand: "rustup component add rustfmt",
    },
    Need {
        shows: "cargo clippy --version",
        purpose: "the stage `clippy`",
        package: "",
        by_hand: "rustup component add clippy",
    },
    Need {
        shows: "cc --version",
        purpose: "compiles SQLite and the cryptography library",
        package: "build-essential",
        by_hand: "install a C compiler (Debian: apt-get install build-essential)",
    },
    Need {
        shows: "git --version",
        purpose: "lists the project's files",
        package: "git",
        by_hand: "install git (Debian: apt-get install git)",
    },
    Need {
        shows: "hledger --version",
        purpose: "checks exported ledgers with somebody else's program",
        package: "hledger",
        by_hand: "install hledger 1.25 or later (Debian: apt-get install hledger)",
    },
];

/// Looks for everything, installs what it may, and names all that is still missing.
pub fn provide(root: &Path) -> Result<()> {
    let missing = || NEEDS.iter().filter(|need| Call::new(need.shows).answer(root).is_none());
    let packages: Vec<&str> =
        missing().map(|need| need.package).filter(|p| !p.is_empty()).collect();
    if !packages.is_empty() && may_install(root) {
        println!("installing {}", packages.join(" "));
        Call::new("apt-get update -q").run(root)?;
        let names = packages.join(" ");
        Call::new(&format!("apt-get install -y -q {names}"))
            .set("DEBIAN_FRONTEND", "noninteractive")
            .run(root)?;
    }
    let mut lines: Vec<String> = missing()
        .map(|need| {
            let program = need.shows.trim_end_matches(" --version");
            format!("`{program}` ({}): {}", need.purpose, need.by_hand)
        })
        .collect();
    lines.extend(too_old(root));
    if !lines.is_empty() {
        bail!("missing on this machine:\n  {}", lines.join("\n  "));
    }
    Ok(())
}

fn may_install(root: &Path) -> bool {
    let is_root = Call::new("id -u").answer(root).is_some_and(|id| id.trim() == "0");
    is_root && Call::new("apt-get --version").answer(root).is_some()
}

/// The complaint when rustc is older than the manifest asks for.
fn too_old(root: &Path) -> Option<String> {
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).ok()?;
    let asked = manifest.lines().find_map(|line| line.strip_prefix("rust-version = "))?;
    let asked = asked.trim().trim_matches('"').to_owned();
    let answer = Call::new("rustc --version").answer(root)?;
    let have = answer.split(' ').nth(1)?.to_owned();
    (numbers(&have) < numbers(&asked))
        .then(|| format!("Rust {asked} or later (here: {have}): rustup update stable"))
}

fn numbers(version: &str) -> Vec<u32> {
    let release = version.split('-').next().unwrap_or("");
    release.split('.').filter_map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(numbers("1.95.0") >= numbers("1.95"));
        assert!(numbers("1.100.0") > numbers("1.95"));
        assert!(numbers("1.94.9-nightly") < numbers("1.95"));
    }

    #[test]
    fn an_old_compiler_is_named() {
        let directory = std::env::temp_dir().join(format!("xtask-needs-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join("Cargo.toml"), "rust-version = \"99.1\"\n").unwrap();
        let complaint = too_old(&directory).unwrap();
        std::fs::remove_dir_all(&directory).unwrap();
        assert!(complaint.starts_with("Rust 99.1 or later (here: 1."), "{complaint}");
    }
}
