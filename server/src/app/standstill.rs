//! What holds many contracts at once: a tripped breaker, an emergency in an area, a suspended
//! lender, a feed that fell silent. Nothing is written on the contracts it cannot change; any other
//! takes it in as a hold of its own, before a decision rises, at a look, or in a walk.
//!
//! **Invariant:** a decision stays a function of the contract's own facts.
//! **Invariant:** opening one needs nobody; lifting one is for its caller to have asked two people.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Actor, Command, Contract, Decision, Fact, Hold, HoldId, HoldKind, Ladder, Moment, TenantId,
    UnitId, decide, evaluate,
    fact::What,
    safety::{freeze_from, step_start},
};
use formats::directory::{Directory as Entry, Lifted, Standstill};
use futures_util::{StreamExt, stream};
use store::{Query, UnitKind};

use super::{
    App,
    change::{Asked, Done, Extras, Loaded, take},
    manage::{Written, entry_unit},
    sweep::Swept,
};
use crate::error::Error;

/// Longest standstill in days.
const DAYS_MAX: i64 = 180;
/// Most areas of one.
const AREAS_MAX: usize = 1_000;
/// Longest reason or cause, bytes.
const REASON_MAX: usize = 500;
/// Rounds of taking holds in before it counts as a bug.
const ROUNDS: u32 = 8;
/// Contracts of a walk worked on side by side.
const SIDE_BY_SIDE: usize = 64;

/// What a walk has carried to the contracts: each standstill or feed, and whether it holds.
pub(super) type Carried = BTreeMap<TenantId, BTreeSet<(HoldId, bool)>>;

/// A standstill as it is opened.
#[derive(Clone, Debug)]
pub struct NewStandstill {
    /// What makes opening it again the same.
    pub name: String,
    /// What it does.
    pub kind: HoldKind,
    /// The areas it is about.
    pub areas: BTreeSet<String>,
    /// Only contracts of this programme.
    pub programme: Option<String>,
    /// When it ends by itself.
    pub until: Option<Moment>,
    /// Why.
    pub cause: String,
}

impl App {
    /// Opens a standstill. It only lowers, and needs nobody.
    pub async fn open_standstill(
        &self,
        tenant: TenantId,
        new: NewStandstill,
        actor: Actor,
    ) -> Result<(Standstill, bool), Error> {
        let now = self.now();
        check_new(&new, now)?;
        let unit = entry_unit(tenant, "standstill", &new.name);
        let hold = HoldId::from_bytes(unit.bytes());
        if let Some(known) = self.directory.standstill(tenant, hold) {
            let same = (known.kind, &known.areas, &known.cause, known.until)
                == (new.kind, &new.areas, &new.cause, new.until);
            let detail = "another standstill was opened under this name";
            return if same { Ok((known, true)) } else { Err(Error::refused("conflict", detail)) };
        }
        let NewStandstill { name, kind, areas, programme, until, cause } = new;
        let standstill =
            Standstill { areas, cause, from: now, hold, kind, lifted: None, programme, until };
        let told = self.tell_opened(tenant, &standstill);
        let entry = &Entry::Standstill(standstill.clone());
        self.write(Written { tenant, unit, row: None, entry, name: &name, actor, told }).await?;
        self.load_directory().await?;
        Ok((standstill, false))
    }

    /// Lifts a standstill before its end: what it held may go on, no higher than its own facts
    /// allow.
    pub async fn lift_standstill(
        &self,
        tenant: TenantId,
        hold: HoldId,
        reason: &str,
        actor: Actor,
    ) -> Result<(Standstill, bool), Error> {
        check_text("reason", reason)?;
        let unit = UnitId::from_bytes(hold.bytes());
        let known = self.directory.standstill(tenant, hold);
        let mut standstill = known.ok_or(Error::NotFound("standstill"))?;
        if standstill.lifted.is_some() {
            return Ok((standstill, true));
        }
        let now = self.now();
        standstill.lifted = Some(Lifted { at: now, reason: reason.to_owned() });
        let row = self.store.load(&[unit]).await?.pop().flatten();
        let name = row.as_ref().map(|row| row.facets.name.clone()).unwrap_or_default();
        let told = self.tell_lifted(tenant, &standstill, now);
        let entry = &Entry::Standstill(standstill.clone());
        self.write(Written { tenant, unit, row, entry, name: &name, actor, told }).await?;
        self.load_directory().await?;
        if standstill.kind == HoldKind::Breaker {
            self.breakers.forget(tenant);
        }
        Ok((standstill, false))
    }

