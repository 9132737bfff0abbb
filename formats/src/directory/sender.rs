//! How messages leave: a gateway for SMS and WhatsApp, a mail server. Secrets stand outside the
//! database.

use std::collections::BTreeSet;

use domain::{Channel, Moment};
use serde::{Deserialize, Serialize};

use crate::text::{Text, one, set};

/// A way by which messages leave. A channel of a lender has one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sender {
    /// Channels it serves.
    #[serde(with = "set")]
    pub channels: BTreeSet<Channel>,
    /// When it was made.
    #[serde(with = "one")]
    pub created_at: Moment,
    /// Its name in addresses of receipts.
    pub name: String,
    /// What takes the messages over.
    pub via: Via,
}

/// What takes messages over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Via {
    /// A gateway that is called over HTTP.
    Gateway {
        /// File of certificates trusted beside the system's own.
        ca: Option<String>,
        /// Where the gateway reaches this server; without it no receipts are asked for.
        callback: Option<String>,
        /// Where messages are posted.
        url: String,
    },
    /// A mail server.
    Smtp {
        /// File of certificates trusted beside the system's own.
        ca: Option<String>,
        /// Who writes: an address, or a name and an address.
        from: String,
        /// Host name.
        host: String,
        /// Port.
        port: u16,
        /// How the connection is protected.
        #[serde(with = "one")]
        tls: SmtpTls,
        /// Who logs in; the password is kept with the keys.
        user: Option<String>,
    },
}

/// How the connection to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    /// It begins in the clear and must be raised to TLS before anything is said.
    Starttls,
    /// It is TLS from its first byte.
    Implicit,
    /// Not at all: only to this machine.
    None,
}

impl SmtpTls {
    /// Every way.
    pub const ALL: [SmtpTls; 3] = [SmtpTls::Starttls, SmtpTls::Implicit, SmtpTls::None];

    /// The name in files and arguments.
    pub fn name(self) -> &'static str {
        match self {
            SmtpTls::Starttls => "starttls",
            SmtpTls::Implicit => "implicit",
            SmtpTls::None => "none",
        }
    }
}

impl Text for SmtpTls {
    const EXPECTED: &'static str = "one of starttls, implicit, none";

    fn read(text: &str) -> Option<Self> {
        SmtpTls::ALL.into_iter().find(|way| way.name() == text)
    }

    fn show(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
