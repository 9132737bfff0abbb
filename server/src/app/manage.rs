//! Managing the directory: tenants, people, API keys, programmes. Each entry is a unit whose id
//! follows from its name, so that a name is taken once and adding again changes nothing.

use std::collections::BTreeSet;

use domain::{Actor, Day, TenantId, UnitId, policy::Lender};
use formats::{
    LenderFile,
    directory::{
        ApiKey, Directory as Entry, Limits, Person, Role, StoredProgramme, Tenant, directory_doc,
    },
    journal,
};
use protocol::limits::{LENDER_MAX, PHONE_MAX};
use store::{
    Change, Conflict, Facets, Head, Item, JobKey, LineKind, NextLook, Outcome, Row, UnitKind,
};

use super::{App, change::Lines, directory::NOBODY, tell_lender::Told};
use crate::{crypto::sha256, error::Error};

/// Letters of an API key's prefix and secret.
const KEY_LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Letters of the part that finds the key.
const PREFIX_LEN: usize = 8;
/// Letters of the secret: 160 bits.
const SECRET_LEN: usize = 32;
/// Longest name of an entry, bytes.
const NAME_MAX: usize = 64;
/// Shortest secret of a source or sender, bytes.
pub(super) const SECRET_MIN: usize = 16;
/// Longest one, bytes.
pub(super) const SECRET_MAX: usize = 512;
/// Longest address for complaints, bytes.
const COMPLAINTS_MAX: usize = formats::words::COMPLAINTS_MAX;

/// Tries to write an entry whose events are finished meanwhile.
const TRIES: u32 = 16;

/// An entry as it is written.
pub(super) struct Written<'a> {
    /// Whose.
    pub(super) tenant: TenantId,
    /// Its unit.
    pub(super) unit: UnitId,
    /// As it was loaded; none of one that is added.
    pub(super) row: Option<Row>,
    /// What it says.
    pub(super) entry: &'a Entry,
    /// Its name.
    pub(super) name: &'a str,
    /// Who writes.
    pub(super) actor: Actor,
    /// What is told of it.
    pub(super) told: Told,
}

/// What came of adding an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Its unit.
    pub unit: UnitId,
    /// Whether it was there already, exactly so.
    pub repeated: bool,
}

impl App {
    /// Adds a lender, and makes its keys.
    pub async fn add_tenant(
        &self,
        file: &LenderFile,
        actor: Actor,
    ) -> Result<(TenantId, bool), Error> {
        check_lender(&file.lender)?;
        let unit = entry_unit(NOBODY, "tenant", &file.id);
        let row = self.store.load(&[unit]).await?.pop().flatten();
        let known = row.as_ref().map(|row| self.tenant_of(row)).transpose()?;
        let id = known.as_ref().map_or_else(|| TenantId(self.new_id()), |tenant| tenant.id);
        let tenant = Tenant {
            created_at: known.as_ref().map_or_else(|| self.now(), |tenant| tenant.created_at),
            currency: file.currency,
            id,
            lender: file.lender.clone(),
            name: file.id.clone(),
            time_zone: file.time_zone.clone(),
        };
        if known.as_ref() == Some(&tenant) {
            return Ok((id, true));
        }
        // Leases say who lends, and a version's lease is the same for as long as it lasts.
        let other = known.as_ref().is_some_and(|known| known.lender != tenant.lender);
        if other && !self.store.counts(id).await?.is_empty() {
            let detail = "the lender's name, phone and complaint address stand in contracts that \
                          are signed: they stay as they are";
            return Err(Error::refused("lender_in_use", detail));
        }
        if known.is_none() {
            self.keys.create_tenant(id, &file.lender.name, self.now(), &*self.entropy)?;
        }
        self.put(NOBODY, unit, row, &Entry::Tenant(tenant), &file.id, actor).await?;
        Ok((id, false))
    }

