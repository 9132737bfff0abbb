//! What the domain promises, seen from outside: golden timelines, walks up and down the ladder,
//! properties over random lives of a contract.
#![expect(clippy::unwrap_used, reason = "a test that meets nothing where something must be fails")]

mod account;
mod assignment;
mod bounds;
mod commands;
mod custody;
mod deliveries;
mod endings;
mod golden_overdue;
mod guide;
mod holds;
mod invariants;
mod ladder_walk;
mod law;
mod life;
mod manner;
mod model;
mod outside;
mod packs;
mod payg;
mod properties;
mod provisional;
mod redress;
mod release;
mod reminders;
mod restructure;
mod scene;
mod schedule_laws;
mod schedules;
mod settlement;
mod stars;
mod strictness;
mod sunset;
mod withheld;
mod zones;
