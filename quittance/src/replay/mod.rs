//! `replay`: past decisions made again.

mod past;
mod render;

use std::process::ExitCode;

use clap::Args;

use crate::{fail::Failure, place::PlaceArgs, remote::RemoteArgs};

/// Make past decisions again: what was decided, when and why
///
/// Every decision of a contract is made again from its journal, with the rules, packs and programme
/// that it names, and compared byte for byte. Exits 1 when one does not come out again.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  quittance replay EX-00001
  quittance replay EX-00001 --json
  quittance replay EX-00001 --server http://127.0.0.1:7400 --key-file auditor.key")]
pub(crate) struct ReplayArgs {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    remote: RemoteArgs,
    /// The contract's reference
    reference: String,
}

/// Runs it.
pub(crate) async fn run(args: ReplayArgs, json: bool) -> Result<ExitCode, Failure> {
    let ReplayArgs { place, remote, reference } = args;
    past::run(&place, &remote, &reference, json).await
}