    fn tenant_of(&self, row: &Row) -> Result<Tenant, Error> {
        match formats::parse_directory(&row.doc) {
            Ok(Entry::Tenant(tenant)) => Ok(tenant),
            _ => Err(Error::Fault(format!("directory entry {}: not a tenant", row.unit))),
        }
    }

    /// Adds a person, or gives a known one other roles.
    pub async fn add_person(
        &self,
        tenant: TenantId,
        name: &str,
        roles: BTreeSet<Role>,
        actor: Actor,
    ) -> Result<Added, Error> {
        check_name(name)?;
        check_roles(&roles)?;
        let unit = entry_unit(tenant, "person", name);
        let row = self.store.load(&[unit]).await?.pop().flatten();
        let known = self.directory.tenant(tenant)?.people.get(&unit).cloned();
        let created_at = known.as_ref().map_or_else(|| self.now(), |person| person.created_at);
        let person = Person { created_at, name: name.to_owned(), roles };
        if known.as_ref() == Some(&person) {
            return Ok(Added { unit, repeated: true });
        }
        self.put(tenant, unit, row, &Entry::Person(person), name, actor).await?;
        Ok(Added { unit, repeated: false })
    }

    /// Makes an API key. Its secret is in the answer and nowhere else.
    pub async fn add_key(
        &self,
        tenant: TenantId,
        name: &str,
        roles: BTreeSet<Role>,
        person: Option<UnitId>,
        actor: Actor,
    ) -> Result<(Added, String), Error> {
        check_name(name)?;
        check_roles(&roles)?;
        let unit = entry_unit(tenant, "api_key", name);
        let row = self.store.load(&[unit]).await?.pop().flatten();
        let keys = self.directory.keys_of(tenant);
        let known = keys.iter().find(|(known, _)| *known == unit);
        if known.is_some_and(|(_, key)| key.revoked_at.is_none()) {
            let detail = format!("key {name:?} exists: revoke it first, or take another name");
            return Err(Error::refused("key_exists", detail));
        }
        let prefix = self.letters(PREFIX_LEN);
        let secret = format!("qk_{prefix}_{}", self.letters(SECRET_LEN));
        let key = ApiKey {
            created_at: self.now(),
            hash: sha256(&[secret.as_bytes()]),
            name: name.to_owned(),
            person,
            prefix,
            revoked_at: None,
            roles,
        };
        self.put(tenant, unit, row, &Entry::ApiKey(key), name, actor).await?;
        Ok((Added { unit, repeated: false }, secret))
    }

    /// Ends an API key.
    pub async fn revoke_key(
        &self,
        tenant: TenantId,
        name: &str,
        actor: Actor,
    ) -> Result<Added, Error> {
        let unit = entry_unit(tenant, "api_key", name);
        let keys = self.directory.keys_of(tenant);
        let known = keys.into_iter().find(|(known, _)| *known == unit);
        let (_, mut key) = known.ok_or_else(|| {
            Error::refused("unknown_key", format!("key {name:?}: the tenant has none of this name"))
        })?;
        if key.revoked_at.is_some() {
            return Ok(Added { unit, repeated: true });
        }
        key.revoked_at = Some(self.now());
        let row = self.store.load(&[unit]).await?.pop().flatten();
        self.put(tenant, unit, row, &Entry::ApiKey(key), name, actor).await?;
        Ok(Added { unit, repeated: false })
    }

