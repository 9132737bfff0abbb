//! The mass-lock breaker: more phones about to rise within a window than a lender allows hold all
//! of them, until people have looked.
//!
//! **Invariant:** the move that trips it does not happen, nor any after it.
//! **Invariant:** counting writes nothing; a start reads what was counted off the contracts.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard},
};

use domain::{Actor, Contract, Decision, HoldKind, Moment, TenantId, UnitId};
use formats::directory::{Breaker, Limits, Standstill};
use store::{Query, UnitKind};

use super::{App, standstill::NewStandstill};
use crate::error::Error;

/// How long a count of the fleet is good for, seconds.
const FLEET_S: i64 = 300;

/// Phones that rose lately, by tenant.
#[derive(Debug, Default)]
pub struct Breakers {
    windows: Mutex<BTreeMap<TenantId, Window>>,
    /// Held while a breaker is tripped, so that it trips once.
    tripping: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Window {
    moved: BTreeMap<UnitId, (Moment, String)>,
    fleet: Option<(u64, Moment)>,
}

/// How a breaker stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakerState {
    /// The programme it watches; `None` = all of the lender's.
    pub programme: Option<String>,
    /// Its limits.
    pub limits: Breaker,
    /// Hours of its window.
    pub window_hours: u32,
    /// Phones that rose within it.
    pub moved: u64,
    /// Active contracts of the lender.
    pub fleet: u64,
    /// What holds since it tripped.
    pub tripped: Option<Standstill>,
}

impl Breakers {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<TenantId, Window>> {
        self.windows.lock().unwrap_or_else(|poison| poison.into_inner())
    }

    /// Counts anew from the contracts at the next move.
    pub(super) fn forget(&self, tenant: TenantId) {
        self.lock().remove(&tenant);
    }
}

impl App {
    /// How the breakers of a tenant stand.
    pub async fn breakers_of(&self, tenant: TenantId) -> Result<Vec<BreakerState>, Error> {
        let now = self.now();
        let limits = self.directory.limits(tenant)?;
        self.open_window(tenant, &limits, now).await?;
        let fleet = self.fleet(tenant, now).await?;
        let scopes = limits.programmes.iter().map(|(id, own)| (Some(id.clone()), own.clone()));
        let scopes = [(None, limits.breaker.clone())].into_iter().chain(scopes);
        let state = |(programme, own): (Option<String>, Breaker)| BreakerState {
            moved: self.moved(tenant, programme.as_deref(), &limits, now).len() as u64,
            tripped: self.tripped(tenant, programme.as_deref(), now),
            window_hours: limits.window_hours,
            limits: own,
            programme,
            fleet,
        };
        Ok(scopes.map(state).collect())
    }

    /// Whether a decision rises that may not, because too many do. It is counted if it may.
    pub(super) async fn trips(
        &self,
        contract: &Contract,
        decision: &Decision,
        now: Moment,
    ) -> Result<bool, Error> {
        let rises = decision.stage > contract.decision.stage && decision.stage.restricts();
        if !rises {
            return Ok(false);
        }
        let tenant = contract.tenant;
        let limits = self.directory.limits(tenant)?;
        self.open_window(tenant, &limits, now).await?;
        let programme = &contract.signed.programme.0;
        let own = limits.programmes.get(programme).map(|own| (Some(programme.as_str()), own));
        for (scope, breaker) in [(None, &limits.breaker)].into_iter().chain(own) {
            let mut moved = self.moved(tenant, scope, &limits, now);
            moved.insert(contract.unit);
            let moved = moved.len() as u64;
            if moved <= u64::from(breaker.least) || self.was_lifted(tenant, scope, &limits, now) {
                continue;
            }
            let fleet = self.fleet(tenant, now).await?;
            if breaker.trips(moved, fleet) {
                self.trip(tenant, scope, moved, fleet, &limits, now).await?;
                return Ok(true);
            }
        }
        let mut windows = self.breakers.lock();
        let window = windows.entry(tenant).or_default();
        window.moved.insert(contract.unit, (now, programme.clone()));
        Ok(false)
    }

