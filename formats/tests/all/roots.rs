//! The log of journals against an independent tree.

use ct_merkle::{HashableLeaf, digest::Update, mem_backed_tree::MemoryBackedTree};
use domain::{Day, UnitId};
use formats::roots::{
    Hash, Leaf, Node, Proof, TILE, Tile, consistency_nodes, empty_root, extends, inclusion_nodes,
    path_from, root_from, root_nodes, root_of,
};
use proptest::prelude::*;
use sha2::Sha256;

#[derive(Clone)]
struct Item(Leaf);

impl HashableLeaf for Item {
    fn hash<H: Update>(&self, hasher: &mut H) {
        hasher.update(&self.0.bytes());
    }
}

fn leaf(number: u64) -> Leaf {
    let mut unit = [0; 16];
    unit[..8].copy_from_slice(&number.to_be_bytes());
    Leaf { unit: UnitId::from_bytes(unit), entry: number % 7 + 1, hash: [number as u8; 32] }
}

fn tree(size: u64) -> (Vec<Hash>, MemoryBackedTree<Sha256, Item>) {
    let mut tree = MemoryBackedTree::new();
    (0..size).for_each(|number| tree.push(Item(leaf(number))));
    ((0..size).map(|number| leaf(number).leaf_hash()).collect(), tree)
}

/// As the tiles give it, on however many levels.
fn hash_of(leaves: &[Hash], node: Node) -> Hash {
    let (mut level, mut hashes) = (0, leaves.to_vec());
    let (wanted, number, range) = node.place();
    while level < wanted {
        hashes =
            hashes.as_chunks::<{ TILE as usize }>().0.iter().map(|tile| root_of(tile)).collect();
        level += 1;
    }
    let tile = &hashes[(number * TILE) as usize..];
    root_of(&tile[range])
}

fn of(leaves: &[Hash], wanted: &[Vec<Node>]) -> Vec<Vec<Hash>> {
    let all = |nodes: &Vec<Node>| nodes.iter().map(|node| hash_of(leaves, *node)).collect();
    wanted.iter().map(all).collect()
}

fn texts(path: &[Hash]) -> Vec<String> {
    path.iter().map(|hash| hash.iter().map(|byte| format!("{byte:02x}")).collect()).collect()
}

fn holds(size: u64, index: u64, old: u64) {
    let (leaves, tree) = tree(size);
    let root: Hash = (*tree.root().as_bytes()).into();
    assert_eq!(root_from(&of(&leaves, &[root_nodes(size)])[0]), root, "{size}");
    let path = path_from(&of(&leaves, &inclusion_nodes(index, size).unwrap()));
    assert_eq!(path.concat(), tree.prove_inclusion(index as usize).as_bytes(), "{index} {size}");
    let proof = Proof::new(Day::new(2026, 1, 1).unwrap(), leaf(index).entry, (index, size), &path);
    assert_eq!(Proof::parse(&proof.text()).as_ref(), Ok(&proof));
    assert!(proof.shows(&leaf(index), &root, size));
    assert!(!proof.shows(&leaf(index + 7), &root, size));
    assert!(!proof.shows(&leaf(index), &[1; 32], size));
    let growth = path_from(&of(&leaves, &consistency_nodes(old, size).unwrap()));
    assert_eq!(growth.concat(), tree.prove_consistency((size - old) as usize).as_bytes());
    let (before, _) = self::tree(old);
    let old_root = root_of(&before);
    assert!(extends((&old_root, old), (&root, size), &texts(&growth)), "{old} {size}");
    assert!(!extends((&[2; 32], old), (&root, size), &texts(&growth)));
    assert!(old == size || !extends((&old_root, old), (&[2; 32], size), &texts(&growth)));
}

#[test]
fn proofs_are_those_of_an_independent_tree_on_every_level() {
    for (size, index, old) in [
        (1, 0, 1),
        (2, 1, 1),
        (3, 2, 2),
        (TILE, 0, 7),
        (TILE + 1, TILE, TILE),
        (3 * TILE + 17, 2 * TILE + 5, TILE + 3),
        (5000, 4999, 4096),
    ] {
        holds(size, index, old);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn proofs_hold_for_any_place_and_size(
        size in 1..3000_u64,
        a in any::<u64>(),
        b in any::<u64>(),
    ) {
        holds(size, a % size, b % size + 1);
    }

    #[test]
    fn tiles_come_back(count in 0..40_u64) {
        let leaves = Tile::Leaves((0..count).map(leaf).collect());
        prop_assert_eq!(Tile::parse(&leaves.doc()).unwrap(), leaves.clone());
        let hashes = Tile::Hashes(leaves.hashes());
        prop_assert_eq!(Tile::parse(&hashes.doc()).unwrap(), hashes);
    }
}

#[test]
fn a_tree_can_be_empty_and_proves_nothing() {
    assert_eq!(root_from(&[]), empty_root());
    assert_eq!(inclusion_nodes(0, 0), None);
    assert_eq!(consistency_nodes(0, 3), None);
    assert_eq!(consistency_nodes(4, 3), None);
    assert!(extends((&empty_root(), 0), (&[1; 32], 9), &[]));
    for path in [vec!["zz".to_owned()], vec!["00".repeat(32); 200]] {
        assert!(!extends((&[1; 32], 1), (&[1; 32], 9), &path));
    }
    for text in ["", "{}", "{\"root_tile\":{\"leaves\":\"AA\"}}"] {
        assert!(Tile::parse(text).is_err(), "{text}");
    }
}