    /// Adds a version of a programme. A version's text never changes.
    pub async fn add_programme(
        &self,
        tenant: TenantId,
        text: &str,
        actor: Actor,
    ) -> Result<((String, u32), bool), Error> {
        let stored = StoredProgramme::new(text.to_owned())
            .map_err(|error| Error::refused("bad_programme", error.to_string()))?;
        self.directory.check_programme(tenant, &stored.programme, self.today(tenant)?)?;
        let pinned = (stored.programme.id.clone(), stored.programme.version);
        let name = format!("{}@{}", pinned.0, pinned.1);
        let unit = entry_unit(tenant, "programme", &name);
        let entry = Entry::Programme(Box::new(stored));
        if let Some(row) = self.store.load(&[unit]).await?.pop().flatten() {
            if row.doc == directory_doc(&entry) {
                return Ok((pinned, true));
            }
            let detail = format!("programme {name} is known with another text: raise its version");
            return Err(Error::refused("programme_version_exists", detail));
        }
        let newest = self.directory.programme_in_force(tenant, &pinned.0);
        if newest.is_ok_and(|(_, version)| version > pinned.1) {
            let detail = format!("programme {}: a higher version is in force already", pinned.0);
            return Err(Error::refused("programme_version_old", detail));
        }
        self.put(tenant, unit, None, &entry, &name, actor).await?;
        Ok((pinned, false))
    }

    /// Sets what a lender allows to happen by itself, or by one person.
    pub async fn set_limits(
        &self,
        tenant: TenantId,
        limits: &Limits,
        actor: Actor,
    ) -> Result<bool, Error> {
        if self.directory.limits(tenant)? == *limits {
            return Ok(true);
        }
        let unit = entry_unit(tenant, "limits", "limits");
        let row = self.store.load(&[unit]).await?.pop().flatten();
        self.put(tenant, unit, row, &Entry::Limits(limits.clone()), "limits", actor).await?;
        self.breakers.forget(tenant);
        Ok(false)
    }

    /// The text of a version of a programme.
    pub async fn programme_text(
        &self,
        tenant: TenantId,
        (id, version): &(String, u32),
    ) -> Result<String, Error> {
        let unit = entry_unit(tenant, "programme", &format!("{id}@{version}"));
        let row = self.store.load(&[unit]).await?.pop().flatten();
        match row.map(|row| formats::parse_directory(&row.doc)) {
            Some(Ok(Entry::Programme(stored))) => Ok(stored.text),
            _ => Err(Error::NotFound("programme")),
        }
    }

    /// The lender's own local day.
    pub fn today(&self, tenant: TenantId) -> Result<Day, Error> {
        Ok(self.directory.tenant(tenant)?.tenant.time_zone.day(self.now()))
    }

    pub(super) async fn put(
        &self,
        tenant: TenantId,
        unit: UnitId,
        row: Option<Row>,
        entry: &Entry,
        name: &str,
        actor: Actor,
    ) -> Result<(), Error> {
        self.write_entry(tenant, unit, row, entry, name, actor).await?;
        self.load_directory().await
    }

    /// Writes an entry that the directory in memory does not hold.
    pub(super) async fn write_entry(
        &self,
        tenant: TenantId,
        unit: UnitId,
        row: Option<Row>,
        entry: &Entry,
        name: &str,
        actor: Actor,
    ) -> Result<(), Error> {
        let told = Told::default();
        self.write(Written { tenant, unit, row, entry, name, actor, told }).await
    }

    /// Writes an entry, and in the same commit what is told of it.
    pub(super) async fn write(&self, written: Written<'_>) -> Result<(), Error> {
        let mut row = written.row.clone();
        for _ in 0..TRIES {
            let item = self.entry_item(&written, row.as_ref())?;
            match self.store.commit(vec![item]).await?.pop() {
                Some(Outcome::Done(_)) => return Ok(()),
                Some(Outcome::Conflict(Conflict::Version(_))) => {}
                _ => return Err(Error::Busy),
            }
            // An event of it may have been finished meanwhile; whoever changed it was faster.
            let again = self.store.load(&[written.unit]).await?.pop().flatten();
            let text = |row: &Option<Row>| row.as_ref().map(|row| row.doc.clone());
            if text(&again) != text(&row) {
                return Err(Error::Busy);
            }
            row = again;
        }
        Err(Error::Busy)
    }

