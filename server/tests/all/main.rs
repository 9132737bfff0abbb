//! What the server promises, seen from outside: the real use cases, the real agent, real keys.
#![expect(clippy::unwrap_used, reason = "a test that meets nothing where something must be fails")]

mod announced;
mod api;
mod assignment;
mod big_book;
mod books;
mod certificate;
mod consent;
mod contracts;
mod custody;
mod device;
mod directory;
mod enrolment;
mod erasure;
mod jobs;
mod keys;
mod kit;
mod life;
mod mortal;
mod packs;
mod payments;
mod phone;
mod properties;
mod providers;
mod public;
mod pull;
mod receipts;
mod roots;
mod serve;
mod socket;
mod standstills;
mod sunset;
mod talk;
mod unlocks;
mod words;
