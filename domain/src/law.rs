//! Later law: versions of a pinned pack that begin while a contract runs.
//!
//! A contract keeps the versions it was signed under. A further one applies besides, from its day
//! on, and the strictest of all wins.
//!
//! **Invariant:** law that comes later never makes a ladder milder: it is added, nothing leaves.
//! **Invariant:** what applies to a contract is a function of its facts: a version is learnt, and
//! begins, by a fact.

use crate::{Day, Moment, contract::Contract, fact::What};

/// A further version of a pinned pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Law {
    /// The pack.
    pub pack: String,
    /// Its version.
    pub version: u32,
    /// The first local day on which it applies.
    pub from: Day,
    /// Whether it does.
    pub begun: bool,
}

/// What happened to the law of a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LawChange {
    /// A further version is known.
    Learnt {
        /// The pack.
        pack: String,
        /// Its version.
        version: u32,
        /// The first local day on which it applies.
        from: Day,
    },
    /// Its day has come.
    Began {
        /// The pack.
        pack: String,
        /// Its version.
        version: u32,
    },
}

impl Contract {
    /// Id and version of every pack that applies: those signed under, and later ones that began.
    pub fn packs(&self) -> Vec<(String, u32)> {
        let begun = self.laws.iter().filter(|law| law.begun);
        let later = begun.map(|law| (law.pack.clone(), law.version));
        self.signed.packs.iter().cloned().chain(later).collect()
    }

    /// When the next version that is known begins.
    pub fn next_law(&self) -> Option<Moment> {
        let coming = self.laws.iter().filter(|law| !law.begun).map(|law| law.from).min();
        coming.map(|day| self.terms().zone().midnight(day))
    }

    /// Whether a version has begun that this contract was not told of.
    pub fn law_is_due(&self, at: Moment) -> bool {
        self.is_active() && self.next_law().is_some_and(|begins| begins <= at)
    }

    pub(crate) fn apply_law(&mut self, change: &LawChange) {
        match change {
            LawChange::Learnt { pack, version, from } => {
                let (pack, version, from) = (pack.clone(), *version, *from);
                self.laws.push(Law { pack, version, from, begun: false });
            }
            LawChange::Began { pack, version } => {
                let known = |law: &&mut Law| law.pack == *pack && law.version == *version;
                if let Some(law) = self.laws.iter_mut().find(known) {
                    law.begun = true;
                }
            }
        }
    }
}

/// Takes in versions that became known, and lets those begin whose day has come.
pub(crate) fn learn(contract: &Contract, versions: &[(String, u32, Day)], at: Moment) -> Vec<What> {
    if !contract.is_active() {
        return Vec::new();
    }
    let mut laws = contract.laws.clone();
    let mut changes = Vec::new();
    for (pack, version, from) in versions {
        let (pack, version, from) = (pack.clone(), *version, *from);
        let later = contract.signed.packs.iter().any(|(id, own)| *id == pack && *own < version);
        let known = laws.iter().any(|law| law.pack == pack && law.version == version);
        if !later || known {
            continue;
        }
        laws.push(Law { pack: pack.clone(), version, from, begun: false });
        changes.push(LawChange::Learnt { pack, version, from });
    }
    let day = contract.day(at);
    for law in laws.iter().filter(|law| !law.begun && law.from <= day) {
        changes.push(LawChange::Began { pack: law.pack.clone(), version: law.version });
    }
    changes.into_iter().map(What::Law).collect()
}
