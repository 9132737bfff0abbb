//! `admin sunset`: the day on which a phone goes free at the latest.

use clap::Subcommand;
use domain::Day;
use serde_json::json;
use server::app::change::Asked;

use crate::{fail::Failure, out, place::PlaceArgs};

#[derive(Subcommand, Debug)]
pub(super) enum SunsetCommand {
    /// Move the sunset of a contract, for a reason that its borrower reads
    #[command(after_help = "\
Example:
  quittance admin sunset dispute EX-00001 --until 2028-03-01 \\
    --as \"Asha Rao\" --reason \"the court decides on 20 February\"

At most 90 days further, at most four times, and only before the day itself. On a running server it
takes two people: it is a proposal. Whoever holds the data directory holds every key, so here one is
enough, and his name and reason are kept.")]
    Dispute {
        /// The contract's reference
        reference: String,
        /// The local day on whose beginning the phone goes free instead
        #[arg(long, value_name = "DAY", value_parser = day)]
        until: Day,
        /// Why; 1 to 200 bytes; shown on the phone and kept for good
        #[arg(long)]
        reason: String,
    },
}

fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "expected a day as YYYY-MM-DD".to_owned())
}

pub(super) async fn run(
    place: &PlaceArgs,
    command: SunsetCommand,
    as_json: bool,
) -> Result<(), Failure> {
    let app = place.open().await?.app;
    let tenant = place.tenant(&app)?;
    let id = tenant.tenant.id;
    let SunsetCommand::Dispute { reference, until, reason } = command;
    let actor = place.actor(&tenant)?;
    let unit = app.by_reference(id, &reference).await?.ok_or_else(|| {
        Failure::wrong("unknown_reference", format!("{reference:?}: no such contract"))
    })?;
    let asked = Asked::once(&app, "dispute_sunset", actor);
    let changed = app.dispute_sunset(id, unit, until, &reason, &asked).await?;
    let number = changed.contract.disputes();
    let value = json!({ "reference": reference, "sunset": until.to_string(), "disputes": number });
    let text = format!("{reference}: the phone goes free on {until}; moved {number} of 4 times");
    out::either(as_json, &value, text);
    Ok(())
}
