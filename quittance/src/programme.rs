//! `programme`: a lender's ladder looked at before it is added. Needs no data directory.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Subcommand};
use domain::{
    Ladder,
    bounds::{Passed, bounds, passages},
    policy::{Lender, Pack, Programme},
};
use serde_json::{Value, json};

use crate::{fail::Failure, out};

/// A lender's ladder, checked before it is added
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  quittance programme check examples/programme.toml
  quittance programme check mine.toml --pack law.toml --json")]
pub(crate) struct ProgrammeArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// What a programme comes to within its packs: errors with their line, what the packs change,
    /// and what a borrower would go through
    #[command(after_help = "\
Examples:
  quittance programme check examples/programme.toml
  quittance programme check mine.toml --pack law.toml --pack state.toml --json

Exit code 2 when the programme or a pack is not one, 1 when they make no ladder.")]
    Check {
        /// The programme's file
        file: PathBuf,
        /// Pack it names [default: those that come with the program]
        #[arg(long, value_name = "FILE")]
        pack: Vec<PathBuf>,
    },
}

/// Runs it.
pub(crate) fn run(args: ProgrammeArgs, json: bool) -> Result<ExitCode, Failure> {
    let What::Check { file, pack } = args.what;
    let rules = Rules::read(&file, &pack)?;
    let value = rules.checked(&rules.ladder(&Lender::default())?);
    out::either(json, &value, page(&value));
    Ok(ExitCode::SUCCESS)
}

/// A programme's file with the packs it names.
pub(crate) struct Rules {
    file: PathBuf,
    programme: Programme,
    packs: Vec<Pack>,
}

impl Rules {
    /// Reads a programme and the packs that are given or come with the program.
    pub(crate) fn read(file: &Path, packs: &[PathBuf]) -> Result<Rules, Failure> {
        let programme = parsed(file, "bad_programme", formats::parse_programme)?;
        let mut known = Vec::new();
        for path in packs {
            let pack = parsed(path, "bad_pack", formats::parse_pack)?;
            if !programme.packs.contains(&pack.id) {
                let detail =
                    format!("{}: {} names no pack {:?}", path.display(), file.display(), pack.id);
                return Err(Failure::usage("bad_pack", detail));
            }
            known.push(pack);
        }
        for (id, text) in formats::packs::builtin() {
            if known.iter().all(|pack: &Pack| pack.id != *id) {
                let pack = formats::parse_pack(text);
                known.push(pack.map_err(|error| {
                    Failure::wrong("bad_pack", format!("built-in pack {id}: {error}"))
                })?);
            }
        }
        Ok(Rules { file: file.to_owned(), programme, packs: known })
    }

    /// The ladder they make.
    pub(crate) fn ladder(&self, lender: &Lender) -> Result<Ladder, Failure> {
        let packs: Vec<&Pack> = self.packs.iter().collect();
        Ladder::resolve(&self.programme, &packs, lender).map_err(|error| {
            let failure =
                Failure::wrong("bad_programme", format!("{}: {error}", self.file.display()));
            match error {
                domain::ladder::LadderError::NoPack(_) => failure.hint("give its file with --pack"),
                _ => failure,
            }
        })
    }

    /// The programme's id and version.
    pub(crate) fn programme_name(&self) -> String {
        format!("{}@{}", self.programme.id, self.programme.version)
    }

    /// Ids and versions of the packs it names.
    pub(crate) fn pack_names(&self) -> Vec<String> {
        let named = self.packs.iter().filter(|pack| self.programme.packs.contains(&pack.id));
        named.map(|pack| format!("{}@{}", pack.id, pack.version)).collect()
    }

    fn checked(&self, ladder: &Ladder) -> Value {
        let warnings = bounds(&self.programme, ladder);
        let warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        let way = passages(ladder).into_iter().map(|passage| {
            let (what, notice_days) = match passage.what {
                Passed::Stage(stage) => (stage.to_string(), None),
                Passed::Notice(k, days) => (format!("notice text {k}"), Some(days)),
            };
            let off: Vec<&str> = match passage.what {
                Passed::Stage(stage) => {
                    ladder.restrictions(stage).iter().map(|one| one.name()).collect()
                }
                Passed::Notice(..) => Vec::new(),
            };
            json!({
                "what": what,
                "days_past_due": passage.days_past_due,
                "cure_days": notice_days,
                "restrictions": off,
            })
        });
        let guards: Vec<&str> = ladder.guards.iter().map(|guard| guard.name()).collect();
        json!({
            "programme": self.programme_name(),
            "packs": self.pack_names(),
            "warnings": warnings,
            "ladder": way.collect::<Vec<_>>(),
            "guards": guards,
            "passes": { "count": ladder.passes.count, "hours": ladder.passes.hours },
            "removal_hours": ladder.removal_hours,
        })
    }
}

fn parsed<T>(
    path: &Path,
    code: &'static str,
    read: impl Fn(&str) -> Result<T, formats::TextError>,
) -> Result<T, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    read(&text).map_err(|error| Failure::usage(code, format!("{}: {error}", path.display())))
}

fn page(value: &Value) -> String {
    let words = |value: &Value| {
        let list = value.as_array().into_iter().flatten();
        list.filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
    };
    let programme = value["programme"].as_str().unwrap_or_default();
    let mut lines = vec![format!("{programme} within {}", words(&value["packs"]))];
    let rows: Vec<Vec<String>> = value["ladder"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|row| {
            let what = row["what"].as_str().unwrap_or_default().to_owned();
            let means = match row["cure_days"].as_u64() {
                Some(days) => format!("runs {days} whole days after its delivery"),
                None => words(&row["restrictions"]),
            };
            vec![row["days_past_due"].to_string(), what, means]
        })
        .collect();
    lines.push(out::table(&["dpd", "what", "takes away"], &rows));
    let passes = &value["passes"];
    lines.push(format!(
        "Guards: {}. Passes: {} of {} hours. Release within {} hours of the last money.",
        words(&value["guards"]),
        passes["count"],
        passes["hours"],
        value["removal_hours"]
    ));
    let warnings: Vec<&str> =
        value["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    lines.push(match warnings.len() {
        0 => "The packs change nothing of it.".to_owned(),
        _ => "The packs change it:".to_owned(),
    });
    lines.extend(warnings.iter().map(|warning| format!("  {warning}")));
    lines.join("\n")
}
