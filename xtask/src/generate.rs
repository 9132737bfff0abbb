//! Files made by a program and committed: one registry, one way to make and to check them.
//!
//! A generator is a function from the root to the files it makes, whole. It may read files, or
//! run the built program; it must give the same bytes on every machine. To add one, write the
//! function below and give it a row in [`GENERATORS`].

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::examples::Examples;
use crate::mutants::page;
use crate::tidy::wire_doc;
use crate::tree::Tree;

/// A file and what it must hold.
#[derive(Debug, PartialEq, Eq)]
pub struct Made {
    /// The path from the root.
    pub path: String,
    /// The whole content.
    pub text: String,
}

/// One generator.
#[derive(Debug)]
pub struct Generator {
    /// Its name in messages.
    pub name: &'static str,
    /// What it makes.
    pub what: &'static str,
    /// Makes it.
    pub make: fn(&Path) -> Result<Vec<Made>>,
}

/// Every generator.
pub const GENERATORS: &[Generator] = &[
    Generator {
        name: "wire-doc",
        what: "the source-hash line of docs/protocol/README.md",
        make: |root| wire_document(&Tree::read(root)?),
    },
    Generator {
        name: "proof",
        what: "the table of promises, tests and mutants in docs/proof.md",
        make: |root| page::make(&Tree::read(root)?),
    },
    Generator {
        name: "example-book",
        what: "the three CSV files of examples/",
        make: example_book,
    },
    Generator {
        name: "openapi",
        what: "docs/openapi.json, the document of the API",
        make: api_document,
    },
];

/// Writes every generated file that differs from what its generator makes; names them.
pub fn write(root: &Path) -> Result<Vec<String>> {
    let stale = stale(root)?;
    for made in &stale {
        let path = root.join(&made.path);
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory)?;
        }
        std::fs::write(&path, &made.text).with_context(|| format!("{}: not written", made.path))?;
    }
    Ok(stale.into_iter().map(|made| made.path).collect())
}

/// Fails, naming them, when a generated file is not what its generator makes.
pub fn check(root: &Path) -> Result<()> {
    let stale = stale(root)?;
    let names: Vec<&str> = stale.iter().map(|made| made.path.as_str()).collect();
    if !names.is_empty() {
        bail!("out of date: {}: run `cargo xtask generate` and commit it", names.join(", "));
    }
    Ok(())
}

fn stale(root: &Path) -> Result<Vec<Made>> {
    let mut stale = Vec::new();
    for generator in GENERATORS {
        let made =
            (generator.make)(root).with_context(|| format!("generator {}", generator.name))?;
        let differs = |made: &Made| {
            let there = std::fs::read(root.join(&made.path)).ok();
            there.as_deref() != Some(made.text.as_bytes())
        };
        stale.extend(made.into_iter().filter(differs));
    }
    Ok(stale)
}

fn example_book(root: &Path) -> Result<Vec<Made>> {
    let make = |name: &str| {
        let text = printed(root, "generate_examples", &["--print", name])?;
        Ok(Made { path: format!("examples/{name}"), text })
    };
    ["devices.csv", "contracts.csv", "payments.csv"].into_iter().map(make).collect()
}

fn api_document(root: &Path) -> Result<Vec<Made>> {
    let text = printed(root, "openapi", &[])?;
    Ok(vec![Made { path: "docs/openapi.json".to_owned(), text }])
}

/// What an example of ours prints.
fn printed(root: &Path, example: &str, arguments: &[&str]) -> Result<String> {
    let call = Examples::built(root)?.call(example).with(arguments.iter().copied());
    call.answer(root).with_context(|| format!("`{call}` failed: run it by hand"))
}

fn wire_document(tree: &Tree) -> Result<Vec<Made>> {
    let Some(text) = tree.texts.get(wire_doc::DOCUMENT) else {
        bail!("{} is missing: describe the wire there", wire_doc::DOCUMENT);
    };
    let line = format!("{}{}", wire_doc::LABEL, wire_doc::source_hash(tree));
    let mut lines: Vec<&str> = text.lines().collect();
    match lines.iter_mut().find(|line| line.starts_with(wire_doc::LABEL)) {
        Some(old) => *old = &line,
        None => lines.extend(["", &line]),
    }
    let text = lines.join("\n") + "\n";
    Ok(vec![Made { path: wire_doc::DOCUMENT.to_owned(), text }])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(document: &str) -> String {
        let tree = Tree::of(&[(wire_doc::DOCUMENT, document), ("protocol/src/lib.rs", "a")]);
        wire_document(&tree).unwrap().remove(0).text
    }

    #[test]
    fn the_hash_line_is_put_right_and_the_rest_kept() {
        let first = made("# Wire\n\nsource-hash: old\n\nText.\n");
        assert!(first.starts_with("# Wire\n\nsource-hash: "), "{first}");
        assert!(first.ends_with("\n\nText.\n") && !first.contains("old"), "{first}");
        assert_eq!(made(&first), first);
        assert!(made("# Wire\n").starts_with("# Wire\n\nsource-hash: "));
    }

    #[test]
    fn a_missing_document_is_an_error() {
        assert!(wire_document(&Tree::of(&[("protocol/src/lib.rs", "a")])).is_err());
    }
}
