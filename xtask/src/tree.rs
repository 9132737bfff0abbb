//! The project's files as git sees them: tracked, or untracked and not ignored.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// All files of the project, by path from the root with `/` between parts.
#[derive(Debug, Default)]
pub struct Tree {
    /// Files that hold UTF-8 text.
    pub texts: BTreeMap<String, String>,
    /// Every file, text or not, and every directory that holds one.
    pub paths: BTreeSet<String>,
}

impl Tree {
    /// Reads the tree under `root`, a git checkout.
    pub fn read(root: &Path) -> Result<Self> {
        let mut tree = Self::default();
        for path in listed(root)? {
            let full = root.join(&path);
            if !full.is_file() {
                continue;
            }
            let bytes = std::fs::read(&full).with_context(|| format!("{path}: cannot be read"))?;
            tree.add_path(&path);
            if let Ok(text) = String::from_utf8(bytes) {
                tree.texts.insert(path, text);
            }
        }
        ensure!(!tree.texts.is_empty(), "{}: git lists no files here", root.display());
        Ok(tree)
    }

    /// A tree from texts in memory.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            tree.add_path(path);
            tree.texts.insert((*path).to_owned(), (*text).to_owned());
        }
        tree
    }

    fn add_path(&mut self, path: &str) {
        let mut end = path.len();
        loop {
            self.paths.insert(path[..end].to_owned());
            match path[..end].rfind('/') {
                Some(slash) => end = slash,
                None => break,
            }
        }
    }
}

/// The paths git lists under `root`, sorted, tracked files that are deleted included.
pub fn listed(root: &Path) -> Result<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .context("git cannot be started: install git")?;
    ensure!(
        output.status.success(),
        "git ls-files failed in {}: {}",
        root.display(),
        String::from_utf8_lossy(&output.stderr).trim()
    );
    let text = String::from_utf8(output.stdout).context("a file name is not UTF-8: rename it")?;
    let mut paths: Vec<String> =
        text.split('\0').filter(|p| !p.is_empty()).map(str::to_owned).collect();
    paths.sort();
    paths.dedup();
    Ok(paths)
}

/// The workspace root: the parent of this crate's directory.
pub fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    let known = here.parent().filter(|p| p.join("xtask").is_dir());
    known.map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_paths_too() {
        let tree = Tree::of(&[("docs/adr/0001.md", "")]);
        let paths: Vec<&str> = tree.paths.iter().map(String::as_str).collect();
        assert_eq!(paths, ["docs", "docs/adr", "docs/adr/0001.md"]);
    }

    #[test]
    fn the_project_itself_can_be_read() {
        let tree = Tree::read(&root()).unwrap();
        assert!(tree.texts.contains_key("xtask/src/tree.rs"));
        assert!(!tree.paths.contains("target"));
    }
}
