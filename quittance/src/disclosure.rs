//! `disclosure`: what a contract's borrower agrees to, as text, data or a page to print.

use std::{fs, path::PathBuf, process::ExitCode};

use clap::Args;
use server::api;

use crate::{
    fail::Failure,
    out,
    place::{Named, PlaceArgs},
};

/// Print what a contract's borrower agrees to, in his language
#[derive(Args, Debug)]
#[command(after_help = "\
The page has no script and loads nothing: print it, or keep it as PDF. A consent names the
disclosure by the hash that stands at its end.

Examples:
  quittance disclosure EX-00001
  quittance disclosure EX-00001 --out disclosure.html
  quittance disclosure EX-00001 --json

With --json it prints what `GET /v1/contracts/{reference}/disclosure` answers.")]
pub(crate) struct DisclosureArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// The contract's reference
    reference: String,
    /// Write a page in HTML, print-ready on A4, to this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs it.
pub(crate) async fn run(args: DisclosureArgs, as_json: bool) -> Result<ExitCode, Failure> {
    let Named { app, tenant, unit } =
        args.place.contract(args.place.open().await?, &args.reference).await?;
    let disclosed = app.disclose(tenant, unit, None).await?;
    if let Some(path) = &args.out {
        let page = api::disclosure_page(&disclosed)?;
        fs::write(path, page).map_err(|error| Failure::file(path, &error))?;
        out::note(format!("written: {}", path.display()));
    }
    let text = disclosed.disclosure.text();
    let value = api::disclosure_json(disclosed)?;
    match (&args.out, as_json) {
        (Some(_), false) => {}
        _ => out::either(as_json, &value, text.trim_end()),
    }
    Ok(ExitCode::SUCCESS)
}
