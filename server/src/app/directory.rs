//! The directory in memory: tenants, people, API keys, programmes, packs. Small, read at start and
//! after each change of it; every contract finds its ladder here.

mod senders;

use std::{
    collections::BTreeMap,
    sync::{Arc, RwLock},
};

use domain::{
    Contract, Day, HoldId, Ladder, TenantId, UnitId,
    policy::{Pack, Programme},
};
use formats::{
    directory::{
        ApiKey, Directory as Entry, Limits, Person, Role, Sender, Source, Standstill, StoredPack,
        Tenant, parse_directory,
    },
    unlocks::UnlockDay,
};
use store::{Row, UnitKind};

use super::App;
use crate::{
    crypto::{same, sha256},
    error::Error,
};

/// Id and version of a programme or pack.
pub type Pinned = (String, u32);

/// Packs and people of all tenants belong to none: they stand under this id.
pub const NOBODY: TenantId = TenantId(uuid::Uuid::nil());

/// What is known of everybody who is not a borrower.
#[derive(Debug)]
pub struct Directory {
    known: RwLock<Arc<Known>>,
    ladders: RwLock<BTreeMap<TenantId, Vec<Arc<Ladder>>>>,
    /// Held from reading the store to learning what it says, so that nothing older is learnt last:
    /// a key that was revoked stays revoked.
    reading: tokio::sync::Mutex<()>,
}

/// One state of the directory.
#[derive(Clone, Debug, Default)]
struct Known {
    tenants: BTreeMap<TenantId, Arc<TenantEntry>>,
    packs: BTreeMap<Pinned, Arc<KnownPack>>,
    /// API keys by their prefix.
    keys: BTreeMap<String, (TenantId, UnitId, ApiKey)>,
    /// Sources of calls about payments by their name.
    sources: BTreeMap<String, (TenantId, Source)>,
    /// Senders of messages by their name.
    senders: BTreeMap<String, (TenantId, Sender)>,
    /// How fast phones opened, by lender and day.
    unlocks: BTreeMap<(TenantId, Day), UnlockDay>,
}

/// A policy pack and where it comes from.
#[derive(Clone, Debug)]
pub struct KnownPack {
    /// Its text, and who signed it.
    pub stored: StoredPack,
    /// Whether it came with the program.
    pub builtin: bool,
}

impl KnownPack {
    /// Its rules.
    pub fn pack(&self) -> &Pack {
        &self.stored.file.pack
    }
}

/// One tenant with what is its own.
#[derive(Clone, Debug)]
pub struct TenantEntry {
    /// The tenant.
    pub tenant: Tenant,
    /// Its people.
    pub people: BTreeMap<UnitId, Person>,
    /// Its programmes, every version.
    pub programmes: BTreeMap<Pinned, Programme>,
    /// What it allows to happen by itself, or by one person.
    pub limits: Limits,
    /// What holds many of its contracts at once, or did.
    pub standstills: BTreeMap<HoldId, Standstill>,
}

/// Who calls.
#[derive(Clone, Debug)]
pub struct Caller {
    /// For whom.
    pub tenant: TenantId,
    /// With which API key.
    pub key: UnitId,
    /// In whose name, if it acts for a person.
    pub person: Option<UnitId>,
    /// What it may do.
    pub roles: std::collections::BTreeSet<Role>,
}

impl Caller {
    /// Who acts, as facts name it.
    pub fn actor(&self) -> domain::Actor {
        self.person.map_or(domain::Actor::Key(self.key), domain::Actor::Person)
    }

    /// Whether it has one of these roles.
    pub fn may(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.roles.contains(role))
    }
}

impl Directory {
    /// A directory that knows only the packs that come with the program.
    pub fn new() -> Result<Directory, Error> {
        let known = Arc::new(Known::builtin()?);
        let reading = tokio::sync::Mutex::default();
        Ok(Directory { known: RwLock::new(known), ladders: RwLock::default(), reading })
    }

    fn known(&self) -> Arc<Known> {
        self.known.read().unwrap_or_else(|poison| poison.into_inner()).clone()
    }

    fn learn(&self, known: Known) {
        *self.known.write().unwrap_or_else(|poison| poison.into_inner()) = Arc::new(known);
        self.ladders.write().unwrap_or_else(|poison| poison.into_inner()).clear();
    }

    /// All tenants by rising id.
    pub fn tenants(&self) -> Vec<Arc<TenantEntry>> {
        self.known().tenants.values().cloned().collect()
    }

    /// A tenant.
    pub fn tenant(&self, id: TenantId) -> Result<Arc<TenantEntry>, Error> {
        self.known().tenants.get(&id).cloned().ok_or(Error::NotFound("tenant"))
    }

