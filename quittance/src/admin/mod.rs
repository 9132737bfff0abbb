//! `admin`: the directory of an installation, and its keys.

mod key;
mod person;
mod programme;
mod safety;
mod sender;
mod signing_key;
mod source;
mod sunset;
mod tenant;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use formats::Role;

use crate::{fail::Failure, place::PlaceArgs};

/// Lenders, people, keys, sources and programmes.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  quittance admin tenant add --from lender.toml
  quittance admin person add \"Asha Rao\" --role operator --role support
  quittance admin key add loan-system --role payments --role operator
  quittance admin programme add programme.toml

The data directory must not be held by a running server, except for signing keys.")]
pub(crate) struct AdminArgs {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Lenders, carriers and phone makers on this installation
    #[command(
        subcommand,
        after_help = "\
Examples:
  quittance admin tenant add --from lender.toml
  quittance admin tenant list"
    )]
    Tenant(tenant::TenantCommand),
    /// People who act, with their roles
    #[command(
        subcommand,
        after_help = "\
Examples:
  quittance admin person add \"Asha Rao\" --role operator
  quittance admin person list"
    )]
    Person(person::PersonCommand),
    /// API keys; an API key is shown once and kept as a hash
    #[command(
        subcommand,
        after_help = "\
Examples:
  quittance admin key add loan-system --role payments
  quittance admin key list
  quittance admin key revoke loan-system"
    )]
    Key(key::KeyCommand),
    /// The keys that sign leases, releases and tokens
    #[command(
        subcommand,
        after_help = "\
Examples:
  quittance admin signing-key list
  quittance admin signing-key rotate --kind lease
  quittance admin signing-key export-root --to /media/safe/root.key"
    )]
    SigningKey(signing_key::SigningKeyCommand),
    /// Providers that call about payments; their secrets stand in the key directory
    #[command(
        subcommand,
        after_help = "\
Examples:
  quittance admin source add cards --kind stripe --secret-file stripe.secret
  quittance admin source list"
    )]
    Source(source::SourceCommand),
    /// By what messages leave: a gateway for SMS and WhatsApp, a mail server
    #[command(
        subcommand,
        after_help = "\
Examples:
  quittance admin sender add texts --channel sms --url https://gateway.example/messages \\
    --secret-file texts.secret
  quittance admin sender list"
    )]
    Sender(sender::SenderCommand),
    /// A lender's ladders
    #[command(
        subcommand,
        after_help = "\
Examples:
  quittance admin programme add programme.toml
  quittance admin programme list
  quittance admin programme show standard"
    )]
    Programme(programme::ProgrammeCommand),
    /// What holds many contracts at once
    #[command(
        subcommand,
        after_help = "\
Examples:
  quittance admin breaker list
  quittance admin breaker lift ID --as \"Asha Rao\" --reason \"the feed was checked\""
    )]
    Breaker(safety::BreakerCommand),
    /// The day on which a phone goes free at the latest
    #[command(
        subcommand,
        after_help = "\
Examples:
  quittance admin sunset dispute EX-00001 --until 2028-03-01 --as \"Asha Rao\" \\
    --reason \"the court decides on 20 February\""
    )]
    Sunset(sunset::SunsetCommand),
    /// Feeds of payments whose silence is noticed
    #[command(
        subcommand,
        after_help = "\
Examples:
  quittance admin feed watch cards --heartbeat-hours 4
  quittance admin feed list"
    )]
    Feed(safety::FeedCommand),
    /// What may happen by itself, or by one person
    #[command(
        subcommand,
        after_help = "\
Examples:
  quittance admin limits set --from limits.toml
  quittance admin limits show"
    )]
    Limits(safety::LimitsCommand),
}

/// Runs it.
pub(crate) async fn run(args: AdminArgs, json: bool) -> Result<ExitCode, Failure> {
    let AdminArgs { place, what } = args;
    match what {
        What::Tenant(command) => tenant::run(&place, command, json).await,
        What::Person(command) => person::run(&place, command, json).await,
        What::Key(command) => key::run(&place, command, json).await,
        What::SigningKey(command) => signing_key::run(&place, command, json).await,
        What::Source(command) => source::run(&place, command, json).await,
        What::Sender(command) => sender::run(&place, command, json).await,
        What::Programme(command) => programme::run(&place, command, json).await,
        What::Breaker(command) => safety::breaker(&place, command, json).await,
        What::Sunset(command) => sunset::run(&place, command, json).await,
        What::Feed(command) => safety::feed(&place, command, json).await,
        What::Limits(command) => safety::limits(&place, command, json).await,
    }?;
    Ok(ExitCode::SUCCESS)
}

/// A role by its name.
fn role(text: &str) -> Result<Role, String> {
    let names: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
    Role::parse(text).ok_or_else(|| format!("expected one of {}", names.join(", ")))
}

fn role_names<'a>(roles: impl IntoIterator<Item = &'a Role>) -> Vec<&'static str> {
    roles.into_iter().map(|role| role.name()).collect()
}

/// Reads a settings file as text.
fn text_of(path: &std::path::Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))
}
