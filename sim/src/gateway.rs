//! A gateway for messages, and a mail server, as a program on real sockets: for tests and trials.
//! It takes messages over, writes them down, and tells what becomes of them by signed receipts.
//! Nobody is ever written to.
//!
//! **Invariant:** a message is taken over once under its name, however often it is posted.
//! **Invariant:** what is not signed by the shared secret is refused.

mod http;
mod mail;

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::Write,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::delivery::DeliveryState;
use serde_json::{Value, json};
use server::{
    clock::Clock,
    intake::{Secret, signed},
    pull::target,
    real::RealClock,
};
use tokio::net::TcpListener;

use crate::WorldError;

/// Longest for one receipt.
const WITHIN: Duration = Duration::from_secs(10);
/// How often a receipt is tried.
const TRIES: u32 = 5;

/// What becomes of messages.
#[derive(Clone, Debug)]
pub struct Manners {
    /// What is told of each message, one after the other.
    pub tells: Vec<DeliveryState>,
    /// Of a hundred messages so many fail instead, evenly spread.
    pub fail_percent: u8,
    /// Before each receipt.
    pub pause: Duration,
    /// Where receipts about mails go; without it none are sent.
    pub mail_receipts: Option<String>,
}

/// A gateway on its sockets.
pub struct Gateway {
    secret: Secret,
    manners: Manners,
    taken: Mutex<Taken>,
}

/// What was taken over.
struct Taken {
    /// Our own number of each message, by its name.
    numbers: BTreeMap<String, u64>,
    file: File,
}

impl Gateway {
    /// A gateway that appends what it takes over to a file, as JSON Lines.
    pub fn new(secret: Secret, manners: Manners, out: &Path) -> Result<Gateway, WorldError> {
        let file = OpenOptions::new().create(true).append(true).open(out);
        let file = file.map_err(|error| WorldError(format!("{}: {error}", out.display())))?;
        let taken = Mutex::new(Taken { numbers: BTreeMap::new(), file });
        Ok(Gateway { secret, manners, taken })
    }

    /// Takes messages over until the process ends.
    pub async fn run(
        self: Arc<Self>,
        listener: TcpListener,
        mails: Option<TcpListener>,
    ) -> Result<(), WorldError> {
        if let Some(mails) = mails {
            tokio::spawn(mail::serve(self.clone(), mails));
        }
        http::serve(self, listener).await
    }

    /// Writes a message down, if it is not known; answers our own number of it, and whether it is
    /// new.
    fn take(&self, name: &str, message: &Value) -> std::io::Result<(u64, bool)> {
        let mut taken = self.taken.lock().unwrap_or_else(|poison| poison.into_inner());
        if let Some(number) = taken.numbers.get(name) {
            return Ok((*number, false));
        }
        let line = format!("{message}\n");
        taken.file.write_all(line.as_bytes())?;
        taken.file.flush()?;
        let number = u64::try_from(taken.numbers.len()).unwrap_or(u64::MAX).saturating_add(1);
        taken.numbers.insert(name.to_owned(), number);
        Ok((number, true))
    }

    /// What is told of the message of a number.
    fn fate(&self, number: u64) -> Vec<DeliveryState> {
        let share = u64::from(self.manners.fail_percent.min(100));
        let spread = |number: u64| number.saturating_mul(share) / 100;
        if spread(number) > spread(number.saturating_sub(1)) {
            return vec![DeliveryState::Failed];
        }
        self.manners.tells.clone()
    }

    /// Tells what becomes of a message, each a while after the one before.
    fn tell(self: &Arc<Self>, receipts: &str, name: &str, number: u64) {
        let (gateway, url, name) = (self.clone(), receipts.to_owned(), name.to_owned());
        tokio::spawn(async move {
            for state in gateway.fate(number) {
                tokio::time::sleep(gateway.manners.pause).await;
                gateway.post(&url, &name, number, state).await;
            }
        });
    }

    async fn post(&self, url: &str, name: &str, number: u64, state: DeliveryState) {
        let Ok((client, path)) = target(url, None) else {
            tracing::warn!("no receipts go to {url}");
            return;
        };
        let at = RealClock.now();
        let id = own_id(number);
        let receipt =
            json!({ "message": name, "state": state.name(), "at": at.rfc3339(), "id": id });
        let body = receipt.to_string();
        for attempt in 1..=TRIES {
            let signature = signed(&self.secret, RealClock.now(), body.as_bytes());
            let headers =
                [("content-type", "application/json"), ("quittance-signature", signature.as_str())];
            let posted = client.post_with(&path, &headers, body.clone().into_bytes(), WITHIN).await;
            match posted {
                Ok(answer) if answer.status < 500 => return,
                Ok(answer) => tracing::warn!("{url} answered {}", answer.status),
                Err(lost) => tracing::warn!("{url}: {lost}"),
            }
            tokio::time::sleep(self.manners.pause * attempt).await;
        }
    }
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").field("manners", &self.manners).finish_non_exhaustive()
    }
}

/// Our own id of a message.
fn own_id(number: u64) -> String {
    format!("gw-{number}")
}
