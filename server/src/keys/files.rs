//! Keys as files of mode 0600 under the data directory:
//! `keys/pepper`, `keys/<tenant>/root`, `keys/<tenant>/root.pub`, `keys/<tenant>/<id>-<kind>.key`,
//! `keys/<tenant>/source.<name>.<number>.secret`, `keys/<tenant>/succession.<tenant>.<seconds>`.
//!
//! Secrets are one line of hexadecimal; a key file has its certificate on the second line. The root
//! may be moved away: everything but certifying goes on without it.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    time::SystemTime,
};

use domain::{Moment, TenantId};
use protocol::{Message, cert::KeyCert, cert::KeyKind, cose};
use zeroize::Zeroizing;

use super::{Keys, StoredKey, certify};
use crate::{
    clock::Entropy,
    crypto::{ServerSigner, hex},
    error::Error,
    intake::Secret,
};

/// By what a changed key directory is known.
pub(super) type KeyStamp = Vec<(PathBuf, Option<SystemTime>, u64)>;

/// The key directory of an installation.
#[derive(Clone, Debug)]
pub struct KeyDir(PathBuf);

impl KeyDir {
    /// The key directory below a data directory.
    pub fn below(data: &Path) -> KeyDir {
        KeyDir(data.join("keys"))
    }

    /// Reads all keys; makes the pepper at first start.
    pub fn load(&self, entropy: &dyn Entropy) -> Result<Keys, Error> {
        let pepper = match self.read(&self.0.join("pepper"))? {
            Some(text) => seed_of(&text, &self.0.join("pepper"))?,
            None => {
                let mut pepper = Zeroizing::new([0; 32]);
                entropy.fill(pepper.as_mut());
                self.write(&self.0.join("pepper"), &hex(pepper.as_ref()))?;
                pepper
            }
        };
        let mut keys = Keys::new(&pepper);
        keys.dir = Some(self.clone());
        self.load_tenants(&keys)?;
        Ok(keys)
    }

    /// Reads the tenants' keys again, as after a rotation beside a running server.
    pub fn load_tenants(&self, keys: &Keys) -> Result<(), Error> {
        for dir in self.tenant_dirs()? {
            let name = dir.file_name().and_then(|name| name.to_str()).unwrap_or("");
            let Ok(tenant) = name.parse::<TenantId>() else {
                continue;
            };
            let root = self.root_public(&dir)?;
            let stored = self.stored_keys(&dir)?;
            keys.add_tenant(tenant, root, &stored)?;
            keys.set_sources(tenant, self.source_secrets(&dir)?);
            for bytes in self.successions(&dir)? {
                keys.add_succession(tenant, bytes)?;
            }
        }
        Ok(())
    }

    /// Names, times and lengths of all files: another answer means that something changed.
    pub(super) fn stamp(&self) -> Result<KeyStamp, Error> {
        let mut stamp = Vec::new();
        for dir in self.tenant_dirs()? {
            let entries = fs::read_dir(&dir).map_err(|error| fault(&dir, &error))?;
            for entry in entries {
                let entry = entry.map_err(|error| fault(&dir, &error))?;
                let meta = entry.metadata().map_err(|error| fault(&dir, &error))?;
                stamp.push((entry.path(), meta.modified().ok(), meta.len()));
            }
        }
        stamp.sort();
        Ok(stamp)
    }

    /// Writes what [`Keys::create_tenant`] made.
    pub(super) fn store_tenant(
        &self,
        tenant: TenantId,
        root_seed: &[u8; 32],
        stored: &[StoredKey],
    ) -> Result<(), Error> {
        let dir = self.tenant_dir(tenant);
        let root = ServerSigner::from_seed(root_seed);
        self.write(&dir.join("root"), &hex(root_seed))?;
        self.write(&dir.join("root.pub"), &hex(&root.public_bytes()))?;
        stored.iter().try_for_each(|key| self.store_key(&dir, key))
    }

    /// Writes a further secret of a source.
    pub(super) fn store_source_secret(
        &self,
        tenant: TenantId,
        source: &str,
        secret: &Secret,
    ) -> Result<(), Error> {
        let dir = self.tenant_dir(tenant);
        let numbers = self.secret_files(&dir)?.into_iter().filter(|(name, ..)| name == source);
        let next = numbers.map(|(_, number, _)| number).max().unwrap_or(0) + 1;
        let text = Zeroizing::new(hex(secret.bytes()));
        self.write(&dir.join(format!("source.{source}.{next:05}.secret")), &text)
    }

