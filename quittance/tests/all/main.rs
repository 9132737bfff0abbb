//! The program as its users meet it: the built binary on directories of its own.
#![expect(clippy::unwrap_used, reason = "a test that meets nothing where something must be fails")]

mod admin;
mod book;
mod certificate;
mod help;
mod journal;
mod kill;
mod kit;
mod ledger;
mod messages;
mod pack;
mod releases;
mod replay;
mod report;
mod safety;
mod schedule;
mod serve;
