//! `status`: one contract explained.

mod render;
mod view;

use std::process::ExitCode;

use clap::Args;

use serde_json::Value;
use server::api;

use crate::{
    fail::Failure,
    out,
    place::{Named, PlaceArgs},
    remote::{RemoteArgs, segment},
};
pub(crate) use render::span;
use view::View;

/// Explain a contract: where it stands, why, and what comes next.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  quittance status EX-00001
  quittance status EX-00001 --code
  quittance status EX-00001 --json
  quittance status EX-00001 --server http://127.0.0.1:7400 --key-file laptop.key

With --json it prints what `GET /v1/contracts/{reference}` answers.")]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    remote: RemoteArgs,
    /// The contract's reference
    reference: String,
    /// Show the single-use code that enrols its next device
    #[arg(long)]
    code: bool,
}

/// Runs it.
pub(crate) async fn run(args: StatusArgs, json: bool) -> Result<ExitCode, Failure> {
    let StatusArgs { place, remote, reference, code } = args;
    let mut value = match remote.open()? {
        Some(remote) => remote.get(&format!("/v1/contracts/{}", segment(&reference))).await?,
        None => here(&place, &reference, code).await?,
    };
    if let Some(fields) = value.as_object_mut().filter(|_| !code) {
        fields.remove("enrolment_code");
    }
    if json {
        out::json(&value);
        return Ok(ExitCode::SUCCESS);
    }
    let view: View = serde_json::from_value(value).map_err(|error| {
        Failure::wrong("bad_answer", format!("the server's contract reads differently: {error}"))
    })?;
    out::line(render::page(&view));
    Ok(ExitCode::SUCCESS)
}

async fn here(place: &PlaceArgs, reference: &str, code: bool) -> Result<Value, Failure> {
    let Named { app, tenant, unit } = place.contract(place.open_or_ask().await?, reference).await?;
    let text = api::explained_json(app.explain(tenant, unit).await?, code)?;
    serde_json::from_str(&text).map_err(|error| Failure::wrong("json", error.to_string()))
}
