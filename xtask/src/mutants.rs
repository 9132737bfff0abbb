//! Rules taken out one by one, to see the test fall that is named after the promise.
//!
//! A test that cannot fail proves nothing. Each row of [`table::MUTANTS`] names a rule by its
//! exact text, what stands there when it is taken out, and the one test that must then fail.
//!
//! **Invariant:** the working tree is never touched: mutants live in a copy under the target
//! directory.
//!
//! **Invariant:** a mutant that does not compile, a test that is not there and a test that never
//! ends are errors, never a fallen test.

pub mod fence;
pub mod page;
pub mod promises;
mod run;
pub mod table;

pub use run::run;

/// Something the product promises, and what it is in words.
#[derive(Debug, Clone, Copy)]
pub struct Promise {
    /// How the tests that are named after it begin.
    pub key: &'static str,
    /// What is promised.
    pub says: &'static str,
}

/// A rule that can be taken out.
#[derive(Debug, Clone, Copy)]
pub struct Mutant {
    /// Its name for `--only`.
    pub name: &'static str,
    /// The key of the promise that rests on the rule.
    pub promise: &'static str,
    /// The file the rule stands in, from the root.
    pub file: &'static str,
    /// The rule: its exact text, once in the file.
    pub rule: &'static str,
    /// What stands there instead.
    pub broken: &'static str,
    /// The test that must fail: the crate's directory, `/`, and its path in `tests/all`.
    pub test: &'static str,
}

impl Mutant {
    /// The directory of the crate whose test must fail.
    pub fn room(&self) -> &'static str {
        self.test.split_once('/').map_or("", |(room, _)| room)
    }

    /// The test's path within its crate's tests.
    pub fn path(&self) -> &'static str {
        self.test.split_once('/').map_or(self.test, |(_, path)| path)
    }

    /// The test's own name.
    pub fn function(&self) -> &'static str {
        self.path().rsplit("::").next().unwrap_or_default()
    }

    /// The file the test stands in, from the root.
    pub fn test_file(&self) -> String {
        let modules = self.path().rsplit_once("::").map_or("main", |(modules, _)| modules);
        format!("{}/tests/all/{}.rs", self.room(), modules.replace("::", "/"))
    }
}

/// The mutants of a promise or of a crate's tests, or the one of this name; all without either.
pub fn chosen(only: Option<&str>) -> Vec<&'static Mutant> {
    let wanted = |mutant: &&Mutant| {
        only.is_none_or(|only| [mutant.name, mutant.promise, mutant.room()].contains(&only))
    };
    let mut chosen: Vec<&'static Mutant> = table::MUTANTS.iter().filter(wanted).collect();
    // One crate's tests after the other's: each change of crate builds more.
    let place = |mutant: &Mutant| table::MUTANTS.iter().position(|m| m.room() == mutant.room());
    chosen.sort_by_key(|mutant| place(mutant));
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mutants_are_chosen_by_name_or_promise() {
        let first = &table::MUTANTS[0];
        assert_eq!(chosen(Some(first.name)).len(), 1);
        assert!(chosen(Some(first.promise)).iter().all(|m| m.promise == first.promise));
        assert_eq!(chosen(None).len(), table::MUTANTS.len());
        assert!(chosen(Some("agent")).iter().all(|m| m.test.starts_with("agent/")));
        assert!(chosen(Some("no such mutant")).is_empty());
    }

    #[test]
    fn a_test_is_found_by_its_path() {
        let mutant = Mutant { test: "server/api::safety::a", ..table::MUTANTS[0] };
        assert_eq!((mutant.room(), mutant.function()), ("server", "a"));
        assert_eq!(mutant.test_file(), "server/tests/all/api/safety.rs");
    }
}