    /// The tenant of this short name; without a name the only one there is.
    pub fn tenant_named(&self, name: Option<&str>) -> Result<Arc<TenantEntry>, Error> {
        let tenants = self.tenants();
        let names =
            || tenants.iter().map(|entry| &*entry.tenant.name).collect::<Vec<_>>().join(", ");
        match name {
            Some(name) => {
                let found = tenants.iter().find(|entry| entry.tenant.name == name);
                found.cloned().ok_or_else(|| {
                    let detail = format!("tenant {name:?}: not here; there are: {}", names());
                    Error::refused("unknown_tenant", detail)
                })
            }
            None => match tenants.as_slice() {
                [only] => Ok(only.clone()),
                [] => {
                    let detail = "there is no tenant yet: run `quittance admin tenant add` first";
                    Err(Error::refused("no_tenant", detail))
                }
                _ => {
                    let detail = format!("several tenants: name one of {}", names());
                    Err(Error::refused("tenant_not_named", detail))
                }
            },
        }
    }

    /// The API keys of a tenant: unit and key.
    pub fn keys_of(&self, tenant: TenantId) -> Vec<(UnitId, ApiKey)> {
        let known = self.known();
        let own = known.keys.values().filter(|(owner, ..)| *owner == tenant);
        own.map(|(_, unit, key)| (*unit, key.clone())).collect()
    }

    /// The source of this name, and whose it is.
    pub fn source(&self, name: &str) -> Option<(TenantId, Source)> {
        self.known().sources.get(name).cloned()
    }

    /// The sources of a tenant by name.
    pub fn sources_of(&self, tenant: TenantId) -> Vec<Source> {
        let known = self.known();
        let own = known.sources.values().filter(|(owner, _)| *owner == tenant);
        own.map(|(_, source)| source.clone()).collect()
    }

    /// How fast a tenant's phones opened on these days, as far as it is written.
    pub fn unlocks_of(&self, tenant: TenantId, from: Day, to: Day) -> Vec<UnlockDay> {
        let known = self.known();
        known.unlocks.range((tenant, from)..=(tenant, to)).map(|(_, day)| day.clone()).collect()
    }

    /// What a tenant allows to happen by itself, or by one person.
    pub fn limits(&self, tenant: TenantId) -> Result<Limits, Error> {
        self.tenant(tenant).map(|entry| entry.limits.clone())
    }

    /// What holds many of a tenant's contracts at once, or did.
    pub fn standstills(&self, tenant: TenantId) -> Vec<Standstill> {
        let known = self.known();
        known
            .tenants
            .get(&tenant)
            .map_or_else(Vec::new, |own| own.standstills.values().cloned().collect())
    }

    /// The standstill of this hold.
    pub fn standstill(&self, tenant: TenantId, hold: HoldId) -> Option<Standstill> {
        self.known().tenants.get(&tenant)?.standstills.get(&hold).cloned()
    }

    pub(super) fn has_standstills(&self, tenant: TenantId) -> bool {
        self.known().tenants.get(&tenant).is_some_and(|own| !own.standstills.is_empty())
    }

    /// Who calls with this API key. Unknown, wrong and revoked keys are one answer.
    pub fn caller(&self, secret: &str) -> Option<Caller> {
        let (prefix, _) = secret.strip_prefix("qk_")?.split_once('_')?;
        let known = self.known();
        let (tenant, unit, key) = known.keys.get(prefix)?;
        let right = same(&key.hash, &sha256(&[secret.as_bytes()]));
        (right && key.revoked_at.is_none()).then(|| Caller {
            tenant: *tenant,
            key: *unit,
            person: key.person,
            roles: key.roles.clone(),
        })
    }

    /// The ladder of these versions of a programme and its packs.
    pub fn ladder(
        &self,
        tenant: TenantId,
        programme: &Pinned,
        packs: &[Pinned],
    ) -> Result<Arc<Ladder>, Error> {
        let fits = |ladder: &&Arc<Ladder>| ladder.programme == *programme && ladder.packs == packs;
        let cached = self.ladders.read().unwrap_or_else(|poison| poison.into_inner());
        if let Some(ladder) = cached.get(&tenant).and_then(|own| own.iter().find(fits)) {
            return Ok(ladder.clone());
        }
        drop(cached);
        let ladder = Arc::new(self.known().ladder(tenant, programme, packs)?);
        let mut cached = self.ladders.write().unwrap_or_else(|poison| poison.into_inner());
        cached.entry(tenant).or_default().push(ladder.clone());
        Ok(ladder)
    }

    /// The version of a tenant's programme that new contracts get.
    pub fn programme_in_force(&self, tenant: TenantId, id: &str) -> Result<Pinned, Error> {
        let entry = self.tenant(tenant)?;
        let newest = entry.programmes.keys().filter(|(known, _)| known == id).max();
        newest.cloned().ok_or_else(|| {
            let detail = format!("programme {id:?}: not known; add it with `admin programme add`");
            Error::refused("unknown_programme", detail)
        })
    }

