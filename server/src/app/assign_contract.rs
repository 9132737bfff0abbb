//! A contract is passed on to another lender of the installation: the one offers it, the other
//! accepts. Two commits make it so, the end of the contract as it was and the beginning of the one
//! that goes on; a job finishes what a crash leaves between them. A third puts the old contract to
//! rest: personal data has gone along.

use domain::{
    Actor, Command, Contract, EnrolmentId, Ladder, Moment, TenantId, UnitId,
    assignment::{Arrival, Assign, Assignment, Passed, TakenOver},
    check_may_pass, decide,
};
use protocol::{Kind, Message, cert::KeyKind, succession::Assigned};
use store::{Conflict, Item, JobKey, NewJob, Outcome, Personal, Queue, Reservation, Space};

use super::{
    App,
    change::{Asked, Extras, Loaded},
    lease, screens,
};
use crate::{crypto::sha256, error::Error};

/// A job looks after a contract that is on its way for this long, seconds.
const ON_THE_WAY_S: i64 = 10;
/// Tries before a name that others take counts as busy.
const TRIES: u32 = 8;
/// Longest name of a contract, bytes.
const REFERENCE_MAX: usize = 64;

/// A contract that is to be passed on.
#[derive(Clone, Debug)]
pub struct Offered {
    /// To whom.
    pub to: TenantId,
    /// The lender's own name for it.
    pub reference: String,
    /// Why.
    pub reason: String,
}

/// A contract that is to be taken over.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// From whom.
    pub from: TenantId,
    /// That lender's name for it.
    pub reference: String,
    /// The name it is to have here.
    pub name: String,
}

/// What became of one contract: its unit, and whether it was so before.
pub type Passing = (UnitId, bool);

impl App {
    /// Offers a contract to another lender. Offering it again answers the same; a look changes
    /// nothing.
    pub async fn offer_contract(
        &self,
        tenant: TenantId,
        offered: Offered,
        actor: Actor,
        only_look: bool,
    ) -> Result<Passing, Error> {
        let Offered { to, reference, reason } = offered;
        let unit = self.by_reference(tenant, &reference).await?.ok_or_else(|| {
            let detail = format!("reference {reference:?}: no such contract");
            Error::refused("unknown_reference", detail)
        })?;
        let loaded = self.contract_of(tenant, unit).await?;
        let repeated = loaded.contract.offered.as_ref().is_some_and(|offer| offer.to == to);
        let command = Command::Assign(Assign::Offer { to, reason });
        if only_look {
            decide(&loaded.contract, &loaded.ladder, command, actor, self.now())?;
            return Ok((unit, repeated));
        }
        let asked = Asked::once(self, "offer_contract", actor);
        self.change(unit, &asked, Extras::default(), |_, _| Ok(vec![command.clone()])).await?;
        Ok((unit, repeated))
    }

    /// Takes a contract over that another lender offers. Taking it over again answers the same; a
    /// look changes nothing. Answers the contract that goes on.
    pub async fn accept_contract(
        &self,
        tenant: TenantId,
        accepted: Accepted,
        actor: Actor,
        only_look: bool,
    ) -> Result<Passing, Error> {
        let Accepted { from, reference, name } = accepted;
        // What is not offered is not told apart from what is not there.
        let none = || Error::refused("not_offered", "no such contract is offered");
        let unit = self.by_reference(from, &reference).await?.ok_or_else(none)?;
        let loaded = self.contract_of(from, unit).await?;
        let next = next_unit(unit);
        if let Some(passed) = loaded.contract.passed() {
            if passed.to != tenant {
                return Err(none());
            }
            self.finish_assignment(unit, &name, false).await?;
            return Ok((next, true));
        }
        let offered = loaded.contract.offered.as_ref();
        offered.filter(|offer| offer.to == tenant).ok_or_else(none)?;
        check_may_pass(&loaded.contract)?;
        self.check_taker(tenant, next, &loaded, &name).await?;
        if only_look {
            return Ok((next, false));
        }
        let now = self.signing_moment()?;
        let passed = self.passing(&loaded, tenant, now).await?;
        let enrolment = loaded.contract.device.as_ref().map(|device| device.id);
        let command = Command::Assign(Assign::Pass { passed, enrolment });
        let asked = Asked::keyed(next.bytes(), &tenant.bytes(), "assign_contract", actor);
        let due = now.plus_seconds(ON_THE_WAY_S);
        let job = NewJob { key: on_the_way(unit), due, payload: name.clone() };
        let extras = Extras { jobs: vec![job], ..Extras::default() };
        self.change(unit, &asked, extras, |_, _| Ok(vec![command.clone()])).await?;
        self.finish_assignment(unit, &name, false).await?;
        Ok((next, false))
    }

