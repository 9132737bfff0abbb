//! `admin source`: providers that call about payments.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use domain::{Currency, Zone};
use formats::SourceKind;
use serde_json::json;
use server::{app::manage_source::NewSource, intake::Secret};

use crate::{fail::Failure, out, place::PlaceArgs};

#[derive(Subcommand, Debug)]
pub(super) enum SourceCommand {
    /// Add a source of payments, or give a known one a further secret
    #[command(after_help = "\
Examples:
  quittance admin source add cards --kind stripe --secret-file stripe.secret
  quittance admin source add till-7f3k --kind mpesa --currency KES --time-zone Africa/Nairobi

The secret is kept in the key directory and never in the database. The two newest secrets of a
source are in force, so that one can replace the other. A source that signs nothing should have a
name that nobody guesses.")]
    Add {
        /// Its name in addresses: small letters, digits and `-`
        name: String,
        /// What it speaks: stripe, mpesa, pix, generic, alerts
        #[arg(long, value_parser = kind)]
        kind: SourceKind,
        /// File that holds the secret alone
        #[arg(long, value_name = "FILE")]
        secret_file: Option<PathBuf>,
        /// Currency of amounts that name none [default: the lender's]
        #[arg(long, value_parser = currency)]
        currency: Option<Currency>,
        /// Time zone of times without an offset [default: the lender's]
        #[arg(long, value_parser = zone)]
        time_zone: Option<Zone>,
    },
    /// List the sources, without their secrets
    #[command(after_help = "\
Example:
  quittance admin source list")]
    List,
}

pub(super) async fn run(
    place: &PlaceArgs,
    command: SourceCommand,
    as_json: bool,
) -> Result<(), Failure> {
    let app = place.open().await?.app;
    let tenant = place.tenant(&app)?;
    match command {
        SourceCommand::Add { name, kind, secret_file, currency, time_zone } => {
            let actor = place.actor(&tenant)?;
            let secret = secret_file.as_deref().map(secret_of).transpose()?;
            let new = NewSource { name: name.clone(), kind, currency, time_zone, secret };
            let added = app.add_source(tenant.tenant.id, new, actor).await?;
            let path = address(&name, kind);
            let became = if added.repeated { "unchanged" } else { "saved" };
            let value = json!({ "source": name, "path": path, "repeated": added.repeated });
            out::either(as_json, &value, format!("Source {name}: {became}. It calls POST {path}"));
        }
        SourceCommand::List => {
            let id = tenant.tenant.id;
            let sources = app.directory.sources_of(id);
            let secrets = |name: &str| app.keys.source_secrets(id, name).len();
            let values: Vec<_> = sources
                .iter()
                .map(|source| {
                    json!({
                        "source": source.name,
                        "kind": source.kind.name(),
                        "path": address(&source.name, source.kind),
                        "secrets": secrets(&source.name),
                        "created_at": source.created_at.rfc3339(),
                    })
                })
                .collect();
            let rows: Vec<Vec<String>> = sources
                .iter()
                .map(|source| {
                    let path = address(&source.name, source.kind);
                    let count = secrets(&source.name).to_string();
                    vec![source.name.clone(), source.kind.name().to_owned(), count, path]
                })
                .collect();
            let text = out::table(&["name", "kind", "secrets", "address"], &rows);
            out::either(as_json, &json!({ "sources": values }), text);
        }
    }
    Ok(())
}

fn address(name: &str, kind: SourceKind) -> String {
    format!("/v1/intake/{name}/{}", kind.name())
}

fn kind(text: &str) -> Result<SourceKind, String> {
    let names: Vec<&str> = SourceKind::ALL.iter().map(|kind| kind.name()).collect();
    SourceKind::parse(text).ok_or_else(|| format!("expected one of {}", names.join(", ")))
}

fn currency(text: &str) -> Result<Currency, String> {
    Currency::parse(text).ok_or_else(|| "expected an ISO 4217 code in capitals".to_owned())
}

fn zone(text: &str) -> Result<Zone, String> {
    Zone::parse(text).ok_or_else(|| "expected an IANA name, for example Africa/Nairobi".to_owned())
}

fn secret_of(path: &Path) -> Result<Secret, Failure> {
    let text = std::fs::read(path).map_err(|error| Failure::file(path, &error))?;
    let text = zeroize::Zeroizing::new(text);
    Ok(Secret::new(text.trim_ascii()))
}