    /// The versions of a programme's packs that contracts signed on this day get.
    pub fn packs_in_force(
        &self,
        tenant: TenantId,
        programme: &Pinned,
        day: Day,
    ) -> Result<Vec<Pinned>, Error> {
        let entry = self.tenant(tenant)?;
        let found = entry.programmes.get(programme).ok_or(Error::NotFound("programme"))?;
        self.known().packs_on(found, day)
    }

    /// Every pack that is known, by id and version.
    pub fn packs(&self) -> Vec<Arc<KnownPack>> {
        self.known().packs.values().cloned().collect()
    }

    /// The pack of this id and version.
    pub fn pack(&self, pinned: &Pinned) -> Option<Arc<KnownPack>> {
        self.known().packs.get(pinned).cloned()
    }

    /// The newest version of the pack of this id.
    pub fn newest_pack(&self, id: &str) -> Option<Arc<KnownPack>> {
        let versions = (id.to_owned(), 0)..=(id.to_owned(), u32::MAX);
        self.known().packs.range(versions).next_back().map(|(_, pack)| pack.clone())
    }

    /// Whether a pack is known in a version that could begin for contracts under an older one.
    pub fn has_later_law(&self) -> bool {
        let known = self.known();
        let dated = known.packs.values().filter(|known| known.pack().effective.from.is_some());
        dated.map(|known| known.pack()).any(|pack| {
            let (id, version) = (&pack.id, pack.version);
            known.packs.keys().any(|(other, older)| other == id && *older < version)
        })
    }

    /// Dated versions of a contract's packs, later than those it was signed under, that it has not
    /// taken in: pack, version, first day. One that ended before the signing is not among them.
    pub fn news_for(&self, contract: &Contract) -> Vec<(String, u32, Day)> {
        if !contract.is_active() {
            return Vec::new();
        }
        let known = self.known();
        let signed = contract.day(contract.signed_at);
        let mut news = Vec::new();
        for (id, version) in &contract.signed.packs {
            let later = (id.clone(), version.saturating_add(1))..=(id.clone(), u32::MAX);
            for ((_, version), pack) in known.packs.range(later) {
                let effective = pack.pack().effective;
                let learnt =
                    contract.laws.iter().any(|law| law.pack == *id && law.version == *version);
                let applies = effective.to.is_none_or(|to| to >= signed);
                if let Some(from) = effective.from.filter(|_| applies && !learnt) {
                    news.push((id.clone(), *version, from));
                }
            }
        }
        news
    }

    /// Whether a programme makes a ladder with the packs in force on a day.
    pub fn check_programme(
        &self,
        tenant: TenantId,
        programme: &Programme,
        day: Day,
    ) -> Result<(), Error> {
        self.ladder_of_text(tenant, programme, day).map(drop)
    }

    /// The ladder that a programme which need not be known makes for a contract signed on a day.
    pub fn ladder_of_text(
        &self,
        tenant: TenantId,
        programme: &Programme,
        day: Day,
    ) -> Result<Ladder, Error> {
        let known = self.known();
        let packs = known.packs_on(programme, day)?;
        let packs: Vec<&Pack> =
            packs.iter().filter_map(|id| known.packs.get(id)).map(|p| p.pack()).collect();
        let lender = &self.tenant(tenant)?.tenant.lender;
        let ladder = Ladder::resolve(programme, &packs, lender);
        ladder.map_err(|error| Error::refused("bad_programme", error.to_string()))
    }
}

impl Known {
    fn builtin() -> Result<Known, Error> {
        let mut known = Known::default();
        for (id, text) in formats::packs::builtin() {
            let stored = StoredPack::new((*text).to_owned(), String::new())
                .map_err(|error| Error::Fault(format!("built-in pack {id}: {error}")))?;
            known.pack(stored, true);
        }
        Ok(known)
    }

    fn add(&mut self, row: &Row) -> Result<(), Error> {
        let entry = parse_directory(&row.doc)
            .map_err(|error| Error::Fault(format!("directory entry {}: {error}", row.unit)))?;
        match entry {
            Entry::Tenant(tenant) => self.tenant(tenant.id, Some(tenant)),
            Entry::Pack(stored) => self.pack(*stored, false),
            Entry::ApiKey(key) => {
                self.keys.insert(key.prefix.clone(), (row.tenant, row.unit, key));
            }
            Entry::Source(source) => {
                self.sources.insert(source.name.clone(), (row.tenant, source));
            }
            Entry::Sender(sender) => {
                self.senders.insert(sender.name.clone(), (row.tenant, sender));
            }
            Entry::Unlocks(day) => {
                self.unlocks.insert((row.tenant, day.day), day);
            }
            Entry::Standstill(standstill) => self.own(row.tenant, |own| {
                own.standstills.insert(standstill.hold, standstill);
            }),
            Entry::Limits(limits) => self.own(row.tenant, |own| own.limits = limits),
            // What changes too often for a directory is kept by those who change it.
            Entry::Feed(_) | Entry::Proposal(_) => {}
            Entry::Person(person) => {
                self.own(row.tenant, |own| {
                    own.people.insert(row.unit, person);
                });
            }
            Entry::Programme(stored) => self.own(row.tenant, |own| {
                let programme = stored.programme;
                own.programmes.insert((programme.id.clone(), programme.version), programme);
            }),
        }
        Ok(())
    }