    /// Lets a contract that was passed on begin where it goes on, if it has not, and puts the old
    /// one to rest.
    pub(super) async fn finish_assignment(
        &self,
        unit: UnitId,
        name: &str,
        by_job: bool,
    ) -> Result<(), Error> {
        let loaded = self.load_contract(unit).await?.ok_or(Error::NotFound("contract"))?;
        let Some(passed) = loaded.contract.passed().cloned() else { return Ok(()) };
        let personal = self.personal(unit).await?;
        if self.load_contract(passed.unit).await?.is_none() {
            self.arrive(&loaded, &passed, name, &personal).await?;
        } else if personal.is_empty() && !by_job {
            return Ok(());
        }
        let erased =
            personal_fields(&personal).map(|(field, _)| Personal { field, value: String::new() });
        let extras = Extras {
            personal: erased.collect(),
            finished: vec![on_the_way(unit)],
            ..Extras::default()
        };
        let asked = Asked::once(self, "rest_contract", Actor::Time);
        self.change(unit, &asked, extras, |_, _| Ok(Vec::new())).await?;
        Ok(())
    }

    /// Whether a contract was passed on and has not begun where it goes on.
    pub(super) async fn is_on_the_way(&self, contract: &Contract) -> Result<bool, Error> {
        let Some(passed) = contract.passed() else { return Ok(false) };
        Ok(self.store.load(&[passed.unit]).await?.pop().flatten().is_none())
    }

    /// The reference of a contract that was passed on, where it goes on, and whose it is there.
    pub(super) async fn went_on(&self, unit: UnitId) -> Result<Option<Loaded>, Error> {
        let loaded = self.load_contract(unit).await?;
        match loaded.and_then(|loaded| loaded.contract.passed().map(|passed| passed.unit)) {
            Some(next) => self.load_contract(next).await,
            None => Ok(None),
        }
    }

    /// What the lender who takes over must have: the same rules, the currency, room for the name,
    /// and the word of the other's root, without which no phone follows.
    async fn check_taker(
        &self,
        tenant: TenantId,
        next: UnitId,
        loaded: &Loaded,
        name: &str,
    ) -> Result<(), Error> {
        let contract = &loaded.contract;
        self.check_rules(tenant, contract, &loaded.ladder)?;
        let taker = self.directory.tenant(tenant)?;
        let currency = contract.terms().currency();
        if taker.tenant.currency.is_some_and(|own| own != currency) {
            let detail = format!("currency: the contract is in {currency}");
            return Err(Error::refused("currency_mismatch", detail));
        }
        if name.is_empty() || name.len() > REFERENCE_MAX || name.trim() != name {
            let detail = "reference: 1 to 64 characters without blanks at the ends";
            return Err(Error::refused("bad_reference", detail));
        }
        if self.by_reference(tenant, name).await?.is_some_and(|owner| owner != next) {
            let detail = format!("reference {name:?} is taken here: give the contract another one");
            return Err(Error::refused("duplicate_reference", detail));
        }
        let sworn = self.keys.succession(contract.tenant, tenant, self.now()).is_some();
        if contract.device.is_some() && !sworn {
            let detail = "the other lender's root has not signed that this one comes after it: he \
                          runs `quittance admin signing-key succession`";
            return Err(Error::refused("succession_missing", detail));
        }
        Ok(())
    }

    /// The contract keeps its programme and packs in the versions that were pinned; the lender who
    /// takes over has a programme of that name and version with the very same rules.
    fn check_rules(
        &self,
        tenant: TenantId,
        contract: &Contract,
        ladder: &Ladder,
    ) -> Result<(), Error> {
        let pinned = &contract.signed.programme;
        let shown = format!("{}@{}", pinned.0, pinned.1);
        if !self.directory.tenant(tenant)?.programmes.contains_key(pinned) {
            let detail = format!("programme {shown} is not here: add it with the same rules first");
            return Err(Error::refused("programme_missing", detail));
        }
        let own = self.ladder_of(tenant, contract)?;
        let mut same = (*own).clone();
        same.lender.clone_from(&ladder.lender);
        same.how_to_pay.clone_from(&ladder.how_to_pay);
        same.how_to_dispute.clone_from(&ladder.how_to_dispute);
        if same == *ladder {
            return Ok(());
        }
        let detail =
            format!("programme {shown} has other rules here: the borrower agreed to those");
        Err(Error::refused("programme_differs", detail))
    }

