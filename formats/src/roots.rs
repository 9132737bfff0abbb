//! The log of a lender's journals: an append-only Merkle tree (RFC 6962) whose leaves are heads of
//! journals, kept in *tiles*, and what is told of it to others.
//!
//! A tile holds up to 1,024 things of one level: leaves on level 0, on level n the roots of full
//! tiles of level n − 1. Every hash of the tree follows from a handful of tiles.
//!
//! **Invariant:** a leaf names ids and hashes only.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use ct_merkle::{
    ConsistencyProof, HashableLeaf, InclusionProof, RootHash, digest::Update,
    indices_for_consistency_proof, indices_for_inclusion_proof,
};
use domain::{Day, TenantId, UnitId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    doc::{DocError, read, written},
    hex::{hex, unhex},
    text::one,
};

/// Most things in a tile, a power of two.
pub const TILE: u64 = 1 << TILE_BITS;
/// Its logarithm.
pub const TILE_BITS: u32 = 10;
/// Bytes of a leaf.
const LEAF: usize = 16 + 8 + 32;
/// What a proof calls its form.
const PROOF_FORMAT: &str = "quittance-journal-proof/1";
/// What a published root calls its form.
const ROOT_FORMAT: &str = "quittance-journal-root/1";
/// Most hashes in a proof: the tree has at most 2^48 leaves.
const PATH_MAX: usize = 128;

/// A hash of the tree.
pub type Hash = [u8; 32];

/// The head of a journal as it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Whose journal.
    pub unit: UnitId,
    /// Number of its last entry.
    pub entry: u64,
    /// The entry's chained hash.
    pub hash: Hash,
}

impl Leaf {
    /// Its bytes in the tree: the unit's id, the number as 8 bytes big-endian, the hash.
    pub fn bytes(&self) -> [u8; LEAF] {
        let mut bytes = [0; LEAF];
        bytes[..16].copy_from_slice(&self.unit.bytes());
        bytes[16..24].copy_from_slice(&self.entry.to_be_bytes());
        bytes[24..].copy_from_slice(&self.hash);
        bytes
    }

    fn of_bytes(bytes: &[u8; LEAF]) -> Leaf {
        let part = |from: usize, to: usize| &bytes[from..to];
        Leaf {
            unit: UnitId::from_bytes(part(0, 16).try_into().expect("16 bytes")),
            entry: u64::from_be_bytes(part(16, 24).try_into().expect("8 bytes")),
            hash: part(24, LEAF).try_into().expect("32 bytes"),
        }
    }

    /// SHA-256(0 ‖ its bytes).
    pub fn leaf_hash(&self) -> Hash {
        Sha256::new().chain_update([0]).chain_update(self.bytes()).finalize().into()
    }
}

impl HashableLeaf for Leaf {
    fn hash<H: Update>(&self, hasher: &mut H) {
        hasher.update(&self.bytes());
    }
}

/// SHA-256(1 ‖ left ‖ right).
pub fn parent(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of a tree of no leaf.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// The root over hashes of one level (RFC 6962 §2.1).
pub fn root_of(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => empty_root(),
        [one] => *one,
        more => {
            let half = more.len().next_power_of_two() / 2;
            parent(&root_of(&more[..half]), &root_of(&more[half..]))
        }
    }
}

/// A whole subtree: height and place among those of its height, counted from the left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// 0 for a leaf.
    pub height: u32,
    /// From 0.
    pub index: u64,
}

impl Node {
    /// In which tile its hash is found, and over which places of it the hash is taken.
    pub fn place(self) -> (u32, u64, std::ops::Range<usize>) {
        let (level, within) = (self.height / TILE_BITS, self.height % TILE_BITS);
        let first = self.index << within;
        let begin = (first % TILE) as usize;
        (level, first / TILE, begin..begin + (1 << within))
    }
}

/// The whole subtrees, from the left, that the leaves from `start` to before `end` are made of.
/// `start` is where a subtree of that size can begin.
fn subtrees(mut start: u64, end: u64) -> Vec<Node> {
    let mut nodes = Vec::new();
    while start < end {
        let height = (end - start).ilog2();
        nodes.push(Node { height, index: start >> height });
        start += 1 << height;
    }
    nodes
}

/// The root of neighbouring subtrees of falling size.
fn joined(hashes: &[Hash]) -> Hash {
    let mut rest = hashes.iter().rev();
    let last = rest.next().copied().unwrap_or_else(empty_root);
    rest.fold(last, |right, left| parent(left, &right))
}

