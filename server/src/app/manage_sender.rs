//! Senders: by what messages of a lender leave. A sender's name stands in the address of its
//! receipts, so it is taken once in the installation; a channel of a lender has one sender.

use std::collections::BTreeSet;

use domain::{Actor, Channel, TenantId};
use formats::directory::{Directory as Entry, Sender, Via};

use super::{
    App,
    directory::NOBODY,
    manage::{Added, SECRET_MAX, SECRET_MIN, check_address_name, entry_unit},
};
use crate::{error::Error, intake::Secret, sender};

/// A sender as it is added.
#[derive(Clone, Debug)]
pub struct NewSender {
    /// Its name: small letters, digits and `-`.
    pub name: String,
    /// Channels it serves.
    pub channels: BTreeSet<Channel>,
    /// What takes the messages over.
    pub via: Via,
    /// Signs messages to a gateway, and receipts.
    pub secret: Option<Secret>,
    /// Of whoever logs in at the mail server.
    pub password: Option<Secret>,
}

impl App {
    /// Adds a sender, or gives a known one other settings or a further secret: the two newest are
    /// in force.
    pub async fn add_sender(
        &self,
        tenant: TenantId,
        new: NewSender,
        actor: Actor,
    ) -> Result<Added, Error> {
        let NewSender { name, channels, via, secret, password } = new;
        check_address_name(&name)?;
        let unit = entry_unit(NOBODY, "sender", &name);
        let row = self.store.load(&[unit]).await?.pop().flatten();
        if row.as_ref().is_some_and(|row| row.tenant != tenant) {
            return Err(Error::refused("already_exists", format!("sender {name:?}: taken")));
        }
        let known = self.directory.sender(&name).map(|(_, sender)| sender);
        check_channels(&channels, &via)?;
        for channel in &channels {
            let other = self.directory.sender_by(tenant, *channel);
            if let Some(other) = other.filter(|other| other.name != name) {
                let detail = format!("{}: sender {:?} serves it", channel.name(), other.name);
                return Err(Error::refused("already_exists", detail));
            }
        }
        let created_at = known.as_ref().map_or_else(|| self.now(), |sender| sender.created_at);
        let sender = Sender { channels, created_at, name: name.clone(), via };
        self.check_carrier(tenant, &sender, secret.as_ref(), password.as_ref())?;
        // The secrets first: a sender without them could not send.
        let told = secret.is_some() || password.is_some();
        for (secret, place) in [(secret, receipts(&name)), (password, logs_in(&name))] {
            if let Some(secret) = secret {
                self.keys.add_source_secret(tenant, &place, secret)?;
            }
        }
        self.carriers.lock().unwrap_or_else(|poison| poison.into_inner()).remove(&name);
        if known.as_ref() != Some(&sender) {
            self.put(tenant, unit, row, &Entry::Sender(sender), &name, actor).await?;
            return Ok(Added { unit, repeated: false });
        }
        Ok(Added { unit, repeated: !told })
    }

    /// Whether it would work, without calling anybody.
    fn check_carrier(
        &self,
        tenant: TenantId,
        new: &Sender,
        secret: Option<&Secret>,
        password: Option<&Secret>,
    ) -> Result<(), Error> {
        let bounds = SECRET_MIN..=SECRET_MAX;
        if secret.is_some_and(|secret| !bounds.contains(&secret.bytes().len())) {
            let detail = format!("a secret has {SECRET_MIN} to {SECRET_MAX} bytes");
            return Err(Error::refused("bad_secret", detail));
        }
        let mut secrets = self.sender_secrets(tenant, &new.name);
        secrets.extend(secret.cloned());
        if secrets.is_empty() {
            let detail = "a sender needs a secret: its receipts are signed";
            return Err(Error::refused("bad_secret", detail));
        }
        let password = password.cloned().or_else(|| self.sender_password(tenant, &new.name));
        sender::carrier(new, &secrets, password, self.clock.clone()).map(drop)
    }

    /// The secrets in force that sign messages and receipts.
    pub(super) fn sender_secrets(&self, tenant: TenantId, name: &str) -> Vec<Secret> {
        self.keys.source_secrets(tenant, &receipts(name))
    }

    /// The password of whoever logs in at the mail server.
    pub(super) fn sender_password(&self, tenant: TenantId, name: &str) -> Option<Secret> {
        self.keys.source_secrets(tenant, &logs_in(name)).into_iter().next()
    }
}

fn check_channels(channels: &BTreeSet<Channel>, via: &Via) -> Result<(), Error> {
    let fits = |channel: &Channel| match via {
        Via::Gateway { .. } => matches!(channel, Channel::Sms | Channel::Whatsapp),
        Via::Smtp { .. } => *channel == Channel::Email,
    };
    if !channels.is_empty() && channels.iter().all(fits) {
        return Ok(());
    }
    let detail = "channel: a gateway serves sms and whatsapp, a mail server email";
    Err(Error::refused("bad_sender", detail))
}

/// Beside the secrets of sources of payments, whose names hold no `:`.
fn receipts(name: &str) -> String {
    format!("sender:{name}")
}

fn logs_in(name: &str) -> String {
    format!("password:{name}")
}
