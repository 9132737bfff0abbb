//! Sources of calls about payments. A source's name stands in the address it is called at, so it is
//! taken once in the installation.

use domain::{Actor, Currency, TenantId, Zone};
use formats::directory::{Directory as Entry, Source, SourceKind};

use super::{
    App,
    directory::NOBODY,
    manage::{Added, SECRET_MAX, SECRET_MIN, check_address_name, entry_unit},
};
use crate::{
    error::Error,
    intake::{self, Secret},
};

/// A source as it is added.
#[derive(Clone, Debug)]
pub struct NewSource {
    /// Its name: small letters, digits and `-`.
    pub name: String,
    /// What it speaks.
    pub kind: SourceKind,
    /// The currency of amounts that name none.
    pub currency: Option<Currency>,
    /// The calendar of times without an offset.
    pub time_zone: Option<Zone>,
    /// A secret to sign with.
    pub secret: Option<Secret>,
}

impl App {
    /// Adds a source, or gives a known one a further secret: the two newest are in force.
    pub async fn add_source(
        &self,
        tenant: TenantId,
        new: NewSource,
        actor: Actor,
    ) -> Result<Added, Error> {
        let NewSource { name, kind, currency, time_zone, secret } = new;
        check_address_name(&name)?;
        let unit = entry_unit(NOBODY, "source", &name);
        let row = self.store.load(&[unit]).await?.pop().flatten();
        if row.as_ref().is_some_and(|row| row.tenant != tenant) {
            return Err(Error::refused("already_exists", format!("source {name:?}: taken")));
        }
        let known = self.directory.source(&name).map(|(_, source)| source);
        check_secret(kind, known.is_some(), secret.as_ref())?;
        let created_at = known.as_ref().map_or_else(|| self.now(), |source| source.created_at);
        let source = Source { created_at, currency, kind, name: name.clone(), time_zone };
        if known.as_ref().is_some_and(|known| known.kind != kind) {
            let detail = format!("source {name:?}: it speaks another language; take another name");
            return Err(Error::refused("already_exists", detail));
        }
        // The secret first: a source without it would refuse what it should take.
        let told = secret.is_some();
        if let Some(secret) = secret {
            self.keys.add_source_secret(tenant, &name, secret)?;
        }
        if known.as_ref() != Some(&source) {
            self.put(tenant, unit, row, &Entry::Source(source), &name, actor).await?;
            return Ok(Added { unit, repeated: false });
        }
        Ok(Added { unit, repeated: !told })
    }

    /// A source with its secrets and the defaults of its lender.
    pub fn source(&self, name: &str) -> Option<(TenantId, intake::Source)> {
        let (tenant, source) = self.directory.source(name)?;
        let lender = self.directory.tenant(tenant).ok()?;
        let secrets = self.keys.source_secrets(tenant, name);
        let zone = source.time_zone.unwrap_or_else(|| lender.tenant.time_zone.clone());
        let currency = source.currency.or(lender.tenant.currency);
        let Source { name, kind, .. } = source;
        Some((tenant, intake::Source { name, kind, secrets, zone, currency }))
    }
}

fn check_secret(kind: SourceKind, known: bool, secret: Option<&Secret>) -> Result<(), Error> {
    let needed = matches!(kind, SourceKind::Stripe | SourceKind::Generic | SourceKind::Alerts);
    let detail = match secret {
        None if needed && !known => format!("a source of kind {} needs a secret", kind.name()),
        Some(_) if kind == SourceKind::Mpesa => "mpesa signs nothing: give no secret".to_owned(),
        Some(secret) if !(SECRET_MIN..=SECRET_MAX).contains(&secret.bytes().len()) => {
            format!("a secret has {SECRET_MIN} to {SECRET_MAX} bytes")
        }
        _ => return Ok(()),
    };
    Err(Error::refused("bad_secret", detail))
}
