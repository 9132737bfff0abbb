//! Whose money it is: the contract named in what a payer typed or a bank passed on.

use std::collections::BTreeSet;

use domain::{TenantId, UnitId};
use futures_util::future::try_join_all;

use super::App;
use crate::error::Error;

/// Longest name of a contract, bytes.
const NAME_MAX: usize = 64;
/// Shortest part of a text that is looked up by itself.
const PART_MIN: usize = 3;
/// Parts of one text that are looked up.
const PARTS_MAX: usize = 16;
/// Names looked up for one receipt.
const LOOKS_MAX: usize = 96;

/// Whom some texts name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// One contract, by this reference.
    One(UnitId, String),
    /// More than one: only a person can tell.
    Several,
    /// None.
    Nobody,
}

impl App {
    /// The contract these texts name. The first text that names any decides.
    pub(super) async fn find_contract(
        &self,
        tenant: TenantId,
        texts: &[String],
    ) -> Result<Named, Error> {
        let mut looked = BTreeSet::new();
        for text in texts {
            let mut found: Option<(UnitId, String)> = None;
            let mut fresh = names(text);
            fresh.retain(|name| looked.len() < LOOKS_MAX && looked.insert(name.clone()));
            // Asked for together: the store answers them in one go.
            let owners = fresh.iter().map(|name| self.by_reference(tenant, name));
            let owners = try_join_all(owners).await?;
            for (name, owner) in fresh.into_iter().zip(owners) {
                let Some(unit) = owner else { continue };
                match &found {
                    Some((known, _)) if *known != unit => return Ok(Named::Several),
                    Some(_) => {}
                    None => found = Some((unit, name)),
                }
            }
            if found.is_some() || looked.len() == LOOKS_MAX {
                return Ok(named(found));
            }
        }
        Ok(Named::Nobody)
    }
}

fn named(found: Option<(UnitId, String)>) -> Named {
    found.map_or(Named::Nobody, |(unit, name)| Named::One(unit, name))
}

/// Every reference a text may mean: the whole, its words, and two words that belong together, each
/// as typed and as a clerk would have written it.
fn names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut add = |text: &str| {
        for name in spellings(text) {
            if (1..=NAME_MAX).contains(&name.len()) && !names.contains(&name) {
                names.push(name);
            }
        }
    };
    add(text.trim());
    let apart = |c: char| c.is_whitespace() || ",;:()[]{}<>|=?\"'+*&".contains(c);
    let words: Vec<&str> = text
        .split(apart)
        .map(|word| word.trim_matches(['.', '-', '/', '_', '#']))
        .filter(|word| !word.is_empty())
        .take(PARTS_MAX)
        .collect();
    if words.len() > 1 {
        words.iter().filter(|word| word.len() >= PART_MIN).for_each(|word| add(word));
        for pair in words.windows(2) {
            add(&pair.join(" "));
        }
    }
    names
}

/// As typed; in capitals; without the check digits of ISO 11649; and with what stands between
/// letters and digits written otherwise.
fn spellings(text: &str) -> Vec<String> {
    let upper = text.to_uppercase();
    let mut plain = vec![text.to_owned(), upper.clone()];
    let bytes = upper.as_bytes();
    let checked = bytes.len() > 4
        && upper.starts_with("RF")
        && bytes[2].is_ascii_digit()
        && bytes[3].is_ascii_digit();
    plain.extend(checked.then(|| upper[4..].trim().to_owned()));
    let mut all = plain.clone();
    for text in &plain[1..] {
        let parts = parts(text);
        if parts.len() < 2 || parts.len() > 6 {
            continue;
        }
        for between in ["-", "", "/", "_", " "] {
            all.push(parts.join(between));
        }
    }
    all
}

/// Runs of letters and runs of digits, whatever stands between them.
fn parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut last = None;
    for c in text.chars() {
        let kind = match c {
            c if c.is_ascii_digit() => Some(true),
            c if c.is_alphabetic() => Some(false),
            _ => None,
        };
        match (kind, parts.last_mut()) {
            (None, _) => {}
            (Some(_), Some(part)) if kind == last => part.push(c),
            (Some(_), _) => parts.push(c.to_string()),
        }
        last = kind;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_meant_however_it_is_typed() {
        let typed = [
            "EX-00001",
            "ex-00001",
            "EX 00001",
            "ex00001",
            "Ex_00001",
            "EX - 00001",
            "EX/00001",
            "RF18EX00001",
            "Rate EX-00001 Danke",
            "invoice: ex 00001.",
            "(EX00001)",
        ];
        for text in typed {
            assert!(names(text).contains(&"EX-00001".to_owned()), "{text}: {:?}", names(text));
        }
    }

    #[test]
    fn a_name_with_small_letters_is_meant_as_typed() {
        assert_eq!(names("loan-7")[0], "loan-7");
    }

    #[test]
    fn little_is_looked_up_for_much() {
        let text = "a ".repeat(5000) + &"EX-00001 ".repeat(5000);
        assert!(names(&text).len() < 400);
        assert!(names(&"x".repeat(100_000)).is_empty());
        assert!(names("").is_empty());
    }
}
