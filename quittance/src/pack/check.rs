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
use server::{
    crypto::hex,
    packs::{Publisher, Unsigned, attested, key_of, signatures_beside},
};

use super::text_of;
use crate::{fail::Failure, out};

#[derive(Args, Debug)]
pub(super) struct CheckArgs {
    /// Packs in TOML
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Directory of publishers' .pub files: each file needs the signatures of two of them
    #[arg(long, value_name = "DIR")]
    trusted: Option<PathBuf>,
}

/// What was found of one file.
struct Checked {
    file: PathBuf,
    found: Result<(PackFile, Vec<String>), Wrong>,
}

/// Why a file is no pack.
struct Wrong {
    code: &'static str,
    line: usize,
    field: String,
    message: String,
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

/// The pack, and who signed it: by name where trusted ones are named, else by key.
fn check(
    file: &Path,
    text: &str,
    named: &[Pack],
    trusted: Option<&[Publisher]>,
) -> Result<(PackFile, Vec<String>), Wrong> {
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
    let signed = signatures_beside(file, text.as_bytes());
    let signers = match (signed, trusted) {
        (Ok(signed), Some(trusted)) => {
            attested(&signed, trusted)?.into_iter().map(|(by, _)| by.name.clone()).collect()
        }
        (Ok(signed), None) => signed.iter().map(|signed| hex(&signed.key)).collect(),
        (Err(Unsigned { code: "pack_unsigned", .. }), None) => Vec::new(),
        (Err(unsigned), _) => return Err(unsigned.into()),
    };
    Ok((pack, signers))
}

/// Every publisher of a directory.
fn publishers(dir: &Path) -> Result<Vec<Publisher>, Failure> {
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
        publishers.push(Publisher { name: name.to_owned(), key });
    }
    Ok(publishers)
}

impl From<TextError> for Wrong {
    fn from(error: TextError) -> Wrong {
        let TextError { line, field, message } = error;
        Wrong { code: "bad_pack", line, field, message }
    }
}

impl From<Unsigned> for Wrong {
    fn from(unsigned: Unsigned) -> Wrong {
        let Unsigned { code, detail } = unsigned;
        Wrong { code, line: 0, field: String::new(), message: detail }
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
                let signed = match signed.as_slice() {
                    [] => "not signed".to_owned(),
                    [one] => format!("signed by {one} alone"),
                    all => format!("signed by {}", all.join(" and ")),
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
            Ok((pack, signed)) => json!({
                "file": file, "id": pack.pack.id, "version": pack.pack.version,
                "legal_status": pack.pack.legal_status.name(), "draft": pack.draft,
                "reviewed_by": pack.reviewed_by, "signed_by": signed,
            }),
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
