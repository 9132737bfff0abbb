//! One template file: Fluent syntax with a header of three hashes that says its language, version
//! and whether a named person has reviewed it.

use domain::Day;
use fluent_syntax::{
    ast::{Entry, Pattern, Resource},
    parser,
};

use super::WordsError;

/// Longest template file, in bytes.
const FILE_MAX: usize = 256 * 1024;
/// Longest language tag, as the wire has it.
const LANGUAGE_MAX: usize = 35;

/// Whether somebody vouches for a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nobody has reviewed it.
    Draft,
    /// A named person has.
    Reviewed {
        /// Who.
        by: String,
        /// When.
        on: Day,
    },
}

/// What a file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// BCP 47 tag.
    pub language: String,
    /// Rises with each change.
    pub version: u32,
    /// Whether somebody vouches for it.
    pub status: Status,
}

/// A file whose syntax and header hold.
#[derive(Debug)]
pub(super) struct File {
    /// Its name in errors.
    pub(super) name: String,
    /// Its text.
    pub(super) text: String,
    /// What it says of itself.
    pub(super) header: Header,
    resource: Resource<String>,
}

impl File {
    /// Reads a file.
    pub(super) fn read(name: &str, text: &str) -> Result<File, Vec<WordsError>> {
        let wrong = |line, what: String| WordsError::new(name, line, "", what);
        if text.len() > FILE_MAX {
            return Err(vec![wrong(0, format!("longer than {FILE_MAX} bytes"))]);
        }
        let resource = match parser::parse(text.to_owned()) {
            Ok(resource) => resource,
            Err((_, errors)) => {
                let told = errors.iter().map(|error| {
                    wrong(line_at(text, error.pos.start), format!("syntax: {}", error.kind))
                });
                return Err(told.collect());
            }
        };
        let header = header(text).map_err(|(line, what)| vec![wrong(line, what)])?;
        Ok(File { name: name.to_owned(), text: text.to_owned(), header, resource })
    }

    /// Its messages with a text, in order.
    pub(super) fn messages(&self) -> impl Iterator<Item = (&str, Option<&Pattern<String>>)> {
        self.resource.body.iter().filter_map(|entry| match entry {
            Entry::Message(message) => Some((message.id.name.as_str(), message.value.as_ref())),
            _ => None,
        })
    }

    /// Its terms: parts of its own.
    pub(super) fn terms(&self) -> impl Iterator<Item = (&str, &Pattern<String>)> {
        self.resource.body.iter().filter_map(|entry| match entry {
            Entry::Term(term) => Some((term.id.name.as_str(), &term.value)),
            _ => None,
        })
    }

    /// An error at a message of this file.
    pub(super) fn wrong(&self, id: &str, what: impl Into<String>) -> WordsError {
        WordsError::new(&self.name, self.line_of(id), id, what)
    }

    /// The line on which a message begins; 0 where it does not.
    fn line_of(&self, id: &str) -> usize {
        let begins = |line: &str| {
            line.strip_prefix(id).is_some_and(|rest| rest.trim_start().starts_with('='))
        };
        self.text.lines().position(begins).map_or(0, |line| line + 1)
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

fn header(text: &str) -> Result<Header, (usize, String)> {
    let mut known: [Option<(usize, &str)>; 5] = [None; 5];
    let names = ["language", "version", "status", "reviewed_by", "reviewed_on"];
    for (number, line) in (1..).zip(text.lines()) {
        let Some((key, value)) = line.strip_prefix("###").and_then(|rest| rest.split_once('='))
        else {
            continue;
        };
        let key = key.trim();
        let Some(at) = names.iter().position(|name| *name == key) else {
            let what = format!("header: unknown field {key:?}: one of {}", names.join(", "));
            return Err((number, what));
        };
        if known[at].replace((number, value.trim())).is_some() {
            return Err((number, format!("header: {key}: given twice")));
        }
    }
    let missing = |name| (0, format!("header: {name} is missing: write `### {name} = …`"));
    let [language, version, status, by, on] = known;
    let (at, language) = language.ok_or_else(|| missing("language"))?;
    let parsed = language.parse::<unic_langid::LanguageIdentifier>();
    if parsed.is_err() || language.len() > LANGUAGE_MAX {
        return Err((at, format!("header: language: {language:?} is no BCP 47 tag")));
    }
    let (at, version) = version.ok_or_else(|| missing("version"))?;
    let version = version.parse().ok().filter(|version| *version > 0);
    let version = version.ok_or((at, "header: version: a whole number from 1".to_owned()))?;
    let (at, status) = status.ok_or_else(|| missing("status"))?;
    let status = match status {
        "draft" => Status::Draft,
        "reviewed" => {
            let (_, by) = by.filter(|(_, by)| !by.is_empty()).ok_or_else(|| {
                (at, "header: a reviewed file names who reviewed it: reviewed_by".to_owned())
            })?;
            let (line, on) = on.ok_or_else(|| missing("reviewed_on"))?;
            let on = Day::parse(on)
                .ok_or((line, "header: reviewed_on: a day such as 2026-11-21".to_owned()))?;
            Status::Reviewed { by: by.to_owned(), on }
        }
        _ => return Err((at, "header: status: draft or reviewed".to_owned())),
    };
    Ok(Header { language: language.to_owned(), version, status })
}
