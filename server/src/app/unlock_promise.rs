//! The unlock promise: how long phones take to open, counted as they open, told to anybody.
//!
//! **Invariant:** nothing here decides anything; what a contract is owed for a late opening follows
//! from its facts. A process that dies loses the counts of its last minutes.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard},
};

use domain::{
    Actor, Contract, Day, Ladder, Moment, TenantId, UnitId, redress::Opening,
    report::unlocks::Tally,
};
use formats::{
    directory::{Directory as Entry, parse_directory},
    unlocks::UnlockDay,
};

use super::{App, manage::entry_unit};
use crate::error::Error;

/// Leases under way that are remembered at most; beyond it their delivery is not counted.
const UNDER_WAY_MAX: usize = 100_000;
/// Days that figures cover.
pub const FIGURE_DAYS: i32 = 30;

/// What was counted and is not written yet.
#[derive(Debug, Default)]
pub struct Unlocks(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Contracts whose phone is to open: since when, and when it was first handed the lease.
    handed: HashMap<UnitId, (Moment, Moment)>,
    counted: BTreeMap<(TenantId, Day), UnlockDay>,
}

/// How fast the phones of a lender opened.
#[derive(Clone, Debug)]
pub struct UnlockFigures {
    /// First day, on the lender's calendar.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// Until the lease was first handed to the phone.
    pub delivered: Tally,
    /// Until the phone had come down, by its own word.
    pub opened: Tally,
    /// Longer than the law pack of the contract allows.
    pub late: u32,
    /// Restrictions that should never have begun.
    pub wrongful: u32,
    /// The shortest time that a programme in force promises, minutes; `None` = there is none.
    pub promise_minutes: Option<u32>,
}

impl Unlocks {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(|poison| poison.into_inner())
    }
}

impl App {
    /// A lease went out to a phone.
    pub(super) fn lease_handed(&self, contract: &Contract) {
        let Some(since) = pending(contract) else { return };
        let mut state = self.unlocks.lock();
        let known = state.handed.get(&contract.unit).is_some_and(|(known, _)| *known == since);
        if !known && state.handed.len() < UNDER_WAY_MAX {
            state.handed.insert(contract.unit, (since, self.now()));
        }
    }

    /// Counts a phone that has opened, and a restriction found wrongful, with this change.
    pub(super) fn count_opening(&self, before: &Contract, after: &Contract, ladder: &Ladder) {
        let Some(opening) = &after.opening else { return };
        let known = before.opening.as_ref();
        let opened = opening.opened.filter(|_| known.is_none_or(|known| known.opened.is_none()));
        let found = opening.wrongful.is_some()
            && known.is_none_or(|known| known.wrongful.is_none() || known.since != opening.since);
        if opened.is_none() && !found {
            return;
        }
        let Ok(tenant) = self.directory.tenant(after.tenant) else { return };
        let day = tenant.tenant.time_zone.day(opened.unwrap_or_else(|| self.now()));
        let mut state = self.unlocks.lock();
        let handed = state.handed.remove(&after.unit).filter(|(since, _)| *since == opening.since);
        let counted = state.counted.entry((after.tenant, day));
        let counted = counted.or_insert_with(|| UnlockDay::new(day));
        counted.wrongful += u32::from(found);
        if opened.is_some() {
            count(counted, opening, handed.map(|(_, at)| at), ladder);
        }
    }

    /// Writes what was counted since the last time.
    pub async fn flush_unlocks(&self) -> Result<(), Error> {
        let counted = std::mem::take(&mut self.unlocks.lock().counted);
        let mut counted = counted.into_iter();
        while let Some(((tenant, day), fresh)) = counted.next() {
            if let Err(error) = self.add_unlocks(tenant, &fresh).await {
                // Kept for the next time, and those after it.
                let rest = std::iter::once(((tenant, day), fresh)).chain(counted);
                let mut state = self.unlocks.lock();
                for ((tenant, day), fresh) in rest {
                    let known = state.counted.entry((tenant, day));
                    known.or_insert_with(|| UnlockDay::new(day)).merge(&fresh);
                }
                return Err(error);
            }
        }
        Ok(())
    }

    async fn add_unlocks(&self, tenant: TenantId, fresh: &UnlockDay) -> Result<(), Error> {
        let name = fresh.day.to_string();
        let unit = entry_unit(tenant, "unlocks", &name);
        let row = self.store.load(&[unit]).await?.pop().flatten();
        let known = row.as_ref().and_then(|row| match parse_directory(&row.doc) {
            Ok(Entry::Unlocks(day)) => Some(day),
            _ => None,
        });
        let mut day = known.unwrap_or_else(|| UnlockDay::new(fresh.day));
        day.merge(fresh);
        self.put(tenant, unit, row, &Entry::Unlocks(day), &name, Actor::Time).await
    }

    /// How fast the phones of a lender opened within the last days.
    pub fn unlock_figures(&self, tenant: TenantId) -> Result<UnlockFigures, Error> {
        let entry = self.directory.tenant(tenant)?;
        let to = entry.tenant.time_zone.day(self.now());
        let from = to.plus_days(1 - FIGURE_DAYS).unwrap_or(to);
        let mut sum = UnlockDay::new(to);
        for day in self.directory.unlocks_of(tenant, from, to) {
            sum.merge(&day);
        }
        for (_, day) in self.unlocks.lock().counted.range((tenant, from)..=(tenant, to)) {
            sum.merge(day);
        }
        let ladders = entry.programmes.keys().filter_map(|programme| {
            let packs = self.directory.packs_in_force(tenant, programme, to).ok()?;
            self.directory.ladder(tenant, programme, &packs).ok()
        });
        let promise_minutes = ladders.map(|ladder| ladder.unlock.device_minutes).min();
        let UnlockDay { delivered, late, opened, wrongful, .. } = sum;
        Ok(UnlockFigures { from, to, delivered, opened, late, wrongful, promise_minutes })
    }
}

/// Since when the phone of a contract is to open, while it has not.
fn pending(contract: &Contract) -> Option<Moment> {
    let opening = contract.opening.as_ref().filter(|opening| opening.opened.is_none());
    opening.map(|opening| opening.since)
}

fn count(counted: &mut UnlockDay, opening: &Opening, handed: Option<Moment>, ladder: &Ladder) {
    let Some(waited_ms) = opening.waited_ms() else { return };
    counted.opened.add(waited_ms);
    let late = opening.late_s(ladder).is_some_and(|late_s| late_s > 0);
    counted.late = counted.late.saturating_add(u32::from(late));
    if let Some(at) = handed {
        let micros = at.micros().saturating_sub(opening.since.micros());
        counted.delivered.add(u64::try_from(micros / 1_000).unwrap_or(0));
    }
}
