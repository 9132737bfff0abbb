//! Once a day: the heads of all journals that changed go into the lender's log, and its root is
//! signed.
//!
//! **Invariant:** nothing is written on the way of a payment: heads are read afterwards, page by
//! page, and memory does not grow with the book.
//! **Invariant:** what a day's root covers is never changed; a run that broke off is made again.

use domain::{Day, Moment, TenantId, UnitId, Zone};
use formats::roots::{DayRoot, Leaf, TILE, TILE_BITS, Tile, root_from, root_nodes, root_of};
use futures_util::stream::{self, StreamExt};
use protocol::{ContentHash, Kind, Message, cert::KeyKind, journal_root::JournalRoot};
use store::{Cursor, PAGE_MAX, Query, UnitKind};

use super::{App, journal_log::Piece};
use crate::error::Error;

/// A line may bear a moment so much before its commit: such heads are looked at twice.
const LATE_S: i64 = 600;
/// Journals looked at side by side.
const SIDE_BY_SIDE: usize = 16;

impl App {
    /// Makes what is missing of the roots of yesterday, lender by lender; how many were made.
    pub async fn publish_roots(&self) -> Result<usize, Error> {
        let mut made = 0;
        for entry in self.directory.tenants() {
            made += usize::from(self.publish_root(entry.tenant.id).await?);
        }
        Ok(made)
    }

    /// Makes a lender's root of yesterday, in UTC, unless it is there; whether it was made.
    pub async fn publish_root(&self, tenant: TenantId) -> Result<bool, Error> {
        let day = yesterday(self.now())?;
        let latest = self.day_root(tenant, Piece::Latest).await?;
        if let Some(latest) = &latest {
            // A run that broke off between the two is finished.
            self.put_piece(tenant, Piece::Day(latest.day), latest.doc()).await?;
        }
        if latest.as_ref().is_some_and(|latest| latest.day >= day) {
            return Ok(false);
        }
        let started = self.signing_moment()?;
        let keys = self.keys.tenant(tenant)?;
        let Ok(key) = keys.signing(KeyKind::Journal, started) else {
            tracing::warn!(
                tenant.id = %tenant,
                "No journal key: run `quittance admin signing-key rotate --kind journal`"
            );
            return Ok(false);
        };
        let first = latest.as_ref().map_or(0, |latest| latest.size);
        let since = latest.map(|latest| latest.started.plus_seconds(-LATE_S));
        let mut log = Log::open(self, tenant, first).await?;
        self.read_heads(tenant, since, &mut log).await?;
        let size = log.close().await?;
        let hashes = self.log_hashes(tenant, &[root_nodes(size)]).await?;
        let root = JournalRoot {
            tenant: protocol::TenantId(tenant.bytes()),
            lender: self.directory.tenant(tenant)?.tenant.lender.name.clone(),
            day: days_since_1970(day),
            size,
            root: ContentHash(root_from(&hashes[0])),
            made_at: super::lease::unix(started.seconds()),
        };
        let signed = key.sign(Kind::JournalRoot, &root.encode())?;
        let doc = DayRoot { day, first, signed, size, started }.doc();
        // The last root is what the next run goes on from: it alone makes this run count.
        self.put_piece(tenant, Piece::Latest, doc.clone()).await?;
        self.put_piece(tenant, Piece::Day(day), doc).await?;
        Ok(true)
    }

