//! `device`: one real agent as a process, for whoever builds a device or wants to see one.

mod holder;
mod run;
mod screen;
mod shell;
mod state;
mod tell;
mod time;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Subcommand};
use domain::Imei;

use crate::fail::Failure;

/// One real agent as a process.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  quittance device run --server http://127.0.0.1:7400 --imei 001010020079198 \\
      --state phone.json --code HZQG3TAQY3CK
  quittance device screen --state phone.json")]
pub(crate) struct DeviceArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Enrol if need be, then obey: check in, hold a wait open, print every effect
    #[command(after_help = "\
Examples:
  quittance status EX-00001 --code
  quittance device run --server http://127.0.0.1:7400 --imei 001010020079198 \\
      --state phone.json --code HZQG3TAQY3CK
  quittance device run --server https://lender.example:7400 --imei 001010020079198 \\
      --state phone.json --ca lender-ca.pem --accept --json

While it runs, the holder types: ack (acknowledge the notices), pass (use an emergency pass),
dispute (say that something is wrong), online (talk to the server at once), sim (put another SIM
card in), screen (print the screen), quit. With --accept it reads no input.")]
    Run(RunArgs),
    /// Print what the device's screen says at this moment
    #[command(after_help = "\
Examples:
  quittance device screen --state phone.json
  quittance device screen --state phone.json --json")]
    Screen {
        /// The device's state
        #[arg(long, value_name = "FILE")]
        state: PathBuf,
    },
}

/// What `device run` is told.
#[derive(Args, Debug)]
struct RunArgs {
    /// The server's address
    #[arg(long, value_name = "URL")]
    server: String,
    /// The device's IMEI
    #[arg(long, value_parser = imei)]
    imei: Imei,
    /// The second IMEI of a device with two cards
    #[arg(long, value_parser = imei)]
    imei2: Option<Imei>,
    /// Its serial number
    #[arg(long)]
    serial: Option<String>,
    /// Where it keeps its state and its key; made if need be, mode 0600
    #[arg(long, value_name = "FILE")]
    state: PathBuf,
    /// The single-use code of its contract, from `quittance status REFERENCE --code`
    #[arg(long)]
    code: Option<String>,
    /// The holder accepts the terms without being asked, and nobody types
    #[arg(long)]
    accept: bool,
    /// Nobody looks at the screen: no notice counts as shown
    #[arg(long)]
    away: bool,
    /// Trust the certificates of this PEM file [default: those the system trusts]
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

/// Runs it.
pub(crate) async fn run(args: DeviceArgs, json: bool) -> Result<ExitCode, Failure> {
    match args.what {
        What::Run(args) => run::run(args, json).await,
        What::Screen { state } => screen::print(&state, json),
    }
}

fn imei(text: &str) -> Result<Imei, String> {
    Imei::parse(text).map_err(|error| format!("{error}: expected 14, 15 or 16 digits"))
}
