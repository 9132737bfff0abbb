//! The command line.

use clap::{Parser, Subcommand};
use clap_complete::Shell;

use crate::{
    admin::AdminArgs,
    certificate::{CertificateArgs, VerifyArgs},
    demo::DemoArgs,
    device::DeviceArgs,
    disclosure::DisclosureArgs,
    gateway::GatewayArgs,
    import::ImportArgs,
    journal::JournalArgs,
    ledger::LedgerArgs,
    pack::PackArgs,
    programme::ProgrammeArgs,
    releases::ReleasesArgs,
    replay::ReplayArgs,
    report::ReportArgs,
    schedule::ScheduleArgs,
    serve::ServeArgs,
    sim::SimArgs,
    status::StatusArgs,
    words::WordsArgs,
};

/// Quittance: device financing that ends in a quittance.
///
/// Ties a phone bought on instalments to its contract: warns in time, restricts in lawful steps,
/// opens within a second of the payment, and releases for ever at the last one.
#[derive(Parser, Debug)]
#[command(name = "quittance", version, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Cli {
    /// Print one JSON document for scripts
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// What to log to standard error, for example info or server=debug [env: RUST_LOG]
    #[arg(long, value_name = "FILTER", global = true)]
    pub(crate) log: Option<String>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  quittance admin tenant add --from examples/lender.toml
  quittance admin programme add examples/programme.toml
  quittance import devices examples/devices.csv
  quittance import contracts examples/contracts.csv
  quittance import payments examples/payments.csv
  quittance status EX-00001

Exit codes: 0 done, 1 refused or found wrong, 2 bad usage or input.";

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    Demo(DemoArgs),
    Sim(SimArgs),
    /// Serve phones, programs and people
    Serve(ServeArgs),
    /// Lenders, people, keys and programmes
    Admin(AdminArgs),
    /// Take a lender's book in: devices, contracts, payments as CSV
    Import(ImportArgs),
    /// Explain a contract: where it stands, why, and what comes next
    Status(StatusArgs),
    Journal(JournalArgs),
    Certificate(CertificateArgs),
    Verify(VerifyArgs),
    /// The books: export them, sum them up, look through them
    Ledger(LedgerArgs),
    Programme(ProgrammeArgs),
    Replay(ReplayArgs),
    Releases(ReleasesArgs),
    Report(ReportArgs),
    /// Policy packs: check, explain, list, sign
    Pack(PackArgs),
    /// Print the instalments that terms come to, as JSON
    Schedule(ScheduleArgs),
    /// One real agent as a process
    Device(DeviceArgs),
    Disclosure(DisclosureArgs),
    Gateway(GatewayArgs),
    /// What phones and notices say: check templates, begin one's own
    Words(WordsArgs),
    /// Print the API's description, OpenAPI 3.1
    #[command(after_help = "\
Example:
  quittance openapi > openapi.json")]
    Openapi,
    /// Print the completions of a shell
    #[command(after_help = "\
Examples:
  quittance completions bash > /etc/bash_completion.d/quittance
  quittance completions zsh > ~/.zfunc/_quittance")]
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound_and_every_command_shows_an_example() {
        Cli::command().debug_assert();
        check(&Cli::command(), "quittance");
    }

    fn check(command: &clap::Command, path: &str) {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let begin = path.to_owned();
        assert!(help.contains("Example") && help.contains(&begin), "{path}: no example of its own");
        for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
            check(sub, &format!("{path} {}", sub.get_name()));
        }
    }
}
