//! What is written and what is read back: units, items and their outcomes.

use domain::{Moment, TenantId, UnitId};

/// What a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum UnitKind {
    /// A contract with its device.
    Contract = 1,
    /// A device before it has a contract.
    Device = 2,
    /// Received money.
    Intake = 3,
    /// A tenant, person, key, programme or pack.
    Directory = 4,
    /// A bank's file.
    BankFile = 5,
    /// A piece of the log of a lender's journals.
    JournalLog = 6,
}

/// A unit as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Whose unit it is.
    pub tenant: TenantId,
    /// The unit.
    pub unit: UnitId,
    /// What it is.
    pub kind: UnitKind,
    /// Rises by one with each commit; 1 after the first.
    pub version: u64,
    /// The unit's state as canonical text; the store does not read it.
    pub doc: String,
    /// What lists and counts go by.
    pub facets: Facets,
    /// Lower bound of the time at which the unit's decision next changes.
    pub next_look: Option<Moment>,
    /// End of the unit's journal.
    pub head: Head,
}

/// Columns for lists and counts. Nothing here decides anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// For a contract its reference, for a directory entry its name.
    pub name: String,
    /// For a contract its status, for a directory entry its kind, for an intake item its state.
    pub status: String,
    /// Rung of the decision in force, 0 to 4.
    pub rung: u8,
    /// Step on `restrict`, else 0.
    pub step: u8,
    /// ISO 4217 code, or empty.
    pub currency: String,
}

/// End of a journal: how many entries, and the hash of the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of entries so far.
    pub entries: u64,
    /// Hash of the last entry, or the genesis hash.
    pub hash: [u8; 32],
}

/// The command an item carries out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// Idempotency key within the unit; time-ordered where we make it.
    pub key: [u8; 16],
    /// Hash of what was asked: the same key with another hash is a conflict.
    pub hash: [u8; 32],
    /// Name for metrics and traces.
    pub name: &'static str,
}

/// One commit of one unit.
#[derive(Clone, Debug)]
pub struct Item {
    /// Whose unit.
    pub tenant: TenantId,
    /// The unit.
    pub unit: UnitId,
    /// What it is; fixed at creation.
    pub kind: UnitKind,
    /// The version it was decided on; 0 = the unit must not exist.
    pub expected: u64,
    /// The command.
    pub command: Command,
    /// The unit after the commit.
    pub change: Change,
    /// Journal entries, numbered on from the head that was loaded.
    pub journal: Vec<Line>,
    /// Double entry; sums to zero per currency, booked at one moment.
    pub postings: Vec<Posting>,
    /// Names that become this unit's, or the whole item fails.
    pub reserve: Vec<Reservation>,
    /// Names this unit gives back, before it takes those of `reserve`; others' names are left.
    pub free: Vec<Reservation>,
    /// Personal data, apart from everything else; an empty value erases.
    pub personal: Vec<Personal>,
    /// Work of this unit for later. One with the name of a waiting job takes its place and keeps
    /// its number of attempts.
    pub jobs: Vec<NewJob>,
    /// Jobs of this unit that this commit completes, before it adds those of `jobs`.
    pub finished: Vec<JobKey>,
}

impl Item {
    /// A commit that leaves a unit as it was loaded: the ground for what only adds to it.
    pub fn unchanged(row: &Row, command: Command) -> Item {
        Item {
            tenant: row.tenant,
            unit: row.unit,
            kind: row.kind,
            expected: row.version,
            command,
            change: Change {
                doc: row.doc.clone(),
                facets: row.facets.clone(),
                next_look: NextLook::Keep,
                head: row.head,
            },
            journal: Vec::new(),
            postings: Vec::new(),
            reserve: Vec::new(),
            free: Vec::new(),
            personal: Vec::new(),
            jobs: Vec::new(),
            finished: Vec::new(),
        }
    }
}

/// The unit's new state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The new document.
    pub doc: String,
    /// The new facets.
    pub facets: Facets,
    /// What becomes of `next_look`.
    pub next_look: NextLook,
    /// The journal's end after this item's lines.
    pub head: Head,
}

/// What becomes of `next_look`. A commit that is not time-driven leaves it alone unless it must
/// come earlier, so that its index does not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextLook {
    /// Stays as it is.
    Keep,
    /// Is set, and any claim on it ends.
    Set(Option<Moment>),
}

/// What a journal line records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum LineKind {
    /// A fact.
    Fact = 1,
    /// A decision, when it changed.
    Decision = 2,
    /// The content hash of a version's lease.
    Lease = 3,
    /// What a unit that is no contract became.
    Record = 4,
}

/// One journal line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it records.
    pub kind: LineKind,
    /// When it was recorded.
    pub at: Moment,
    /// Canonical JSON.
    pub text: String,
    /// SHA-256(previous hash ‖ text).
    pub hash: [u8; 32],
}

/// One leg of a double entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Booking moment.
    pub at: Moment,
    /// Account name of the chart of accounts.
    pub account: &'static str,
    /// Minor units; debit positive, credit negative.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// Where a name must be unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Space {
    /// IMEI (keyed hash), once per installation while financed.
    Imei = 1,
    /// Contract reference, once per tenant.
    Reference = 2,
    /// A registered device's IMEI (keyed hash), once per tenant.
    Inventory = 3,
    /// Directory names, API key prefixes.
    Directory = 4,
    /// An enrolment id.
    Enrolment = 5,
    /// A transaction number (keyed hash) that a contract's borrower has given.
    Transaction = 6,
}

/// A name that one unit owns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reservation {
    /// The space of the name.
    pub space: Space,
    /// The tenant, where the space is per tenant.
    pub tenant: Option<TenantId>,
    /// The name.
    pub key: String,
}

/// One personal datum of a unit.
#[derive(Clone, PartialEq, Eq)]
pub struct Personal {
    /// Field name, for example `borrower_name`.
    pub field: &'static str,
    /// Its value.
    pub value: String,
}

impl std::fmt::Debug for Personal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Personal({}: ..)", self.field)
    }
}

/// A job's name: unique within its unit and queue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct JobKey {
    /// Which queue.
    pub queue: crate::Queue,
    /// Time-ordered id.
    pub key: [u8; 16],
}

/// A job to be done at or after a moment, at least once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// Its name.
    pub key: JobKey,
    /// Not before.
    pub due: Moment,
    /// What to do, as text the queue's worker understands.
    pub payload: String,
}

/// What became of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Committed, durable; the unit's version after it.
    Done(u64),
    /// The same command was committed before; the version it made. Nothing was changed.
    Repeat(u64),
    /// Nothing was changed.
    Conflict(Conflict),
}

/// Why an item could not be committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// The unit is at another version (0 = it does not exist).
    Version(u64),
    /// The command key was used before for something else.
    KeyReused,
    /// A name belongs to another unit.
    Taken(Reservation, UnitId),
}