    /// A text that was known first under its id and version stays.
    fn pack(&mut self, stored: StoredPack, builtin: bool) {
        let pinned = (stored.file.pack.id.clone(), stored.file.pack.version);
        self.packs.entry(pinned).or_insert_with(|| Arc::new(KnownPack { stored, builtin }));
    }

    fn tenant(&mut self, id: TenantId, tenant: Option<Tenant>) {
        let Some(tenant) = tenant else { return };
        let (people, programmes, limits, standstills) = Default::default();
        let entry = TenantEntry { tenant: tenant.clone(), people, programmes, limits, standstills };
        let entry = self.tenants.entry(id).or_insert_with(|| Arc::new(entry));
        Arc::make_mut(entry).tenant = tenant;
    }

    fn own(&mut self, tenant: TenantId, add: impl FnOnce(&mut TenantEntry)) {
        if let Some(entry) = self.tenants.get_mut(&tenant) {
            add(Arc::make_mut(entry));
        }
    }

    /// The newest version of each pack that is in force on a day. Where none has begun, the newest
    /// is followed before it has to be; one that has ended permits nothing any more.
    fn packs_on(&self, programme: &Programme, day: Day) -> Result<Vec<Pinned>, Error> {
        let newest = |id: &String| {
            let versions = (id.clone(), 0)..=(id.clone(), u32::MAX);
            let mut versions =
                self.packs.range(versions).map(|(pinned, pack)| (pinned, pack.pack().effective));
            if versions.clone().next().is_none() {
                let detail = format!("packs: no policy pack {id:?} is loaded");
                return Err(Error::refused("unknown_pack", detail));
            }
            let lasting =
                versions.by_ref().filter(|(_, effective)| effective.to.is_none_or(|to| to >= day));
            let lasting: Vec<_> = lasting.collect();
            let begun = lasting
                .iter()
                .rfind(|(_, effective)| effective.from.is_none_or(|from| from <= day));
            let newest = begun.or(lasting.last()).map(|(pinned, _)| (*pinned).clone());
            newest.ok_or_else(|| {
                let detail = format!("packs: every version of policy pack {id:?} has ended");
                Error::refused("pack_ended", detail)
            })
        };
        programme.packs.iter().map(newest).collect()
    }

    fn ladder(
        &self,
        tenant: TenantId,
        programme: &Pinned,
        packs: &[Pinned],
    ) -> Result<Ladder, Error> {
        let missing = |what: String| Error::Fault(format!("{what} is not in the directory"));
        let entry = self.tenants.get(&tenant);
        let entry = entry.ok_or_else(|| missing(format!("tenant {tenant}")))?;
        let found = entry.programmes.get(programme);
        let found = found.ok_or_else(|| missing(format!("programme {programme:?}")))?;
        let find = |id: &Pinned| {
            self.packs
                .get(id)
                .map(|pack| pack.pack())
                .ok_or_else(|| missing(format!("pack {id:?}")))
        };
        let packs = packs.iter().map(find).collect::<Result<Vec<&Pack>, Error>>()?;
        Ladder::resolve(found, &packs, &entry.tenant.lender)
            .map_err(|error| Error::Fault(format!("programme {programme:?}: {error}")))
    }
}

impl App {
    /// Reads the directory from the store, as at start and after each change of it.
    pub async fn load_directory(&self) -> Result<(), Error> {
        let _reading = self.directory.reading.lock().await;
        let query = store::Query::Units {
            tenant: None,
            kind: UnitKind::Directory,
            status: None,
            rung_min: 0,
        };
        let entries = store::walk::entries(&*self.store, query).await?;
        let rows: Vec<Row> = entries
            .into_iter()
            .filter_map(|entry| match entry {
                store::Entry::Unit(row) => Some(*row),
                _ => None,
            })
            .collect();
        let mut known = Known::builtin()?;
        // Tenants first: what is their own finds them.
        let (tenants, others): (Vec<&Row>, Vec<&Row>) =
            rows.iter().partition(|row| row.facets.status == "tenant");
        for row in tenants.into_iter().chain(others) {
            known.add(row)?;
        }
        self.directory.learn(known);
        Ok(())
    }
}
