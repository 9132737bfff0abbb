//! A contract's past from its journal, here or at a server.

use std::process::ExitCode;

use serde::Deserialize;
use serde_json::Value;
use server::api;

use super::render::{Turn, timeline};
use crate::{
    fail::Failure,
    out,
    place::{Named, PlaceArgs},
    remote::{RemoteArgs, segment},
};

/// What `GET /v1/contracts/{reference}/replay` answers.
#[derive(Deserialize)]
struct View {
    reference: String,
    reproduced: bool,
    decisions: u64,
    time_zone: String,
    timeline: Vec<Turn>,
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
struct Finding {
    entry: Option<u64>,
    detail: String,
}

pub(super) async fn run(
    place: &PlaceArgs,
    remote: &RemoteArgs,
    reference: &str,
    json: bool,
) -> Result<ExitCode, Failure> {
    let path = format!("/v1/contracts/{}/replay", segment(reference));
    let value = match remote.open()? {
        Some(remote) => remote.get(&path).await?,
        None => here(place, reference).await?,
    };
    let view: View = serde_json::from_value(value.clone()).map_err(|error| {
        Failure::wrong("bad_answer", format!("the server's answer reads differently: {error}"))
    })?;
    out::either(json, &value, page(&view));
    Ok(if view.reproduced { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn here(place: &PlaceArgs, reference: &str) -> Result<Value, Failure> {
    let Named { app, tenant, unit } = place.contract(place.open_or_ask().await?, reference).await?;
    let text = api::replayed_json(&app.replay_contract(tenant, unit).await?)?;
    serde_json::from_str(&text).map_err(|error| Failure::wrong("json", error.to_string()))
}

fn page(view: &View) -> String {
    let mut lines = vec![format!("{}, times of {}", view.reference, view.time_zone)];
    lines.push(timeline(&view.timeline));
    for finding in &view.findings {
        let place = finding.entry.map_or("journal".to_owned(), |entry| format!("entry {entry}"));
        lines.push(format!("{place}: {}", finding.detail));
    }
    let decisions = view.decisions;
    lines.push(match view.reproduced {
        true => format!("All {decisions} decisions come out again, byte for byte."),
        false => format!("NOT reproduced: {} findings, named above.", view.findings.len()),
    });
    lines.join("\n")
}
