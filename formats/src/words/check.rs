//! Whether the files of one language say all they must: every message of the catalog, every value
//! it is given on every path through its variants, and nothing that nobody gives it.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Expression, InlineExpression, Pattern, PatternElement};

use super::{
    WordsError,
    catalog::{self, CATALOG},
    file::File,
};

/// Deepest chain of messages that take each other in.
const DEPTH_MAX: usize = 8;

/// The files of one language: those behind override those before.
struct Merged<'a> {
    messages: BTreeMap<&'a str, (&'a File, Option<&'a Pattern<String>>)>,
    terms: BTreeMap<&'a str, &'a Pattern<String>>,
}

/// What a pattern shows.
#[derive(Clone, Default)]
struct Shown {
    /// Values on every path.
    values: BTreeSet<String>,
    /// Messages on every path.
    messages: BTreeSet<String>,
}

impl Shown {
    fn and(&mut self, other: Shown) {
        self.values.extend(other.values);
        self.messages.extend(other.messages);
    }

    fn or(self, other: &Shown) -> Shown {
        let values = self.values.intersection(&other.values).cloned().collect();
        let messages = self.messages.intersection(&other.messages).cloned().collect();
        Shown { values, messages }
    }
}

/// What was found on the way.
#[derive(Default)]
struct Found {
    used: BTreeSet<String>,
    wrong: BTreeSet<String>,
}

/// Checks the files of one language together; the first `own_from` of them are the program's.
pub(super) fn check(files: &[File], own_from: usize) -> Vec<WordsError> {
    let mut errors = Vec::new();
    let mut merged = Merged { messages: BTreeMap::new(), terms: BTreeMap::new() };
    for (at, file) in files.iter().enumerate() {
        let mut seen = BTreeSet::new();
        for (id, value) in file.messages() {
            if !seen.insert(id) {
                errors.push(file.wrong(id, "stands in this file twice"));
            }
            let Some(known) = catalog::find(id) else {
                errors.push(file.wrong(id, "no message of this name is used: see docs/words.md"));
                continue;
            };
            // Repeated word for word they are vouched for by whoever reviewed the file. Where the
            // program has no words of its own a lender's file brings all of them.
            let before = merged.messages.get(id).map(|(_, before)| *before);
            if known.floor && at >= own_from && before.is_some_and(|before| before != value) {
                let what = "says what no restriction can touch: it stays as it is, word for word";
                errors.push(file.wrong(id, what));
            }
            merged.messages.insert(id, (file, value));
        }
        merged.terms.extend(file.terms());
    }
    for message in CATALOG {
        match merged.messages.get(message.id) {
            Some((file, Some(pattern))) => {
                let told = merged.check_message(message, pattern);
                errors.extend(told.into_iter().map(|what| file.wrong(message.id, what)));
            }
            Some((file, None)) => errors.push(file.wrong(message.id, "has no text")),
            None => {
                let name = files.first().map_or("", |file| &file.name);
                errors.push(WordsError::new(name, 0, message.id, "is missing"));
            }
        }
    }
    errors
}

impl Merged<'_> {
    fn check_message(&self, message: &catalog::Message, pattern: &Pattern<String>) -> Vec<String> {
        let mut found = Found::default();
        let shown = self.walk(pattern, 0, &mut found);
        let mut told: Vec<String> = found.wrong.into_iter().collect();
        let given = |name: &&String| {
            let known = message.shows.iter().chain(message.may);
            !known.into_iter().any(|given| given == name)
        };
        for unknown in found.used.iter().filter(given) {
            let given: Vec<String> =
                message.shows.iter().chain(message.may).map(|name| format!("${name}")).collect();
            told.push(format!("${unknown} is not given here; given: {}", given.join(", ")));
        }
        for missing in message.shows.iter().filter(|name| !shown.values.contains(**name)) {
            told.push(format!("does not show ${missing} in every case"));
        }
        for missing in message.takes.iter().filter(|id| !shown.messages.contains(**id)) {
            told.push(format!("does not take in {{ {missing} }} in every case"));
        }
        told
    }

    fn walk(&self, pattern: &Pattern<String>, depth: usize, found: &mut Found) -> Shown {
        let mut shown = Shown::default();
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                shown.and(self.expression(expression, depth, found));
            }
        }
        shown
    }

    fn expression(
        &self,
        expression: &Expression<String>,
        depth: usize,
        found: &mut Found,
    ) -> Shown {
        match expression {
            Expression::Inline(inline) => self.inline(inline, depth, found),
            Expression::Select { selector, variants } => {
                // What is only chosen by is not shown.
                self.inline(selector, depth, found);
                let each = variants.iter().map(|variant| self.walk(&variant.value, depth, found));
                let each: Vec<Shown> = each.collect();
                let first = each.first().cloned().unwrap_or_default();
                each.iter().fold(first, Shown::or)
            }
        }
    }

    fn inline(&self, inline: &InlineExpression<String>, depth: usize, found: &mut Found) -> Shown {
        let mut shown = Shown::default();
        match inline {
            InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
            InlineExpression::VariableReference { id } => {
                found.used.insert(id.name.clone());
                shown.values.insert(id.name.clone());
            }
            InlineExpression::MessageReference { id, attribute: None } => {
                let target = self.messages.get(id.name.as_str()).and_then(|(_, value)| *value);
                shown.messages.insert(id.name.clone());
                shown.and(self.follow(&id.name, target, depth, found));
            }
            InlineExpression::TermReference { id, attribute: None, arguments: None } => {
                let target = self.terms.get(id.name.as_str()).copied();
                shown.and(self.follow(&format!("-{}", id.name), target, depth, found));
            }
            InlineExpression::Placeable { expression } => {
                shown.and(self.expression(expression, depth, found));
            }
            InlineExpression::FunctionReference { id, .. } => {
                found.wrong.insert(format!("{}(): functions are not known here", id.name));
            }
            InlineExpression::MessageReference { id, .. }
            | InlineExpression::TermReference { id, .. } => {
                let what = format!("{}: attributes and arguments are not known here", id.name);
                found.wrong.insert(what);
            }
        }
        shown
    }

    fn follow(
        &self,
        name: &str,
        target: Option<&Pattern<String>>,
        depth: usize,
        found: &mut Found,
    ) -> Shown {
        match target {
            Some(_) if depth >= DEPTH_MAX => {
                found.wrong.insert(format!("{{ {name} }} goes round in circles"));
                Shown::default()
            }
            Some(pattern) => self.walk(pattern, depth + 1, found),
            None => {
                found.wrong.insert(format!("{{ {name} }} is taken in, and is not there"));
                Shown::default()
            }
        }
    }
}
