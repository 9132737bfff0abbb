//! `admin sender`: by what messages leave.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use domain::Channel;
use formats::directory::{Sender, SmtpTls, Via};
use serde_json::json;
use server::{app::manage_sender::NewSender, intake::Secret};

use crate::{fail::Failure, out, place::PlaceArgs};

#[derive(Subcommand, Debug)]
#[expect(clippy::large_enum_variant, reason = "made once, from the command line")]
pub(super) enum SenderCommand {
    /// Add a sender of messages, or give a known one other settings or a further secret
    #[command(after_help = "\
Examples:
  quittance admin sender add texts --channel sms --channel whatsapp \\
    --url https://gateway.example/messages --callback https://quittance.example \\
    --secret-file texts.secret
  quittance admin sender add mail --channel email --smtp smtp.example:587 \\
    --from \"Example Lending <notices@lender.example>\" --user notices \\
    --password-file mail.password --secret-file mail.secret

Secrets are kept in the key directory and never in the database. The secret signs the messages to a
gateway and its receipts; receipts about mails are signed by it too. The two newest secrets of a
sender are in force. A channel of a lender has one sender.")]
    Add {
        /// Its name in the address of receipts: small letters, digits and `-`
        name: String,
        /// Channel it serves: sms, whatsapp, email; may be given twice
        #[arg(long, required = true, value_parser = channel)]
        channel: Vec<Channel>,
        /// Where a gateway takes messages
        #[arg(long, required_unless_present = "smtp", conflicts_with = "smtp")]
        url: Option<String>,
        /// Where the gateway reaches this server, for receipts
        #[arg(long, value_name = "URL", conflicts_with = "smtp")]
        callback: Option<String>,
        /// Mail server
        #[arg(long, value_name = "HOST:PORT", requires = "from")]
        smtp: Option<String>,
        /// Who writes the mails
        #[arg(long, value_name = "ADDRESS")]
        from: Option<String>,
        /// How the connection to the mail server is protected: starttls, implicit, none
        #[arg(long, default_value = "starttls", value_parser = tls)]
        tls: SmtpTls,
        /// Who logs in at the mail server
        #[arg(long, requires = "password_file")]
        user: Option<String>,
        /// File that holds the password alone
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
        /// File of certificates trusted beside the system's own
        #[arg(long, value_name = "FILE")]
        ca: Option<String>,
        /// File that holds the secret alone
        #[arg(long, value_name = "FILE")]
        secret_file: Option<PathBuf>,
    },
    /// List the senders, without their secrets
    #[command(after_help = "\
Example:
  quittance admin sender list")]
    List,
}

pub(super) async fn run(
    place: &PlaceArgs,
    command: SenderCommand,
    as_json: bool,
) -> Result<(), Failure> {
    let app = place.open().await?.app;
    let tenant = place.tenant(&app)?;
    let SenderCommand::Add { .. } = &command else {
        list(&app.directory.senders_of(tenant.tenant.id), as_json);
        return Ok(());
    };
    let actor = place.actor(&tenant)?;
    let new = new_sender(command)?;
    let name = new.name.clone();
    let added = app.add_sender(tenant.tenant.id, new, actor).await?;
    let path = format!("/v1/receipts/{name}");
    let became = if added.repeated { "unchanged" } else { "saved" };
    let value = json!({ "sender": name, "receipts": path, "repeated": added.repeated });
    out::either(as_json, &value, format!("Sender {name}: {became}. Its receipts: POST {path}"));
    Ok(())
}

fn new_sender(command: SenderCommand) -> Result<NewSender, Failure> {
    let SenderCommand::Add {
        name,
        channel,
        url,
        callback,
        smtp,
        from,
        tls,
        user,
        password_file,
        ca,
        secret_file,
    } = command
    else {
        return Err(Failure::usage("bad_sender", "nothing to add"));
    };
    let via = match (url, smtp) {
        (Some(url), _) => Via::Gateway { ca, callback, url },
        (None, smtp) => {
            let place = smtp.as_deref().and_then(|text| text.rsplit_once(':'));
            let place = place.and_then(|(host, port)| Some((host.to_owned(), port.parse().ok()?)));
            let (host, port) = place.ok_or_else(|| {
                Failure::usage("bad_sender", "--smtp: expected HOST:PORT, for example mail:587")
            })?;
            Via::Smtp { ca, from: from.unwrap_or_default(), host, port, tls, user }
        }
    };
    let secret = secret_file.as_deref().map(secret_of).transpose()?;
    let password = password_file.as_deref().map(secret_of).transpose()?;
    Ok(NewSender { name, channels: channel.into_iter().collect(), via, secret, password })
}

fn list(senders: &[Sender], as_json: bool) {
    let names = |sender: &Sender| {
        sender.channels.iter().map(|channel| channel.name()).collect::<Vec<_>>().join(", ")
    };
    let to = |sender: &Sender| match &sender.via {
        Via::Gateway { url, .. } => url.clone(),
        Via::Smtp { host, port, .. } => format!("smtp {host}:{port}"),
    };
    let receipts = |sender: &Sender| format!("/v1/receipts/{}", sender.name);
    let values: Vec<_> = senders
        .iter()
        .map(|sender| {
            json!({
                "sender": sender.name,
                "channels": names(sender),
                "to": to(sender),
                "receipts": receipts(sender),
                "created_at": sender.created_at.rfc3339(),
            })
        })
        .collect();
    let row =
        |sender: &Sender| vec![sender.name.clone(), names(sender), to(sender), receipts(sender)];
    let rows: Vec<Vec<String>> = senders.iter().map(row).collect();
    let text = out::table(&["name", "channels", "to", "receipts"], &rows);
    out::either(as_json, &json!({ "senders": values }), text);
}

fn channel(text: &str) -> Result<Channel, String> {
    let known = Channel::parse(text).filter(|channel| channel.is_message());
    known.ok_or_else(|| "expected sms, whatsapp or email".to_owned())
}

fn tls(text: &str) -> Result<SmtpTls, String> {
    let known = SmtpTls::ALL.into_iter().find(|way| way.name() == text);
    known.ok_or_else(|| "expected starttls, implicit or none".to_owned())
}

fn secret_of(path: &Path) -> Result<Secret, Failure> {
    let text = std::fs::read(path).map_err(|error| Failure::file(path, &error))?;
    let text = zeroize::Zeroizing::new(text);
    Ok(Secret::new(text.trim_ascii()))
}
