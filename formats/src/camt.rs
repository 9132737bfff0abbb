//! ISO 20022 bank files: statements (camt.053) and notifications (camt.054), versions 02 to 13.
//!
//! A file is read event by event; memory holds its facts and one small element at a time. Depth,
//! size and counts are limited. What a file says is told as it stands, amounts exact to the five
//! decimals the format allows; what its entries mean as money received is [`Record::receipts`].

mod exact;
mod facts;
mod map;
mod meter;
mod party;
mod receipts;
mod tree;

use std::io::BufRead;

pub use exact::Exact;
pub use facts::{
    Balance, BalanceKind, BankCode, Batch, Detail, Direction, Entry, Header, Message, MessageKind,
    Period, Record, Reference, Remittance, Status,
};
pub use party::{Account, Address, Party, PartyId};
pub use receipts::{Receipt, Receipts, Taken};

use crate::book::RowError;

/// Versions whose elements are known.
pub const VERSIONS: std::ops::RangeInclusive<u8> = 2..=13;
/// Most bytes of a file.
pub const FILE_MAX: u64 = 64 * 1024 * 1024;
/// Most entries and details of a file, together.
pub const ENTRIES_MAX: usize = 200_000;
/// Most statements of a file.
pub const RECORDS_MAX: usize = 10_000;

/// Reads a file. Any bytes give its facts or the first fault with its line.
pub fn message(input: impl BufRead) -> Result<Message, RowError> {
    map::message(tree::Xml::new(input))
}
