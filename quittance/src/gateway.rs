//! `gateway`: a gateway for messages and a mail server that write to nobody, for tests and trials.

use std::{net::SocketAddr, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use clap::Args;
use domain::delivery::DeliveryState;
use serde_json::json;
use server::intake::Secret;
use sim::gateway::{Gateway, Manners};
use tokio::net::TcpListener;

use crate::{fail::Failure, out};

/// A gateway for tests and trials: takes messages over, writes them to a file, tells what becomes
/// of them. Nobody is ever written to.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  quittance gateway --secret-file gateway.secret --out messages.jsonl
  quittance gateway --secret-file gateway.secret --out messages.jsonl --fail 20
  quittance gateway --secret-file gateway.secret --out messages.jsonl --tell accepted,bounced \\
    --smtp 127.0.0.1:7426 --mail-receipts http://127.0.0.1:7400/v1/receipts/mail

Messages are posted to http://ADDR/messages, signed by the secret; receipts go to the address that
each message names, signed by it too. A mail server takes mails over at --smtp, without TLS; mails
to addresses that begin with `nobody` are refused. It runs until it is stopped.")]
pub(crate) struct GatewayArgs {
    /// Address to listen on for messages
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7425")]
    listen: String,
    /// Address to listen on for mails [default: none are taken]
    #[arg(long, value_name = "ADDR")]
    smtp: Option<String>,
    /// File that holds the shared secret alone
    #[arg(long, value_name = "FILE")]
    secret_file: PathBuf,
    /// File to which messages are appended, as JSON Lines
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// What is told of a message, in this order: accepted, delivered, read, failed, bounced
    #[arg(
        long,
        value_name = "STATES",
        value_delimiter = ',',
        default_value = "accepted,delivered,read",
        value_parser = state
    )]
    tell: Vec<DeliveryState>,
    /// Of a hundred messages so many fail instead
    #[arg(long, value_name = "PERCENT", default_value_t = 0,
        value_parser = clap::value_parser!(u8).range(0..=100))]
    fail: u8,
    /// Milliseconds before each receipt
    #[arg(long, value_name = "MS", default_value_t = 200)]
    pause_ms: u64,
    /// Where receipts about mails go [default: nowhere]
    #[arg(long, value_name = "URL")]
    mail_receipts: Option<String>,
}

/// Runs it until it is stopped.
pub(crate) async fn run(args: GatewayArgs, as_json: bool) -> Result<ExitCode, Failure> {
    let secret = std::fs::read(&args.secret_file);
    let secret = secret.map_err(|error| Failure::file(&args.secret_file, &error))?;
    let secret = Secret::new(zeroize::Zeroizing::new(secret).trim_ascii());
    let manners = Manners {
        tells: args.tell,
        fail_percent: args.fail,
        pause: Duration::from_millis(args.pause_ms),
        mail_receipts: args.mail_receipts,
    };
    let wrong = |error: sim::WorldError| Failure::wrong("gateway", error.to_string());
    let gateway = Arc::new(Gateway::new(secret, manners, &args.out).map_err(wrong)?);
    let (listener, at) = listen("--listen", &args.listen).await?;
    let mails = match &args.smtp {
        Some(address) => Some(listen("--smtp", address).await?),
        None => None,
    };
    let url = format!("http://{at}/messages");
    let smtp = mails.as_ref().map(|(_, at)| at.to_string());
    if as_json {
        out::json(&json!({ "url": url, "smtp": smtp }));
    } else {
        out::line(format!("Messages: POST {url}"));
        if let Some(smtp) = smtp {
            out::line(format!("Mails: {smtp}"));
        }
    }
    tokio::select! {
        ran = gateway.run(listener, mails.map(|(listener, _)| listener)) => ran.map_err(wrong)?,
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(ExitCode::SUCCESS)
}

async fn listen(flag: &str, address: &str) -> Result<(TcpListener, SocketAddr), Failure> {
    let wrong = |error: std::io::Error| {
        let detail = format!("{flag} {address}: {error}");
        Failure::usage("listen", detail).hint("expected HOST:PORT that is free")
    };
    let listener = TcpListener::bind(address).await.map_err(wrong)?;
    let at = listener.local_addr().map_err(wrong)?;
    Ok((listener, at))
}

fn state(text: &str) -> Result<DeliveryState, String> {
    let names: Vec<&str> = DeliveryState::TOLD.iter().map(|state| state.name()).collect();
    DeliveryState::told(text).ok_or_else(|| format!("expected some of {}", names.join(", ")))
}
