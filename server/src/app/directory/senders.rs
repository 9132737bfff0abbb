//! Senders of messages, as the directory knows them.

use domain::{Channel, TenantId};
use formats::directory::Sender;

use super::Directory;

impl Directory {
    /// The sender of this name, and whose it is.
    pub fn sender(&self, name: &str) -> Option<(TenantId, Sender)> {
        self.known().senders.get(name).cloned()
    }

    /// The senders of a tenant by name.
    pub fn senders_of(&self, tenant: TenantId) -> Vec<Sender> {
        let known = self.known();
        let own = known.senders.values().filter(|(owner, _)| *owner == tenant);
        own.map(|(_, sender)| sender.clone()).collect()
    }

    /// Whether anybody's messages can leave.
    pub fn has_senders(&self) -> bool {
        !self.known().senders.is_empty()
    }

    /// By what messages of a tenant leave on a channel.
    pub fn sender_by(&self, tenant: TenantId, channel: Channel) -> Option<Sender> {
        let known = self.known();
        let mut own = known.senders.values().filter(|(owner, _)| *owner == tenant);
        own.find(|(_, sender)| sender.channels.contains(&channel)).map(|(_, own)| own.clone())
    }
}
