//! `ledger`: the books as text, as balances, and looked through.

use std::{
    fs::File,
    io::{BufWriter, ErrorKind, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Subcommand, ValueEnum};
use domain::{Day, TenantId};
use formats::{LedgerForm, LedgerHead, LedgerText};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use server::{
    App,
    app::check_books::{Books, CHECKS},
};

use crate::{
    fail::Failure,
    out,
    place::{Place, PlaceArgs},
};

/// The books: export them, sum them up, look through them.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  quittance ledger export --format hledger --out books.journal
  quittance ledger balances
  quittance ledger check")]
pub(crate) struct LedgerArgs {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Every double entry in time order, as CSV or as a journal for hledger
    #[command(after_help = "\
Examples:
  quittance ledger export --format csv > ledger.csv
  quittance ledger export --format csv --from 2026-04-01 --to 2026-04-30 --out april.csv
  quittance ledger export --format hledger --out books.journal
  hledger -f books.journal check --strict ordereddates
  hledger -f books.journal balance

Days are those of the lender's time zone, both included. The same ledger gives the same bytes.")]
    Export(ExportArgs),
    /// The balance of each account in each currency; debit positive
    #[command(after_help = "\
Examples:
  quittance ledger balances
  quittance ledger balances --json")]
    Balances,
    /// Whether entries balance, accounts stand on their side and contracts agree with the ledger
    #[command(after_help = "\
Examples:
  quittance ledger check
  quittance ledger check --json

Exit code 1 when something does not hold.")]
    Check,
}

#[derive(Args, Debug)]
struct ExportArgs {
    /// How it is written
    #[arg(long)]
    format: Format,
    /// First day [default: that of the first booking]
    #[arg(long, value_name = "DAY", value_parser = day)]
    from: Option<Day>,
    /// Last day [default: that of the last booking]
    #[arg(long, value_name = "DAY", value_parser = day)]
    to: Option<Day>,
    /// File to write; it appears once it is whole [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// One row per posting, with a header row
    Csv,
    /// One transaction per commit, accounts and commodities declared
    Hledger,
}

impl Format {
    fn form(self) -> LedgerForm {
        match self {
            Format::Csv => LedgerForm::Csv,
            Format::Hledger => LedgerForm::Hledger,
        }
    }
}

/// Runs it.
pub(crate) async fn run(args: LedgerArgs, json: bool) -> Result<ExitCode, Failure> {
    let LedgerArgs { place, what } = args;
    if let What::Export(ExportArgs { out: None, .. }) = &what
        && json
    {
        let detail = "--json tells what became of an export: name its file with --out";
        return Err(Failure::usage("bad_usage", detail));
    }
    let opened = place.open().await?;
    match what {
        What::Export(args) => export(&place, &opened, args, json).await,
        What::Balances => balances(&place, &opened, json).await,
        What::Check => check(&place, &opened, json).await,
    }
}

fn day(text: &str) -> Result<Day, String> {
    Day::parse(text).ok_or_else(|| "expected a day as 2026-04-30".to_owned())
}

/// What was written.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    transactions: u64,
    postings: u64,
}

async fn export(
    place: &PlaceArgs,
    opened: &Place,
    args: ExportArgs,
    json: bool,
) -> Result<ExitCode, Failure> {
    let app = &opened.app;
    let tenant = place.tenant(app)?;
    let ExportArgs { format, from, to, out } = args;
    let head = app.ledger_head(&tenant.tenant, from, to).await?;
    let job = Job { app, tenant: tenant.tenant.id, form: format.form(), head: &head };
    let Some(path) = out else {
        let stdout = Stdout(BufWriter::new(std::io::stdout()));
        job.write(stdout, Path::new("standard output"), &ProgressBar::hidden()).await?;
        return Ok(ExitCode::SUCCESS);
    };
    let tally = job.write_file(&path, json).await?;
    let Tally { transactions, postings } = tally;
    let file = path.display().to_string();
    let value = json!({ "file": file, "transactions": transactions, "postings": postings });
    let text = format!("{file}: {transactions} transactions with {postings} postings");
    out::either(json, &value, text);
    Ok(ExitCode::SUCCESS)
}

/// One export.
struct Job<'a> {
    app: &'a App,
    tenant: TenantId,
    form: LedgerForm,
    head: &'a LedgerHead,
}

