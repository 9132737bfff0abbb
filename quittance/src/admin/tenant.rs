//! `admin tenant`.

use std::path::PathBuf;

use clap::Subcommand;
use domain::Actor;
use serde_json::json;

use crate::{fail::Failure, out, place::PlaceArgs};

#[derive(Subcommand, Debug)]
pub(super) enum TenantCommand {
    /// Add a lender from its file, or change what the file says; makes its signing keys
    #[command(after_help = "\
Example:
  quittance admin tenant add --from examples/lender.toml")]
    Add {
        /// The lender's file: id, name, phone, complaints, time_zone, currency
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
    },
    /// List the lenders
    #[command(after_help = "\
Example:
  quittance admin tenant list --json")]
    List,
}

pub(super) async fn run(
    place: &PlaceArgs,
    command: TenantCommand,
    as_json: bool,
) -> Result<(), Failure> {
    match command {
        TenantCommand::Add { from } => add(place, &from, as_json).await,
        TenantCommand::List => list(place, as_json).await,
    }
}

async fn add(place: &PlaceArgs, from: &std::path::Path, as_json: bool) -> Result<(), Failure> {
    let file = formats::parse_lender(&super::text_of(from)?)
        .map_err(|error| Failure::usage("bad_lender", format!("{}: {error}", from.display())))?;
    let app = place.open_or_make().await?.app;
    let actor = match &place.person {
        Some(_) => place.actor(&*app.directory.tenant_named(Some(&file.id))?)?,
        None => Actor::Feed("cli".to_owned()),
    };
    let (id, repeated) = app.add_tenant(&file, actor).await?;
    let became = if repeated { "unchanged" } else { "saved" };
    let value = json!({ "tenant": file.id, "id": id.to_string(), "repeated": repeated });
    let next = "Next: quittance admin programme add programme.toml";
    let text = format!("Lender {} ({}): {became}.\n{next}", file.id, file.lender.name);
    out::either(as_json, &value, text);
    Ok(())
}

async fn list(place: &PlaceArgs, as_json: bool) -> Result<(), Failure> {
    let app = place.open().await?.app;
    let tenants = app.directory.tenants();
    let values: Vec<_> = tenants
        .iter()
        .map(|entry| {
            json!({
                "tenant": entry.tenant.name,
                "id": entry.tenant.id.to_string(),
                "name": entry.tenant.lender.name,
                "phone": entry.tenant.lender.phone,
                "complaints": entry.tenant.lender.complaints,
                "time_zone": entry.tenant.time_zone.name(),
                "currency": entry.tenant.currency.map(|currency| currency.code().to_owned()),
                "people": entry.people.len(),
                "programmes": entry.programmes.len(),
            })
        })
        .collect();
    let rows: Vec<Vec<String>> = tenants
        .iter()
        .map(|entry| {
            let programmes = entry.programmes.len().to_string();
            let tenant = &entry.tenant;
            vec![tenant.name.clone(), tenant.lender.name.clone(), programmes, tenant.id.to_string()]
        })
        .collect();
    let text = out::table(&["tenant", "name", "programmes", "id"], &rows);
    out::either(as_json, &json!({ "tenants": values }), text);
    Ok(())
}
