//! `report`: figures over a whole book.

use std::{io::IsTerminal, path::PathBuf, process::ExitCode};

use clap::{Args, ValueEnum};
use domain::{Day, report::Bands};
use formats::report::{bucket_list, parse_buckets, report_csv, report_rows};
use indicatif::ProgressBar;
use serde_json::Value;
use server::app::report::{Kind, Wanted};

use crate::{fail::Failure, out, place::PlaceArgs, remote::RemoteArgs};

/// Figures over the whole book: portfolio at risk, roll rates, vintages, collections, provisions.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  quittance report par
  quittance report par --as-of 2026-03-31 --json
  quittance report roll --from 2026-02-28 --to 2026-03-31
  quittance report vintages --csv > vintages.csv
  quittance report collection --from 2026-03-01 --to 2026-03-31
  quittance report provisions --buckets buckets.toml
  quittance report expected --to 2026-04-30 --server https://lender.example:7400 \\
      --key-file laptop.key

Days are those of each contract's own calendar. docs/reports.md defines every figure. Amounts are in
major units, shares in basis points: 125 is 1.25 %.")]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    remote: RemoteArgs,
    /// Which report
    name: Name,
    /// As everything was recorded by the end of this day [default: today]
    #[arg(long, value_name = "DAY", value_parser = day)]
    as_of: Option<Day>,
    /// First day [default: thirty days before the last]
    #[arg(long, value_name = "DAY", value_parser = day)]
    from: Option<Day>,
    /// Last day [default: the day of --as-of]
    #[arg(long, value_name = "DAY", value_parser = day)]
    to: Option<Day>,
    /// File of buckets: one table `bucket` each, with from = 31 and rate = "25%"
    #[arg(long, value_name = "FILE")]
    buckets: Option<PathBuf>,
    /// Print CSV with a header row
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Name {
    /// Outstanding of contracts past due for 1, 30, 60, 90 days, over the book
    Par,
    /// From which bucket to which contracts went between two days
    Roll,
    /// By month of signing and months on book: ever and still 30 days past due, paid
    Vintages,
    /// What was received over what fell due in a period
    Collection,
    /// Contracts past due on the first day that are clear on the last
    Cure,
    /// What falls due and what was received, by day
    Expected,
    /// What is provided for by bucket
    Provisions,
    /// Received money by source and day: who told of it, and what became of it
    Reconciliation,
}

impl Name {
    fn kind(self) -> Kind {
        match self {
            Name::Par => Kind::Par,
            Name::Roll => Kind::Roll,
            Name::Vintages => Kind::Vintages,
            Name::Collection => Kind::Collection,
            Name::Cure => Kind::Cure,
            Name::Expected => Kind::Expected,
            Name::Provisions => Kind::Provisions,
            Name::Reconciliation => Kind::Reconciliation,
        }
    }
}

/// Runs it.
pub(crate) async fn run(args: ReportArgs, json: bool) -> Result<ExitCode, Failure> {
    let ReportArgs { place, remote, name, as_of, from, to, buckets, csv } = args;
    let bands = buckets.map(read_buckets).transpose()?;
    let wanted = Wanted { kind: name.kind(), as_of, from, to, bands };
    let given = given(&wanted);
    let known = wanted.kind.parameters();
    if let Some((name, _)) = given.iter().find(|(name, _)| !known.contains(name)) {
        let (report, flag) = (wanted.kind.name(), name.replace('_', "-"));
        let known: Vec<String> =
            known.iter().map(|name| format!("--{}", name.replace('_', "-"))).collect();
        let detail = format!("--{flag}: report {report} takes {}", known.join(", "));
        return Err(Failure::usage("bad_usage", detail));
    }
    let document = match remote.open()? {
        Some(remote) => {
            let pairs: Vec<String> =
                given.iter().map(|(name, value)| format!("{name}={value}")).collect();
            remote.get(&format!("/v1/reports/{}?{}", wanted.kind.name(), pairs.join("&"))).await?
        }
        None => here(&place, wanted, json).await?,
    };
    if json {
        out::json(&document);
        return Ok(ExitCode::SUCCESS);
    }
    let strange = || Failure::wrong("bad_answer", "the server's report reads differently");
    if csv {
        out::bytes(report_csv(&document).ok_or_else(strange)?.as_bytes());
    } else {
        out::line(page(&document).ok_or_else(strange)?);
    }
    Ok(ExitCode::SUCCESS)
}

async fn here(place: &PlaceArgs, wanted: Wanted, json: bool) -> Result<Value, Failure> {
    let opened = place.open_or_ask().await?;
    let tenant = place.tenant(&opened.app)?.tenant.id;
    let bar = match json || !std::io::stderr().is_terminal() {
        true => ProgressBar::hidden(),
        false => ProgressBar::new(opened.app.counts(tenant).await?.iter().map(|of| of.units).sum()),
    };
    let report = opened.app.report(tenant, wanted, |read| bar.set_position(read)).await?;
    bar.finish_and_clear();
    Ok(report.json())
}

/// The parameters that were given, as an address has them.
fn given(wanted: &Wanted) -> Vec<(&'static str, String)> {
    let days = [("as_of", wanted.as_of), ("from", wanted.from), ("to", wanted.to)];
    let days = days.into_iter().filter_map(|(name, day)| Some((name, day?.to_string())));
    days.chain(wanted.bands.iter().map(|bands| ("buckets", bucket_list(bands)))).collect()
}

fn read_buckets(path: PathBuf) -> Result<Bands, Failure> {
    let text = std::fs::read_to_string(&path).map_err(|error| Failure::file(&path, &error))?;
    parse_buckets(&text)
        .map_err(|error| Failure::usage("bad_buckets", format!("{}: {error}", path.display())))
}

fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "expected a day as 2026-04-30".to_owned())
}

/// The rows as a table; numbers stand to the right.
fn page(document: &Value) -> Option<String> {
    let mut rows = report_rows(document)?;
    let head = rows.remove(0);
    if rows.is_empty() {
        return Some("nothing to report: nothing adds to it".to_owned());
    }
    for column in 0..head.len() {
        let number = |cell: &str| {
            let digits = cell.strip_prefix('-').unwrap_or(cell);
            digits.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit())
        };
        let all = rows.iter().all(|row| number(&row[column]));
        if all {
            let cells = rows.iter().map(|row| row[column].len());
            let width = cells.max().unwrap_or(0).max(head[column].len());
            rows.iter_mut().for_each(|row| row[column] = format!("{:>width$}", row[column]));
        }
    }
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    Some(out::table(&head, &rows))
}
