//! The API, called through its router; every answer is held against the OpenAPI document.

mod access;
mod assignments;
mod bulk;
mod certificate;
mod contracts;
mod custody;
mod disclosure;
mod document;
mod doors;
mod endings;
mod front;
mod garbage;
mod idempotency;
mod journal_file;
mod money;
mod payg;
mod payoff;
mod reconcile;
mod records;
mod releases;
mod reports;
mod restructure;
mod safety;
mod standing;
mod statements;
mod terms;