    /// The heads of contracts that changed since a moment, by rising unit.
    async fn read_heads(
        &self,
        tenant: TenantId,
        since: Option<Moment>,
        log: &mut Log<'_>,
    ) -> Result<(), Error> {
        let (kind, status) = (UnitKind::Contract, None);
        let query = Query::Units { tenant: Some(tenant), kind, status, rung_min: 0 };
        let mut after: Option<Cursor> = None;
        loop {
            let page = self.store.page(query.clone(), after, PAGE_MAX).await?;
            let rows = page.entries.into_iter().filter_map(|entry| match entry {
                store::Entry::Unit(row) => Some((row.unit, row.head)),
                _ => None,
            });
            let looked = rows.map(async |(unit, head)| {
                let changed = self.changed_since(unit, head.entries, since).await?;
                Ok::<_, Error>(changed.then_some(Leaf {
                    unit,
                    entry: head.entries,
                    hash: head.hash,
                }))
            });
            let mut looked = std::pin::pin!(stream::iter(looked).buffered(SIDE_BY_SIDE));
            while let Some(leaf) = looked.next().await {
                if let Some(leaf) = leaf? {
                    log.push(leaf).await?;
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// Whether a journal's last entry is younger.
    async fn changed_since(
        &self,
        unit: UnitId,
        last: u64,
        since: Option<Moment>,
    ) -> Result<bool, Error> {
        let Some(since) = since else { return Ok(true) };
        Ok(self.line_at(unit, last).await? >= since)
    }

    /// The moment of a journal's entry.
    pub(super) async fn line_at(&self, unit: UnitId, entry: u64) -> Result<Moment, Error> {
        let before = Cursor::behind_entry(entry.saturating_sub(1));
        let page = self.store.page(Query::Journal(unit), Some(before), 1).await?;
        let found = page.entries.into_iter().find_map(|found| match found {
            store::Entry::Journal(line) => Some(line.at),
            _ => None,
        });
        found.ok_or_else(|| Error::Fault(format!("journal {unit} lacks entry {entry}")))
    }
}

/// The end of a log that grows: of each level the tile that is being filled.
struct Log<'a> {
    app: &'a App,
    tenant: TenantId,
    size: u64,
    leaves: Vec<Leaf>,
    /// Level 1 and up: number of hashes on the level, and those of its last tile.
    upper: Vec<(u64, Vec<[u8; 32]>)>,
}

impl Log<'_> {
    async fn open(app: &App, tenant: TenantId, size: u64) -> Result<Log<'_>, Error> {
        let mut log = Log { app, tenant, size, leaves: Vec::new(), upper: Vec::new() };
        // What a run that broke off left behind the size is cut off.
        if !size.is_multiple_of(TILE) {
            let place = (0, size / TILE);
            if let Some(Tile::Leaves(mut leaves)) =
                app.tiles(tenant, &[place]).await?.remove(&place)
            {
                leaves.truncate((size % TILE) as usize);
                log.leaves = leaves;
            }
        }
        let mut count = size >> TILE_BITS;
        for level in 1.. {
            if count == 0 {
                break;
            }
            let mut hashes = Vec::new();
            if !count.is_multiple_of(TILE) {
                let place = (level, count / TILE);
                let tile = app.tiles(tenant, &[place]).await?.remove(&place);
                hashes = tile.map(|tile| tile.hashes()).unwrap_or_default();
                hashes.truncate((count % TILE) as usize);
            }
            log.upper.push((count, hashes));
            count >>= TILE_BITS;
        }
        Ok(log)
    }

    async fn push(&mut self, leaf: Leaf) -> Result<(), Error> {
        self.leaves.push(leaf);
        self.size += 1;
        if !self.size.is_multiple_of(TILE) {
            return Ok(());
        }
        let full = Tile::Leaves(std::mem::take(&mut self.leaves));
        let mut root = root_of(&full.hashes());
        self.put(0, self.size / TILE - 1, &full).await?;
        for level in 0.. {
            if level == self.upper.len() {
                self.upper.push((0, Vec::new()));
            }
            let (count, hashes) = &mut self.upper[level];
            hashes.push(root);
            *count += 1;
            if !count.is_multiple_of(TILE) {
                break;
            }
            let (number, full) = (*count / TILE - 1, Tile::Hashes(std::mem::take(hashes)));
            root = root_of(&full.hashes());
            self.put(level as u32 + 1, number, &full).await?;
        }
        Ok(())
    }

    /// Writes the tiles that are not full; the size.
    async fn close(self) -> Result<u64, Error> {
        if !self.leaves.is_empty() {
            let tile = Tile::Leaves(self.leaves.clone());
            self.put(0, self.size / TILE, &tile).await?;
        }
        for (level, (count, hashes)) in (1..).zip(&self.upper) {
            if !hashes.is_empty() {
                self.put(level, count / TILE, &Tile::Hashes(hashes.clone())).await?;
            }
        }
        Ok(self.size)
    }

    async fn put(&self, level: u32, number: u64, tile: &Tile) -> Result<(), Error> {
        self.app.put_piece(self.tenant, Piece::Tile(level, number), tile.doc()).await
    }
}

/// The last day that has ended, in UTC.
pub(super) fn yesterday(now: Moment) -> Result<Day, Error> {
    let day = utc().day(now).plus_days(-1);
    day.ok_or_else(|| Error::Fault("the calendar has no yesterday".to_owned()))
}

pub(super) fn utc() -> Zone {
    Zone::parse("UTC").expect("the bundled database has UTC")
}

fn days_since_1970(day: Day) -> u64 {
    let epoch = Day::new(1970, 1, 1).expect("a day of the calendar");
    u64::try_from(day.days_since(epoch)).unwrap_or(0)
}

/// The signed root, as it was signed by a key of ours.
pub(super) fn signed_root(root: &DayRoot) -> Result<JournalRoot, Error> {
    let wrong = |error: protocol::Malformed| Error::Fault(format!("journal root: {error}"));
    protocol::cose::Sign1::parse(&root.signed).map_err(wrong)?.decode().map_err(wrong)
}
