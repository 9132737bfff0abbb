//! Who comes after a lender whose contracts are passed on: signed once for each pair, with the root
//! of the one at hand.

use domain::{Moment, TenantId};
use protocol::{Kind, Message, cose, succession::Succession};

use super::{EARLY_S, Keys, VALID_S};
use crate::{crypto::ServerSigner, error::Error};

/// Has a lender's root sign who comes after it.
pub fn succeed(
    root: &ServerSigner,
    (tenant, lender): (TenantId, &str),
    (to, to_lender, to_root): (TenantId, &str, [u8; 32]),
    now: Moment,
) -> Result<Vec<u8>, Error> {
    let seconds = u64::try_from(now.seconds()).unwrap_or(0);
    let succession = Succession {
        tenant: protocol::TenantId(tenant.bytes()),
        lender: lender.to_owned(),
        to_tenant: protocol::TenantId(to.bytes()),
        to_lender: to_lender.to_owned(),
        to_root,
        not_before: seconds.saturating_sub(EARLY_S),
        not_after: seconds + VALID_S,
    };
    cose::sign1(Kind::Succession, &[], &succession.encode(), root)
        .map_err(|_| Error::Fault("the root key cannot sign".into()))
}

impl Keys {
    /// Adds what a lender's root signed about who comes after it; a later one takes its place.
    pub fn add_succession(&self, tenant: TenantId, bytes: Vec<u8>) -> Result<(), Error> {
        let wrong = |what: String| Error::Fault(format!("succession of {tenant}: {what}"));
        let sign1 = cose::Sign1::parse(&bytes).map_err(|error| wrong(error.to_string()))?;
        let read: Succession = sign1.decode().map_err(|error| wrong(error.to_string()))?;
        if read.tenant.0 != tenant.bytes() {
            return Err(wrong("it is another tenant's".to_owned()));
        }
        let to = TenantId::from_bytes(read.to_tenant.0);
        let mut known = self.successions.write().unwrap_or_else(|poison| poison.into_inner());
        known.insert((tenant, to), bytes);
        Ok(())
    }

    /// What a lender's root signed about another one, if it is valid at a moment and names the root
    /// that he has.
    pub fn succession(&self, tenant: TenantId, to: TenantId, now: Moment) -> Option<Vec<u8>> {
        let known = self.successions.read().unwrap_or_else(|poison| poison.into_inner());
        let bytes = known.get(&(tenant, to))?;
        let read: Succession = cose::Sign1::parse(bytes).ok()?.decode().ok()?;
        let seconds = u64::try_from(now.seconds()).unwrap_or(0);
        let in_force = (read.not_before..read.not_after).contains(&seconds);
        let root = self.tenant(to).ok()?.root();
        (in_force && read.to_root == root).then(|| bytes.clone())
    }
}
