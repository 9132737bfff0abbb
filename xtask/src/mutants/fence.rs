//! Whether the table of mutants is true: cheap enough for every run of `tidy`.

use std::collections::BTreeSet;

use super::{Mutant, promises::PROMISES, table::MUTANTS};
use crate::tidy::{Finding, Repo};

/// Where the table stands.
const TABLE: &str = "xtask/src/mutants/table.rs";
/// What the names of tests begin with that are named after a promise.
const NAMED: [&str; 2] = ["invariant_", "star_"];

/// Rows that do not fit the tree, promises without a test named after them, and tests named after
/// a promise that no mutant makes fall.
pub fn check(repo: &Repo) -> Vec<Finding> {
    if !repo.tree.texts.contains_key(TABLE) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for mutant in MUTANTS {
        found.extend(wrong(repo, mutant).map(|(what, to_do)| finding(repo, mutant, what, to_do)));
    }
    let names: BTreeSet<&str> = MUTANTS.iter().map(|mutant| mutant.name).collect();
    if names.len() < MUTANTS.len() {
        found.push(at_table(1, "two mutants have one name".into(), "name each by itself"));
    }
    for promise in PROMISES {
        let named = |mutant: &&Mutant| {
            mutant.promise == promise.key && mutant.function().starts_with(&prefix(promise.key))
        };
        if MUTANTS.iter().find(named).is_none() {
            let line = repo.line_of(TABLE, &format!("\"{}\"", promise.key));
            let what = format!("no mutant makes a test fall that is named after {}", promise.key);
            found.push(at_table(line, what, "add a test `<promise>_…` and the rule it holds"));
        }
    }
    found.extend(unheld(repo));
    found
}

fn prefix(key: &str) -> String {
    // A star's name may be all of its test's name.
    if key.starts_with("invariant_") { format!("{key}_") } else { key.to_owned() }
}

/// What is wrong with a row.
fn wrong(repo: &Repo, mutant: &Mutant) -> Option<(String, &'static str)> {
    let Some(text) = repo.tree.texts.get(mutant.file) else {
        return Some((format!("{}: no such file", mutant.file), "name the file of the rule"));
    };
    let times = text.matches(mutant.rule).count();
    if times != 1 || mutant.rule == mutant.broken {
        let what = format!("{}: the rule's text stands there {times} times", mutant.file);
        return Some((what, "give the rule's exact text, once in the file"));
    }
    if !PROMISES.iter().any(|promise| promise.key == mutant.promise) {
        return Some((format!("{}: no such promise", mutant.promise), "take one of the list"));
    }
    let tests = repo.tree.texts.get(&mutant.test_file()).map_or("", String::as_str);
    if !tests.contains(&format!("fn {}(", mutant.function())) {
        let what = format!("{}: no test `{}`", mutant.test_file(), mutant.function());
        return Some((what, "name the test that must fall"));
    }
    None
}

/// Tests named after a promise that no mutant makes fall.
fn unheld(repo: &Repo) -> Vec<Finding> {
    let mut found = Vec::new();
    let tests = repo.sources.iter().filter(|(file, _)| file.contains("/tests/all/"));
    for (file, source) in tests {
        for function in source.functions() {
            let held =
                |mutant: &Mutant| mutant.function() == function.name && mutant.test_file() == *file;
            let named = NAMED.iter().any(|start| function.name.starts_with(start));
            if named && !MUTANTS.iter().any(held) {
                found.push(Finding {
                    file: file.clone(),
                    line: function.line,
                    check: "mutant",
                    what: format!("no mutant makes `{}` fall", function.name),
                    to_do: format!("give it a row in {TABLE}, or another name"),
                });
            }
        }
    }
    found
}

fn finding(repo: &Repo, mutant: &Mutant, what: String, to_do: &str) -> Finding {
    let line = repo.line_of(TABLE, &format!("\"{}\"", mutant.name));
    at_table(line, format!("mutant `{}`: {what}", mutant.name), to_do)
}

fn at_table(line: usize, what: String, to_do: &str) -> Finding {
    Finding { file: TABLE.to_owned(), line, check: "mutant", what, to_do: to_do.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_must_fit_its_files() {
        let mutant = Mutant {
            name: "a",
            promise: PROMISES[0].key,
            file: "domain/src/a.rs",
            rule: "if b {",
            broken: "if true {",
            test: "domain/laws::c",
        };
        let told = |rule: &str, test: &str| {
            let files = [("domain/src/a.rs", rule), ("domain/tests/all/laws.rs", test)];
            wrong(&Repo::of(&files), &mutant).map(|(what, _)| what)
        };
        assert_eq!(told("fn a() { if b { } }", "fn c() {}"), None);
        let twice = "domain/src/a.rs: the rule's text stands there 2 times";
        assert_eq!(told("if b { if b {", "fn c() {}").as_deref(), Some(twice));
        assert!(told("", "fn c() {}").unwrap().ends_with("0 times"));
        let missing = "domain/tests/all/laws.rs: no test `c`";
        assert_eq!(told("if b {", "fn cc() {}").as_deref(), Some(missing));
        assert!(wrong(&Repo::of(&[]), &mutant).unwrap().0.contains("no such file"));
    }

    #[test]
    fn a_test_named_after_a_promise_needs_a_mutant() {
        let test = "#[test]\nfn star_of_nobody() {}\n#[test]\nfn plain() {}\n";
        let repo = Repo::of(&[(TABLE, ""), ("agent/tests/all/x.rs", test)]);
        let found = unheld(&repo);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].line, found[0].check), (2, "mutant"));
    }
}