    /// The secrets of all sources that are in force, the newest first.
    fn source_secrets(&self, dir: &Path) -> Result<BTreeMap<String, Vec<Secret>>, Error> {
        let mut files = self.secret_files(dir)?;
        files.sort_by_key(|(_, number, _)| std::cmp::Reverse(*number));
        let mut found: BTreeMap<String, Vec<Secret>> = BTreeMap::new();
        for (name, _, path) in files {
            let own = found.entry(name).or_default();
            if own.len() < super::SECRETS_IN_FORCE {
                let text = self.read(&path)?.unwrap_or_default();
                let bytes = unhex(text.trim()).map(Zeroizing::new).ok_or_else(|| {
                    Error::Fault(format!("{}: not hexadecimal digits", path.display()))
                })?;
                own.push(Secret::new(&bytes));
            }
        }
        Ok(found)
    }

    /// The files of sources' secrets: source, number, path.
    fn secret_files(&self, dir: &Path) -> Result<Vec<(String, u32, PathBuf)>, Error> {
        let entries = fs::read_dir(dir).map_err(|error| fault(dir, &error))?;
        let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
        let parsed = paths.filter_map(|path| {
            let name = path.file_name()?.to_str()?;
            let (name, number) =
                name.strip_prefix("source.")?.strip_suffix(".secret")?.rsplit_once('.')?;
            Some((name.to_owned(), number.parse().ok()?, path.clone()))
        });
        Ok(parsed.collect())
    }

    /// Has a lender's root sign who comes after it. The root is read from another file where it is
    /// not kept here.
    pub fn succeed(
        &self,
        tenant: TenantId,
        to: TenantId,
        root: Option<&Path>,
        now: Moment,
    ) -> Result<(), Error> {
        let (dir, next) = (self.tenant_dir(tenant), self.tenant_dir(to));
        if dir == next {
            return Err(Error::refused("same_tenant", "nobody comes after himself"));
        }
        let path = root.map_or_else(|| dir.join("root"), Path::to_path_buf);
        let moved = || {
            let shown = path.display();
            let detail = format!("{shown} is not here: name the file that holds it with --root");
            Error::refused("root_absent", detail)
        };
        let seed = seed_of(&self.read(&path)?.ok_or_else(moved)?, &path)?;
        let signer = ServerSigner::from_seed(&seed);
        if signer.public_bytes() != self.root_public(&dir)? {
            let detail = format!("{}: another lender's root", path.display());
            return Err(Error::refused("root_wrong", detail));
        }
        let to_root = self.root_public(&next)?;
        let (lender, to_lender) = (self.lender(&dir)?, self.lender(&next)?);
        let signed = super::succeed(&signer, (tenant, &lender), (to, &to_lender, to_root), now)?;
        let name = format!("succession.{to}.{:012}", now.seconds());
        self.write(&dir.join(name), &hex(&signed))
    }

    /// The lender's name, as his certificates have it.
    fn lender(&self, dir: &Path) -> Result<String, Error> {
        let last = self.stored_keys(dir)?.last().map(cert_of).transpose()?;
        let none = || Error::Fault(format!("{}: no keys", dir.display()));
        last.map(|cert| cert.lender).ok_or_else(none)
    }

