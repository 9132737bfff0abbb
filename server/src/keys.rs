//! The key tree: per tenant an offline root and the keys it certified, each capped in what it may
//! sign. Kept outside the database; files are in [`files`].

pub mod files;
mod succession;

pub use succession::succeed;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, RwLock},
};

use domain::{Moment, TenantId};
use files::{KeyDir, KeyStamp};
use protocol::{
    Kind, Message, Rung, Signer,
    cert::{KeyCert, KeyKind},
    cose,
};
use zeroize::Zeroizing;

use crate::{
    clock::Entropy,
    crypto::{Pepper, ServerSigner},
    error::Error,
    intake::Secret,
};

/// How long a key is certified: five years.
const VALID_S: u64 = 5 * 366 * 86_400;
/// Secrets of a source that are in force: one, and the one it replaces.
const SECRETS_IN_FORCE: usize = 2;
/// A certificate begins this long before it is made, for clocks that differ.
const EARLY_S: u64 = 3600;

/// All keys of the installation.
#[derive(Debug)]
pub struct Keys {
    pepper: Pepper,
    tenants: RwLock<BTreeMap<TenantId, Arc<TenantKeys>>>,
    /// What providers of payments sign with, the newest first.
    sources: RwLock<BTreeMap<(TenantId, String), Vec<Secret>>>,
    /// Who comes after whom, as the root of the one signed it.
    successions: RwLock<BTreeMap<(TenantId, TenantId), Vec<u8>>>,
    /// Where they are kept; without it they live as long as the process.
    dir: Option<KeyDir>,
    /// The directory as it was last read again.
    seen: Mutex<Option<KeyStamp>>,
}

/// One tenant's keys.
#[derive(Debug)]
pub struct TenantKeys {
    root: [u8; 32],
    keys: Vec<CertifiedKey>,
}

/// A key with its certificate.
#[derive(Debug)]
pub struct CertifiedKey {
    signer: ServerSigner,
    cert: KeyCert,
    cert_bytes: Vec<u8>,
}

/// The secret half of a key as it is stored.
#[derive(Clone)]
pub struct StoredKey {
    /// Ed25519 seed.
    pub seed: Zeroizing<[u8; 32]>,
    /// The certificate's COSE bytes.
    pub cert: Vec<u8>,
}

impl std::fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoredKey(..)")
    }
}

impl Keys {
    /// Keys with this pepper and no tenant yet.
    pub fn new(pepper: &[u8; 32]) -> Keys {
        let seen = Mutex::default();
        let (tenants, sources, successions) = Default::default();
        Keys { pepper: Pepper::new(pepper), tenants, sources, successions, dir: None, seen }
    }

    /// Adds a tenant's root and keys.
    pub fn add_tenant(
        &self,
        tenant: TenantId,
        root: [u8; 32],
        stored: &[StoredKey],
    ) -> Result<(), Error> {
        let keys = stored.iter().map(CertifiedKey::open).collect::<Result<Vec<_>, _>>()?;
        let mut tenants = self.tenants.write().unwrap_or_else(|poison| poison.into_inner());
        tenants.insert(tenant, Arc::new(TenantKeys { root, keys }));
        Ok(())
    }

    /// Makes a root and one key of each kind for a new tenant, stores them and adds them.
    pub fn create_tenant(
        &self,
        tenant: TenantId,
        lender: &str,
        now: Moment,
        entropy: &dyn Entropy,
    ) -> Result<(), Error> {
        let root_seed = new_seed(entropy);
        let root = ServerSigner::from_seed(&root_seed);
        let kinds = [KeyKind::Lease, KeyKind::Release, KeyKind::Token, KeyKind::Journal];
        let mut stored = Vec::new();
        for (key_id, kind) in (1_u16..).zip(kinds) {
            stored.push(certify(&root, tenant, lender, key_id, kind, now, entropy)?);
        }
        if let Some(dir) = &self.dir {
            dir.store_tenant(tenant, &root_seed, &stored)?;
        }
        self.add_tenant(tenant, root.public_bytes(), &stored)
    }

    /// Reads the key directory again if it changed, as after a rotation beside a running server;
    /// whether it did. What cannot be read leaves the tenant's keys as they are.
    pub fn refresh(&self) -> Result<bool, Error> {
        let Some(dir) = &self.dir else {
            return Ok(false);
        };
        let stamp = dir.stamp()?;
        let mut seen = self.seen.lock().unwrap_or_else(|poison| poison.into_inner());
        if seen.as_ref() == Some(&stamp) {
            return Ok(false);
        }
        dir.load_tenants(self)?;
        *seen = Some(stamp);
        Ok(true)
    }

    /// Adds a secret of a source of payments, and stores it. The two newest are in force.
    pub fn add_source_secret(
        &self,
        tenant: TenantId,
        source: &str,
        secret: Secret,
    ) -> Result<(), Error> {
        if let Some(dir) = &self.dir {
            dir.store_source_secret(tenant, source, &secret)?;
        }
        let mut sources = self.sources.write().unwrap_or_else(|poison| poison.into_inner());
        let own = sources.entry((tenant, source.to_owned())).or_default();
        own.insert(0, secret);
        own.truncate(SECRETS_IN_FORCE);
        Ok(())
    }

