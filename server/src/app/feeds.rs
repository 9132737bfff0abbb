//! Feeds of payment data that are listened to: when each was last heard, which fell silent, and
//! which contracts wait for one.
//!
//! **Invariant:** hearing a feed writes nothing; what is stored was no later than it was.
//! **Invariant:** a step above `notice` begins only once its feed was heard after the step's start.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard},
};

use domain::{Actor, Contract, Hold, HoldId, HoldKind, Moment, TenantId, UnitId};
use formats::directory::{Directory as Entry, Feed};
use store::{Query, UnitKind};

use super::{
    App,
    manage::{Written, check_name, entry_unit},
    tell_lender::Told,
};
use crate::error::Error;

/// Hours for a backlog where nobody says.
pub const GRACE_HOURS: u32 = 6;
/// Longest rhythm or grace, hours.
const HOURS_MAX: u32 = 24 * 31;
/// What was heard is stored at least so often, seconds.
const SAVE_S: i64 = 3_600;

/// What is known of feeds.
#[derive(Debug, Default)]
pub struct Feeds {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// By tenant and the hold its contracts take in.
    known: BTreeMap<(TenantId, HoldId), Known>,
    /// Contracts that wait, and since when of the feed.
    waiting: BTreeMap<(TenantId, HoldId), BTreeMap<UnitId, Moment>>,
}

#[derive(Clone, Debug)]
struct Known {
    feed: Feed,
    stored: Feed,
}

impl Feeds {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poison| poison.into_inner())
    }

    /// The feeds of a tenant by name.
    pub fn of(&self, tenant: TenantId) -> Vec<Feed> {
        let state = self.lock();
        let own = state.known.iter().filter(|((owner, _), _)| *owner == tenant);
        let mut feeds: Vec<Feed> = own.map(|(_, known)| known.feed.clone()).collect();
        feeds.sort_by(|one, other| one.name.cmp(&other.name));
        feeds
    }

    pub(super) fn any_of(&self, tenant: TenantId) -> bool {
        self.lock().known.keys().any(|(owner, _)| *owner == tenant)
    }

    /// Whether a provider's silence is noticed.
    pub(super) fn listens_to(&self, tenant: TenantId, name: &str) -> bool {
        self.of(tenant).iter().any(|feed| feed.name == name)
    }

    /// Whether a hold was about a feed that is fresh, and heard since the hold's beginning.
    pub(super) fn lets_go(&self, tenant: TenantId, hold: HoldId, from: Moment) -> bool {
        let state = self.lock();
        let known = state.known.get(&(tenant, hold));
        known.is_some_and(|known| known.feed.stale_since.is_none() && known.feed.heard_at > from)
    }

    /// Each feed's hold, and whether it is stale.
    pub(super) fn stale(&self, tenant: TenantId) -> Vec<(HoldId, bool)> {
        let stale = |feed: Feed| (feed.hold, feed.stale_since.is_some());
        self.of(tenant).into_iter().map(stale).collect()
    }

    /// Holds of the feeds that a contract pays through, or of any where that is not known: those
    /// that are stale, and those not heard since a step could begin.
    pub(super) fn holds(&self, contract: &Contract, start: Option<Moment>) -> Vec<Hold> {
        let feeds = of_contract(self.of(contract.tenant), contract);
        let late = |feed: &Feed| {
            feed.stale_since.is_some() || start.is_some_and(|start| start > feed.heard_at)
        };
        let hold = |feed: Feed| Hold {
            id: feed.hold,
            kind: HoldKind::FeedStale,
            from: feed.heard_at,
            until: None,
            cause: format!("nothing was heard of {} since then", feed.name),
        };
        feeds.into_iter().filter(late).map(hold).collect()
    }

    /// A contract waits for a feed.
    pub(super) fn waits(&self, contract: &Contract, hold: &Hold) {
        let mut state = self.lock();
        let waiting = state.waiting.entry((contract.tenant, hold.id)).or_default();
        waiting.insert(contract.unit, hold.from);
    }

    /// A contract that was found waiting.
    pub(super) fn remember(&self, contract: &Contract, now: Moment) {
        let stale = |hold: &&Hold| hold.kind == HoldKind::FeedStale && hold.is_open(now);
        for hold in contract.holds.iter().filter(stale) {
            if self.any_of(contract.tenant) {
                self.waits(contract, hold);
            }
        }
    }

    /// Contracts that waited for feeds which were heard since, and are fresh.
    pub(super) fn take_waiting(&self, tenant: TenantId) -> BTreeSet<UnitId> {
        let mut state = self.lock();
        let State { known, waiting } = &mut *state;
        let mut taken = BTreeSet::new();
        for (key, units) in waiting.iter_mut().filter(|((owner, _), _)| *owner == tenant) {
            let feed = known.get(key).map(|known| &known.feed);
            let Some(feed) = feed.filter(|feed| feed.stale_since.is_none()) else { continue };
            units.retain(|unit, from| {
                let waits = *from >= feed.heard_at;
                if !waits {
                    taken.insert(*unit);
                }
                waits
            });
        }
        taken
    }
}

/// The feeds a contract pays through; all of them where that is not known.
fn of_contract(feeds: Vec<Feed>, contract: &Contract) -> Vec<Feed> {
    let pays = |feed: &Feed| contract.pays_through.contains(&feed.name);
    let known = feeds.iter().any(pays);
    feeds.into_iter().filter(|feed| !known || pays(feed)).collect()
}

