//! `admin person`.

use clap::Subcommand;
use formats::Role;
use serde_json::json;

use crate::{fail::Failure, out, place::PlaceArgs};

#[derive(Subcommand, Debug)]
pub(super) enum PersonCommand {
    /// Add a person, or give a known one other roles
    #[command(after_help = "\
Example:
  quittance admin person add \"Asha Rao\" --role operator --role support")]
    Add {
        /// The name
        name: String,
        /// What the person may do: viewer, auditor, payments, support, operator, approver, admin
        #[arg(long = "role", value_name = "ROLE", required = true, value_parser = super::role)]
        roles: Vec<Role>,
    },
    /// List the people
    #[command(after_help = "\
Example:
  quittance admin person list")]
    List,
}

pub(super) async fn run(
    place: &PlaceArgs,
    command: PersonCommand,
    as_json: bool,
) -> Result<(), Failure> {
    let app = place.open().await?.app;
    let tenant = place.tenant(&app)?;
    match command {
        PersonCommand::Add { name, roles } => {
            let actor = place.actor(&tenant)?;
            let roles = roles.into_iter().collect();
            let added = app.add_person(tenant.tenant.id, &name, roles, actor).await?;
            let became = if added.repeated { "unchanged" } else { "saved" };
            let value = json!({
                "person": name, "id": added.unit.to_string(), "repeated": added.repeated,
            });
            out::either(as_json, &value, format!("Person {name}: {became}."));
        }
        PersonCommand::List => {
            let people = tenant.people.iter();
            let values: Vec<_> = people
                .map(|(unit, person)| {
                    json!({
                        "person": person.name,
                        "id": unit.to_string(),
                        "roles": super::role_names(&person.roles),
                        "created_at": person.created_at.rfc3339(),
                    })
                })
                .collect();
            let rows: Vec<Vec<String>> = tenant
                .people
                .values()
                .map(|person| {
                    let roles = super::role_names(&person.roles).join(", ");
                    vec![person.name.clone(), roles]
                })
                .collect();
            let text = out::table(&["name", "roles"], &rows);
            out::either(as_json, &json!({ "people": values }), text);
        }
    }
    Ok(())
}