    /// Carries out what the decision wants, and takes in whatever holds many contracts at once
    /// before anything rises.
    pub(super) async fn settle(
        &self,
        contract: &mut Contract,
        ladder: &Ladder,
        done: &mut Vec<Done>,
        now: Moment,
    ) -> Result<Decision, Error> {
        for _ in 0..ROUNDS {
            let decision = self.advance(contract, ladder, done, now).await?;
            let commands = self.general_holds(contract, ladder, &decision, now);
            if commands.is_empty() && !self.trips(contract, &decision, now).await? {
                return Ok(decision);
            }
            for command in commands {
                let facts = decide(contract, ladder, command, Actor::Time, now)?;
                take(contract, facts, done);
            }
        }
        Err(Error::Fault(format!("contract {}: its holds do not end", contract.unit)))
    }

    /// Whether a contract has something to take in or to let go of at this moment.
    pub(super) fn is_concerned(&self, loaded: &Loaded, now: Moment) -> bool {
        let contract = &loaded.contract;
        let quiet =
            !self.directory.has_standstills(contract.tenant) && !self.feeds.any_of(contract.tenant);
        if quiet || !contract.is_active() {
            return false;
        }
        let decision = evaluate(contract, &loaded.ladder, now);
        !self.general_holds(contract, &loaded.ladder, &decision, now).is_empty()
    }

    /// Holds of many contracts that this one has to take in, or to let go of first.
    fn general_holds(
        &self,
        contract: &Contract,
        ladder: &Ladder,
        decision: &Decision,
        now: Moment,
    ) -> Vec<Command> {
        if !contract.is_active() {
            return Vec::new();
        }
        let tenant = contract.tenant;
        let open: Vec<&Hold> = contract.holds.iter().filter(|hold| hold.is_open(now)).collect();
        let over = |hold: &&&Hold| {
            let standstill = self.directory.standstill(tenant, hold.id);
            standstill.is_some_and(|standstill| standstill.is_over(now))
                || self.feeds.lets_go(tenant, hold.id, hold.from)
        };
        let ended = open.iter().filter(over).map(|hold| Command::CloseHold(hold.id));
        let ended: Vec<Command> = ended.collect();
        if !ended.is_empty() {
            return ended;
        }
        let area = contract.area.as_deref();
        let programme = &contract.signed.programme.0;
        let mut holds = Vec::new();
        for standstill in self.directory.standstills(tenant) {
            if standstill.is_over(now) || !standstill.concerns(programme, area) {
                continue;
            }
            let from = match standstill.kind {
                HoldKind::Breaker => {
                    freeze_from(contract, ladder, contract.decision.stage).min(standstill.from)
                }
                _ => standstill.from,
            };
            let Standstill { hold: id, kind, until, cause, .. } = standstill;
            holds.push(Hold { id, kind, from, until, cause });
        }
        let rises = decision.stage > contract.decision.stage;
        let start = rises.then(|| step_start(contract, ladder, decision.stage)).flatten();
        holds.extend(self.feeds.holds(contract, start));
        holds.retain(|hold| open.iter().all(|known| known.id != hold.id));
        holds.retain(|hold| changes(contract, ladder, decision, hold, now));
        for hold in holds.iter().filter(|hold| hold.kind == HoldKind::FeedStale) {
            self.feeds.waits(contract, hold);
        }
        holds.into_iter().map(Command::OpenHold).collect()
    }

    /// Carries what holds many contracts to those it changes, and back again once it is over. What
    /// was carried already costs nothing.
    pub async fn carry_standstills(&self) -> Result<Swept, Error> {
        let mut swept = Swept::default();
        for entry in self.directory.tenants() {
            let tenant = entry.tenant.id;
            let held = self.held_generally(tenant);
            let waiting = self.feeds.take_waiting(tenant);
            if self.was_carried(tenant, &held) {
                self.touch_all(waiting.into_iter().collect(), &mut swept).await;
                continue;
            }
            let failed = swept.failed;
            self.walk(tenant, &mut swept).await?;
            if swept.failed == failed {
                let mut known = self.carried.lock().unwrap_or_else(|poison| poison.into_inner());
                known.insert(tenant, held);
            }
        }
        Ok(swept)
    }

