//! `pack check`.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use domain::policy::Pack;
use formats::{
    PackFile, TextError,
    packs::{builtin, check_parent},
    parse_pack, parse_pack_file,
};
use serde_json::{Value, json};
use server::packs::{key_of, signed_by};

use super::{beside, text_of};
use crate::{fail::Failure, out};

#[derive(Args, Debug)]
pub(super) struct CheckArgs {
    /// Packs in TOML
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Directory of publishers' .pub files: each file needs a signature by one of them
    #[arg(long, value_name = "DIR")]
    trusted: Option<PathBuf>,
}

/// What was found of one file.
struct Checked {
    file: PathBuf,
    found: Result<(PackFile, Signed), Wrong>,
}

/// Why a file is no pack.
struct Wrong {
    code: &'static str,
    line: usize,
    field: String,
    message: String,
}

/// Who signed it.
enum Signed {
    By(String),
    ByKey(String),
    No,
}

pub(super) fn run(args: &CheckArgs, as_json: bool) -> Result<ExitCode, Failure> {
    let mut texts = Vec::new();
    for file in &args.files {
        texts.push((file.clone(), text_of(file)?));
    }
    let trusted = args.trusted.as_deref().map(publishers).transpose()?;
    let named: Vec<Pack> = texts.iter().filter_map(|(_, text)| parse_pack(text).ok()).collect();
    let checked: Vec<Checked> = texts
        .into_iter()
        .map(|(file, text)| {
            let found = check(&file, &text, &named, trusted.as_deref());
            Checked { file, found }
        })
        .collect();
    let wrong = checked.iter().filter(|checked| checked.found.is_err()).count();
    if as_json {
        let all: Vec<Value> = checked.iter().map(Checked::json).collect();
        out::json(&json!({ "packs": all, "wrong": wrong }));
    } else {
        checked.iter().for_each(|checked| out::line(checked.told()));
    }
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn check(
    file: &Path,
    text: &str,
    named: &[Pack],
    trusted: Option<&[(String, [u8; 32])]>,
) -> Result<(PackFile, Signed), Wrong> {
    let pack = parse_pack_file(text)?;
    if let Some(id) = &pack.pack.parent {
        let own = named.iter().filter(|known| known.id == *id).max_by_key(|known| known.version);
        let shipped = || builtin().iter().find(|(known, _)| known == id);
        let shipped = || shipped().and_then(|(_, text)| parse_pack(text).ok());
        let parent = own.cloned().or_else(shipped).ok_or_else(|| {
            let message = format!("no pack {id:?} is known: name its file too");
            Wrong { code: "pack_parent", line: 0, field: "parent".into(), message }
        })?;
        check_parent(text, &pack.pack, &parent)?;
    }
    let wrong = |code, message: String| Wrong { code, line: 0, field: String::new(), message };
    let Ok(line) = std::fs::read_to_string(beside(file)) else {
        return match trusted {
            None => Ok((pack, Signed::No)),
            Some(_) => Err(wrong("pack_unsigned", "no signature stands beside it".to_owned())),
        };
    };
    let key = signed_by(&line, text.as_bytes()).ok_or_else(|| {
        wrong("pack_signature", "its signature is not one over this text".to_owned())
    })?;
    let publisher = trusted.and_then(|all| all.iter().find(|(_, known)| *known == key));
    match (publisher, trusted) {
        (Some((name, _)), _) => Ok((pack, Signed::By(name.clone()))),
        (None, None) => Ok((pack, Signed::ByKey(server::crypto::hex(&key)))),
        (None, Some(_)) => {
            let message = format!("signed by {}, who is not trusted", server::crypto::hex(&key));
            Err(wrong("pack_untrusted", message))
        }
    }
}

/// Name and key of every publisher of a directory.
fn publishers(dir: &Path) -> Result<Vec<(String, [u8; 32])>, Failure> {
    let entries = std::fs::read_dir(dir).map_err(|error| Failure::file(dir, &error))?;
    let mut publishers = Vec::new();
    for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
        if path.extension().is_none_or(|end| end != "pub") {
            continue;
        }
        let text = std::fs::read_to_string(&path).map_err(|error| Failure::file(&path, &error))?;
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let key = key_of(&text).ok_or_else(|| {
            let detail = format!("{}: not a publisher's public key", path.display());
            Failure::usage("bad_key", detail)
        })?;
        publishers.push((name.to_owned(), key));
    }
    Ok(publishers)
}

impl From<TextError> for Wrong {
    fn from(error: TextError) -> Wrong {
        let TextError { line, field, message } = error;
        Wrong { code: "bad_pack", line, field, message }
    }
}

impl Checked {
    fn told(&self) -> String {
        let file = self.file.display();
        match &self.found {
            Ok((pack, signed)) => {
                let (id, version) = (&pack.pack.id, pack.pack.version);
                let status = pack.pack.legal_status.name();
                let review = match &pack.reviewed_by {
                    Some(by) => format!("reviewed by {by}"),
                    None => "needs counsel".to_owned(),
                };
                let signed = match signed {
                    Signed::By(name) => format!("signed by {name}"),
                    Signed::ByKey(key) => format!("signed by {key}"),
                    Signed::No => "not signed".to_owned(),
                };
                format!("{file}: {id} version {version}: {status}, {review}, {signed}")
            }
            Err(wrong) => {
                let message = wrong.message.clone();
                let error = TextError { line: wrong.line, field: wrong.field.clone(), message };
                format!("{file}: {error} [{}]", wrong.code)
            }
        }
    }

    fn json(&self) -> Value {
        let file = self.file.display().to_string();
        match &self.found {
            Ok((pack, signed)) => {
                let by = match signed {
                    Signed::By(name) | Signed::ByKey(name) => Some(name),
                    Signed::No => None,
                };
                json!({
                    "file": file, "id": pack.pack.id, "version": pack.pack.version,
                    "legal_status": pack.pack.legal_status.name(), "draft": pack.draft,
                    "reviewed_by": pack.reviewed_by, "signed_by": by,
                })
            }
            Err(wrong) => json!({
                "file": file,
                "error": {
                    "code": wrong.code, "line": wrong.line, "field": wrong.field,
                    "detail": wrong.message,
                },
            }),
        }
    }
}
