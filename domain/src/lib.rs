//! Contracts, schedules, money, notices, holds, packs and the ladder: what a contract and its law
//! say at a moment.
//!
//! `decide` turns a command into facts or a refusal, `Contract::apply` takes facts in, `evaluate`
//! says which stage is justified, why, and what follows if nothing changes.
//!
//! **Invariant:** no clock, no randomness, no I/O, no bytes: a moment and an id are arguments.
//! **Invariant:** domain types do not serialise; `formats` turns them into text and back.
//! **Invariant:** no floating point; money is integer minor units.
//! **Invariant:** a restriction has no value for a floor function.
//! **Invariant:** knows nothing of `protocol`; a lease is made from a decision by the server.

pub mod account;
pub mod allocation;
pub mod amortise;
pub mod assignment;
pub mod bounds;
mod ceiling;
pub mod command;
pub mod contract;
pub mod custody;
pub mod decide;
pub mod delinquency;
pub mod delivery;
pub mod ending;
pub mod evaluate;
pub mod fact;
pub mod hold;
pub mod ids;
pub mod imei;
pub mod ladder;
pub mod late_fee;
pub mod law;
pub mod ledger;
mod levels;
pub mod money;
pub mod outside;
pub mod payoff;
pub mod policy;
pub mod redress;
pub mod rehearse;
pub mod remind;
pub mod report;
pub mod restructure;
pub mod safety;
pub mod schedule;
pub mod settlement;
pub mod silence;
pub mod stage;
pub mod standing;
pub mod sunset;
mod tamper;
pub mod terms;
pub mod time;
pub mod time_credit;
pub mod wording;

pub use command::{Command, Refusal};
pub use contract::{Contract, State};
pub use decide::{check_may_pass, decide, sign};
pub use evaluate::{Decision, Planned, Reason, Recorded, Want, evaluate};
pub use fact::{Actor, Fact, What};
pub use hold::{Hold, HoldKind};
pub use ids::{EnrolmentId, HoldId, NoticeId, QuoteId, TenantId, UnitId};
pub use imei::Imei;
pub use ladder::Ladder;
pub use money::{Currency, Money};
pub use stage::{Channel, Guard, Restriction, Rung, Stage};
pub use standing::{Position, Standing};
pub use terms::Terms;
pub use time::{Day, Moment, Zone};
