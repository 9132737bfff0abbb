//! The log of a lender's journals in the store: its tiles and its days.

use std::collections::BTreeMap;

use domain::{Day, TenantId, UnitId};
use formats::{
    journal,
    roots::{DayRoot, Hash, Leaf, Node, TILE, Tile, root_of},
};
use store::{Change, Facets, Head, Item, NextLook, Outcome, UnitKind};

use super::{App, unit_of_hash};
use crate::{crypto::sha256, error::Error};

/// Days looked at together on the way back to a leaf.
const DAYS: i32 = 64;

/// A piece of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Piece {
    /// Level and number from the left.
    Tile(u32, u64),
    /// What was published for a day.
    Day(Day),
    /// What was published last.
    Latest,
}

impl Piece {
    fn name(self) -> String {
        match self {
            Piece::Tile(level, number) => format!("tile/{level}/{number}"),
            Piece::Day(day) => format!("day/{day}"),
            Piece::Latest => "latest".to_owned(),
        }
    }

    fn unit(self, tenant: TenantId) -> UnitId {
        let name = self.name();
        unit_of_hash(&sha256(&[b"quittance/journal-log/1", &tenant.bytes(), name.as_bytes()]))
    }
}

impl App {
    /// The texts of pieces of a lender's log with their versions.
    async fn pieces(
        &self,
        tenant: TenantId,
        pieces: &[Piece],
    ) -> Result<Vec<Option<(u64, String)>>, Error> {
        let units: Vec<UnitId> = pieces.iter().map(|piece| piece.unit(tenant)).collect();
        let rows = self.store.load(&units).await?;
        Ok(rows.into_iter().map(|row| row.map(|row| (row.version, row.doc))).collect())
    }

    /// What was published for a day, or last.
    pub(super) async fn day_root(
        &self,
        tenant: TenantId,
        piece: Piece,
    ) -> Result<Option<DayRoot>, Error> {
        let found = self.pieces(tenant, &[piece]).await?.pop().flatten();
        found.map(|(_, doc)| parsed(DayRoot::parse(&doc))).transpose()
    }

    /// Writes a piece in the place of what is there.
    pub(super) async fn put_piece(
        &self,
        tenant: TenantId,
        piece: Piece,
        doc: String,
    ) -> Result<(), Error> {
        let unit = piece.unit(tenant);
        let known = self.pieces(tenant, &[piece]).await?.pop().flatten();
        if known.as_ref().is_some_and(|(_, known)| *known == doc) {
            return Ok(());
        }
        let key = *self.new_id().as_bytes();
        let hash = sha256(&[doc.as_bytes()]);
        // The signed root is what witnesses the log: it has no journal of its own.
        let head = Head { entries: 0, hash: journal::genesis(tenant, unit) };
        let facets = Facets { name: piece.name(), ..Facets::default() };
        let item = Item {
            tenant,
            unit,
            kind: UnitKind::JournalLog,
            expected: known.map_or(0, |(version, _)| version),
            command: store::Command { key, hash, name: "journal_log" },
            change: Change { doc, facets, next_look: NextLook::Keep, head },
            journal: Vec::new(),
            postings: Vec::new(),
            reserve: Vec::new(),
            free: Vec::new(),
            personal: Vec::new(),
            jobs: Vec::new(),
            finished: Vec::new(),
        };
        match self.store.commit(vec![item]).await?.pop() {
            Some(Outcome::Done(_)) => Ok(()),
            _ => Err(Error::Busy),
        }
    }

    /// The tiles of these levels and numbers.
    pub(super) async fn tiles(
        &self,
        tenant: TenantId,
        wanted: &[(u32, u64)],
    ) -> Result<BTreeMap<(u32, u64), Tile>, Error> {
        let pieces: Vec<Piece> = wanted.iter().map(|(level, n)| Piece::Tile(*level, *n)).collect();
        let found = self.pieces(tenant, &pieces).await?;
        let mut tiles = BTreeMap::new();
        for (place, found) in wanted.iter().zip(found) {
            let missing = || Error::Fault(format!("the log of {tenant} lacks tile {place:?}"));
            let (_, doc) = found.ok_or_else(missing)?;
            tiles.insert(*place, parsed(Tile::parse(&doc))?);
        }
        Ok(tiles)
    }

