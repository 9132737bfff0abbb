//! `journal`: a contract's journal as a file, and whether such a file is as it was written.

mod root;

use std::{fs::File, io::BufReader, path::PathBuf, process::ExitCode};

use clap::{Args, Subcommand};
use formats::journal_file::{Checked, FileError, check_journal_file};
pub(crate) use root::history;
use serde_json::{Value, json};
use server::{app::export_journal::Beside, crypto::hex};

use crate::{
    fail::Failure,
    out,
    place::{Named, PlaceArgs},
    remote::{RemoteArgs, segment},
};

/// The journal of a contract: export it, check an export anywhere
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  quittance journal export EX-00001 --out EX-00001.journal.jsonl
  quittance journal verify EX-00001.journal.jsonl")]
pub(crate) struct JournalArgs {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    remote: RemoteArgs,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Write a contract's journal as JSON Lines
    #[command(after_help = "\
Examples:
  quittance journal export EX-00001 > EX-00001.journal.jsonl
  quittance journal export EX-00001 --with-rules --out EX-00001.journal.jsonl
  quittance journal export EX-00001 --for-borrower --out for-asha.jsonl
  quittance journal export EX-00001 --server https://lender.example:7400 --key-file laptop.key

docs/journal.md says what each line is.")]
    Export(ExportArgs),
    /// Find what was changed, left out, doubled, moved or put into an exported journal
    #[command(after_help = "\
Examples:
  quittance journal verify EX-00001.journal.jsonl
  quittance journal verify EX-00001.journal.jsonl --root root.json
  quittance journal verify EX-00001.journal.jsonl --root root.json --keys keys.json --json

Needs no data directory and no server. Exit code 1 when the file is not as it was written, with the
first line that is wrong; 2 when it is no exported journal.")]
    Verify(VerifyArgs),
    /// Make the signed root of yesterday's journals if it is missing, and print the last one
    #[command(after_help = "\
Examples:
  quittance journal root > root.json
  curl -s https://lender.example:7400/roots/example > root.json

A running server makes it by itself and publishes it at /roots/LENDER.")]
    Root,
}

#[derive(Args, Debug)]
struct ExportArgs {
    /// The contract's reference
    reference: String,
    /// Put the texts of the programmes and packs beside it that the decisions name
    #[arg(long)]
    with_rules: bool,
    /// Put the borrower's personal data and the rules beside it
    #[arg(long)]
    for_borrower: bool,
    /// File to write, for its owner's eyes only [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Args, Debug)]
struct VerifyArgs {
    /// The exported journal
    file: PathBuf,
    /// Published root, as /roots/LENDER gives it: the journal must stand in its log
    #[arg(long, value_name = "FILE")]
    root: Option<PathBuf>,
    /// The lender's public keys, as /keys/LENDER gives them [default: those the root names]
    #[arg(long, value_name = "FILE", requires = "root")]
    keys: Option<PathBuf>,
}

/// Runs it.
pub(crate) async fn run(args: JournalArgs, json: bool) -> Result<ExitCode, Failure> {
    let JournalArgs { place, remote, what } = args;
    match what {
        What::Export(args) => export(&place, &remote, args, json).await,
        What::Verify(args) => verify(&args, json),
        What::Root => root::make(&place, json).await,
    }
}

async fn export(
    place: &PlaceArgs,
    remote: &RemoteArgs,
    args: ExportArgs,
    json: bool,
) -> Result<ExitCode, Failure> {
    if json && args.out.is_none() {
        let detail = "--json tells what became of an export: name its file with --out";
        return Err(Failure::usage("bad_usage", detail));
    }
    let text = match remote.open()? {
        Some(remote) => {
            let path = format!("/v1/contracts/{}/journal", segment(&args.reference));
            let end = match (args.for_borrower, args.with_rules) {
                (true, _) => "borrower",
                (false, true) => "export?rules=true",
                (false, false) => "export",
            };
            remote.get_text(&format!("{path}/{end}")).await?
        }
        None => here(place, &args).await?,
    };
    // What is handed on is whole.
    let checked = check_journal_file(text.as_bytes());
    let checked = checked.map_err(|error| Failure::wrong(error.code, error.to_string()))?;
    let Some(path) = args.out else {
        out::bytes(text.as_bytes());
        return Ok(ExitCode::SUCCESS);
    };
    out::private_file(&path, text.as_bytes())?;
    let file = path.display().to_string();
    let (entries, hash) = checked.head.head;
    let value = json!({ "file": file, "entries": entries, "hash": hex(&hash) });
    out::either(json, &value, format!("{file}: {entries} entries, the last is {}", hex(&hash)));
    Ok(ExitCode::SUCCESS)
}

async fn here(place: &PlaceArgs, args: &ExportArgs) -> Result<String, Failure> {
    let Named { app, tenant, unit } =
        place.contract(place.open_or_ask().await?, &args.reference).await?;
    let rules = args.with_rules || args.for_borrower;
    let beside = Beside { rules, personal: args.for_borrower };
    Ok(app.export_journal(tenant, unit, beside).await?)
}

fn verify(args: &VerifyArgs, json: bool) -> Result<ExitCode, Failure> {
    let path = &args.file;
    let file = File::open(path).map_err(|error| Failure::file(path, &error))?;
    let (holds, value, text) = match check_journal_file(BufReader::new(file)) {
        Ok(checked) => {
            let (mut value, mut text) = (holding(&checked), told(&checked));
            if let Some(root) = &args.root {
                let stands = root::check(&checked, root, args.keys.as_deref())?;
                value["root"] = stands.value();
                text = format!("{text}\n{}", stands.text());
            }
            (true, value, text)
        }
        Err(error) if matches!(error.code, "unreadable" | "unknown_format") => {
            return Err(Failure::usage(error.code, format!("{}: {error}", path.display())));
        }
        Err(error) => (false, broken(&error), format!("{}: {error}", path.display())),
    };
    out::either(json, &value, text);
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn holding(checked: &Checked) -> Value {
    let head = &checked.head;
    let (facts, decisions, leases) = checked.counts;
    let attached: Vec<Value> =
        checked.attached.iter().map(|one| json!({ "kind": one.kind, "name": one.name })).collect();
    json!({
        "holds": true,
        "lender": head.lender,
        "tenant": head.tenant.to_string(),
        "reference": head.reference,
        "unit": head.unit.to_string(),
        "entries": head.head.0,
        "hash": hex(&head.head.1),
        "facts": facts,
        "decisions": decisions,
        "leases": leases,
        "attached": attached,
    })
}

fn told(checked: &Checked) -> String {
    let head = &checked.head;
    let (facts, decisions, leases) = checked.counts;
    let mut text = format!(
        "The journal of {} ({}) is as it was written: {} entries.\n\
         Facts {facts}, decisions {decisions}, leases {leases}; the last entry's hash is {}.",
        head.reference,
        head.lender,
        head.head.0,
        hex(&head.head.1),
    );
    for one in &checked.attached {
        text.push_str(&format!("\nBeside it: {} {}", one.kind, one.name));
    }
    text
}

fn broken(error: &FileError) -> Value {
    json!({
        "holds": false,
        "line": error.line,
        "entry": error.entry,
        "code": error.code,
        "detail": error.detail,
    })
}
