//! `words`: the templates of what phones and notices say, checked and shown; a lender's own are
//! read from the data directory.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Subcommand};
use formats::words::{Book, Status, Words, WordsError, builtin};
use serde_json::{Value, json};
use server::App;

use crate::{fail::Failure, out};

/// The folder of templates in a data directory.
const FOLDER: &str = "words";
/// Longest template file that is read, in bytes.
const BYTES_MAX: u64 = 256 * 1024;
/// Most files of one lender.
const FILES_MAX: usize = 64;

#[derive(Args, Debug)]
#[command(after_help = "\
A lender's own templates lie in DATA/words/LENDER/ and are read at the start. docs/words.md says
what a file looks like and which messages there are.

Examples:
  quittance words check
  quittance words check my-words/
  quittance words show sw > words/sw.ftl")]
pub(crate) struct WordsArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Check templates: syntax, every message, every value, no text too long
    #[command(after_help = "\
Every error names file, line and message. Without a folder the program's own templates are checked.

Examples:
  quittance words check
  quittance words check quittance-data/words/example
  quittance words check --json my-words/

Exit codes: 0 in order, 1 something is wrong, 2 the folder cannot be read.")]
    Check {
        /// Folder with files such as sw.ftl
        dir: Option<PathBuf>,
    },
    /// Print a template file of the program, to begin one's own from
    #[command(after_help = "\
Example:
  quittance words show hi > my-words/hi.ftl")]
    Show {
        /// Language: en, es, fr, hi, id, pt, sw
        language: String,
    },
}

/// Checks or shows templates.
pub(crate) fn run(args: WordsArgs, as_json: bool) -> Result<ExitCode, Failure> {
    match args.what {
        What::Check { dir } => check(dir.as_deref(), as_json),
        What::Show { language } => show(&language, as_json),
    }
}

fn check(dir: Option<&Path>, as_json: bool) -> Result<ExitCode, Failure> {
    let own = dir.map(files).transpose()?.unwrap_or_default();
    match Words::with(&own) {
        Ok(words) => {
            let books: Vec<&Book> = words.books().collect();
            let rows = books.iter().map(|book| {
                let (version, status) = (version(book), status(book.formal()));
                vec![book.language().to_owned(), version, status]
            });
            let rows: Vec<Vec<String>> = rows.collect();
            let table = out::table(&["language", "version", "formal notices"], &rows);
            let values: Vec<Value> = books.iter().map(|book| value(book)).collect();
            out::either(as_json, &json!({ "languages": values, "errors": [] }), table);
            Ok(ExitCode::SUCCESS)
        }
        Err(errors) => {
            let values: Vec<Value> = errors.iter().map(error_value).collect();
            let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
            out::either(as_json, &json!({ "errors": values }), lines.join("\n"));
            Ok(ExitCode::FAILURE)
        }
    }
}

fn show(language: &str, as_json: bool) -> Result<ExitCode, Failure> {
    let name = format!("{language}.ftl");
    let Some((_, text)) = builtin().iter().find(|(known, _)| *known == name) else {
        let known: Vec<&str> =
            builtin().iter().filter_map(|(name, _)| name.strip_suffix(".ftl")).collect();
        let detail = format!("{language:?}: the program has {}", known.join(", "));
        return Err(Failure::usage("unknown_language", detail));
    };
    out::either(as_json, &json!({ "language": language, "text": text }), text.trim_end());
    Ok(ExitCode::SUCCESS)
}

fn version(book: &Book) -> String {
    let each = book.headers().iter().map(|(name, header)| format!("{name} {}", header.version));
    each.collect::<Vec<_>>().join(", ")
}

fn status(status: &Status) -> String {
    match status {
        Status::Draft => "draft".to_owned(),
        Status::Reviewed { by, on } => format!("reviewed by {by} on {on}"),
    }
}

fn value(book: &Book) -> Value {
    let files = book.headers().iter().map(|(name, header)| {
        json!({ "file": name, "version": header.version, "status": status(&header.status) })
    });
    let files: Vec<Value> = files.collect();
    let draft = *book.formal() == Status::Draft;
    json!({ "language": book.language(), "files": files, "formal_draft": draft })
}

fn error_value(error: &WordsError) -> Value {
    json!({
        "file": error.file, "line": error.line, "message": error.message, "what": error.what,
    })
}

/// The template files of a folder by name.
fn files(dir: &Path) -> Result<Vec<(String, String)>, Failure> {
    let wrong = |error: std::io::Error| Failure::file(dir, &error);
    let mut paths = Vec::new();
    for entry in fs::read_dir(dir).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        if path.extension().is_some_and(|extension| extension == "ftl") {
            paths.push(path);
        }
    }
    if paths.len() > FILES_MAX {
        let detail = format!("{}: more than {FILES_MAX} templates", dir.display());
        return Err(Failure::usage("too_large", detail));
    }
    paths.sort();
    let read = paths.into_iter().map(|path| {
        let size = fs::metadata(&path).map_err(|error| Failure::file(&path, &error))?.len();
        if size > BYTES_MAX {
            let detail = format!("{}: more than {BYTES_MAX} bytes", path.display());
            return Err(Failure::usage("too_large", detail));
        }
        let text = fs::read_to_string(&path).map_err(|error| Failure::file(&path, &error))?;
        Ok((path.display().to_string(), text))
    });
    read.collect()
}

/// Gives every lender the templates that lie in the data directory for him. One that is not in
/// order keeps the program from starting: a notice would be given in words nobody wanted.
pub(crate) fn learn(data: &Path, app: &App) -> Result<(), Failure> {
    for entry in app.directory.tenants() {
        let dir = data.join(FOLDER).join(&entry.tenant.name);
        if !dir.is_dir() {
            continue;
        }
        let words = Words::with(&files(&dir)?).map_err(|errors| {
            let first = errors.first().map(ToString::to_string).unwrap_or_default();
            let hint = format!("`quittance words check {}` shows all of them", dir.display());
            Failure::usage("bad_words", first).hint(&hint)
        })?;
        app.learn_words(entry.tenant.id, words);
    }
    Ok(())
}
