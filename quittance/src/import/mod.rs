//! `import`: a lender's book as CSV. A file is checked whole before any of it is written.

mod here;
mod kind;
mod pass;
mod report;
mod standing;
mod statement;
mod there;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Subcommand};

use crate::{
    fail::Failure,
    place::PlaceArgs,
    remote::{Remote, RemoteArgs},
};
use here::Here;
use kind::{Contracts, Devices, Kind, Payments};
use pass::{Doing, Tally, pass};
use standing::Standings;

/// Take a lender's book in: devices, contracts, payments, standings as CSV.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  quittance import devices examples/devices.csv --check
  quittance import contracts examples/contracts.csv
  quittance import payments examples/payments.csv --keep-good
  quittance import standing tonight.csv
  quittance import payments today.csv --server https://lender.example:7400 --key-file laptop.key

CSV in UTF-8 with a header row. All errors of a file are told at once, with line and column. A file
with an error changes nothing, unless --keep-good. Importing a file again changes nothing. With
--server the file's own errors are found before anything is sent; what only the server can know, as
an unknown reference, is told row by row.")]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    remote: RemoteArgs,
    /// Only check the file, against the directory and the contracts too; write nothing
    #[arg(long, global = true)]
    check: bool,
    /// Take the good rows, and write the others with their errors to FILE.rejects.csv
    #[arg(long, global = true, conflicts_with = "check")]
    keep_good: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Columns imei,imei2,serial,make,model
    #[command(after_help = "\
Example:
  quittance import devices examples/devices.csv")]
    Devices {
        /// The CSV file
        file: PathBuf,
    },
    /// Columns reference, imei, currency, cash_price and others: see --help
    #[command(after_help = "\
Example:
  quittance import contracts examples/contracts.csv --check

Columns: reference, imei, currency, cash_price, down_payment, count, unit, every, instalment,
first_due, time_zone, language, programme, borrower_name, borrower_phone and, optional,
consent_form, consent_version, consent_at, consent_language, consent_hash, standing,
borrower_email. An empty instalment means equal parts of what is left of the cash price. Without
the consent columns no phone enrols until it is recorded.")]
    Contracts {
        /// The CSV file
        file: PathBuf,
    },
    /// Columns provider,provider_id,reference,amount,paid_at; or a bank's camt.053 or camt.054
    #[command(after_help = "\
Examples:
  quittance import payments examples/payments.csv --json
  quittance import payments statement.xml --format camt053
  quittance import payments intraday.xml --format camt054 --provider house-bank
  quittance import payments statement.xml --format camt053 --server https://lender.example:7400

A bank's file is checked whole: a statement that does not chain is refused. Money that names no
contract, or that a contract cannot take, waits in suspense with its reason.")]
    Payments {
        /// The file
        file: PathBuf,
        /// What the file is
        #[arg(long, value_enum, default_value_t = Format::Csv)]
        format: Format,
        /// Who tells of the money of a bank's file [default: the account's number]
        #[arg(long, value_name = "NAME")]
        provider: Option<String>,
    },
    /// Columns reference,as_of,past_due,oldest_unpaid: where accounts stand that you keep yourself
    #[command(after_help = "\
Example:
  quittance import standing tonight.csv --json

For contracts signed with standing = outside. Optional columns: settled (yes or no), next_due and
next_amount, remaining, currency. A row older than what is known changes nothing.")]
    Standing {
        /// The CSV file
        file: PathBuf,
    },
}

/// What a file of payments is.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// Columns with a header row.
    Csv,
    /// A bank's statement, ISO 20022 camt.053.
    Camt053,
    /// A bank's notification, ISO 20022 camt.054.
    Camt054,
}

/// Runs it.
pub(crate) async fn run(args: ImportArgs, json: bool) -> Result<ExitCode, Failure> {
    let ImportArgs { place, remote, check, keep_good, what } = args;
    let file = match &what {
        What::Devices { file }
        | What::Contracts { file }
        | What::Payments { file, .. }
        | What::Standing { file } => file,
    };
    // Before anything else: a name mistyped should not have to wait for a lock.
    std::fs::File::open(file).map_err(|error| Failure::file(file, &error))?;
    let desk = match remote.open()? {
        Some(remote) => Desk::There(remote),
        None => Desk::Here(Box::new(Here::open(&place).await?)),
    };
    let job = Job { desk: &desk, file, check, keep_good, json };
    match &what {
        What::Devices { .. } => job.run::<Devices>().await,
        What::Contracts { .. } => job.run::<Contracts>().await,
        What::Standing { .. } => job.run::<Standings>().await,
        What::Payments { format: Format::Csv, provider: Some(_), .. } => {
            let detail = "--provider is for a bank's file: a row of CSV names its own";
            Err(Failure::usage("provider_in_rows", detail))
        }
        What::Payments { format: Format::Csv, .. } => job.run::<Payments>().await,
        What::Payments { format, provider, .. } => job.statement(*format, provider).await,
    }
}

/// Where the book is taken in.
enum Desk {
    /// The data directory itself.
    Here(Box<Here>),
    /// A running server. Its contracts and names are checked by it, as it writes.
    There(Remote),
}

/// One import.
struct Job<'a> {
    desk: &'a Desk,
    file: &'a Path,
    check: bool,
    keep_good: bool,
    json: bool,
}

impl Job<'_> {
    async fn run<K: Kind>(&self) -> Result<ExitCode, Failure> {
        let Job { desk, file, check, keep_good, json } = *self;
        if keep_good {
            let tally = pass::<K>(desk, file, Doing::WriteGood, json).await?;
            report::written::<K>(file, &tally, json);
            // Without a header that fits there is no good row to take.
            return Ok(code(&tally, if tally.rows > 0 { 1 } else { 2 }));
        }
        let found = pass::<K>(desk, file, Doing::Check, json).await?;
        if check || !found.errors.is_empty() {
            report::checked::<K>(file, &found, check, json);
            return Ok(code(&found, 2));
        }
        let tally = pass::<K>(desk, file, Doing::Write, json).await?;
        report::written::<K>(file, &tally, json);
        Ok(code(&tally, 1))
    }
}

fn code(tally: &Tally, with_errors: u8) -> ExitCode {
    if tally.errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(with_errors) }
}
