//! Texts against the values they come from.

#![expect(clippy::unwrap_used, reason = "a test ends where it finds what it did not expect")]

mod books;
mod camt;
mod camt_mapping;
mod corpus;
mod docs;
mod facts;
mod golden_schedules;
mod in_rbi;
mod journal;
mod journal_file;
mod pack_schema;
mod packs;
mod replay;
mod roots;
mod schedules;
mod settings;
mod words;
mod world;
