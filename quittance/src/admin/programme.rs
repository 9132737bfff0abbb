//! `admin programme`: a lender's ladders.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use domain::Stage;
use serde_json::{Value, json};
use server::{api::PreviewView, app::directory::TenantEntry};

use crate::{fail::Failure, out, place::PlaceArgs};

#[derive(Subcommand, Debug)]
pub(super) enum ProgrammeCommand {
    /// Add a programme, or a higher version of one; contracts keep the version they were signed on
    #[command(after_help = "\
Examples:
  quittance admin programme add examples/programme.toml
  quittance admin programme add examples/programme.toml --preview

With --preview nothing is added: today's contracts of the programme are compared with where they
would stand under the file.")]
    Add {
        /// The programme's file
        file: PathBuf,
        /// Show what it would make of today's book, and change nothing
        #[arg(long)]
        preview: bool,
        /// With --preview: most contracts named that would stand higher
        #[arg(long, value_name = "N", default_value_t = 20, requires = "preview")]
        rising: usize,
    },
    /// List the programmes and their versions
    #[command(after_help = "\
Example:
  quittance admin programme list")]
    List,
    /// Show a programme's text and what a holder is told before he accepts it
    #[command(after_help = "\
Examples:
  quittance admin programme show standard
  quittance admin programme show standard --version-no 1")]
    Show {
        /// The programme's id
        id: String,
        /// Which version [default: the one new contracts get]
        #[arg(long, value_name = "N")]
        version_no: Option<u32>,
    },
}

pub(super) async fn run(
    place: &PlaceArgs,
    command: ProgrammeCommand,
    as_json: bool,
) -> Result<(), Failure> {
    match command {
        ProgrammeCommand::Add { file, preview: false, .. } => add(place, &file, as_json).await,
        ProgrammeCommand::Add { file, rising, .. } => preview(place, &file, rising, as_json).await,
        ProgrammeCommand::List => list(place, as_json).await,
        ProgrammeCommand::Show { id, version_no } => show(place, id, version_no, as_json).await,
    }
}

/// The text of a programme; an error names the file and its line.
fn read(file: &Path) -> Result<String, Failure> {
    let text = super::text_of(file)?;
    formats::parse_programme(&text)
        .map_err(|error| Failure::usage("bad_programme", format!("{}: {error}", file.display())))?;
    Ok(text)
}

/// What a file would make of today's book.
async fn preview(
    place: &PlaceArgs,
    file: &Path,
    rising: usize,
    as_json: bool,
) -> Result<(), Failure> {
    let text = read(file)?;
    let app = place.open().await?.app;
    let tenant = place.tenant(&app)?.tenant.id;
    let found = app.preview_programme(tenant, &text, rising).await?;
    let value = serde_json::to_value(PreviewView::of(&found)).expect("numbers and names");
    let (id, version) = &found.programme;
    let mut page = format!(
        "Programme {id} version {version} on today's {} contracts: {} would stand higher, \
         {} lower.\n\
         They keep the version they were signed under: by this change none of them moves.\n",
        found.contracts,
        found.up(),
        found.down()
    );
    let row = |((from, to), count): (&(Stage, Stage), &u64)| {
        let way = if to > from { "up" } else { "down" };
        vec![way.to_owned(), from.to_string(), to.to_string(), count.to_string()]
    };
    let moves: Vec<Vec<String>> = found.moves.iter().map(row).collect();
    if !moves.is_empty() {
        page += &format!("\n{}\n", out::table(&["", "from", "to", "contracts"], &moves));
    }
    let named = found
        .rising
        .iter()
        .map(|(reference, from, to)| vec![reference.clone(), from.to_string(), to.to_string()]);
    let named: Vec<Vec<String>> = named.collect();
    if !named.is_empty() {
        page += &format!("\n{}\n", out::table(&["would rise", "from", "to"], &named));
    }
    out::either(as_json, &value, page.trim_end());
    Ok(())
}

async fn add(place: &PlaceArgs, file: &Path, as_json: bool) -> Result<(), Failure> {
    let text = read(file)?;
    let app = place.open().await?.app;
    let tenant = place.tenant(&app)?;
    let actor = place.actor(&tenant)?;
    let ((id, version), repeated) = app.add_programme(tenant.tenant.id, &text, actor).await?;
    let value = json!({ "programme": id, "version": version, "repeated": repeated });
    let became = if repeated { "unchanged" } else { "in force for new contracts" };
    out::either(as_json, &value, format!("Programme {id} version {version}: {became}."));
    Ok(())
}

async fn list(place: &PlaceArgs, as_json: bool) -> Result<(), Failure> {
    let app = place.open().await?.app;
    let tenant = place.tenant(&app)?;
    let in_force = |pinned: &(String, u32)| is_in_force(&tenant, pinned);
    let values: Vec<Value> = tenant
        .programmes
        .iter()
        .map(|(pinned, programme)| {
            json!({
                "programme": pinned.0,
                "version": pinned.1,
                "in_force": in_force(pinned),
                "packs": programme.packs,
                "notices": programme.notices.len(),
                "steps": programme.steps.len(),
                "lock": programme.lock.is_some(),
            })
        })
        .collect();
    let rows: Vec<Vec<String>> = tenant
        .programmes
        .iter()
        .map(|(pinned, programme)| {
            let state = if in_force(pinned) { "in force" } else { "older" };
            let steps = programme.steps.len() + usize::from(programme.lock.is_some());
            let packs = programme.packs.join(", ");
            vec![pinned.0.clone(), pinned.1.to_string(), state.into(), steps.to_string(), packs]
        })
        .collect();
    let text = out::table(&["programme", "version", "state", "steps", "packs"], &rows);
    out::either(as_json, &json!({ "programmes": values }), text);
    Ok(())
}

fn is_in_force(tenant: &TenantEntry, pinned: &(String, u32)) -> bool {
    tenant.programmes.keys().filter(|(id, _)| *id == pinned.0).max() == Some(pinned)
}

async fn show(
    place: &PlaceArgs,
    id: String,
    version: Option<u32>,
    as_json: bool,
) -> Result<(), Failure> {
    let app = place.open().await?.app;
    let tenant = place.tenant(&app)?.tenant.id;
    let pinned = match version {
        Some(version) => (id, version),
        None => app.directory.programme_in_force(tenant, &id)?,
    };
    let text = app.programme_text(tenant, &pinned).await?;
    let packs = app.directory.packs_in_force(tenant, &pinned, app.today(tenant)?)?;
    let ladder = app.directory.ladder(tenant, &pinned, &packs)?;
    let told = app.words(tenant).voice("en").disclosure(&ladder, None, None).text();
    let packs: Vec<String> = packs.iter().map(|(id, version)| format!("{id}@{version}")).collect();
    let value = json!({
        "programme": pinned.0, "version": pinned.1, "packs": packs, "text": text,
        "disclosure": told,
    });
    let packs = packs.join(", ");
    let text = format!("{}\n\n--- Within {packs} the holder is told:\n\n{told}", text.trim_end());
    out::either(as_json, &value, text);
    Ok(())
}