    fn was_carried(&self, tenant: TenantId, held: &BTreeSet<(HoldId, bool)>) -> bool {
        let known = self.carried.lock().unwrap_or_else(|poison| poison.into_inner());
        known.get(&tenant).map_or(held.is_empty(), |known| known == held)
    }

    fn held_generally(&self, tenant: TenantId) -> BTreeSet<(HoldId, bool)> {
        let now = self.now();
        let standstills = self.directory.standstills(tenant).into_iter();
        let standstills = standstills.map(|known| (known.hold, known.is_over(now)));
        standstills.chain(self.feeds.stale(tenant)).collect()
    }

    /// Every active contract of a tenant on which something stands.
    async fn walk(&self, tenant: TenantId, swept: &mut Swept) -> Result<(), Error> {
        let (kind, status) = (UnitKind::Contract, Some("active".to_owned()));
        let query = Query::Units { tenant: Some(tenant), kind, status, rung_min: 1 };
        let mut after = None;
        loop {
            let page = self.store.page(query.clone(), after, store::PAGE_MAX).await?;
            let now = self.now();
            let mut concerned = Vec::new();
            for entry in page.entries {
                let store::Entry::Unit(row) = entry else { continue };
                let loaded = self.open_contract(*row)?;
                if self.is_concerned(&loaded, now) {
                    concerned.push(loaded.row.unit);
                } else {
                    self.feeds.remember(&loaded.contract, now);
                }
            }
            self.touch_all(concerned, swept).await;
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    async fn touch_all(&self, units: Vec<UnitId>, swept: &mut Swept) {
        let touch = async |unit: UnitId| {
            let asked = Asked::once(self, "carry_standstill", Actor::Time);
            self.change(unit, &asked, Extras::default(), |_, _| Ok(Vec::new())).await
        };
        let touches = stream::iter(units).map(touch);
        let mut touches = std::pin::pin!(touches.buffer_unordered(SIDE_BY_SIDE));
        while let Some(touched) = touches.next().await {
            swept.looked += 1;
            if let Err(error) = touched {
                swept.failed += 1;
                tracing::error!(%error, "a standstill did not reach a contract: {error}");
            }
        }
    }
}

/// Whether a hold would change what is decided.
fn changes(
    contract: &Contract,
    ladder: &Ladder,
    decision: &Decision,
    hold: &Hold,
    now: Moment,
) -> bool {
    let above = |stage: domain::Stage| hold.kind.ceiling().map_or(stage.restricts(), |c| stage > c);
    let planned = decision.timetable.iter().any(|planned| above(planned.stage));
    if !above(decision.stage) && !planned {
        return false;
    }
    let mut held = contract.clone();
    held.apply(&Fact { at: now, actor: Actor::Time, what: What::HoldOpened(hold.clone()) });
    let after = evaluate(&held, ladder, now);
    (after.stage, &after.timetable) != (decision.stage, &decision.timetable)
}

fn check_new(new: &NewStandstill, now: Moment) -> Result<(), Error> {
    check_text("cause", &new.cause)?;
    if let Some(until) =
        new.until.filter(|until| *until <= now || *until > now.plus_seconds(DAYS_MAX * 86_400))
    {
        let detail = format!("until: {} must lie ahead, within {DAYS_MAX} days", until.rfc3339());
        return Err(Error::refused("hold_out_of_range", detail));
    }
    let is_area = new.kind == HoldKind::AreaEmergency;
    if is_area && new.until.is_none() {
        return Err(Error::refused("hold_needs_end", "an area's emergency needs an end"));
    }
    if is_area == new.areas.is_empty() || new.areas.len() > AREAS_MAX {
        let detail = format!("areas: 1 to {AREAS_MAX} for an area's emergency, else none");
        return Err(Error::refused("bad_text", detail));
    }
    let label = |area: &&String| area.trim().is_empty() || area.len() > domain::safety::LABEL_MAX;
    if let Some(area) = new.areas.iter().find(label) {
        return Err(Error::refused("bad_text", format!("areas: {area:?} is no label")));
    }
    Ok(())
}

fn check_text(field: &str, text: &str) -> Result<(), Error> {
    if !text.trim().is_empty() && text.len() <= REASON_MAX {
        return Ok(());
    }
    Err(Error::refused("bad_text", format!("{field}: 1 to {REASON_MAX} bytes of text")))
}
