//! What a person reads on the phone, in a notice, before he agrees: Fluent templates, a file for
//! each language, and the sentences they make of a contract's values.
//!
//! **Invariant:** a book that exists has every message of the catalog, each shows every value it is
//! given on every path through its variants, and none is too long for the wire with the longest
//! values that the doors let in.
//! **Invariant:** what no restriction can touch is said in the program's own words wherever it has
//! some.

mod catalog;
mod check;
mod disclosure;
mod file;
mod longest;
mod number;
mod reminder;
mod say;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, LazyLock},
};

use domain::wording::{Review, Template};
use fluent_bundle::{FluentResource, concurrent::FluentBundle};

pub use disclosure::{Disclosure, Section};
pub use file::{Header, Status};
pub use reminder::ReminderWords;
pub use say::{Follows, NoticeWords, Resting, Voice, Why};

use file::File;

/// Longest how-to-pay and how-to-dispute of a programme, in bytes.
pub const HOW_TO_MAX: usize = 200;
/// Longest complaint address of a lender, in bytes.
pub const COMPLAINTS_MAX: usize = 100;
/// Longest name of a lender, in bytes.
pub const LENDER_MAX: usize = 128;
/// Longest telephone number of a lender, in bytes.
pub const PHONE_MAX: usize = 32;
/// Longest reference of a contract, in bytes.
pub const REFERENCE_MAX: usize = 64;
/// Longest text about who manages a phone, in bytes.
pub const MANAGED_BY_MAX: usize = 1024;
/// Longest reason of a stage, in bytes.
pub const REASON_MAX: usize = 512;
/// Longest amount with its day, in bytes.
pub const AMOUNT_MAX: usize = 128;
/// Longest disclosure, in bytes.
pub const DISCLOSURE_MAX: usize = 8 * 1024;

/// The language where nothing nearer is there.
const LAST_RESORT: &str = "en";

/// The files that come with the program: name and text.
pub fn builtin() -> &'static [(&'static str, &'static str)] {
    &[
        ("en.ftl", include_str!("../../../words/en.ftl")),
        ("es.ftl", include_str!("../../../words/es.ftl")),
        ("fr.ftl", include_str!("../../../words/fr.ftl")),
        ("hi.ftl", include_str!("../../../words/hi.ftl")),
        ("id.ftl", include_str!("../../../words/id.ftl")),
        ("pt.ftl", include_str!("../../../words/pt.ftl")),
        ("sw.ftl", include_str!("../../../words/sw.ftl")),
    ]
}

/// What is wrong with a template file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordsError {
    /// The file.
    pub file: String,
    /// Line, counted from 1; 0 = the file as a whole.
    pub line: usize,
    /// The message at fault, if it is one.
    pub message: String,
    /// What is wrong.
    pub what: String,
}

impl WordsError {
    fn new(file: &str, line: usize, message: &str, what: impl Into<String>) -> WordsError {
        let (file, message, what) = (file.to_owned(), message.to_owned(), what.into());
        WordsError { file, line, message, what }
    }
}

impl fmt::Display for WordsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ", line {}", self.line)?;
        }
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        write!(f, ": {}", self.what)
    }
}

impl std::error::Error for WordsError {}

/// The words of one language.
pub struct Book {
    language: String,
    headers: Vec<(String, Header)>,
    formal: Status,
    templates: Vec<Template>,
    bundle: FluentBundle<FluentResource>,
}

/// The words of every language, as one lender has them.
#[derive(Debug)]
pub struct Words {
    /// By tag in lower case.
    books: BTreeMap<String, Book>,
}

static BUILTIN: LazyLock<Arc<Words>> = LazyLock::new(|| {
    Arc::new(Words::with(&[]).expect("the program's own words are checked by a test"))
});

impl Words {
    /// The words that come with the program.
    pub fn builtin() -> Arc<Words> {
        BUILTIN.clone()
    }

