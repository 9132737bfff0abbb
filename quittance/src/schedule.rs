//! `schedule`: terms in, instalments out.

use std::{io::Read, path::PathBuf, process::ExitCode};

use clap::{Args, ValueEnum};
use domain::amortise::RuleSet;
use formats::{TermsError, schedules};

use crate::{fail::Failure, out};

/// Longest text read.
const BYTES_MAX: u64 = 64 << 20;

/// Whose arithmetic.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Rules {
    /// Rate factors of each period, twelve digits, smoothed last row
    Progressive,
    /// Twelfths of a year or days of 365, the annuity formula
    Classic,
}

impl From<Rules> for RuleSet {
    fn from(rules: Rules) -> RuleSet {
        match rules {
            Rules::Progressive => RuleSet::Progressive,
            Rules::Classic => RuleSet::Classic,
        }
    }
}

/// The terms to schedule.
#[derive(Args, Debug)]
#[command(after_help = "\
The terms are one JSON object, or a list of them; docs/schedule.md says every key. A list is
answered by a list in the same order; {\"error\": {\"code\", \"detail\"}} stands for terms without
a schedule.

Examples:
  quittance schedule < terms.json
  quittance schedule --rules classic terms.json
  echo '{\"principal\": \"9\", \"start_date\": \"2026-01-31\", \"count\": 3}' | quittance schedule

Exit codes: 0 done, 1 terms without a schedule, 2 terms that cannot be read.")]
pub(crate) struct ScheduleArgs {
    /// Rule set; otherwise the one the terms name, otherwise progressive
    #[arg(long, value_enum)]
    rules: Option<Rules>,
    /// Print the terms hash beside the rows: what a contract on these terms has
    #[arg(long)]
    hash: bool,
    /// File with the terms; standard input if none is named
    file: Option<PathBuf>,
}

/// Reads the terms and prints their rows, or says why there are none.
pub(crate) fn run(args: &ScheduleArgs) -> Result<ExitCode, Failure> {
    let text = read(args)?;
    let done = schedules(&text, args.rules.map(RuleSet::from), args.hash).map_err(|error| {
        let detail = error.to_string();
        match error {
            TermsError::Refused(_) => Failure::wrong(error.code(), detail),
            TermsError::Json(_) | TermsError::Field(_) => Failure::usage(error.code(), detail),
        }
    })?;
    out::json(&done.document);
    if done.refused == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    out::note(format!("{} of the terms have no schedule", done.refused));
    Ok(ExitCode::FAILURE)
}

fn read(args: &ScheduleArgs) -> Result<String, Failure> {
    let mut text = String::new();
    let done = match &args.file {
        Some(path) => {
            let file = std::fs::File::open(path).map_err(|error| Failure::file(path, &error))?;
            file.take(BYTES_MAX + 1).read_to_string(&mut text)
        }
        None => std::io::stdin().lock().take(BYTES_MAX + 1).read_to_string(&mut text),
    };
    let name = args.file.clone().unwrap_or_else(|| PathBuf::from("standard input"));
    done.map_err(|error| Failure::file(&name, &error))?;
    if text.len() as u64 > BYTES_MAX {
        return Err(Failure::usage("too_large", "the terms exceed 64 MiB; send them in parts"));
    }
    Ok(text)
}