    /// Where a contract goes on, and what tells its device.
    async fn passing(&self, loaded: &Loaded, to: TenantId, now: Moment) -> Result<Passed, Error> {
        let contract = &loaded.contract;
        let unit = next_unit(contract.unit);
        let taker = self.directory.tenant(to)?;
        let lender = taker.tenant.lender.name.clone();
        let Some(device) = &contract.device else {
            return Ok(Passed { to, unit, lender, certificate: None });
        };
        let ladder = self.ladder_of(to, contract)?;
        let missing = || Error::refused("succession_missing", "the succession ended meanwhile");
        let succession = self.keys.succession(contract.tenant, to, now).ok_or_else(missing)?;
        let mut salt = [0; 16];
        self.entropy.fill(&mut salt);
        let imei = self.primary_imei(contract.unit).await?;
        let words = self.words(to);
        let voice = words.voice(contract.terms().language());
        let facts = screens::screen(contract, &ladder, voice);
        let assigned = Assigned {
            tenant: protocol::TenantId(contract.tenant.bytes()),
            contract: protocol::ContractId(contract.unit.bytes()),
            enrolment: protocol::EnrolmentId(device.id.bytes()),
            key_gen: device.key_gen,
            device_hash: protocol::release::device_hash(&salt, &imei),
            salt,
            to_tenant: protocol::TenantId(to.bytes()),
            to_contract: protocol::ContractId(unit.bytes()),
            to_enrolment: protocol::EnrolmentId(self.next_enrolment(unit).bytes()),
            lender_phone: facts.lender_phone,
            how_to_pay: facts.how_to_pay,
            managed_by: voice.managed_by(&ladder.lender.name, Some(&loaded.ladder.lender.name)),
            assigned_at: lease::unix(now.seconds()),
            succession,
        };
        let keys = self.keys.tenant(contract.tenant)?;
        let key = keys.signing(KeyKind::Release, now)?;
        let certificate = Some(key.sign(Kind::Assigned, &assigned.encode())?);
        Ok(Passed { to, unit, lender, certificate })
    }

    /// The enrolment under which a device goes on: nobody can guess it.
    fn next_enrolment(&self, unit: UnitId) -> EnrolmentId {
        let mac = self.keys.pepper().mac("enrolment", &[&unit.bytes(), b"assigned"]);
        EnrolmentId::from_bytes(mac[..16].try_into().expect("half of 32 bytes"))
    }

    /// The first commit of the contract that goes on. A name that was taken in the meantime keeps
    /// nothing from arriving: the contract is known by its id, or does without.
    async fn arrive(
        &self,
        old: &Loaded,
        passed: &Passed,
        name: &str,
        personal: &[(String, String)],
    ) -> Result<(), Error> {
        let mut name = name.to_owned();
        let mut without: Vec<Reservation> = Vec::new();
        for _ in 0..TRIES {
            let mut item = self.arrival(old, passed, &name).await?;
            item.reserve.retain(|wanted| !without.contains(wanted));
            let fields = personal_fields(personal);
            item.personal = fields.map(|(field, value)| Personal { field, value }).collect();
            match self.store.commit(vec![item]).await?.pop() {
                Some(Outcome::Done(version)) => {
                    self.wake.notify(passed.unit, version);
                    return Ok(());
                }
                // Somebody else let it arrive.
                Some(Outcome::Repeat(_) | Outcome::Conflict(Conflict::Version(_))) => return Ok(()),
                Some(Outcome::Conflict(Conflict::Taken(taken, _))) => match taken.space {
                    Space::Reference => name = passed.unit.to_string(),
                    _ => without.push(taken),
                },
                Some(Outcome::Conflict(Conflict::KeyReused)) | None => break,
            }
        }
        Err(Error::Busy)
    }

    async fn arrival(&self, old: &Loaded, passed: &Passed, name: &str) -> Result<Item, Error> {
        let now = self.now();
        let (tenant, unit) = (passed.to, passed.unit);
        let arrival = Arrival {
            reference: name.to_owned(),
            from: old.ladder.lender.name.clone(),
            enrolment: self.next_enrolment(unit),
        };
        let gone = || Error::Fault(format!("contract {}: it was not passed on", old.row.unit));
        let mut contract = old.contract.carried_over(arrival).ok_or_else(gone)?;
        let ladder = self.ladder_of(tenant, &contract)?;
        let reason = format!("passed on by {}", old.ladder.lender.name);
        let taken = TakenOver { contract: contract.clone(), reason };
        let what = domain::What::Assignment(Assignment::TakenOver(Box::new(taken)));
        let fact = domain::Fact { at: now, actor: Actor::Time, what };
        // A second try makes the same of it, whenever it comes.
        let hash = sha256(&[b"take_over", &old.row.unit.bytes()]);
        let command = store::Command { key: unit.bytes(), hash, name: "take_over" };
        self.begin_contract(&mut contract, &ladder, fact, command).await
    }
}

/// The contract that goes on has an id that follows from the one before: it begins once.
fn next_unit(unit: UnitId) -> UnitId {
    super::unit_of_hash(&sha256(&[b"assignment/", &unit.bytes()]))
}

fn on_the_way(unit: UnitId) -> JobKey {
    JobKey { queue: Queue::InTransit, key: unit.bytes() }
}

/// The personal data of a contract, as its fields are named.
fn personal_fields(known: &[(String, String)]) -> impl Iterator<Item = (&'static str, String)> {
    let named = |field: &'static str| {
        let found = known.iter().find(|(known, _)| known == field);
        found.map(|(_, value)| (field, value.clone()))
    };
    ["borrower_name", "borrower_phone", "borrower_email", "imei"].into_iter().filter_map(named)
}
