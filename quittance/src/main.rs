//! The program: reads its command line, its files and its environment, builds the parts of the
//! house, starts them and tells what came of it.
//!
//! **Invariant:** no rule of any kind lives here: use cases decide, this prints.
//! **Invariant:** no secret is taken from the configuration's text, and none is printed twice.
//! **Invariant:** input that is refused changes nothing.
//! **Invariant:** exit codes are 0 done, 1 refused or found wrong, 2 bad usage or input.

mod admin;
mod certificate;
mod cli;
mod demo;
mod device;
mod disclosure;
mod fail;
mod gateway;
mod import;
mod journal;
mod ledger;
mod logs;
mod out;
mod pack;
mod place;
mod programme;
mod releases;
mod remote;
mod replay;
mod report;
mod schedule;
mod serve;
mod sim;
mod status;
mod words;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use cli::{Cli, Command};
use fail::Failure;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let json = cli.json;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(run(cli)),
        Err(error) => Err(Failure::wrong("no_runtime", format!("threads: {error}"))),
    };
    match done {
        Ok(code) => code,
        Err(failure) => failure.tell(json),
    }
}

async fn run(cli: Cli) -> Result<ExitCode, Failure> {
    // A server tells what it does; a command tells it by its output.
    let level = if matches!(cli.command, Command::Serve(_)) { "info" } else { "warn" };
    logs::start(cli.log.as_deref(), level)?;
    match cli.command {
        Command::Serve(args) => serve::run(args, cli.json).await,
        Command::Admin(args) => admin::run(args, cli.json).await,
        Command::Import(args) => import::run(args, cli.json).await,
        Command::Status(args) => status::run(args, cli.json).await,
        Command::Journal(args) => journal::run(args, cli.json).await,
        Command::Ledger(args) => ledger::run(args, cli.json).await,
        Command::Programme(args) => tokio::task::block_in_place(|| programme::run(args, cli.json)),
        Command::Replay(args) => replay::run(args, cli.json).await,
        Command::Releases(args) => releases::run(args, cli.json).await,
        Command::Report(args) => report::run(args, cli.json).await,
        Command::Demo(args) => demo::run(args, cli.json).await,
        Command::Sim(args) => tokio::task::block_in_place(|| sim::run(args, cli.json)),
        Command::Device(args) => device::run(args, cli.json).await,
        Command::Gateway(args) => gateway::run(args, cli.json).await,
        Command::Pack(args) => pack::run(args, cli.json).await,
        Command::Schedule(args) => tokio::task::block_in_place(|| schedule::run(&args)),
        Command::Disclosure(args) => disclosure::run(args, cli.json).await,
        Command::Words(args) => words::run(args, cli.json),
        Command::Certificate(args) => certificate::run(args, cli.json).await,
        Command::Verify(args) => certificate::verify(&args, cli.json),
        Command::Openapi => {
            out::line(server::api::openapi().trim_end());
            Ok(ExitCode::SUCCESS)
        }
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "quittance", &mut text);
            out::bytes(&text);
            Ok(ExitCode::SUCCESS)
        }
    }
}