    fn entry_item(&self, written: &Written<'_>, row: Option<&Row>) -> Result<Item, Error> {
        let Written { tenant, unit, entry, name, actor, told, .. } = written;
        let now = self.now();
        let doc = directory_doc(entry);
        let genesis = Head { entries: 0, hash: journal::genesis(*tenant, *unit) };
        let mut lines = Lines::after(row.map_or(genesis, |row| row.head), now);
        lines.push(LineKind::Record, super::record(actor, now, &doc)?);
        let key = *self.new_id().as_bytes();
        let (name, status) = ((*name).to_owned(), entry.name().to_owned());
        let facets = Facets { name, status, ..Facets::default() };
        Ok(Item {
            tenant: *tenant,
            unit: *unit,
            kind: UnitKind::Directory,
            expected: row.map_or(0, |row| row.version),
            command: store::Command { key, hash: sha256(&[doc.as_bytes()]), name: "directory" },
            change: Change { doc, facets, next_look: NextLook::Keep, head: lines.head },
            journal: lines.lines,
            postings: Vec::new(),
            reserve: Vec::new(),
            free: Vec::new(),
            personal: Vec::new(),
            jobs: told.jobs.clone(),
            finished: told.finished.clone(),
        })
    }

    /// Takes work off an entry that is done. Its text, and its journal, stay as they are.
    pub(super) async fn finish_of_entry(
        &self,
        unit: UnitId,
        finished: &[JobKey],
    ) -> Result<(), Error> {
        for _ in 0..TRIES {
            let row = self.store.load(&[unit]).await?.pop().flatten();
            let row = row.ok_or(Error::NotFound("directory entry"))?;
            let key = *self.new_id().as_bytes();
            let command = store::Command { key, hash: sha256(&[&key]), name: "finish_event" };
            let finished = finished.to_vec();
            let item = Item { finished, ..Item::unchanged(&row, command) };
            match self.store.commit(vec![item]).await?.pop() {
                Some(Outcome::Done(_)) => return Ok(()),
                Some(Outcome::Conflict(Conflict::Version(_))) => {}
                _ => return Err(Error::Busy),
            }
        }
        Err(Error::Busy)
    }

    fn letters(&self, count: usize) -> String {
        let mut random = vec![0; count];
        self.entropy.fill(&mut random);
        random.iter().map(|byte| char::from(KEY_LETTERS[usize::from(byte % 32)])).collect()
    }
}

/// What a lease says of the lender must fit the wire whole.
fn check_lender(lender: &Lender) -> Result<(), Error> {
    let fields = [
        ("name", &lender.name, LENDER_MAX),
        ("phone", &lender.phone, PHONE_MAX),
        ("complaints", &lender.complaints, COMPLAINTS_MAX),
    ];
    for (field, text, max) in fields {
        if text.len() > max {
            let detail = format!("lender: {field}: at most {max} bytes");
            return Err(Error::refused("lender_text_long", detail));
        }
    }
    Ok(())
}

pub(super) fn check_name(name: &str) -> Result<(), Error> {
    let fits = !name.trim().is_empty() && name.len() <= NAME_MAX && name.trim() == name;
    if fits && !name.contains(char::is_control) {
        return Ok(());
    }
    let detail = format!("name: 1 to {NAME_MAX} bytes without blanks at the ends");
    Err(Error::refused("bad_name", detail))
}

/// A name that stands in an address.
pub(super) fn check_address_name(name: &str) -> Result<(), Error> {
    check_name(name)?;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.bytes().all(plain) {
        return Ok(());
    }
    let detail = "name: small letters, digits and `-`: it stands in an address";
    Err(Error::refused("bad_name", detail))
}

fn check_roles(roles: &BTreeSet<Role>) -> Result<(), Error> {
    if !roles.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
    let detail = format!("role: give at least one of {}", names.join(", "));
    Err(Error::refused("no_role", detail))
}

pub(super) fn entry_unit(tenant: TenantId, kind: &str, name: &str) -> UnitId {
    let hash = sha256(&[b"directory/", &tenant.bytes(), kind.as_bytes(), b"/", name.as_bytes()]);
    super::unit_of_hash(&hash)
}