/// What has to be known for the root of so many leaves, and how it is made of it.
pub fn root_nodes(size: u64) -> Vec<Node> {
    subtrees(0, size)
}

/// The root, of the hashes of [`root_nodes`].
pub fn root_from(hashes: &[Hash]) -> Hash {
    joined(hashes)
}

/// For each hash of a proof the subtrees that it is made of.
pub type Wanted = Vec<Vec<Node>>;

/// What the proof that a leaf stands at a place of a tree is made of; `None` if it cannot.
pub fn inclusion_nodes(index: u64, size: u64) -> Option<Wanted> {
    (index < size).then(|| wanted(&indices_for_inclusion_proof(size, index), size))
}

/// What the proof that a tree begins with another one is made of; `None` if it cannot.
pub fn consistency_nodes(old: u64, new: u64) -> Option<Wanted> {
    let can = old > 0 && old <= new;
    can.then(|| wanted(&indices_for_consistency_proof(old, new - old), new))
}

/// The hashes of a proof, of those of its subtrees.
pub fn path_from(hashes: &[Vec<Hash>]) -> Vec<Hash> {
    hashes.iter().map(|parts| joined(parts)).collect()
}

/// In the order from left to right leaf n is number 2n and what stands between two subtrees of
/// height h is of height h + 1.
fn wanted(indices: &[u64], size: u64) -> Wanted {
    let nodes = |index: &u64| {
        let height = index.trailing_ones();
        let start = (index >> (height + 1)) << height;
        subtrees(start, size.min(start + (1 << height)))
    };
    indices.iter().map(nodes).collect()
}

/// A tile's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tile {
    /// Of level 0.
    Leaves(Vec<Leaf>),
    /// Of any other level.
    Hashes(Vec<Hash>),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TileDoc {
    root_tile: TileShape,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TileShape {
    Leaves(String),
    Hashes(String),
}

impl Tile {
    /// The hashes it holds.
    pub fn hashes(&self) -> Vec<Hash> {
        match self {
            Tile::Leaves(leaves) => leaves.iter().map(Leaf::leaf_hash).collect(),
            Tile::Hashes(hashes) => hashes.clone(),
        }
    }

    /// Its stored text.
    pub fn doc(&self) -> String {
        let root_tile = match self {
            Tile::Leaves(leaves) => {
                let bytes: Vec<u8> = leaves.iter().flat_map(Leaf::bytes).collect();
                TileShape::Leaves(STANDARD_NO_PAD.encode(bytes))
            }
            Tile::Hashes(hashes) => TileShape::Hashes(STANDARD_NO_PAD.encode(hashes.concat())),
        };
        written(&TileDoc { root_tile })
    }

    /// The tile of a stored text.
    pub fn parse(text: &str) -> Result<Tile, DocError> {
        let TileDoc { root_tile } = read(text)?;
        match root_tile {
            TileShape::Leaves(text) => {
                let leaves = chunks::<LEAF>(&text)?;
                Ok(Tile::Leaves(leaves.iter().map(Leaf::of_bytes).collect()))
            }
            TileShape::Hashes(text) => Ok(Tile::Hashes(chunks(&text)?)),
        }
    }
}

fn chunks<const N: usize>(text: &str) -> Result<Vec<[u8; N]>, DocError> {
    let wrong = || DocError("a tile of another length".to_owned());
    let bytes = STANDARD_NO_PAD.decode(text).map_err(|_| wrong())?;
    let (all, rest) = bytes.as_chunks::<N>();
    if !rest.is_empty() || all.len() as u64 > TILE {
        return Err(wrong());
    }
    Ok(all.to_vec())
}

/// The log on a day, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DayRoot {
    /// The day that had ended.
    #[serde(with = "one")]
    pub day: Day,
    /// Leaves before this day's.
    #[serde(with = "one")]
    pub first: u64,
    /// The signed root.
    #[serde(with = "one")]
    pub signed: Vec<u8>,
    /// Leaves with this day's.
    #[serde(with = "one")]
    pub size: u64,
    /// When its heads were begun to be read: what is recorded later stands in the next.
    #[serde(with = "one")]
    pub started: domain::Moment,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DayDoc {
    journal_root: DayRoot,
}

impl DayRoot {
    /// Its stored text.
    pub fn doc(&self) -> String {
        written(&DayDoc { journal_root: self.clone() })
    }

    /// The day of a stored text.
    pub fn parse(text: &str) -> Result<DayRoot, DocError> {
        read::<DayDoc>(text).map(|doc| doc.journal_root)
    }
}

/// A root as it is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedRoot {
    /// The day that had ended.
    #[serde(with = "one")]
    pub day: Day,
    /// `quittance-journal-root/1`.
    pub format: String,
    /// Certificates of the journal keys, COSE bytes as base64url.
    pub keys: Vec<String>,
    /// The lender's name.
    pub lender: String,
    /// Merkle Tree Hash, hexadecimal.
    pub root: String,
    /// The lender's root key, hexadecimal.
    pub root_key: String,
    /// The signed root, COSE bytes as base64url.
    #[serde(with = "one")]
    pub signed: Vec<u8>,
    /// Leaves of the log.
    pub size: u64,
    /// The lender.
    #[serde(with = "one")]
    pub tenant: TenantId,
}

