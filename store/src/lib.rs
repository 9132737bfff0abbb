//! The storage trait, its conformance suite and its backends.
//!
//! A transaction is data: load, decide in memory, commit a batch of items. Each item belongs to one
//! unit, names the version it was decided on and a command key, and is answered by itself.
//!
//! **Invariant:** no closure of a caller ever runs inside a transaction.
//! **Invariant:** one item touches one unit; its id leads every key.
//! **Invariant:** knows nothing of HTTP and of `protocol`; a document is text it does not read.
//! **Invariant:** nothing acknowledged is lost, nothing is half there.

mod check;
#[cfg(feature = "conformance")]
#[expect(clippy::unwrap_used, reason = "the body of tests: what is not there fails the test")]
pub mod conformance;
mod cursor;
mod fault;
mod item;
mod memory;
mod open;
mod query;
pub mod sqlite;
pub mod walk;

pub use cursor::PAGE_MAX;
pub use fault::Fault;
pub use item::{
    Change, Command, Conflict, Facets, Head, Item, JobKey, Line, LineKind, NewJob, NextLook,
    Outcome, Personal, Posting, Reservation, Row, Space, UnitKind,
};
pub use memory::MemoryStore;
pub use open::open;
pub use query::{
    Booked, Claimed, Count, Cursor, Entry, JournalEntry, LedgerPage, Page, Presence, Query, Queue,
    Span, UnitEntry,
};
pub use sqlite::{SqliteOptions, SqliteStore};

use std::{future::Future, pin::Pin};

use domain::{Moment, TenantId, UnitId};

/// A storage call under way.
pub type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 'a>>;

/// What the program runs on: the five verbs and the reads for reports.
pub trait Backend: Store + Views {}

impl<T: Store + Views> Backend for T {}

/// The five verbs. Every backend passes the same conformance suite.
pub trait Store: Send + Sync {
    /// The rows of these units, in order; `None` where a unit does not exist.
    fn load<'a>(&'a self, units: &'a [UnitId]) -> Work<'a, Vec<Option<Row>>>;

    /// Commits each item by itself, durably, and answers each, in order. Items of one batch may
    /// share one durable sync, never one fate; of two items of one unit the second sees the first.
    ///
    /// The command key is looked up first, then the version, then the names. Postings that do not
    /// sum to zero or bear several moments, or a head that is not its last line's hash, are a fault
    /// and the whole call changes nothing; a journal that does not go on from the stored head is a
    /// fault and that item changes nothing. After a fault, ask again with the same keys: what was
    /// done answers `Repeat`.
    fn commit(&self, batch: Vec<Item>) -> Work<'_, Vec<Outcome>>;

    /// Records when devices were last heard; the latest message of the latest key generation
    /// stays. May lose one flush.
    fn presence(&self, batch: Vec<Presence>) -> Work<'_, ()>;

    /// One page of a closed query. Stable under writes: an entry that stays is never skipped and
    /// never comes twice.
    fn page(&self, query: Query, after: Option<Cursor>, limit: u32) -> Work<'_, Page>;

    /// Takes up to `n` pieces of work due at `now` for `worker` until `until`, the longest due
    /// first; nobody gets them again before `until`. A commit ends the claim: of a unit by setting
    /// its `next_look`, of a job by finishing it or by putting one of the same name in its place.
    fn claim(
        &self,
        queue: Queue,
        worker: u64,
        now: Moment,
        until: Moment,
        n: u32,
    ) -> Work<'_, Vec<Claimed>>;
}

/// Reads for searches and reports; never on the path of a decision.
pub trait Views: Send + Sync {
    /// Contracts of a tenant counted by status, stage and currency.
    fn counts(&self, tenant: TenantId) -> Work<'_, Vec<Count>>;

    /// Sum of all postings by account, which is zero, and units in `in_transit`.
    fn trial_balance(&self, tenant: TenantId) -> Work<'_, Vec<(String, String, i64)>>;

    /// One page of a tenant's ledger by booking moment, then unit, then number; all legs of one
    /// commit stand together. Stable under writes, as `page` is: what is booked behind the
    /// position is not seen.
    fn ledger(&self, span: Span, after: Option<Cursor>, limit: u32) -> Work<'_, LedgerPage>;
}