    /// The program's words with a lender's own over them: name and text of each file. A file that
    /// is not in order is refused with all that is wrong with it.
    pub fn with(own: &[(String, String)]) -> Result<Words, Vec<WordsError>> {
        let mut errors = Vec::new();
        let mut files: BTreeMap<String, (Vec<File>, usize)> = BTreeMap::new();
        let builtin = builtin().iter().map(|(name, text)| (*name, *text, false));
        let own = own.iter().map(|(name, text)| (name.as_str(), text.as_str(), true));
        for (name, text, is_own) in builtin.chain(own) {
            match File::read(name, text) {
                Ok(file) => {
                    let tag = file.header.language.to_ascii_lowercase();
                    let stem = name.rsplit('/').next().and_then(|name| name.strip_suffix(".ftl"));
                    if stem.map(str::to_ascii_lowercase).as_ref() != Some(&tag) {
                        let what = "header: language: the file is named after its language";
                        errors.push(WordsError::new(name, 1, "", what));
                    }
                    let (of_tag, own_from) = files.entry(tag).or_default();
                    if of_tag.len() > *own_from {
                        errors.push(WordsError::new(name, 0, "", "two files of one language"));
                    }
                    of_tag.push(file);
                    *own_from += usize::from(!is_own);
                }
                Err(found) => errors.extend(found),
            }
        }
        let mut books = BTreeMap::new();
        for (tag, (of_tag, own_from)) in files {
            match Book::of(of_tag, own_from) {
                Ok(book) => drop(books.insert(tag, book)),
                Err(found) => errors.extend(found),
            }
        }
        if errors.is_empty() { Ok(Words { books }) } else { Err(errors) }
    }

    /// The book of a language: the tag itself, then ever shorter heads of it, then English.
    pub fn voice(&self, tag: &str) -> Voice<'_> {
        let wanted = tag.to_ascii_lowercase();
        let mut head = wanted.as_str();
        loop {
            if let Some(book) = self.books.get(head) {
                return Voice::new(book, tag);
            }
            match head.rsplit_once('-') {
                Some((shorter, _)) => head = shorter,
                None => {
                    let book = &self.books[LAST_RESORT];
                    return Voice::new(book, LAST_RESORT);
                }
            }
        }
    }

    /// Every language there is.
    pub fn books(&self) -> impl Iterator<Item = &Book> {
        self.books.values()
    }
}

impl Book {
    fn of(files: Vec<File>, own_from: usize) -> Result<Book, Vec<WordsError>> {
        let errors = check::check(&files, own_from);
        if !errors.is_empty() {
            return Err(errors);
        }
        let last = files.last().expect("a language is known by its file");
        let language = last.header.language.clone();
        let tag = language.parse().expect("a header's language was read as a tag");
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // Marks of direction around each value would stand in frozen texts for nothing.
        bundle.set_use_isolating(false);
        for file in &files {
            let resource = FluentResource::try_new(file.text.clone());
            bundle.add_resource_overriding(resource.expect("its syntax was checked"));
        }
        let parts = formal_parts(&files);
        let formal = formal(&files, &parts);
        let templates = parts.iter().map(|at| template(&files[*at], *at >= own_from)).collect();
        let headers = files.iter().map(|file| (file.name.clone(), file.header.clone())).collect();
        let book = Book { language, headers, formal, templates, bundle };
        let errors = longest::check(&book, &files);
        if errors.is_empty() { Ok(book) } else { Err(errors) }
    }

    /// Its BCP 47 tag.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// Names and headers of its files, the program's own first.
    pub fn headers(&self) -> &[(String, Header)] {
        &self.headers
    }

    /// Whether somebody vouches for every text of a formal notice.
    pub fn formal(&self) -> &Status {
        &self.formal
    }

    /// The files with a part in its formal notices, the program's own first.
    pub fn templates(&self) -> &[Template] {
        &self.templates
    }
}

impl fmt::Debug for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Book").field("headers", &self.headers).finish_non_exhaustive()
    }
}

/// The places of the files with a part in a formal notice: of each message the last one counts.
fn formal_parts(files: &[File]) -> BTreeSet<usize> {
    let of_message =
        |id: &&str| files.iter().rposition(|file| file.messages().any(|(known, _)| known == *id));
    catalog::FORMAL.iter().filter_map(of_message).collect()
}

/// Formal notices are drafts until every file that has a part in them was reviewed.
fn formal(files: &[File], parts: &BTreeSet<usize>) -> Status {
    let mut last = Status::Draft;
    for at in parts {
        match &files[*at].header.status {
            Status::Draft => return Status::Draft,
            reviewed => last = reviewed.clone(),
        }
    }
    last
}

fn template(file: &File, own: bool) -> Template {
    let reviewed = match &file.header.status {
        Status::Draft => None,
        Status::Reviewed { by, on } => Some(Review { by: by.clone(), on: *on }),
    };
    Template { own, version: file.header.version, reviewed }
}
