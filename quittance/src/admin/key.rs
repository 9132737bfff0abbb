//! `admin key`: API keys. The two verbs about the root and rotation are those of `signing-key`.

use std::{
    fs::OpenOptions,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use clap::Subcommand;
use formats::Role;
use serde_json::json;

use super::signing_key::{self, SigningKeyCommand};
use crate::{fail::Failure, out, place::PlaceArgs};

#[derive(Subcommand, Debug)]
pub(super) enum KeyCommand {
    /// Make an API key; it is shown once
    #[command(after_help = "\
Examples:
  quittance admin key add loan-system --role payments --role operator
  quittance admin key add laptop --role support --person \"Asha Rao\" --to laptop.key")]
    Add {
        /// What it is for
        name: String,
        /// What it may do: viewer, auditor, payments, support, operator, approver, admin
        #[arg(long = "role", value_name = "ROLE", required = true, value_parser = super::role)]
        roles: Vec<Role>,
        /// The person it acts for: facts will name him
        #[arg(long = "person", value_name = "NAME")]
        owner: Option<String>,
        /// Write the key to this new file (mode 0600) and do not show it
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
    /// List the API keys, without their secrets
    #[command(after_help = "\
Example:
  quittance admin key list")]
    List,
    /// End an API key
    #[command(after_help = "\
Example:
  quittance admin key revoke loan-system")]
    Revoke {
        /// What it is for
        name: String,
    },
    #[command(flatten)]
    Signing(SigningVerb),
}

/// Verbs shared with `admin signing-key`.
#[derive(Subcommand, Debug)]
pub(super) enum SigningVerb {
    /// Make a further signing key of a kind (as `admin signing-key rotate`)
    #[command(after_help = "\
Example:
  quittance admin key rotate --kind lease")]
    Rotate(signing_key::RotateArgs),
    /// Move the root key off this machine (as `admin signing-key export-root`)
    #[command(after_help = "\
Example:
  quittance admin key export-root --to /media/safe/root.key")]
    ExportRoot(signing_key::ExportRootArgs),
}

pub(super) async fn run(
    place: &PlaceArgs,
    command: KeyCommand,
    as_json: bool,
) -> Result<(), Failure> {
    match command {
        KeyCommand::Add { name, roles, owner, to } => {
            add(place, &name, roles, owner, to.as_deref(), as_json).await
        }
        KeyCommand::List => list(place, as_json).await,
        KeyCommand::Revoke { name } => {
            let app = place.open().await?.app;
            let tenant = place.tenant(&app)?;
            let actor = place.actor(&tenant)?;
            let ended = app.revoke_key(tenant.tenant.id, &name, actor).await?;
            let value = json!({ "key": name, "repeated": ended.repeated });
            let text = format!("Key {name} opens nothing any more.");
            out::either(as_json, &value, text);
            Ok(())
        }
        KeyCommand::Signing(SigningVerb::Rotate(args)) => {
            signing_key::run(place, SigningKeyCommand::Rotate(args), as_json).await
        }
        KeyCommand::Signing(SigningVerb::ExportRoot(args)) => {
            signing_key::run(place, SigningKeyCommand::ExportRoot(args), as_json).await
        }
    }
}

async fn add(
    place: &PlaceArgs,
    name: &str,
    roles: Vec<Role>,
    owner: Option<String>,
    to: Option<&Path>,
    as_json: bool,
) -> Result<(), Failure> {
    let app = place.open().await?.app;
    let tenant = place.tenant(&app)?;
    let actor = place.actor(&tenant)?;
    let owner = match owner {
        None => None,
        Some(owner) => {
            let found = tenant.people.iter().find(|(_, person)| person.name == owner);
            let (unit, _) = found.ok_or_else(|| {
                let detail = format!("--person {owner:?}: no such person");
                let hint = "see `quittance admin person list`";
                Failure::usage("unknown_person", detail).hint(hint)
            })?;
            Some(*unit)
        }
    };
    // The file is made first: a key that cannot be handed over is not made.
    let file = to.map(new_file).transpose()?;
    let added =
        app.add_key(tenant.tenant.id, name, roles.into_iter().collect(), owner, actor).await;
    let (added, secret) = match (added, to) {
        (Err(error), Some(path)) => {
            let _ = std::fs::remove_file(path);
            return Err(error.into());
        }
        (added, _) => added?,
    };
    let id = added.unit.to_string();
    if let (Some(mut file), Some(path)) = (file, to) {
        let written = writeln!(file, "{secret}").and_then(|()| file.sync_all());
        written.map_err(|error| Failure::file(path, &error))?;
        let value = json!({ "key": name, "id": id, "file": path });
        out::either(as_json, &value, format!("Key {name} is in {}.", path.display()));
        return Ok(());
    }
    let value = json!({ "key": name, "id": id, "secret": secret });
    let text = format!("Key {name}, shown this once:\n{secret}");
    out::either(as_json, &value, text);
    Ok(())
}

fn new_file(path: &Path) -> Result<std::fs::File, Failure> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.map_err(|error| Failure::file(path, &error))
}

async fn list(place: &PlaceArgs, as_json: bool) -> Result<(), Failure> {
    let app = place.open().await?.app;
    let tenant = place.tenant(&app)?;
    let mut keys = app.directory.keys_of(tenant.tenant.id);
    keys.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
    let owner = |person: Option<domain::UnitId>| {
        person.and_then(|unit| tenant.people.get(&unit)).map(|person| person.name.clone())
    };
    let values: Vec<_> = keys
        .iter()
        .map(|(unit, key)| {
            json!({
                "key": key.name,
                "id": unit.to_string(),
                "prefix": format!("qk_{}", key.prefix),
                "roles": super::role_names(&key.roles),
                "person": owner(key.person),
                "created_at": key.created_at.rfc3339(),
                "revoked_at": key.revoked_at.map(|at| at.rfc3339()),
            })
        })
        .collect();
    let rows: Vec<Vec<String>> = keys
        .iter()
        .map(|(_, key)| {
            let roles = super::role_names(&key.roles).join(", ");
            let state = if key.revoked_at.is_some() { "revoked" } else { "in force" };
            let owner = owner(key.person).unwrap_or_default();
            vec![key.name.clone(), format!("qk_{}…", key.prefix), state.into(), roles, owner]
        })
        .collect();
    let text = out::table(&["name", "begins", "state", "roles", "person"], &rows);
    out::either(as_json, &json!({ "keys": values }), text);
    Ok(())
}
