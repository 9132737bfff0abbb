//! Acts that take two people: asked for by one with a reason, carried out when another one
//! approves. What is approved is what was asked for, to the letter.
//!
//! **Invariant:** nobody approves what he asked for, whatever key he uses.
//! **Invariant:** nothing that lowers or releases is a proposal.

use std::collections::BTreeSet;

use domain::{Actor, Command, TenantId, UnitId, safety::Ward};
use formats::directory::{
    Decided, Directory as Entry, Done, HeldBy, Proposal, Proposed, StoredProgramme, parse_limits,
};
use store::{Cursor, Query, Row, UnitKind};

use super::{App, change::Asked, manage::entry_unit};
use crate::{
    crypto::{hex, sha256},
    error::Error,
};

/// Most holds of one proposal.
const HOLDS_MAX: usize = 10_000;
/// Longest reason, bytes.
const REASON_MAX: usize = 500;
/// How long what was exported can be read, seconds.
const EXPORT_S: i64 = 86_400;

impl App {
    /// Asks for something that takes two people. Asking again under the same key changes nothing.
    pub async fn propose(
        &self,
        tenant: TenantId,
        what: Proposed,
        reason: &str,
        person: UnitId,
        key: [u8; 16],
    ) -> Result<(UnitId, Proposal, bool), Error> {
        let most = match what {
            Proposed::DisputeSunset { .. } => domain::sunset::REASON_MAX,
            _ => REASON_MAX,
        };
        if reason.trim().is_empty() || reason.len() > most {
            let detail = format!("reason: 1 to {most} bytes of text");
            return Err(Error::refused("bad_text", detail));
        }
        let unit = entry_unit(tenant, "proposal", &hex(&key));
        if let Some(row) = self.store.load(&[unit]).await?.pop().flatten() {
            let known = open_proposal(&row)?;
            if (&known.what, known.reason.as_str(), known.asked_by) == (&what, reason, person) {
                return Ok((unit, known, true));
            }
            let detail = "this idempotency key was used for another proposal: take a new one";
            return Err(Error::refused("idempotency_key_reused", detail));
        }
        self.check_proposed(tenant, &what).await?;
        let asked_at = self.now();
        let hours = i64::from(self.directory.limits(tenant)?.proposal_hours);
        let proposal = Proposal {
            asked_at,
            asked_by: person,
            decided: None,
            done: None,
            expires_at: asked_at.plus_seconds(hours * 3_600),
            reason: reason.to_owned(),
            what,
        };
        self.write_proposal(tenant, unit, None, &proposal, Actor::Person(person)).await?;
        Ok((unit, proposal, false))
    }

    /// The second person's word: carries the proposal out, or ends it. Saying yes again carries out
    /// what a crash left undone.
    pub async fn decide_proposal(
        &self,
        tenant: TenantId,
        unit: UnitId,
        person: UnitId,
        approved: bool,
    ) -> Result<(Proposal, bool), Error> {
        let (row, mut proposal) = self.proposal(tenant, unit).await?;
        let now = self.now();
        let row = match &proposal.decided {
            Some(known) if known.approved != approved => {
                let detail = format!("the proposal is {} already", proposal.state(now));
                return Err(Error::refused("proposal_decided", detail));
            }
            Some(_) if proposal.done.is_some() || !approved => return Ok((proposal, true)),
            Some(_) => row,
            None => {
                if proposal.asked_by == person && approved {
                    let detail = "whoever asked for it cannot approve it: somebody else has to";
                    return Err(Error::refused("same_person", detail));
                }
                if proposal.expires_at <= now {
                    let detail = "its time is over: ask for it anew";
                    return Err(Error::refused("proposal_expired", detail));
                }
                proposal.decided = Some(Decided { approved, at: now, by: person });
                let actor = Actor::Person(person);
                self.write_proposal(tenant, unit, Some(row), &proposal, actor).await?;
                self.proposal(tenant, unit).await?.0
            }
        };
        if !approved {
            return Ok((proposal, false));
        }
        let refused = self.carry_out(tenant, unit, &proposal, person).await?;
        proposal.done = Some(Done { at: self.now(), refused });
        self.write_proposal(tenant, unit, Some(row), &proposal, Actor::Person(person)).await?;
        Ok((proposal, false))
    }

