//! Mails: as much of SMTP (RFC 5321) as a sender needs. Addresses that begin with `nobody` are
//! unknown here.

use std::sync::Arc;

use serde_json::json;
use server::{clock::Clock, real::RealClock};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use super::{Gateway, own_id};

/// Longest line, bytes.
const LINE_MAX: u64 = 4 * 1024;
/// Most bytes of a mail.
const MAIL_MAX: usize = 256 * 1024;

pub(super) async fn serve(gateway: Arc<Gateway>, listener: TcpListener) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let gateway = gateway.clone();
                tokio::spawn(async move {
                    if let Err(error) = talk(&gateway, stream).await {
                        tracing::debug!(%error, "a mail connection broke off");
                    }
                });
            }
            Err(error) => tracing::warn!(%error, "no mail connection: {error}"),
        }
    }
}

/// One mail under way.
#[derive(Default)]
struct Envelope {
    from: String,
    to: String,
}

async fn talk(gateway: &Arc<Gateway>, stream: TcpStream) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    say(&mut stream, "220 gateway ready").await?;
    let mut envelope = Envelope::default();
    while let Some(line) = line(&mut stream).await? {
        let word = line.split([' ', ':']).next().unwrap_or("").to_ascii_uppercase();
        let answer = match word.as_str() {
            "EHLO" => "250-gateway\r\n250 8BITMIME".to_owned(),
            "HELO" | "NOOP" => "250 ok".to_owned(),
            "MAIL" => {
                envelope = Envelope { from: address(&line), to: String::new() };
                "250 ok".to_owned()
            }
            "RCPT" if address(&line).starts_with("nobody") => "550 5.1.1 unknown".to_owned(),
            "RCPT" => {
                envelope.to = address(&line);
                "250 ok".to_owned()
            }
            "DATA" if envelope.to.is_empty() => "503 who is it for?".to_owned(),
            "DATA" => {
                say(&mut stream, "354 go on").await?;
                let Some(text) = data(&mut stream).await? else {
                    return say(&mut stream, "552 too large").await;
                };
                take(gateway, &envelope, &text)
            }
            "RSET" => {
                envelope = Envelope::default();
                "250 ok".to_owned()
            }
            "QUIT" => return say(&mut stream, "221 bye").await,
            _ => "502 not known here".to_owned(),
        };
        say(&mut stream, &answer).await?;
    }
    Ok(())
}

fn take(gateway: &Arc<Gateway>, envelope: &Envelope, text: &str) -> String {
    let (head, _) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
    let named = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("message-id").then(|| value.trim().trim_matches(['<', '>']))
    });
    let Some(name) = named.and_then(|id| id.split('@').next()).filter(|name| !name.is_empty())
    else {
        return "550 no message-id".to_owned();
    };
    let line = json!({
        "via": "smtp",
        "at": RealClock.now().rfc3339(),
        "channel": "email",
        "id": name,
        "from": envelope.from,
        "to": envelope.to,
        "text": text,
    });
    let Ok((number, is_new)) = gateway.take(name, &line) else {
        return "451 not written".to_owned();
    };
    if let Some(receipts) = gateway.manners.mail_receipts.as_deref().filter(|_| is_new) {
        gateway.tell(receipts, name, number);
    }
    format!("250 queued as {}", own_id(number))
}

/// The address between angle brackets.
fn address(line: &str) -> String {
    let inner = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map(|(address, _)| address.to_owned()).unwrap_or_default()
}

/// One line without its end; `None` at the end of the connection.
async fn line(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let read = (&mut *stream).take(LINE_MAX).read_until(b'\n', &mut bytes).await?;
    let text = String::from_utf8_lossy(&bytes).trim_end().to_owned();
    Ok((read > 0).then_some(text))
}

/// A mail up to the line with a single dot; `None` = it is too large.
async fn data(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<String>> {
    let mut text = String::new();
    while let Some(line) = line(stream).await? {
        if line == "." {
            return Ok(Some(text));
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
        text.push_str("\r\n");
        if text.len() > MAIL_MAX {
            return Ok(None);
        }
    }
    Ok(None)
}

async fn say(stream: &mut BufReader<TcpStream>, answer: &str) -> std::io::Result<()> {
    stream.get_mut().write_all(format!("{answer}\r\n").as_bytes()).await?;
    stream.get_mut().flush().await
}
