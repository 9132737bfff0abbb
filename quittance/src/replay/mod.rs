//! `replay`: past decisions made again, and dry runs of decisions that nobody has made.

mod dry;
mod past;
mod render;

use std::process::ExitCode;

use clap::Args;

use crate::{fail::Failure, place::PlaceArgs, remote::RemoteArgs};

/// Make past decisions again, or try a programme on facts told by hand
///
/// With a reference, every decision of that contract is made again from its journal, with the
/// rules, packs and programme that it names, and compared byte for byte; exit code 1 when one does
/// not come out again. With --programme and --facts it is a dry run: nothing is opened or touched.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  quittance replay EX-00001
  quittance replay EX-00001 --server http://127.0.0.1:7400 --key-file auditor.key
  quittance replay --programme examples/programme.toml --facts examples/facts.json
  quittance replay --programme mine.toml --pack law.toml --facts facts.json --until 2026-12-31
  quittance replay --programme mine.toml --facts facts.json --assume delivered,reported")]
pub(crate) struct ReplayArgs {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    remote: RemoteArgs,
    /// The contract's reference
    #[arg(required_unless_present = "programme", conflicts_with = "programme")]
    reference: Option<String>,
    #[command(flatten)]
    dry: dry::DryArgs,
}

/// Runs it.
pub(crate) async fn run(args: ReplayArgs, json: bool) -> Result<ExitCode, Failure> {
    let ReplayArgs { place, remote, reference, dry } = args;
    match reference {
        Some(reference) => past::run(&place, &remote, &reference, json).await,
        None => dry::run(&dry, json),
    }
}