impl PublishedRoot {
    /// What every published root calls its form.
    pub fn format() -> String {
        ROOT_FORMAT.to_owned()
    }

    /// Its text.
    pub fn text(&self) -> String {
        written(self)
    }

    /// The published root of a text.
    pub fn parse(text: &str) -> Result<PublishedRoot, String> {
        let root: PublishedRoot = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if root.format != ROOT_FORMAT {
            return Err(format!("the form is {:?}, not {ROOT_FORMAT:?}", root.format));
        }
        Ok(root)
    }

    /// The lender's root key.
    pub fn root_key(&self) -> Option<Hash> {
        unhex(&self.root_key)
    }

    /// The bytes of the certificates that can be read.
    pub fn certificates(&self) -> Vec<Vec<u8>> {
        self.keys.iter().filter_map(|text| URL_SAFE_NO_PAD.decode(text).ok()).collect()
    }
}

/// The proof that the head of a journal stood in the log of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// Of which day's log.
    #[serde(with = "one")]
    pub day: Day,
    /// The entry that was the journal's last.
    pub entry: u64,
    /// `quittance-journal-proof/1`.
    pub format: String,
    /// Place of the leaf, from 0.
    pub index: u64,
    /// The audit path (RFC 6962 §2.1.1), hexadecimal.
    pub path: Vec<String>,
    /// Leaves of that log.
    pub size: u64,
}

impl Proof {
    /// The proof of a leaf.
    pub fn new(day: Day, entry: u64, (index, size): (u64, u64), path: &[Hash]) -> Proof {
        let (format, path) = (PROOF_FORMAT.to_owned(), path.iter().map(|one| hex(one)).collect());
        Proof { day, entry, format, index, path, size }
    }

    /// Its text.
    pub fn text(&self) -> String {
        written(self)
    }

    /// The proof of a text.
    pub fn parse(text: &str) -> Result<Proof, String> {
        let proof: Proof = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if proof.format != PROOF_FORMAT {
            return Err(format!("the form is {:?}, not {PROOF_FORMAT:?}", proof.format));
        }
        Ok(proof)
    }

    /// Whether it shows that this leaf is in the tree of this root and size.
    pub fn shows(&self, leaf: &Leaf, root: &Hash, size: u64) -> bool {
        let Some(path) = hashes(&self.path) else { return false };
        if leaf.entry != self.entry || size != self.size || size > 1 << 48 {
            return false;
        }
        let Ok(proof) = InclusionProof::<Sha256>::try_from_bytes(path.concat()) else {
            return false;
        };
        RootHash::<Sha256>::new((*root).into(), size)
            .verify_inclusion(leaf, self.index, &proof)
            .is_ok()
    }
}

/// Whether a path (RFC 6962 §2.1.2, hexadecimal) shows that the tree of `new` begins with all of
/// the tree of `old`, each given as root and size.
pub fn extends(old: (&Hash, u64), new: (&Hash, u64), path: &[String]) -> bool {
    let Some(path) = hashes(path) else { return false };
    if new.1 > 1 << 48 {
        return false;
    }
    if old.1 == 0 {
        return *old.0 == empty_root() && path.is_empty();
    }
    let Ok(proof) = ConsistencyProof::<Sha256>::try_from_bytes(path.concat()) else {
        return false;
    };
    let root = |(hash, size): (&Hash, u64)| RootHash::<Sha256>::new((*hash).into(), size);
    root(new).verify_consistency(&root(old), &proof).is_ok()
}

fn hashes(path: &[String]) -> Option<Vec<Hash>> {
    if path.len() > PATH_MAX {
        return None;
    }
    path.iter().map(|text| unhex(text)).collect()
}
