//! A dry run: a programme within its packs on facts told by hand.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, ValueEnum};
use domain::{
    Day, Fact, Moment,
    policy::Lender,
    rehearse::{Assume, Rehearsal, Turn, rehearse},
};
use formats::Facts;
use serde_json::{Value, json};
use server::api;

use super::render;
use crate::{fail::Failure, out, programme::Rules};

/// Days after the last due day, or the last fact, that a dry run goes on where no end is named.
const BEYOND_DAYS: i32 = 180;

/// What a dry run is made from.
#[derive(Args, Debug)]
pub(super) struct DryArgs {
    /// Programme to try; nothing is opened or touched
    #[arg(long, value_name = "FILE", requires = "facts")]
    programme: Option<PathBuf>,
    /// Pack it names [default: those that come with the program]
    #[arg(long, value_name = "FILE", requires = "programme")]
    pack: Vec<PathBuf>,
    /// Terms and dated facts as JSON
    #[arg(long, value_name = "FILE", requires = "programme")]
    facts: Option<PathBuf>,
    /// Who lends [default: a lender who is named]
    #[arg(long, value_name = "FILE", requires = "programme")]
    lender: Option<PathBuf>,
    /// Last day [default: 180 days after the last due day and the last fact]
    #[arg(long, value_name = "DAY", requires = "programme", value_parser = day)]
    until: Option<Day>,
    /// What to assume where the facts are silent
    #[arg(long, value_enum, value_delimiter = ',', requires = "programme")]
    assume: Vec<Assumed>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Assumed {
    /// Notices reach the borrower as soon as they may be shown
    Delivered,
    /// The phone reports each stage at the moment it begins
    Reported,
}

fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| format!("{text:?}: expected a day as YYYY-MM-DD"))
}

pub(super) fn run(args: &DryArgs, as_json: bool) -> Result<ExitCode, Failure> {
    let (Some(programme), Some(path)) = (&args.programme, &args.facts) else {
        return Err(Failure::usage("bad_usage", "a dry run needs --programme and --facts"));
    };
    let rules = Rules::read(programme, &args.pack)?;
    let ladder = rules.ladder(&lender(args.lender.as_deref())?)?;
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    let shown = path.display();
    let facts = formats::parse_facts(&text)
        .map_err(|error| Failure::usage("bad_facts", format!("{shown}: {error}")))?;
    let until = until(args.until, &facts);
    let assume = Assume {
        delivered: args.assume.contains(&Assumed::Delivered),
        reported: args.assume.contains(&Assumed::Reported),
    };
    let contract = facts.contract(&ladder);
    let ran = rehearse(contract, &ladder, &facts.told, until, assume).map_err(|wrong| {
        let place = format!("facts[{}]", wrong.index);
        let detail = format!("{shown}: {place}: {}", wrong.refusal.detail);
        Failure::usage(wrong.refusal.code, detail)
    })?;
    let value = document(&rules, &facts, &ran, (until, assume))?;
    out::either(as_json, &value, page(&value)?);
    Ok(ExitCode::SUCCESS)
}

fn lender(path: Option<&Path>) -> Result<Lender, Failure> {
    let Some(path) = path else {
        let named = |text: &str| text.to_owned();
        let (name, phone) = (named("a named lender"), named("a phone number"));
        return Ok(Lender { name, phone, complaints: named("an address") });
    };
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    let file = formats::parse_lender(&text)
        .map_err(|error| Failure::usage("bad_lender", format!("{}: {error}", path.display())))?;
    Ok(file.lender)
}

/// The end of the last day.
fn until(named: Option<Day>, facts: &Facts) -> Moment {
    let zone = facts.terms.zone();
    let told = facts.told.last().map_or(facts.signed, |told| told.at);
    let due = facts.terms.rows().last().map_or(zone.day(told), |row| row.due);
    let last = due.max(zone.day(told));
    let day = named.or_else(|| last.plus_days(BEYOND_DAYS)).unwrap_or(last);
    zone.midnight(day.plus_days(1).unwrap_or(day)).plus_seconds(-1)
}

fn document(
    rules: &Rules,
    facts: &Facts,
    ran: &Rehearsal,
    (until, assume): (Moment, Assume),
) -> Result<Value, Failure> {
    let turns = ran.turns.iter().map(|turn| shown(turn, facts)).collect::<Result<Vec<_>, _>>()?;
    let mut assumed = Vec::new();
    assumed.extend(assume.delivered.then_some("delivered"));
    assumed.extend(assume.reported.then_some("reported"));
    if !facts.consent {
        assumed.push("no_consent");
    }
    Ok(json!({
        "programme": rules.programme_name(),
        "packs": rules.pack_names(),
        "time_zone": facts.terms.zone().name(),
        "until": until.rfc3339(),
        "assumed": assumed,
        "facts_assumed": ran.assumed,
        "timeline": turns,
    }))
}

fn shown(turn: &Turn, facts: &Facts) -> Result<Value, Failure> {
    let recorded = turn.decision.recorded(turn.at);
    let (restrictions, standing) = (&turn.decision.restrictions, &turn.decision.standing);
    let view = api::Turn { recorded: &recorded, restrictions, standing, entry: None };
    let view = api::turn_view(view, facts.terms.zone(), facts.terms.currency());
    let failed = |error: serde_json::Error| Failure::wrong("json", error.to_string());
    let mut value = serde_json::to_value(&view).map_err(failed)?;
    value["facts"] = turn.facts.iter().map(word).collect();
    Ok(value)
}

/// A fact's word, as the journal says it.
fn word(fact: &Fact) -> String {
    let line: Value = serde_json::from_str(&formats::fact_line(fact)).unwrap_or_default();
    match &line["what"] {
        Value::String(word) => word.clone(),
        what => what.as_object().and_then(|one| one.keys().next().cloned()).unwrap_or_default(),
    }
}

fn page(value: &Value) -> Result<String, Failure> {
    let turns: Vec<render::Turn> = serde_json::from_value(value["timeline"].clone())
        .map_err(|error| Failure::wrong("json", error.to_string()))?;
    let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let list = |name: &str| {
        let list = value[name].as_array().into_iter().flatten();
        list.filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
    };
    let head =
        format!("{} within {}, times of {}", text("programme"), list("packs"), text("time_zone"));
    let assumed = match list("assumed") {
        none if none.is_empty() => "Nothing was assumed.".to_owned(),
        some => format!("Assumed: {some} ({} facts).", value["facts_assumed"]),
    };
    Ok(format!("{head}\n{}\n{assumed}", render::timeline(&turns)))
}