impl App {
    /// Begins to listen to a provider, or changes its rhythm.
    pub async fn watch_feed(
        &self,
        tenant: TenantId,
        name: &str,
        heartbeat_hours: Option<u32>,
        grace_hours: u32,
        actor: Actor,
    ) -> Result<(Feed, bool), Error> {
        check_name(name)?;
        let range = 1..=HOURS_MAX;
        if heartbeat_hours.is_some_and(|hours| !range.contains(&hours)) || grace_hours > HOURS_MAX {
            let detail =
                format!("heartbeat_hours: 1 to {HOURS_MAX}; grace_hours: 0 to {HOURS_MAX}");
            return Err(Error::refused("bad_number", detail));
        }
        let unit = entry_unit(tenant, "feed", name);
        let hold = HoldId::from_bytes(unit.bytes());
        let now = self.now();
        let known = self.feeds.lock().known.get(&(tenant, hold)).map(|known| known.feed.clone());
        let feed = known.clone().unwrap_or_else(|| Feed {
            back_since: None,
            created_at: now,
            grace_hours,
            heard_at: now,
            heartbeat_hours,
            hold,
            longest_s: 0,
            name: name.to_owned(),
            stale_since: None,
        });
        let feed = Feed { grace_hours, heartbeat_hours, ..feed };
        if known.as_ref() == Some(&feed) {
            return Ok((feed, true));
        }
        self.save_feed(tenant, &feed, actor, Told::default()).await?;
        Ok((feed, false))
    }

    /// Notes that a provider was heard, in a way that proves who it was.
    pub fn feed_heard(&self, tenant: TenantId, name: &str) {
        let now = self.now();
        let mut state = self.feeds.lock();
        let own = state.known.iter_mut().filter(|((owner, _), _)| *owner == tenant);
        for (_, known) in own.filter(|(_, known)| known.feed.name == name) {
            known.feed.hear(now);
        }
    }

    /// A provider says that it is there and has nothing to tell.
    pub fn ping_feed(&self, tenant: TenantId, name: &str) -> Result<Feed, Error> {
        self.feed_heard(tenant, name);
        let found = self.feeds.of(tenant).into_iter().find(|feed| feed.name == name);
        found.ok_or(Error::NotFound("feed"))
    }

    /// What time makes of the feeds: an alarm for each that fell silent.
    pub async fn watch_feeds(&self) -> Result<(), Error> {
        let now = self.now();
        let all: Vec<(TenantId, Known)> = {
            let state = self.feeds.lock();
            state.known.iter().map(|((tenant, _), known)| (*tenant, known.clone())).collect()
        };
        let mut stale = 0;
        for (tenant, Known { mut feed, stored }) in all {
            let turned = feed.pass(now);
            let name = &feed.name;
            match turned {
                Some(true) => tracing::warn!(
                    tenant.id = %tenant, feed = %name,
                    "Nothing is heard of {name} since {}: nothing rises", feed.heard_at.rfc3339()
                ),
                Some(false) => tracing::info!(
                    tenant.id = %tenant, feed = %name, "{name} is heard again"
                ),
                None => {}
            }
            stale += i64::from(feed.stale_since.is_some());
            let old = feed.heard_at > stored.heard_at.plus_seconds(SAVE_S);
            if turned.is_some() || old || feed.back_since != stored.back_since {
                let told = turned.map(|silent| self.tell_feed(tenant, &feed, silent, now));
                self.save_feed(tenant, &feed, Actor::Time, told.unwrap_or_default()).await?;
            }
        }
        self.metrics.feeds_stale(stale);
        Ok(())
    }

    /// Stores what was heard since it was last stored.
    pub async fn save_feeds(&self) -> Result<(), Error> {
        let heard: Vec<(TenantId, Feed)> = {
            let state = self.feeds.lock();
            let heard = state.known.iter().filter(|(_, known)| known.feed != known.stored);
            heard.map(|((tenant, _), known)| (*tenant, known.feed.clone())).collect()
        };
        for (tenant, feed) in heard {
            self.save_feed(tenant, &feed, Actor::Time, Told::default()).await?;
        }
        Ok(())
    }

    async fn save_feed(
        &self,
        tenant: TenantId,
        feed: &Feed,
        actor: Actor,
        told: Told,
    ) -> Result<(), Error> {
        let unit = entry_unit(tenant, "feed", &feed.name);
        let row = self.store.load(&[unit]).await?.pop().flatten();
        let entry = &Entry::Feed(feed.clone());
        self.write(Written { tenant, unit, row, entry, name: &feed.name, actor, told }).await?;
        let mut state = self.feeds.lock();
        let known = Known { feed: feed.clone(), stored: feed.clone() };
        let now_known = state.known.entry((tenant, feed.hold)).or_insert_with(|| known.clone());
        // It may have been heard while it was stored.
        let heard_at = now_known.feed.heard_at.max(feed.heard_at);
        *now_known = Known { feed: Feed { heard_at, ..known.feed }, ..known };
        Ok(())
    }

    /// Reads the feeds from the store, as at start.
    pub(super) async fn load_feeds(&self) -> Result<(), Error> {
        let (kind, status) = (UnitKind::Directory, Some("feed".to_owned()));
        let query = Query::Units { tenant: None, kind, status, rung_min: 0 };
        for entry in store::walk::entries(&*self.store, query).await? {
            let store::Entry::Unit(row) = entry else { continue };
            let Ok(Entry::Feed(feed)) = formats::parse_directory(&row.doc) else {
                return Err(Error::Fault(format!("directory entry {}: not a feed", row.unit)));
            };
            let known = Known { feed: feed.clone(), stored: feed };
            self.feeds.lock().known.insert((row.tenant, known.feed.hold), known);
        }
        Ok(())
    }
}
