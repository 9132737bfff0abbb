//! `pack explain`: what several packs come to, field by field, and by whom.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use domain::{
    Ladder,
    policy::{Lender, Pack, strictness},
};
use formats::{packs::builtin, parse_pack, parse_programme};
use serde_json::{Value, json};

use super::text_of;
use crate::{fail::Failure, out};

#[derive(Args, Debug)]
pub(super) struct ExplainArgs {
    /// Packs of the program by id, others by file
    #[arg(required = true, value_name = "ID|FILE")]
    packs: Vec<String>,
    /// Show the ladder, too, that this programme makes within these packs
    #[arg(long, value_name = "FILE")]
    programme: Option<PathBuf>,
}

pub(super) fn run(args: &ExplainArgs, as_json: bool) -> Result<ExitCode, Failure> {
    let mut packs: Vec<Pack> = Vec::new();
    for name in &args.packs {
        let pack = named(name)?;
        if packs.iter().any(|known| (&known.id, known.version) == (&pack.id, pack.version)) {
            let detail = format!("{name}: {} version {} is named twice", pack.id, pack.version);
            return Err(Failure::usage("pack_twice", detail));
        }
        packs.push(pack);
    }
    let packs: Vec<&Pack> = packs.iter().collect();
    let told = strictness::explain(&packs);
    let names: Vec<String> =
        packs.iter().map(|pack| format!("{}@{}", pack.id, pack.version)).collect();
    let winners = |told: &strictness::Explained| -> Vec<&str> {
        told.winners.iter().map(|index| &*names[*index]).collect()
    };
    let ladder = args.programme.as_deref().map(|file| ladder(file, &packs)).transpose()?;
    if as_json {
        let fields: Vec<Value> = told
            .iter()
            .map(|field| {
                json!({
                    "field": field.field, "strictest": field.order, "value": field.value,
                    "by": winners(field),
                })
            })
            .collect();
        let steps = ladder.as_ref().map(|(id, ladder)| json!({ "id": id, "steps": steps(ladder) }));
        out::json(&json!({ "packs": names, "fields": fields, "programme": steps }));
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<Vec<String>> = told
        .iter()
        .map(|field| vec![field.field.into(), winners(field).join(", "), field.value.clone()])
        .collect();
    out::line(out::table(&["field", "by", "value"], &rows));
    if let Some((id, ladder)) = ladder {
        out::line(format!("\nThe ladder of programme {id} within these packs:"));
        let rows: Vec<Vec<String>> = steps(&ladder)
            .iter()
            .map(|step| {
                let text = |key: &str| step[key].as_str().unwrap_or_default().to_owned();
                vec![text("stage"), step["days_past_due"].to_string(), text("rule")]
            })
            .collect();
        out::line(out::table(&["stage", "days past due", "rule"], &rows));
    }
    Ok(ExitCode::SUCCESS)
}

/// The pack of this id, or that of this file.
fn named(name: &str) -> Result<Pack, Failure> {
    let shipped = builtin().iter().find(|(id, _)| *id == name);
    if let Some((id, text)) = shipped {
        return parse_pack(text).map_err(|e| Failure::wrong("bad_pack", format!("{id}: {e}")));
    }
    let path = Path::new(name);
    if !path.is_file() {
        let known: Vec<&str> = builtin().iter().map(|(id, _)| *id).collect();
        let detail = format!("{name:?} is no file and no pack of the program");
        let hint = format!("there are: {}", known.join(", "));
        return Err(Failure::usage("unknown_pack", detail).hint(&hint));
    }
    let text = text_of(path)?;
    parse_pack(&text).map_err(|error| Failure::wrong("bad_pack", format!("{name}: {error}")))
}

/// The ladder of a programme within these packs, whichever it names itself.
fn ladder(file: &Path, packs: &[&Pack]) -> Result<(String, Ladder), Failure> {
    let wrong =
        |detail: String| Failure::wrong("bad_programme", format!("{}: {detail}", file.display()));
    let mut programme =
        parse_programme(&text_of(file)?).map_err(|error| wrong(error.to_string()))?;
    programme.packs = packs.iter().map(|pack| pack.id.clone()).collect();
    let ladder = Ladder::resolve(&programme, packs, &Lender::default());
    let ladder = ladder.map_err(|error| wrong(error.to_string()))?;
    Ok((format!("{}@{}", programme.id, programme.version), ladder))
}

/// Every stage of a ladder with its rule in words.
fn steps(ladder: &Ladder) -> Vec<Value> {
    let remind = ladder.remind.iter().map(|when| {
        json!({ "stage": "remind", "days_past_due": when.days_past_due, "rule": "a message" })
    });
    let notices = ladder.notices.iter().map(|notice| {
        let (days, cure) = (notice.when.days_past_due, notice.cure_days);
        let rule = format!("a formal notice, then {cure} whole days");
        json!({ "stage": "notice", "days_past_due": days, "rule": rule })
    });
    let above = ladder.steps.iter().map(|step| {
        let taken: Vec<&str> = step.restrictions.iter().map(|one| one.name()).collect();
        let wait = step.after_s / 86_400;
        let rule = format!("{wait} days after the stage below; takes {}", taken.join(", "));
        let days = step.when.days_past_due;
        json!({ "stage": step.stage.to_string(), "days_past_due": days, "rule": rule })
    });
    remind.chain(notices).chain(above).collect()
}
