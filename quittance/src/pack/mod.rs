//! `pack`: policy packs, the law as data.

mod check;
mod explain;
mod list;
mod sign;

use std::{path::Path, process::ExitCode};

use clap::{Args, Subcommand};
use formats::packs::PACK_MAX;

use crate::{fail::Failure, out, place::PlaceArgs};

/// Policy packs: the law of a place as data.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  quittance pack list
  quittance pack check my-law.toml
  quittance pack explain in-rbi-draft-2026 my-law.toml --programme examples/programme.toml
  quittance pack keygen counsel
  quittance pack sign my-law.toml --key counsel.key

docs/policy.md says every field. A pack is loaded from DATA/packs, beside it the signatures of two
publishers whose .pub files lie in DATA/packs/trusted.")]
pub(crate) struct PackArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Read packs and say what is wrong with them, with the line
    #[command(after_help = "\
Examples:
  quittance pack check my-law.toml
  quittance pack check country.toml state.toml --trusted DATA/packs/trusted

A parent is looked for among the files named and the packs of the program. Signatures beside a
file are checked; with --trusted each file needs those of two publishers of that directory.")]
    Check(check::CheckArgs),
    /// Say field by field what several packs come to, and which of them brings it about
    #[command(after_help = "\
Examples:
  quittance pack explain in-rbi-draft-2026
  quittance pack explain in-rbi-draft-2026 my-law.toml --programme examples/programme.toml")]
    Explain(explain::ExplainArgs),
    /// List the packs of the program and those loaded, and the files that are refused
    #[command(after_help = "\
Examples:
  quittance pack list
  quittance pack list --data /var/lib/quittance --json")]
    List(PlaceArgs),
    /// Sign a pack: the signature is written beside it, with those of other publishers
    #[command(after_help = "\
Examples:
  quittance pack sign my-law.toml --key counsel.key
  quittance pack sign my-law.toml --key association.key

A pack is loaded once two trusted publishers signed the same text: two people, each with a key of
his own. A key counts once. Signatures over an earlier text do not stay.")]
    Sign(sign::SignArgs),
    /// Make a publisher's key: NAME.key, which stays with him, and NAME.pub for those who trust him
    #[command(after_help = "\
Example:
  quittance pack keygen counsel")]
    Keygen(sign::KeygenArgs),
    /// Print the JSON Schema of a pack, with each field's order of strictness
    #[command(after_help = "\
Example:
  quittance pack schema > pack.schema.json")]
    Schema,
}

/// Runs it.
pub(crate) async fn run(args: PackArgs, json: bool) -> Result<ExitCode, Failure> {
    match args.what {
        What::Check(args) => check::run(&args, json),
        What::Explain(args) => explain::run(&args, json),
        What::List(place) => list::run(&place, json).await,
        What::Sign(args) => sign::sign(&args, json),
        What::Keygen(args) => sign::keygen(&args, json),
        What::Schema => {
            out::bytes(formats::packs::schema().as_bytes());
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Reads a pack's file as text.
fn text_of(path: &Path) -> Result<String, Failure> {
    let size = std::fs::metadata(path).map_err(|error| Failure::file(path, &error))?.len();
    if size > PACK_MAX as u64 {
        let detail = format!("{}: expected at most 256 KiB", path.display());
        return Err(Failure::usage("bad_pack", detail));
    }
    std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))
}