    async fn trip(
        &self,
        tenant: TenantId,
        scope: Option<&str>,
        moved: u64,
        fleet: u64,
        limits: &Limits,
        now: Moment,
    ) -> Result<(), Error> {
        let _once = self.breakers.tripping.lock().await;
        if self.tripped(tenant, scope, now).is_some() {
            return Ok(());
        }
        let hours = limits.window_hours;
        let whose = scope.map_or("the lender".to_owned(), |id| format!("programme {id}"));
        let cause = format!("{moved} phones of {whose} were about to rise within {hours} hours");
        tracing::warn!(
            tenant.id = %tenant, moved, fleet,
            "The mass-lock breaker tripped: {cause}; {fleet} contracts are active"
        );
        self.metrics.tripped();
        let new = NewStandstill {
            name: format!("breaker/{}/{}", scope.unwrap_or("*"), now.micros()),
            kind: HoldKind::Breaker,
            areas: BTreeSet::new(),
            programme: scope.map(str::to_owned),
            until: None,
            cause,
        };
        self.open_standstill(tenant, new, Actor::Time).await.map(drop)
    }

    fn tripped(&self, tenant: TenantId, scope: Option<&str>, now: Moment) -> Option<Standstill> {
        let mut known = self.directory.standstills(tenant).into_iter();
        known.find(|known| is_breaker(known, scope) && !known.is_over(now))
    }

    /// Whether people have lifted it within the window: what they looked at may go on.
    fn was_lifted(
        &self,
        tenant: TenantId,
        scope: Option<&str>,
        limits: &Limits,
        now: Moment,
    ) -> bool {
        let since = window_start(limits, now);
        let lately = |known: &Standstill| known.lifted.as_ref().is_some_and(|l| l.at > since);
        let known = self.directory.standstills(tenant);
        known.iter().any(|known| is_breaker(known, scope) && lately(known))
    }

    fn moved(
        &self,
        tenant: TenantId,
        scope: Option<&str>,
        limits: &Limits,
        now: Moment,
    ) -> BTreeSet<UnitId> {
        let since = window_start(limits, now);
        let mut windows = self.breakers.lock();
        let window = windows.entry(tenant).or_default();
        window.moved.retain(|_, (at, _)| *at > since);
        let ours = |programme: &str| scope.is_none_or(|scope| scope == programme);
        let moved = window.moved.iter().filter(|(_, (_, programme))| ours(programme));
        moved.map(|(unit, _)| *unit).collect()
    }

    /// Reads off the contracts who rose lately, once after a start.
    async fn open_window(
        &self,
        tenant: TenantId,
        limits: &Limits,
        now: Moment,
    ) -> Result<(), Error> {
        if self.breakers.lock().contains_key(&tenant) {
            return Ok(());
        }
        let since = window_start(limits, now);
        let (kind, status) = (UnitKind::Contract, Some("active".to_owned()));
        let query = Query::Units { tenant: Some(tenant), kind, status, rung_min: 3 };
        let mut moved = BTreeMap::new();
        for entry in store::walk::entries(&*self.store, query).await? {
            let store::Entry::Unit(row) = entry else { continue };
            let contract = self.open_contract(*row)?.contract;
            if let Some(at) = contract.raised_at.filter(|at| *at > since) {
                moved.insert(contract.unit, (at, contract.signed.programme.0.clone()));
            }
        }
        let mut windows = self.breakers.lock();
        windows.entry(tenant).or_insert(Window { moved, fleet: None });
        Ok(())
    }

    /// How many contracts of a lender are active, not older than some minutes.
    async fn fleet(&self, tenant: TenantId, now: Moment) -> Result<u64, Error> {
        let known = self.breakers.lock().get(&tenant).and_then(|window| window.fleet);
        if let Some((fleet, at)) = known
            && at.plus_seconds(FLEET_S) > now
            && at <= now
        {
            return Ok(fleet);
        }
        let counts = self.store.counts(tenant).await?;
        let active = counts.iter().filter(|count| count.status == "active");
        let fleet = active.map(|count| count.units).sum();
        self.breakers.lock().entry(tenant).or_default().fleet = Some((fleet, now));
        Ok(fleet)
    }
}

fn is_breaker(known: &Standstill, scope: Option<&str>) -> bool {
    known.kind == HoldKind::Breaker && known.programme.as_deref() == scope
}

fn window_start(limits: &Limits, now: Moment) -> Moment {
    now.plus_seconds(-3_600 * i64::from(limits.window_hours))
}