    /// The hashes of subtrees.
    pub(super) async fn log_hashes(
        &self,
        tenant: TenantId,
        wanted: &[Vec<Node>],
    ) -> Result<Vec<Vec<Hash>>, Error> {
        let mut places: Vec<(u32, u64)> = Vec::new();
        for node in wanted.iter().flatten() {
            let (level, number, _) = node.place();
            places.push((level, number));
        }
        places.sort_unstable();
        places.dedup();
        let tiles = self.tiles(tenant, &places).await?;
        let hash = |node: &Node| {
            let (level, number, range) = node.place();
            let hashes = tiles[&(level, number)].hashes();
            let part = hashes.get(range).ok_or_else(|| {
                Error::Fault(format!("tile {level}/{number} of {tenant} is too short"))
            })?;
            Ok(root_of(part))
        };
        let all = |nodes: &Vec<Node>| nodes.iter().map(hash).collect::<Result<_, Error>>();
        wanted.iter().map(all).collect()
    }

    /// The latest leaf of a journal in the log of a day, with its place. `first` is a day before
    /// which there was no such journal.
    pub(super) async fn find_leaf(
        &self,
        tenant: TenantId,
        unit: UnitId,
        (first, last): (Day, Day),
    ) -> Result<Option<(u64, Leaf)>, Error> {
        let mut day = last;
        while day >= first {
            let days: Vec<Day> = (0..DAYS)
                .filter_map(|back| day.plus_days(-back))
                .filter(|day| *day >= first)
                .collect();
            let pieces: Vec<Piece> = days.iter().map(|day| Piece::Day(*day)).collect();
            for (_, doc) in self.pieces(tenant, &pieces).await?.into_iter().flatten() {
                let root = parsed(DayRoot::parse(&doc))?;
                if let Some(found) = self.leaf_of_day(tenant, unit, &root).await? {
                    return Ok(Some(found));
                }
            }
            let Some(earlier) = day.plus_days(-DAYS) else { break };
            day = earlier;
        }
        Ok(None)
    }

    /// The leaves of a day stand by rising unit.
    async fn leaf_of_day(
        &self,
        tenant: TenantId,
        unit: UnitId,
        root: &DayRoot,
    ) -> Result<Option<(u64, Leaf)>, Error> {
        let (mut low, mut high) = (root.first, root.size);
        while low < high {
            // The whole of a tile is looked through at once.
            let number = (low + (high - low) / 2) / TILE;
            let mut tiles = self.tiles(tenant, &[(0, number)]).await?;
            let Some(Tile::Leaves(leaves)) = tiles.remove(&(0, number)) else {
                return Err(Error::Fault(format!("tile 0/{number} of {tenant} holds no leaves")));
            };
            let begin = low.max(number * TILE);
            let end = high.min((number + 1) * TILE);
            let part = leaves.get((begin % TILE) as usize..).unwrap_or_default();
            let part = &part[..part.len().min((end - begin) as usize)];
            match (part.first(), part.last()) {
                (Some(first), _) if unit < first.unit => high = begin,
                (_, Some(last)) if unit > last.unit => low = end,
                _ => {
                    let at = part.binary_search_by_key(&unit, |leaf| leaf.unit).ok();
                    return Ok(at.map(|at| (begin + at as u64, part[at])));
                }
            }
        }
        Ok(None)
    }
}

pub(super) fn parsed<T>(read: Result<T, formats::DocError>) -> Result<T, Error> {
    read.map_err(|error| Error::Fault(error.to_string()))
}