    /// The secrets of a source that are in force, the newest first.
    pub fn source_secrets(&self, tenant: TenantId, source: &str) -> Vec<Secret> {
        let sources = self.sources.read().unwrap_or_else(|poison| poison.into_inner());
        sources.get(&(tenant, source.to_owned())).cloned().unwrap_or_default()
    }

    fn set_sources(&self, tenant: TenantId, found: BTreeMap<String, Vec<Secret>>) {
        let mut sources = self.sources.write().unwrap_or_else(|poison| poison.into_inner());
        sources.retain(|(owner, _), _| *owner != tenant);
        sources.extend(found.into_iter().map(|(name, own)| ((tenant, name), own)));
    }

    /// The installation's pepper.
    pub fn pepper(&self) -> &Pepper {
        &self.pepper
    }

    /// A tenant's keys.
    pub fn tenant(&self, tenant: TenantId) -> Result<Arc<TenantKeys>, Error> {
        let missing = || Error::Fault(format!("no signing keys for tenant {tenant}"));
        let tenants = self.tenants.read().unwrap_or_else(|poison| poison.into_inner());
        tenants.get(&tenant).cloned().ok_or_else(missing)
    }
}

/// Makes a key and has the root certify it.
pub fn certify(
    root: &ServerSigner,
    tenant: TenantId,
    lender: &str,
    key_id: u16,
    kind: KeyKind,
    now: Moment,
    entropy: &dyn Entropy,
) -> Result<StoredKey, Error> {
    let seed = new_seed(entropy);
    let seconds = u64::try_from(now.seconds()).unwrap_or(0);
    let cert = KeyCert {
        tenant: protocol::TenantId(tenant.bytes()),
        lender: lender.to_owned(),
        key_id,
        kinds: vec![kind],
        rung_max: if kind == KeyKind::Lease { Rung::Lock } else { Rung::Clear },
        not_before: seconds.saturating_sub(EARLY_S),
        not_after: seconds + VALID_S,
        public_key: ServerSigner::from_seed(&seed).public_bytes(),
    };
    let bytes = cose::sign1(Kind::KeyCert, &[], &cert.encode(), root)
        .map_err(|_| Error::Fault("the root key cannot sign".into()))?;
    Ok(StoredKey { seed, cert: bytes })
}

fn new_seed(entropy: &dyn Entropy) -> Zeroizing<[u8; 32]> {
    let mut seed = Zeroizing::new([0; 32]);
    entropy.fill(seed.as_mut());
    seed
}

impl TenantKeys {
    /// The root's public key.
    pub fn root(&self) -> [u8; 32] {
        self.root
    }

    /// All certificates, for publication and for devices that lack them.
    pub fn certs(&self) -> impl Iterator<Item = &CertifiedKey> {
        self.keys.iter()
    }

    /// The key of this kind that signs at a moment: the newest that is valid.
    pub fn signing(&self, kind: KeyKind, now: Moment) -> Result<&CertifiedKey, Error> {
        let seconds = u64::try_from(now.seconds()).unwrap_or(0);
        let valid = |key: &&CertifiedKey| {
            key.cert.kinds.contains(&kind)
                && (key.cert.not_before..key.cert.not_after).contains(&seconds)
        };
        let newest = self.keys.iter().filter(valid).max_by_key(|key| key.cert.key_id);
        newest.ok_or_else(|| Error::Fault(format!("no valid {kind:?} key: rotate the keys")))
    }
}

impl CertifiedKey {
    fn open(stored: &StoredKey) -> Result<CertifiedKey, Error> {
        let wrong = |what: &str| Error::Fault(format!("key file: {what}"));
        let sign1 = cose::Sign1::parse(&stored.cert).map_err(|e| wrong(&e.to_string()))?;
        let cert: KeyCert = sign1.decode().map_err(|e| wrong(&e.to_string()))?;
        let signer = ServerSigner::from_seed(&stored.seed);
        if signer.public_bytes() != cert.public_key {
            return Err(wrong("the certificate is another key's"));
        }
        Ok(CertifiedKey { signer, cert, cert_bytes: stored.cert.clone() })
    }

    /// The certificate.
    pub fn cert(&self) -> &KeyCert {
        &self.cert
    }

    /// When it was made, Unix seconds.
    pub fn made_at(&self) -> u64 {
        self.cert.not_before + EARLY_S
    }

    /// The certificate's COSE bytes.
    pub fn cert_bytes(&self) -> &[u8] {
        &self.cert_bytes
    }

    /// Signs a payload as this kind.
    pub fn sign(&self, kind: Kind, payload: &[u8]) -> Result<Vec<u8>, Error> {
        let kid = self.cert.key_id.to_be_bytes();
        cose::sign1(kind, &kid, payload, &self.signer)
            .map_err(|_| Error::Fault("a signing key failed".into()))
    }

    /// The key itself, for tokens.
    pub fn signer(&self) -> &impl Signer {
        &self.signer
    }
}
