//! `admin breaker`, `admin feed` and `admin limits`: what holds many contracts at once.

use std::path::PathBuf;

use clap::Subcommand;
use domain::HoldId;
use serde_json::json;
use server::app::feeds::GRACE_HOURS;

use super::text_of;
use crate::{fail::Failure, out, place::PlaceArgs};

#[derive(Subcommand, Debug)]
pub(super) enum BreakerCommand {
    /// Show how the breakers stand, and what holds many contracts
    #[command(after_help = "\
Example:
  quittance admin breaker list")]
    List,
    /// Lift what holds many contracts, after people have looked
    #[command(after_help = "\
Example:
  quittance admin breaker lift 01890000-0000-7000-8000-000000000000 \\
    --as \"Asha Rao\" --reason \"the feed was checked against the bank\"

On a running server a lifting takes two people: it is a proposal. Whoever holds the data directory
holds every key, so here one is enough, and his name and reason are kept.")]
    Lift {
        /// The id that `list` shows
        id: String,
        /// Why; kept for good
        #[arg(long)]
        reason: String,
    },
}

#[derive(Subcommand, Debug)]
pub(super) enum FeedCommand {
    /// Listen to a provider of payments, or change its rhythm
    #[command(after_help = "\
Examples:
  quittance admin feed watch cards --heartbeat-hours 4
  quittance admin feed watch bank --heartbeat-hours 30 --grace-hours 12

Without --heartbeat-hours the rhythm is learnt: a week of listening, then twice the longest silence,
and no less than a day.")]
    Watch {
        /// The provider of its money: a source's name, or the one its payments are reported with
        name: String,
        /// Hours of silence that are usual
        #[arg(long, value_name = "HOURS")]
        heartbeat_hours: Option<u32>,
        /// Hours for its backlog to come in once it is back
        #[arg(long, value_name = "HOURS", default_value_t = GRACE_HOURS)]
        grace_hours: u32,
    },
    /// List the feeds, and which of them are stale
    #[command(after_help = "\
Example:
  quittance admin feed list")]
    List,
}

#[derive(Subcommand, Debug)]
pub(super) enum LimitsCommand {
    /// Set what may happen by itself, or by one person
    #[command(after_help = "\
Example:
  quittance admin limits set --from limits.toml --as \"Asha Rao\"")]
    Set {
        /// A TOML file; see docs/policy.md
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
    },
    /// Show the limits in force
    #[command(after_help = "\
Example:
  quittance admin limits show")]
    Show,
}

pub(super) async fn breaker(
    place: &PlaceArgs,
    command: BreakerCommand,
    as_json: bool,
) -> Result<(), Failure> {
    let app = place.open().await?.app;
    let tenant = place.tenant(&app)?;
    let id = tenant.tenant.id;
    match command {
        BreakerCommand::List => {
            let now = app.now();
            let states = app.breakers_of(id).await?;
            let breakers: Vec<_> = states
                .iter()
                .map(|state| {
                    json!({
                        "programme": state.programme,
                        "moved": state.moved,
                        "fleet": state.fleet,
                        "window_hours": state.window_hours,
                        "tripped": state.tripped.as_ref().map(|known| known.hold.to_string()),
                    })
                })
                .collect();
            let known = app.directory.standstills(id);
            let held: Vec<_> = known
                .iter()
                .map(|known| {
                    json!({
                        "id": known.hold.to_string(),
                        "kind": known.kind.name(),
                        "from": known.from.rfc3339(),
                        "open": !known.is_over(now),
                        "cause": known.cause,
                    })
                })
                .collect();
            let rows = known.iter().map(|known| {
                let open = if known.is_over(now) { "over" } else { "holds" };
                let (hold, kind) = (known.hold.to_string(), known.kind.name().to_owned());
                vec![hold, kind, open.to_owned(), known.from.rfc3339(), known.cause.clone()]
            });
            let rows: Vec<Vec<String>> = rows.collect();
            let mut text = String::new();
            for state in &states {
                let whose = state.programme.as_deref().unwrap_or("all programmes");
                let stands = if state.tripped.is_some() { "TRIPPED" } else { "closed" };
                text += &format!(
                    "{whose}: {stands}; {} of {} phones rose within {} hours\n",
                    state.moved, state.fleet, state.window_hours
                );
            }
            text += &out::table(&["id", "kind", "state", "since", "cause"], &rows);
            out::either(as_json, &json!({ "breakers": breakers, "standstills": held }), text);
        }
        BreakerCommand::Lift { id: hold, reason } => {
            let hold: HoldId = hold.parse().map_err(|_| {
                Failure::usage("bad_id", format!("{hold:?} is no id"))
                    .hint("see `quittance admin breaker list`")
            })?;
            let actor = place.actor(&tenant)?;
            let (lifted, repeated) = app.lift_standstill(id, hold, &reason, actor).await?;
            app.carry_standstills().await?;
            let value = json!({ "lifted": lifted.hold.to_string(), "repeated": repeated });
            out::either(as_json, &value, format!("Lifted: {}", lifted.cause));
        }
    }
    Ok(())
}