    /// A proposal of a tenant.
    pub async fn proposal(&self, tenant: TenantId, unit: UnitId) -> Result<(Row, Proposal), Error> {
        let row = self.store.load(&[unit]).await?.pop().flatten();
        let own = row.filter(|row| row.tenant == tenant && row.facets.status == "proposal");
        let row = own.ok_or(Error::NotFound("proposal"))?;
        let proposal = open_proposal(&row)?;
        Ok((row, proposal))
    }

    /// A page of a tenant's proposals.
    pub async fn proposals(
        &self,
        tenant: TenantId,
        after: Option<Cursor>,
        limit: u32,
    ) -> Result<(Vec<(UnitId, Proposal)>, Option<Cursor>), Error> {
        let (kind, status) = (UnitKind::Directory, Some("proposal".to_owned()));
        let query = Query::Units { tenant: Some(tenant), kind, status, rung_min: 0 };
        let page = self.store.page(query, after, limit).await?;
        let mut proposals = Vec::new();
        for entry in page.entries {
            let store::Entry::Unit(row) = entry else { continue };
            proposals.push((row.unit, open_proposal(&row)?));
        }
        Ok((proposals, page.next))
    }

    /// The personal data that a proposal was approved for: for whoever asked, and for a day.
    pub async fn exported_personal(
        &self,
        tenant: TenantId,
        unit: UnitId,
        person: UnitId,
    ) -> Result<Vec<(String, String)>, Error> {
        let (_, proposal) = self.proposal(tenant, unit).await?;
        let Proposed::ExportPersonal { reference } = &proposal.what else {
            return Err(Error::NotFound("export"));
        };
        let (now, done) = (self.now(), proposal.done.as_ref());
        let Some(done) = done.filter(|_| proposal.asked_by == person) else {
            return Err(Error::NotFound("export"));
        };
        if done.at.plus_seconds(EXPORT_S) <= now {
            let detail = "what was exported can be read for a day: ask for it anew";
            return Err(Error::refused("proposal_expired", detail));
        }
        let contract = self.by_reference(tenant, reference).await?;
        self.personal(contract.ok_or(Error::NotFound("contract"))?).await
    }

    /// Whether it could be carried out at this moment; nobody approves what cannot be.
    async fn check_proposed(&self, tenant: TenantId, what: &Proposed) -> Result<(), Error> {
        match what {
            Proposed::LiftStandstill { hold } => {
                let known = self.directory.standstill(tenant, *hold);
                let open = known.filter(|known| !known.is_over(self.now()));
                open.map(drop).ok_or(Error::NotFound("standstill"))
            }
            Proposed::EndHolds { holds } => {
                let once: BTreeSet<&HeldBy> = holds.iter().collect();
                if holds.is_empty() || holds.len() > HOLDS_MAX || once.len() != holds.len() {
                    let detail = format!("holds: 1 to {HOLDS_MAX}, none twice");
                    return Err(Error::refused("too_many_items", detail));
                }
                for held in holds {
                    let loaded = self.named(tenant, &held.reference).await?;
                    let now = self.now();
                    let mut known = loaded.contract.holds.iter();
                    let hold = known.find(|known| known.id == held.hold && known.is_open(now));
                    let hold = hold.ok_or(Error::NotFound("hold"))?;
                    if hold.kind.is_general() {
                        self.check_may_end(hold)?;
                    }
                    if hold.kind.needs_answer() {
                        let detail = "a borrower's question is answered by itself, not in bulk";
                        return Err(Error::refused("hold_needs_answer", detail));
                    }
                }
                Ok(())
            }
            Proposed::ChargeFee { reference, .. } | Proposed::ExportPersonal { reference } => {
                self.named(tenant, reference).await.map(drop)
            }
            Proposed::DisputeSunset { reference, until } => {
                let contract = self.named(tenant, reference).await?.contract;
                let until = contract.terms().zone().midnight(*until);
                Ok(domain::decide::check_may_dispute(&contract, until, self.now())?)
            }
            Proposed::Programme { toml } => {
                let stored = StoredProgramme::new(toml.clone())
                    .map_err(|error| Error::refused("bad_programme", error.to_string()))?;
                self.directory.check_programme(tenant, &stored.programme, self.today(tenant)?)
            }
            Proposed::Limits { toml } => {
                let limits = parse_limits(toml);
                limits.map(drop).map_err(|error| Error::refused("bad_limits", error.to_string()))
            }
        }
    }

