//! Which value of a field is the stricter one, for every field of a pack: one table, from which
//! ladders are made, winners are told, and a pack is held against its parent.
//!
//! **Invariant:** a field has one order, and it stands here.
//! **Invariant:** the strictest of several values is never milder than any of them, whatever their
//! order and number.

mod order;
mod rules;
mod shown;

use std::collections::BTreeSet;

use super::Pack;

pub(crate) use order::{lowest_each, silence};
pub use rules::*;

/// One field: how it is read of a pack, and which of two values is the stricter.
#[derive(Debug)]
pub struct Rule<T: 'static> {
    /// Its name in files.
    pub name: &'static str,
    /// Its order in words of one's own: `lowest`, `highest`, `union`, `intersection`, …
    pub order: &'static str,
    get: fn(&Pack) -> T,
    stricter: fn(T, T) -> T,
    show: fn(&T) -> String,
}

impl<T: Clone + PartialEq> Rule<T> {
    /// The strictest value of these packs, of which there is at least one.
    pub fn of(&self, packs: &[&Pack]) -> T {
        let values = packs.iter().map(|pack| (self.get)(pack));
        values.reduce(self.stricter).expect("a ladder has at least one pack")
    }
}

/// A field of any type.
pub trait Row: Sync {
    /// Its name in files.
    fn name(&self) -> &'static str;
    /// Its order.
    fn order(&self) -> &'static str;
    /// The strictest value in words.
    fn value(&self, packs: &[&Pack]) -> String;
    /// Which packs bring the strictest value about: those that hold it by themselves, or else
    /// those without which it would be another.
    fn winners(&self, packs: &[&Pack]) -> Vec<usize>;
    /// Whether the one is nowhere milder than the other.
    fn is_as_strict(&self, pack: &Pack, than: &Pack) -> bool;
}

impl<T: Clone + PartialEq + 'static> Row for Rule<T> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn order(&self) -> &'static str {
        self.order
    }

    fn value(&self, packs: &[&Pack]) -> String {
        (self.show)(&self.of(packs))
    }

    fn winners(&self, packs: &[&Pack]) -> Vec<usize> {
        let strictest = self.of(packs);
        let alone = |index: &usize| (self.get)(packs[*index]) == strictest;
        let winners: Vec<usize> = (0..packs.len()).filter(alone).collect();
        if !winners.is_empty() {
            return winners;
        }
        let needed = |index: &usize| {
            let others = packs.iter().enumerate().filter(|(other, _)| other != index);
            let others: Vec<&Pack> = others.map(|(_, pack)| *pack).collect();
            others.is_empty() || self.of(&others) != strictest
        };
        let winners: Vec<usize> = (0..packs.len()).filter(needed).collect();
        if winners.is_empty() { (0..packs.len()).collect() } else { winners }
    }

    fn is_as_strict(&self, pack: &Pack, than: &Pack) -> bool {
        (self.stricter)((self.get)(pack), (self.get)(than)) == (self.get)(pack)
    }
}

/// What the packs come to in one field, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The field's name in files.
    pub field: &'static str,
    /// Its order.
    pub order: &'static str,
    /// The strictest value in words.
    pub value: String,
    /// The packs that bring it about, as indices of the packs asked about.
    pub winners: Vec<usize>,
}

/// Field by field what these packs, of which there is at least one, come to.
pub fn explain(packs: &[&Pack]) -> Vec<Explained> {
    let row = |row: &&dyn Row| Explained {
        field: row.name(),
        order: row.order(),
        value: row.value(packs),
        winners: row.winners(packs),
    };
    ROWS.iter().map(row).collect()
}

/// The fields in which a pack is milder than another, by name.
pub fn milder_fields(pack: &Pack, than: &Pack) -> BTreeSet<&'static str> {
    let milder = ROWS.iter().filter(|row| !row.is_as_strict(pack, than));
    milder.map(|row| row.name()).collect()
}