pub(super) async fn feed(
    place: &PlaceArgs,
    command: FeedCommand,
    as_json: bool,
) -> Result<(), Failure> {
    let app = place.open().await?.app;
    let tenant = place.tenant(&app)?;
    let id = tenant.tenant.id;
    match command {
        FeedCommand::Watch { name, heartbeat_hours, grace_hours } => {
            let actor = place.actor(&tenant)?;
            let watched = app.watch_feed(id, &name, heartbeat_hours, grace_hours, actor).await?;
            let became = if watched.1 { "unchanged" } else { "saved" };
            let value = json!({ "feed": name, "repeated": watched.1 });
            out::either(as_json, &value, format!("Feed {name}: {became}"));
        }
        FeedCommand::List => {
            let now = app.now();
            let feeds = app.feeds.of(id);
            let values: Vec<_> = feeds
                .iter()
                .map(|feed| {
                    json!({
                        "feed": feed.name,
                        "heard_at": feed.heard_at.rfc3339(),
                        "rhythm_s": feed.rhythm_s(now),
                        "stale_since": feed.stale_since.map(|at| at.rfc3339()),
                    })
                })
                .collect();
            let rows = feeds.iter().map(|feed| {
                let rhythm = feed.rhythm_s(now).map_or("learning".to_owned(), |s| format!("{s} s"));
                let state = if feed.stale_since.is_some() { "STALE" } else { "fresh" };
                vec![feed.name.clone(), feed.heard_at.rfc3339(), rhythm, state.to_owned()]
            });
            let rows: Vec<Vec<String>> = rows.collect();
            let text = out::table(&["feed", "last heard", "rhythm", "state"], &rows);
            out::either(as_json, &json!({ "feeds": values }), text);
        }
    }
    Ok(())
}

pub(super) async fn limits(
    place: &PlaceArgs,
    command: LimitsCommand,
    as_json: bool,
) -> Result<(), Failure> {
    let app = place.open().await?.app;
    let tenant = place.tenant(&app)?;
    let id = tenant.tenant.id;
    match command {
        LimitsCommand::Set { from } => {
            let limits = formats::directory::parse_limits(&text_of(&from)?).map_err(|error| {
                Failure::wrong("bad_limits", format!("{}: {error}", from.display()))
            })?;
            let actor = place.actor(&tenant)?;
            let repeated = app.set_limits(id, &limits, actor).await?;
            let became = if repeated { "unchanged" } else { "saved" };
            out::either(as_json, &json!({ "repeated": repeated }), format!("Limits: {became}"));
        }
        LimitsCommand::Show => {
            let limits = app.directory.limits(id)?;
            let value = serde_json::to_value(&limits).expect("limits are numbers and names");
            let text = serde_json::to_string_pretty(&value).expect("it was a value");
            out::either(as_json, &value, text);
        }
    }
    Ok(())
}