    async fn named(
        &self,
        tenant: TenantId,
        reference: &str,
    ) -> Result<super::change::Loaded, Error> {
        let unit = self.by_reference(tenant, reference).await?;
        let unit = unit.ok_or_else(|| {
            let detail = format!("reference {reference:?}: no such contract");
            Error::refused("unknown_reference", detail)
        })?;
        self.contract_of(tenant, unit).await
    }

    /// Runs exactly what was asked for; the codes of what was refused. Running it again changes
    /// nothing more.
    async fn carry_out(
        &self,
        tenant: TenantId,
        unit: UnitId,
        proposal: &Proposal,
        person: UnitId,
    ) -> Result<Vec<String>, Error> {
        let actor = Actor::Person(person);
        let reason = &proposal.reason;
        let mut refused = Vec::new();
        let mut note = |result: Result<(), Error>| match result {
            Err(Error::Refused(refusal)) => {
                refused.push(refusal.code.to_owned());
                Ok(())
            }
            other => other,
        };
        match &proposal.what {
            Proposed::LiftStandstill { hold } => {
                note(self.lift_standstill(tenant, *hold, reason, actor).await.map(drop))?;
            }
            Proposed::EndHolds { holds } => {
                for held in holds {
                    note(self.end_held(tenant, unit, held, reason, &actor).await)?;
                }
            }
            Proposed::ChargeFee { amount, reference, value } => {
                let contract = self.named(tenant, reference).await?.row.unit;
                let value = value.unwrap_or(proposal.asked_at);
                let (amount, reason) = (*amount, reason.clone());
                let command = Command::ChargeFee { amount, value, reason };
                let asked = of_proposal(unit, reference, "charge_fee", actor);
                note(self.act(tenant, contract, &asked, command).await.map(drop))?;
            }
            Proposed::Programme { toml } => {
                note(self.add_programme(tenant, toml, actor).await.map(drop))?;
            }
            Proposed::Limits { toml } => {
                let limits = parse_limits(toml)
                    .map_err(|error| Error::refused("bad_limits", error.to_string()))?;
                note(self.set_limits(tenant, &limits, actor).await.map(drop))?;
            }
            Proposed::DisputeSunset { reference, until } => {
                let contract = self.named(tenant, reference).await?.row.unit;
                let asked = of_proposal(unit, reference, "dispute_sunset", actor);
                let moved = self.dispute_sunset(tenant, contract, *until, reason, &asked).await;
                note(moved.map(drop))?;
            }
            // It is read by whoever asked; nothing else happens.
            Proposed::ExportPersonal { .. } => {}
        }
        Ok(refused)
    }

    async fn end_held(
        &self,
        tenant: TenantId,
        unit: UnitId,
        held: &HeldBy,
        reason: &str,
        actor: &Actor,
    ) -> Result<(), Error> {
        let loaded = self.named(tenant, &held.reference).await?;
        let (hold, reason) = (held.hold, reason.to_owned());
        let command = Command::Ward(Ward::EndHold { hold, answer: None, reason });
        let asked = of_proposal(unit, &format!("{hold}"), "end_hold", actor.clone());
        self.act(tenant, loaded.row.unit, &asked, command).await.map(drop)
    }

    async fn write_proposal(
        &self,
        tenant: TenantId,
        unit: UnitId,
        row: Option<Row>,
        proposal: &Proposal,
        actor: Actor,
    ) -> Result<(), Error> {
        let entry = Entry::Proposal(Box::new(proposal.clone()));
        self.write_entry(tenant, unit, row, &entry, proposal.what.name(), actor).await
    }
}

/// The same part of the same proposal runs once.
fn of_proposal(unit: UnitId, part: &str, name: &'static str, actor: Actor) -> Asked {
    let hash = sha256(&[b"proposal/", &unit.bytes(), part.as_bytes()]);
    let key = hash[..16].try_into().expect("half of 32 bytes");
    Asked::keyed(key, part.as_bytes(), name, actor)
}

fn open_proposal(row: &Row) -> Result<Proposal, Error> {
    match formats::parse_directory(&row.doc) {
        Ok(Entry::Proposal(proposal)) => Ok(*proposal),
        _ => Err(Error::Fault(format!("directory entry {}: not a proposal", row.unit))),
    }
}
