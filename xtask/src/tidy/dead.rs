//! Files nobody compiles, and crates that do not say what they are.

use std::collections::BTreeSet;

use super::{Finding, Repo};
use crate::source::Source;

/// Rust files that no target reaches through `mod`, `#[path]` or `include!`.
pub fn files(repo: &Repo) -> Vec<Finding> {
    let mut alive = BTreeSet::new();
    let mut open = roots(repo);
    while let Some((file, is_root)) = open.pop() {
        let Some(source) = repo.sources.get(&file) else { continue };
        if alive.insert(file.clone()) {
            open.extend(children(&file, is_root, source).into_iter().map(|child| (child, false)));
        }
    }
    let dead = repo.sources.keys().filter(|file| !alive.contains(*file));
    dead.map(|file| Finding {
        file: file.clone(),
        line: 1,
        check: "dead",
        what: "no target reaches this file".to_owned(),
        to_do: "declare it with `mod`, or remove it".to_owned(),
    })
    .collect()
}

/// Libraries that do not open with their purpose and an invariant.
pub fn openings(repo: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source) in repo.sources.iter().filter(|(file, _)| file.ends_with("src/lib.rs")) {
        let opening = source.text.lines().take_while(|line| line.starts_with("//!"));
        let opening: Vec<&str> = opening.map(|line| line[3..].trim()).collect();
        let purpose = opening.first().is_some_and(|line| line.split(' ').count() > 2);
        let invariant = opening.iter().any(|line| line.starts_with("**Invariant:**"));
        if purpose && invariant {
            continue;
        }
        let missing = if purpose { "no `**Invariant:**` line" } else { "no purpose" };
        found.push(Finding {
            file: file.clone(),
            line: 1,
            check: "opening",
            what: format!("the library opens with {missing}"),
            to_do: "begin with `//!` what it is for, then `//! **Invariant:**` what never happens"
                .to_owned(),
        });
    }
    found
}

/// Files that are targets by cargo's conventions or by `path = "…"` in a manifest.
fn roots(repo: &Repo) -> Vec<(String, bool)> {
    let manifests = repo
        .tree
        .texts
        .iter()
        .filter(|(path, _)| path.as_str() == "Cargo.toml" || path.ends_with("/Cargo.toml"));
    let mut roots = Vec::new();
    for (manifest, text) in manifests {
        let base = manifest.strip_suffix("Cargo.toml").unwrap_or("");
        let inside = repo.sources.keys().filter_map(|file| Some((file, file.strip_prefix(base)?)));
        roots.extend(inside.filter(|(_, rest)| is_target(rest)).map(|(file, _)| file.clone()));
        roots.extend(paths_in(text).map(|path| format!("{base}{path}")));
    }
    roots.into_iter().map(|file| (file, true)).collect()
}

fn is_target(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    matches!(
        parts.as_slice(),
        ["build.rs"]
            | ["src", "lib.rs" | "main.rs"]
            | ["tests" | "examples" | "benches", _]
            | ["src", "bin", _]
            | ["tests" | "examples" | "benches", _, "main.rs"]
            | ["src", "bin", _, "main.rs"]
    )
}

fn paths_in(manifest: &str) -> impl Iterator<Item = &str> {
    let values = manifest.split("path = \"").skip(1).filter_map(|rest| rest.split('"').next());
    values.filter(|path| path.ends_with(".rs"))
}

/// Every file the modules of `file` may lie in.
fn children(file: &str, is_root: bool, source: &Source) -> Vec<String> {
    let (directory, stem) = match file.rsplit_once('/') {
        Some((directory, name)) => (format!("{directory}/"), name.trim_end_matches(".rs")),
        None => (String::new(), file.trim_end_matches(".rs")),
    };
    let own =
        if is_root || stem == "mod" { directory.clone() } else { format!("{directory}{stem}/") };
    let mut found = Vec::new();
    for at in source.words("mod") {
        let rest = source.code[at + 3..].trim_start();
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if !name.is_empty() && rest[name.len()..].trim_start().starts_with(';') {
            let inline = enclosing(source, at);
            found.push(format!("{own}{inline}{name}.rs"));
            found.push(format!("{own}{inline}{name}/mod.rs"));
        }
    }
    let named = source.strings.iter().filter(|(_, text)| text.ends_with(".rs"));
    found.extend(named.map(|(_, path)| normal(&format!("{directory}{path}"))));
    found
}

/// The inline modules around an offset, as a path with `/` at the end.
fn enclosing(source: &Source, at: usize) -> String {
    let mut path = String::new();
    for start in source.words("mod").into_iter().take_while(|start| *start < at) {
        let rest = &source.code[start + 3..];
        let Some(brace) = rest.find(['{', ';']).filter(|i| rest[*i..].starts_with('{')) else {
            continue;
        };
        let open = start + 3 + brace;
        let close = crate::source::matching(source.code.as_bytes(), open, b'{', b'}');
        if close.is_some_and(|close| close > at) {
            path.push_str(rest[..brace].trim());
            path.push('/');
        }
    }
    path
}

/// `a/b/../c` as `a/c`.
pub(super) fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dead(files_in: &[(&str, &str)]) -> Vec<String> {
        files(&Repo::of(files_in)).into_iter().map(|f| f.file).collect()
    }

    #[test]
    fn an_undeclared_file_is_dead() {
        let files = [
            ("a/Cargo.toml", "[[bin]]\npath = \"odd/place.rs\"\n"),
            ("a/src/lib.rs", "mod b;\nmod c { pub mod d; }\n// mod e;\n"),
            ("a/src/b.rs", "mod f;"),
            ("a/src/b/f.rs", ""),
            ("a/src/c/d.rs", ""),
            ("a/src/e.rs", ""),
            ("a/src/f.rs", ""),
            ("a/tests/all/main.rs", "mod g;"),
            ("a/tests/all/g.rs", ""),
            ("a/tests/lost/h.rs", ""),
            ("a/odd/place.rs", "#[path = \"../src/i.rs\"] mod i;"),
            ("a/src/i.rs", ""),
        ];
        assert_eq!(dead(&files), ["a/src/e.rs", "a/src/f.rs", "a/tests/lost/h.rs"]);
    }

    #[test]
    fn a_library_says_what_it_is_and_what_never_happens() {
        let check = |text| openings(&Repo::of(&[("a/src/lib.rs", text)])).len();
        assert_eq!(check("//! What it is for.\n//!\n//! **Invariant:** no clocks.\n"), 0);
        assert_eq!(check("//! What it is for.\n"), 1);
        assert_eq!(check("//! a\n//! **Invariant:** no clocks.\n"), 1);
        assert_eq!(check("pub mod a;\n"), 1);
    }
}
