//! One contract's people and phone, and what the world remembers of them.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Moment, UnitId, evaluate::Recorded};
use protocol::Stage;

use crate::{cast::Member, chance::Chance, line::Network, phone::Phone, script::Script};

/// One contract's people and phone.
#[derive(Debug)]
pub(super) struct Actor {
    pub(super) member: Member,
    pub(super) script: Script,
    pub(super) chance: Chance,
    pub(super) phone: Option<Phone>,
    pub(super) network: Network,
    /// Its phone keeps waits open.
    pub(super) held: bool,
    pub(super) unit: Option<UnitId>,
    /// Payments that count, by number.
    pub(super) ledger: BTreeMap<u32, i64>,
    /// Payments made that nobody has counted yet: minor units, and whether they name the contract.
    pub(super) awaited: BTreeMap<u32, (i64, bool)>,
    /// Payments that are to be taken back.
    pub(super) bouncing: BTreeSet<u32>,
    /// Of those, what the bank was told to take back.
    pub(super) awaited_back: BTreeSet<u32>,
    /// When announced money last opened the phone.
    pub(super) unlocked: Option<Moment>,
    /// What each version of the contract decided, as far as a device can have heard it.
    pub(super) versions: BTreeMap<u64, Recorded>,
    /// Powered off until then.
    pub(super) off_until_s: Option<i64>,
    /// Nothing out of the ordinary has happened since.
    pub(super) quiet_since: Moment,
    /// The payment that is to open the phone: when, and answered exchanges since.
    pub(super) opening: Option<(u32, u32)>,
    /// As last seen: key generation and sequence.
    pub(super) sequence: (u32, u64),
    /// As last seen: stage.
    pub(super) stage: Stage,
    /// A pass lowered that stage.
    pub(super) was_lowered: bool,
    /// The last time the phone took in an answer.
    pub(super) heard_at: Moment,
    /// It was released.
    pub(super) was_released: bool,
    /// Its power never went since it heard the time.
    pub(super) knows_time: bool,
}

impl Actor {
    pub(super) fn new(member: Member, seed: u64, pace: u32, held: bool) -> Actor {
        Actor {
            held,
            script: Script::of(&member, seed, pace),
            chance: Chance::new(seed, 4_000_000 + u64::from(member.index)),
            phone: None,
            network: Network::default(),
            unit: None,
            ledger: BTreeMap::new(),
            awaited: BTreeMap::new(),
            bouncing: BTreeSet::new(),
            awaited_back: BTreeSet::new(),
            unlocked: None,
            versions: BTreeMap::new(),
            off_until_s: None,
            quiet_since: Moment::default(),
            opening: None,
            sequence: (0, 0),
            stage: Stage::CLEAR,
            was_lowered: false,
            heard_at: Moment::default(),
            was_released: false,
            knows_time: false,
            member,
        }
    }

    /// What was paid and stayed.
    pub(super) fn paid(&self) -> i64 {
        self.ledger.values().sum()
    }
}
