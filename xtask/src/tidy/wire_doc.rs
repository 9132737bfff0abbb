//! The description of the wire carries the hash of the sources it describes.
//!
//! Whoever changes `protocol/src` reads `docs/protocol/` again and then runs
//! `cargo xtask generate`.

use sha2::{Digest, Sha256};

use super::{Finding, Repo};
use crate::tree::Tree;

/// The document that carries the hash.
pub const DOCUMENT: &str = "docs/protocol/README.md";
/// What its line begins with.
pub const LABEL: &str = "source-hash: ";

/// A hash that is missing or of other sources.
pub fn check(repo: &Repo) -> Vec<Finding> {
    let Some(text) = repo.tree.texts.get(DOCUMENT) else { return Vec::new() };
    let hash = source_hash(&repo.tree);
    let line = text.lines().position(|line| line.contains(LABEL));
    let what = match line {
        None => format!("there is no `{LABEL}` line"),
        Some(at) if text.lines().nth(at).is_some_and(|line| line.contains(&hash)) => {
            return Vec::new();
        }
        Some(_) => "protocol/src has changed".to_owned(),
    };
    vec![Finding {
        file: DOCUMENT.to_owned(),
        line: line.map_or(1, |at| at + 1),
        check: "wire-doc",
        what,
        to_do: "bring docs/protocol up to date, then run `cargo xtask generate`".to_owned(),
    }]
}

/// SHA-256, as hex, over the names and contents of `protocol/src`, in the order of the names.
pub fn source_hash(tree: &Tree) -> String {
    let mut hash = Sha256::new();
    for (path, text) in tree.texts.iter().filter(|(path, _)| path.starts_with("protocol/src/")) {
        for part in [path, text] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(document: &str, source: &str) -> usize {
        check(&Repo::of(&[(DOCUMENT, document), ("protocol/src/lib.rs", source)])).len()
    }

    #[test]
    fn a_changed_source_makes_the_document_stale() {
        let hash = source_hash(&Tree::of(&[("protocol/src/lib.rs", "a")]));
        let document = format!("# Wire\n\nsource-hash: {hash}\n");
        assert_eq!(found(&document, "a"), 0);
        assert_eq!(found(&document, "b"), 1);
        assert_eq!(found("# Wire\n", "a"), 1);
    }

    #[test]
    fn moving_a_byte_between_files_changes_the_hash() {
        let of = |a, b| source_hash(&Tree::of(&[("protocol/src/a", a), ("protocol/src/b", b)]));
        assert_ne!(of("xy", "z"), of("x", "yz"));
        assert_eq!(of("x", "y").len(), 64);
    }
}
