//! Every reader of a file about money that a stranger may have written, by name. The tests of
//! `formats` run the same list over the committed corpus.
//!
//! **Invariant:** a target does not panic on any bytes, and reads the same bytes in one way.

use formats::{book, camt};

/// A reader under test: name of its corpus folder, and what runs on the bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All readers.
pub const TARGETS: &[Target] = &[("camt", statement), ("payments", payments)];

/// A bank's file, and the money in it.
fn statement(data: &[u8]) {
    let Ok(message) = camt::message(data) else { return };
    let read = || -> Vec<_> {
        message.records.iter().map(|record| record.receipts(message.kind)).collect()
    };
    let found = read();
    assert!(found == read(), "one file has one meaning");
    for receipt in found.iter().flatten().flat_map(|found| &found.items) {
        assert!(!receipt.provider_id.is_empty() && !receipt.amount.is_zero(), "money has both");
    }
}

/// A table of payments: every row is read or rejected with its line.
fn payments(data: &[u8]) {
    let Ok(rows) = book::payments(data) else { return };
    let mut last = 1;
    for row in rows {
        let line = match row {
            Ok(read) => read.line,
            Err(rejected) => rejected.line,
        };
        assert!(line > last, "rows come in the order of their lines");
        last = line;
    }
}
