//! The fences of the house, checked over the whole tree at once.
//!
//! Every check is a function from [`Repo`] to findings. A finding says where, what and what to
//! do; an exception is a comment at the place that names the check and carries its reason
//! (see [`exceptions`]).

pub mod budgets;
pub mod dead;
pub mod exceptions;
pub mod graph;
pub mod licences;
pub mod links;
pub mod rooms;
pub mod walls;
pub mod wire_doc;
pub mod words;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::Result;

use crate::mutants::fence;
use crate::source::Source;
use crate::tree::Tree;
use graph::Graph;

/// What the checks look at.
#[derive(Debug)]
pub struct Repo {
    /// Every file.
    pub tree: Tree,
    /// The Rust files, taken apart.
    pub sources: BTreeMap<String, Source>,
    /// Who depends on whom.
    pub graph: Graph,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, from the root.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The check that found it: the name an exception uses.
    pub check: &'static str,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub to_do: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, check, what, to_do } = self;
        write!(f, "{file}:{line}: {what}: {to_do} [{check}]")
    }
}

/// A check.
pub type Check = fn(&Repo) -> Vec<Finding>;

/// Every check with the names of the findings it can make.
pub const CHECKS: &[(&str, Check)] = &[
    ("rooms", rooms::check),
    ("wall", walls::check),
    ("licence", licences::check),
    ("function", budgets::functions),
    ("file", budgets::files),
    ("column", budgets::columns),
    ("dead", dead::files),
    ("opening", dead::openings),
    ("owner", words::owners),
    ("banned", words::banned),
    ("unsafe", words::foreign),
    ("float", words::floats),
    ("sql", words::sql),
    ("web", words::web),
    ("path", words::paths),
    ("link", links::check),
    ("wire-doc", wire_doc::check),
    ("mutant", fence::check),
];

impl Repo {
    /// Reads the project at `root`.
    pub fn read(root: &Path) -> Result<Self> {
        Ok(Self::new(Tree::read(root)?, Graph::read(root)?))
    }

    /// A project from its files and its dependency graph.
    pub fn new(tree: Tree, graph: Graph) -> Self {
        let rust = tree.texts.iter().filter(|(path, _)| path.ends_with(".rs"));
        let sources = rust.map(|(path, text)| (path.clone(), Source::parse(text))).collect();
        Self { tree, sources, graph }
    }

    /// A project from files in memory, without dependencies.
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self::new(Tree::of(files), Graph::default())
    }

    /// The line on which `needle` first stands in `file`, or 1.
    pub fn line_of(&self, file: &str, needle: &str) -> usize {
        let text = self.tree.texts.get(file).map_or("", String::as_str);
        text.lines().position(|line| line.contains(needle)).map_or(1, |at| at + 1)
    }
}

/// Runs every check; sorted by place, exceptions taken out.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let found = CHECKS.iter().flat_map(|(_, check)| check(repo)).collect();
    let mut left = exceptions::apply(repo, found);
    left.sort();
    left.dedup();
    left
}

/// The findings as text, a line each, with the count at the end.
pub fn report(findings: &[Finding], files: usize) -> String {
    let mut text: String = findings.iter().map(|finding| format!("{finding}\n")).collect();
    match findings.len() {
        0 => text.push_str(&format!("tidy: {files} files, nothing to do\n")),
        n => text.push_str(&format!("tidy: {files} files, {n} to put right\n")),
    }
    text
}

/// The crate directory a path lies in: its first part.
pub fn room_of(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_tidy() {
        let repo = Repo::read(&crate::tree::root()).unwrap();
        let findings = check(&repo);
        assert!(findings.is_empty(), "\n{}", report(&findings, repo.tree.texts.len()));
    }

    #[test]
    fn a_finding_says_where_what_and_what_to_do() {
        let repo = Repo::of(&[("domain/src/lib.rs", "fn a() { dbg!(1) }\n")]);
        let text = report(&check(&repo), 1);
        let expected = "domain/src/lib.rs:1: `dbg!` is left in: remove it [banned]\n";
        assert!(text.contains(expected), "{text}");
        assert!(text.ends_with("3 to put right\n"), "{text}");
    }

    #[test]
    fn every_check_has_its_own_name() {
        let names: std::collections::BTreeSet<_> = CHECKS.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), CHECKS.len());
    }
}
