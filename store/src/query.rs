//! The closed queries of `page`, the queues of `claim`, and what they give.

use domain::{Moment, TenantId, UnitId};

use crate::{LineKind, Reservation, Row, UnitKind};

/// A position in a query's order. Opaque to everybody but the backend that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub Vec<u8>);

/// What can be paged through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// A tenant's units of a kind by rising id, optionally of one status.
    Units {
        /// Whose; `None` = of every tenant.
        tenant: Option<TenantId>,
        /// Of what kind.
        kind: UnitKind,
        /// Only with this status facet.
        status: Option<String>,
        /// Only with a rung facet at least this.
        rung_min: u8,
    },
    /// A unit's journal from the first entry.
    Journal(UnitId),
    /// A unit's postings in booking order.
    Ledger(UnitId),
    /// The owner of a name: at most one entry.
    Owner(Reservation),
    /// A unit's personal data.
    Personal(UnitId),
    /// When a unit's device was last heard: at most one entry.
    Presence(UnitId),
}

/// One page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// At most `limit` entries.
    pub entries: Vec<Entry>,
    /// Where to go on; `None` at the end.
    pub next: Option<Cursor>,
}

/// One entry of a page; which variant is fixed by the query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Of [`Query::Units`].
    Unit(Box<UnitEntry>),
    /// Of [`Query::Journal`].
    Journal(JournalEntry),
    /// Of [`Query::Ledger`]: booking moment, account, minor units, currency.
    Posting(Moment, String, i64, String),
    /// Of [`Query::Owner`].
    Owner(UnitId),
    /// Of [`Query::Personal`]: field and value.
    Personal(String, String),
    /// Of [`Query::Presence`].
    Presence(Presence),
}

/// A listed unit is its whole row.
pub type UnitEntry = Row;

/// A journal entry as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalEntry {
    /// Number within the unit, from 1.
    pub entry: u64,
    /// What it records.
    pub kind: LineKind,
    /// When.
    pub at: Moment,
    /// Canonical JSON.
    pub text: String,
    /// Its chained hash.
    pub hash: [u8; 32],
}

/// When and how a unit's device was last heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presence {
    /// The unit.
    pub unit: UnitId,
    /// Receipt of the last message.
    pub seen_at: Moment,
    /// Its message number within the key generation; kept up to 2^63 - 1, as `applied_seq` is.
    pub msg_no: u64,
    /// The key generation.
    pub key_gen: u32,
    /// Battery in per cent.
    pub battery: Option<u8>,
    /// The agent's version.
    pub agent_version: String,
    /// Sequence of the lease the device holds.
    pub applied_seq: u64,
}

impl Presence {
    /// With its numbers in the range that every backend keeps; they come from a device.
    pub(crate) fn bounded(mut self) -> Presence {
        self.msg_no = self.msg_no.min(i64::MAX as u64);
        self.applied_seq = self.applied_seq.min(i64::MAX as u64);
        self
    }

    /// What the latest is told by.
    pub(crate) fn recency(&self) -> (u32, u64, Moment) {
        (self.key_gen, self.msg_no, self.seen_at)
    }
}

/// The queues of `claim`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Queue {
    /// Units whose `next_look` has come.
    NextLook = 1,
    /// Received money that waits to be posted to its contract.
    InTransit = 2,
    /// Messages to the outside.
    Outbox = 3,
    /// Announced money whose provider is asked for it.
    StatusPull = 4,
    /// Formal notices that leave as messages.
    Messages = 5,
}

/// A piece of claimed work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The unit it is about.
    pub unit: UnitId,
    /// The unit's tenant.
    pub tenant: TenantId,
    /// Its key within the queue; for [`Queue::NextLook`] the unit's id.
    pub key: [u8; 16],
    /// When it was due.
    pub due: Moment,
    /// What to do; empty for [`Queue::NextLook`].
    pub payload: String,
    /// How often it was claimed, this time included.
    pub attempt: u32,
}

/// A stretch of a tenant's ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Whose.
    pub tenant: TenantId,
    /// Booked at this moment or later; `None` = from the first.
    pub from: Option<Moment>,
    /// Booked before this moment; `None` = to the last.
    pub until: Option<Moment>,
}

/// One leg of a double entry as stored, with the commit that booked it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// Booking moment, the same for all legs of one commit.
    pub at: Moment,
    /// Whose commit it was.
    pub unit: UnitId,
    /// What the unit is.
    pub kind: UnitKind,
    /// The unit's name facet: a contract's reference, or the one received money names.
    pub name: String,
    /// The unit's version that the commit made.
    pub version: u64,
    /// The commit's command.
    pub command: String,
    /// Number of the leg within the unit, from 1.
    pub entry: u64,
    /// Account name of the chart of accounts.
    pub account: String,
    /// Minor units; debit positive, credit negative.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// One page of a tenant's ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerPage {
    /// At most `limit` legs.
    pub legs: Vec<Booked>,
    /// Where to go on; `None` at the end.
    pub next: Option<Cursor>,
}

/// Contracts counted together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Status facet.
    pub status: String,
    /// Rung facet.
    pub rung: u8,
    /// Step facet.
    pub step: u8,
    /// Currency facet.
    pub currency: String,
    /// How many.
    pub units: u64,
}