impl Job<'_> {
    /// Writes beside the file and then puts it in its place: half an export is never taken for a
    /// whole one.
    async fn write_file(&self, path: &Path, json: bool) -> Result<Tally, Failure> {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let wrong = |error: &std::io::Error| Failure::file(path, error);
        let file = File::create(&part).map_err(|error| Failure::file(&part, &error))?;
        let bar = bar(json);
        let (output, tally) = match self.write(BufWriter::new(file), path, &bar).await {
            Ok(written) => written,
            Err(failure) => {
                // What is left is of no use to anybody.
                let _ = std::fs::remove_file(&part);
                return Err(failure);
            }
        };
        bar.finish_and_clear();
        let file = output.into_inner().map_err(|error| wrong(error.error()))?;
        file.sync_all().map_err(|error| wrong(&error))?;
        std::fs::rename(&part, path).map_err(|error| wrong(&error))?;
        Ok(tally)
    }

    async fn write<W: Write>(
        &self,
        output: W,
        name: &Path,
        bar: &ProgressBar,
    ) -> Result<(W, Tally), Failure> {
        let wrong = |error: std::io::Error| Failure::file(name, &error);
        let mut tally = Tally::default();
        let mut text = LedgerText::begin(self.form, self.head, output).map_err(wrong)?;
        let mut walk = self.app.ledger_walk(self.tenant, self.head);
        while let Some(bookings) = walk.next().await? {
            for booking in &bookings {
                text.push(booking).map_err(wrong)?;
                tally.transactions += 1;
                tally.postings += u64::try_from(booking.legs.len()).unwrap_or(0);
            }
            if let Some(last) = bookings.last() {
                bar.set_message(self.head.zone.day(last.at).to_string());
            }
            bar.set_position(tally.transactions);
        }
        Ok((text.finish().map_err(wrong)?, tally))
    }
}

/// Standard output. A reader that goes away, as `head` does, is no error.
struct Stdout(BufWriter<std::io::Stdout>);

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(bytes.len()),
            other => other,
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}

/// How many transactions are written, and up to which day: how many are to come nobody knows.
fn bar(json: bool) -> ProgressBar {
    if json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {pos} transactions, up to {msg}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
    ProgressBar::no_length().with_style(style)
}

async fn balances(place: &PlaceArgs, opened: &Place, json: bool) -> Result<ExitCode, Failure> {
    let tenant = place.tenant(&opened.app)?;
    let balances = opened.app.balances(tenant.tenant.id).await?;
    let rows: Vec<[String; 4]> = balances
        .iter()
        .map(|balance| {
            let (account, money) = (balance.account, balance.money);
            let names = (account.name().to_owned(), account.kind().name().to_owned());
            [names.0, names.1, money.currency.code().to_owned(), money.decimal()]
        })
        .collect();
    if json {
        let values: Vec<Value> = rows
            .iter()
            .map(|[account, kind, currency, amount]| {
                json!({ "account": account, "kind": kind, "currency": currency, "amount": amount })
            })
            .collect();
        out::json(&json!({ "tenant": tenant.tenant.name, "balances": values }));
        return Ok(ExitCode::SUCCESS);
    }
    let width = rows.iter().map(|row| row[3].len()).max().unwrap_or(0);
    let right = |[account, kind, currency, amount]: &[String; 4]| {
        vec![account.clone(), kind.clone(), currency.clone(), format!("{amount:>width$}")]
    };
    let rows: Vec<Vec<String>> = rows.iter().map(right).collect();
    out::line(out::table(&["account", "kind", "currency", "balance"], &rows));
    Ok(ExitCode::SUCCESS)
}

async fn check(place: &PlaceArgs, opened: &Place, json: bool) -> Result<ExitCode, Failure> {
    let tenant = place.tenant(&opened.app)?;
    let total: u64 = opened.app.counts(tenant.tenant.id).await?.iter().map(|of| of.units).sum();
    let bar = match json || !std::io::stderr().is_terminal() {
        true => ProgressBar::hidden(),
        false => ProgressBar::new(total),
    };
    let books = opened.app.check_books(tenant.tenant.id, |done| bar.set_position(done)).await?;
    bar.finish_and_clear();
    out::either(json, &told(&books), page(&books));
    Ok(if books.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn told(books: &Books) -> Value {
    let holds = |check: &str| !books.findings.iter().any(|found| found.check == check);
    let (good, bad): (Vec<&str>, Vec<&str>) =
        CHECKS.iter().copied().partition(|check| holds(check));
    let findings: Vec<Value> = books
        .findings
        .iter()
        .map(|found| json!({ "check": found.check, "what": found.what }))
        .collect();
    json!({
        "contracts": books.contracts,
        "hold": good,
        "broken": bad,
        "findings": findings,
        "untold": books.untold,
    })
}

fn page(books: &Books) -> String {
    let mut lines: Vec<String> =
        books.findings.iter().map(|found| format!("{}: {}", found.check, found.what)).collect();
    if books.untold > 0 {
        lines.push(format!("and {} more", books.untold));
    }
    let contracts = books.contracts;
    lines.push(match books.findings.len() {
        0 => format!("{} checks hold over {contracts} contracts", CHECKS.len()),
        _ => format!("the books of {contracts} contracts do not hold"),
    });
    lines.join("\n")
}
