//! `releases`: those whose phone has not confirmed yet.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};
use server::api::UnconfirmedRelease;

use crate::{
    fail::Failure,
    out,
    place::PlaceArgs,
    remote::{Remote, RemoteArgs},
};

/// Releases whose phone has not confirmed yet that it removed the agent
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  quittance releases
  quittance releases --json
  quittance releases --server http://127.0.0.1:7400 --key-file laptop.key

The longest wait stands first. A phone that is off confirms when it is heard again; one that
was lost never does. Its release holds all the same: `quittance certificate` hands it out.")]
pub(crate) struct ReleasesArgs {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    remote: RemoteArgs,
}

/// Runs it.
pub(crate) async fn run(args: ReleasesArgs, as_json: bool) -> Result<ExitCode, Failure> {
    let ReleasesArgs { place, remote } = args;
    let mut items = match remote.open()? {
        Some(remote) => there(&remote).await?,
        None => here(&place).await?,
    };
    let since = |item: &Value| item["released_at"].as_str().unwrap_or_default().to_owned();
    items.sort_by_key(since);
    let value = json!({ "items": items });
    out::either(as_json, &value, page(&items));
    Ok(ExitCode::SUCCESS)
}

async fn here(place: &PlaceArgs) -> Result<Vec<Value>, Failure> {
    let app = place.open_or_ask().await?.app;
    let tenant = place.tenant(&app)?.tenant.id;
    let (mut items, mut after) = (Vec::new(), None);
    loop {
        let (found, next) = app.unconfirmed_releases(tenant, after, store::PAGE_MAX).await?;
        let shown = found.into_iter().map(|found| {
            let view = UnconfirmedRelease::of(found, app.now());
            serde_json::to_value(view).expect("texts and numbers")
        });
        items.extend(shown);
        after = next;
        if after.is_none() {
            return Ok(items);
        }
    }
}

async fn there(remote: &Remote) -> Result<Vec<Value>, Failure> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = remote.get(&format!("/v1/releases/unconfirmed?{cursor}")).await?;
        let strange = || Failure::wrong("bad_answer", "the server's list reads differently");
        items.extend(page["items"].as_array().ok_or_else(strange)?.iter().cloned());
        let Some(next) = page["next"].as_str() else { return Ok(items) };
        cursor = format!("cursor={next}");
    }
}

fn page(items: &[Value]) -> String {
    if items.is_empty() {
        return "no release waits for its phone".to_owned();
    }
    let text = |item: &Value, name: &str| item[name].as_str().unwrap_or("never").to_owned();
    let row = |item: &Value| {
        let hours = item["hours"].as_i64().unwrap_or_default();
        let (reference, released) = (text(item, "reference"), text(item, "released_at"));
        vec![reference, released, hours.to_string(), text(item, "last_contact")]
    };
    let rows: Vec<Vec<String>> = items.iter().map(row).collect();
    let head = ["reference", "released at", "hours", "phone last heard"];
    out::table(&head, &rows)
}
