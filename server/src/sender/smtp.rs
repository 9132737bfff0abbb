//! A mail server that takes messages over.

use std::path::Path;

use formats::directory::{SmtpTls, Via};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};

use super::{Carrier, Handing, Outgoing, Unsent, WITHIN, own_id};
use crate::{error::Error, intake::Secret};

pub(super) struct Mail {
    from: Mailbox,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

/// Somebody who writes or is written to, as a mail names him.
pub fn mailbox(text: &str) -> Option<Mailbox> {
    text.parse().ok()
}

impl Mail {
    pub(super) fn new(via: &Via, password: Option<Secret>) -> Result<Mail, Error> {
        let Via::Smtp { host, port, from, tls, user, ca } = via else {
            return Err(Error::Fault("a mail server is asked for".into()));
        };
        let wrong = |what: &str| Error::refused("bad_sender", what.to_owned());
        let from = mailbox(from).ok_or_else(|| wrong("from: expected a mail address"))?;
        let here = host == "localhost"
            || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        if *tls == SmtpTls::None && !here {
            return Err(wrong("tls: none is for this machine alone: notices cross the network"));
        }
        let tls = match tls {
            SmtpTls::None => Tls::None,
            SmtpTls::Starttls => Tls::Required(parameters(host, ca.as_deref())?),
            SmtpTls::Implicit => Tls::Wrapper(parameters(host, ca.as_deref())?),
        };
        let hello = ClientId::Domain(from.email.domain().to_owned());
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host.as_str())
            .port(*port)
            .tls(tls)
            .hello_name(hello)
            .timeout(Some(WITHIN));
        if let Some(user) = user {
            let password = password.ok_or_else(|| wrong("user: a password is needed too"))?;
            builder = builder.credentials(Credentials::new(user.clone(), password.text().into()));
        }
        Ok(Mail { from, transport: builder.build() })
    }

    async fn send(&self, message: &Outgoing<'_>) -> Result<String, Unsent> {
        let to: Address =
            message.to.parse().map_err(|_| Unsent::Never("bad_address".to_owned()))?;
        let id = format!("<{}@{}>", message.id, self.from.email.domain());
        let letter = Message::builder()
            .message_id(Some(id))
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(message.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(message.text.to_owned());
        let letter = letter.map_err(|_| Unsent::Never("bad_letter".to_owned()))?;
        // What a mail server says may name the address: its number alone goes on.
        let answer = self.transport.send(letter).await.map_err(|error| {
            let said =
                error.status().map_or_else(|| "no_answer".to_owned(), |code| code.to_string());
            if error.is_permanent() { Unsent::Never(said) } else { Unsent::Later(said) }
        })?;
        let queued = answer.message().next().and_then(|line| line.split_whitespace().last());
        let queued = queued.and_then(|word| own_id(word, message.to));
        Ok(queued.unwrap_or_else(|| answer.code().to_string()))
    }
}

impl Carrier for Mail {
    fn hand_over<'a>(&'a self, message: &'a Outgoing<'a>) -> Handing<'a> {
        Box::pin(self.send(message))
    }
}

fn parameters(host: &str, ca: Option<&str>) -> Result<TlsParameters, Error> {
    let wrong = |what: String| Error::refused("bad_sender", what);
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(ca) = ca {
        let pem = std::fs::read(Path::new(ca)).map_err(|error| wrong(format!("{ca}: {error}")))?;
        let trusted = Certificate::from_pem(&pem);
        builder = builder.add_root_certificate(trusted.map_err(|e| wrong(format!("{ca}: {e}")))?);
    }
    builder.build().map_err(|error| wrong(format!("TLS to {host}: {error}")))
}
