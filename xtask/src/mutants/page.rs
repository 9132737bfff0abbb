//! The table of promises, rules, tests and mutants in `docs/proof.md`.

use anyhow::{Result, bail};

use super::{promises::PROMISES, table::MUTANTS};
use crate::{generate::Made, tree::Tree};

/// The document.
const DOCUMENT: &str = "docs/proof.md";
/// What stands above the generated part.
const MARK: &str = "<!-- made by `cargo xtask generate` from here to the end -->\n";

/// The document with its table as the table of mutants says.
pub fn make(tree: &Tree) -> Result<Vec<Made>> {
    let Some((kept, _)) = tree.texts.get(DOCUMENT).and_then(|text| text.split_once(MARK)) else {
        bail!("{DOCUMENT} is missing, or the line `{}` in it", MARK.trim());
    };
    Ok(vec![Made { path: DOCUMENT.to_owned(), text: format!("{kept}{MARK}{}", table()) }])
}

fn table() -> String {
    let mut text =
        "\n| promise | rule in | test that falls | mutant |\n|---|---|---|---|\n".to_owned();
    for promise in PROMISES {
        let mut says = format!("`{}`: {}", promise.key, promise.says);
        for mutant in MUTANTS.iter().filter(|mutant| mutant.promise == promise.key) {
            let (file, test, name) = (mutant.file, mutant.test, mutant.name);
            text.push_str(&format!("| {says} | `{file}` | `{test}` | `{name}` |\n"));
            says.clear();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_above_the_mark_is_kept() {
        let before = format!("# Proof\n\n{MARK}what was here before\n");
        let made = make(&Tree::of(&[(DOCUMENT, &before)])).unwrap().remove(0);
        assert!(made.text.starts_with(&format!("# Proof\n\n{MARK}\n| promise |")));
        assert!(!made.text.contains("here before"));
        assert_eq!(made.text.matches("\n| ").count(), MUTANTS.len() + 1);
        assert!(make(&Tree::of(&[(DOCUMENT, "# Proof\n")])).is_err());
    }
}