    /// What the root signed about who comes after it, the newest last.
    fn successions(&self, dir: &Path) -> Result<Vec<Vec<u8>>, Error> {
        let entries = fs::read_dir(dir).map_err(|error| fault(dir, &error))?;
        let named = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.starts_with("succession."))
        };
        let mut paths: Vec<PathBuf> = entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(named)
            .collect();
        paths.sort();
        let read = |path: &PathBuf| {
            let text = self.read(path)?.unwrap_or_default();
            let wrong = || Error::Fault(format!("{}: not hexadecimal digits", path.display()));
            unhex(text.trim()).ok_or_else(wrong)
        };
        paths.iter().map(read).collect()
    }

    /// The tenants that have keys here, by rising id.
    pub fn tenants(&self) -> Result<Vec<TenantId>, Error> {
        let name = |dir: &PathBuf| dir.file_name()?.to_str()?.parse().ok();
        Ok(self.tenant_dirs()?.iter().filter_map(name).collect())
    }

    /// Makes a further key of this kind; the older ones stay valid until their certificates end.
    pub fn rotate(
        &self,
        tenant: TenantId,
        kind: KeyKind,
        now: Moment,
        entropy: &dyn Entropy,
    ) -> Result<KeyCert, Error> {
        let dir = self.tenant_dir(tenant);
        let path = dir.join("root");
        let moved = || {
            let shown = path.display();
            Error::refused("root_absent", format!("{shown} is not here: bring the root back first"))
        };
        let seed = seed_of(&self.read(&path)?.ok_or_else(moved)?, &path)?;
        let root = ServerSigner::from_seed(&seed);
        let certs = self.stored_keys(&dir)?.iter().map(cert_of).collect::<Result<Vec<_>, _>>()?;
        let last = certs.iter().map(|cert| cert.key_id).max().unwrap_or(0);
        let key_id =
            last.checked_add(1).ok_or_else(|| Error::Fault("key ids are used up".into()))?;
        let lender = certs.last().map(|cert| cert.lender.clone()).unwrap_or_default();
        let key = certify(&root, tenant, &lender, key_id, kind, now, entropy)?;
        self.store_key(&dir, &key)?;
        cert_of(&key)
    }

    /// Moves the root key to another file.
    pub fn export_root(&self, tenant: TenantId, to: &Path) -> Result<(), Error> {
        let path = self.tenant_dir(tenant).join("root");
        let text = self.read(&path)?.ok_or_else(|| {
            Error::refused("root_absent", format!("{} is not here", path.display()))
        })?;
        self.write(to, text.trim())?;
        fs::remove_file(&path).map_err(|error| fault(&path, &error))
    }

    fn tenant_dir(&self, tenant: TenantId) -> PathBuf {
        self.0.join(tenant.to_string())
    }

    fn tenant_dirs(&self) -> Result<Vec<PathBuf>, Error> {
        let entries = fs::read_dir(&self.0).map_err(|error| fault(&self.0, &error))?;
        let mut dirs = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| fault(&self.0, &error))?.path();
            if path.is_dir() {
                dirs.push(path);
            }
        }
        dirs.sort();
        Ok(dirs)
    }

    fn root_public(&self, dir: &Path) -> Result<[u8; 32], Error> {
        let path = dir.join("root.pub");
        let text = self.read(&path)?;
        let text = text.ok_or_else(|| Error::Fault(format!("{} is missing", path.display())))?;
        Ok(*seed_of(&text, &path)?)
    }

    fn stored_keys(&self, dir: &Path) -> Result<Vec<StoredKey>, Error> {
        let entries = fs::read_dir(dir).map_err(|error| fault(dir, &error))?;
        let mut paths: Vec<PathBuf> = entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|end| end == "key"))
            .collect();
        paths.sort();
        paths.iter().map(|path| self.stored_key(path)).collect()
    }

    fn stored_key(&self, path: &Path) -> Result<StoredKey, Error> {
        let text = self.read(path)?.unwrap_or_default();
        let wrong = || Error::Fault(format!("{}: not a key file", path.display()));
        let (seed, cert) = text.trim().split_once('\n').ok_or_else(wrong)?;
        let seed = seed_of(seed, path)?;
        Ok(StoredKey { seed, cert: unhex(cert.trim()).ok_or_else(wrong)? })
    }

    fn store_key(&self, dir: &Path, key: &StoredKey) -> Result<(), Error> {
        let cert = cert_of(key)?;
        let kinds: Vec<String> =
            cert.kinds.iter().map(|kind| format!("{kind:?}").to_lowercase()).collect();
        let name = format!("{:05}-{}.key", cert.key_id, kinds.join("+"));
        let text = Zeroizing::new(format!("{}\n{}", hex(key.seed.as_ref()), hex(&key.cert)));
        self.write(&dir.join(name), &text)
    }

    fn read(&self, path: &Path) -> Result<Option<Zeroizing<String>>, Error> {
        match fs::read_to_string(path) {
            Ok(text) => {
                let mode = fs::metadata(path).map_err(|error| fault(path, &error))?;
                if mode.permissions().mode() & 0o077 != 0 {
                    let shown = path.display();
                    return Err(Error::Fault(format!(
                        "{shown} can be read by others: run chmod 600 {shown}"
                    )));
                }
                Ok(Some(Zeroizing::new(text)))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(fault(path, &error)),
        }
    }

    /// Writes a new file; a key is never overwritten.
    fn write(&self, path: &Path, text: &str) -> Result<(), Error> {
        if let Some(dir) = path.parent() {
            let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
            made.map_err(|error| fault(dir, &error))?;
        }
        let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let mut file = file.map_err(|error| fault(path, &error))?;
        writeln!(file, "{text}").map_err(|error| fault(path, &error))?;
        file.sync_all().map_err(|error| fault(path, &error))
    }
}

fn cert_of(key: &StoredKey) -> Result<KeyCert, Error> {
    let wrong = |error: protocol::Malformed| Error::Fault(format!("key file: {error}"));
    let sign1 = cose::Sign1::parse(&key.cert).map_err(wrong)?;
    KeyCert::decode(sign1.payload()).map_err(wrong)
}

fn seed_of(text: &str, path: &Path) -> Result<Zeroizing<[u8; 32]>, Error> {
    let bytes = unhex(text.trim()).map(Zeroizing::new);
    let seed = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
    seed.map(Zeroizing::new)
        .ok_or_else(|| Error::Fault(format!("{}: not 64 hexadecimal digits", path.display())))
}

/// Bytes of lower- or upper-case hexadecimal.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

fn fault(path: &Path, error: &std::io::Error) -> Error {
    Error::Fault(format!("{}: {error}", path.display()))
}
