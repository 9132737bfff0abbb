//! `status`: one contract explained.

mod render;
mod view;

use std::process::ExitCode;

use clap::Args;

use crate::{fail::Failure, out, place::PlaceArgs};
pub(crate) use render::span;
use view::View;

/// Explain a contract: where it stands, why, and what comes next.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  quittance status EX-00001
  quittance status EX-00001 --code
  quittance status EX-00001 --json")]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    place: PlaceArgs,
    /// The contract's reference
    reference: String,
    /// Show the single-use code that enrols its next device
    #[arg(long)]
    code: bool,
}

/// Runs it.
pub(crate) async fn run(args: StatusArgs, json: bool) -> Result<ExitCode, Failure> {
    let StatusArgs { place, reference, code } = args;
    let app = place.open().await?.app;
    let tenant = place.tenant(&app)?.tenant.id;
    let unit = app.by_reference(tenant, &reference).await?.ok_or_else(|| {
        let detail = format!("reference {reference:?}: no such contract of this lender");
        Failure::wrong("unknown_reference", detail)
    })?;
    let explained = app.explain(tenant, unit).await?;
    let view = View::of(&explained, code);
    if json {
        let value = serde_json::to_value(&view)
            .map_err(|error| Failure::wrong("json", error.to_string()))?;
        out::json(&value);
    } else {
        out::line(render::page(&view));
    }
    Ok(ExitCode::SUCCESS)
}
