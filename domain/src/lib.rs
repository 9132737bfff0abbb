//! Contracts, schedules, money, notices, holds, packs and the ladder: what a contract and its law
//! say at a moment.
//!
//! **Invariant:** no clock, no randomness, no I/O, no bytes: a moment and an id are arguments.
//! **Invariant:** domain types do not serialise; `formats` turns them into text and back.
//! **Invariant:** no floating point; money is integer minor units.
//! **Invariant:** a restriction has no value for a floor function.
//! **Invariant:** knows nothing of `protocol`; a lease is made from a decision by the server.

pub mod ids;
pub mod imei;
pub mod money;
pub mod time;

pub use ids::{EnrolmentId, HoldId, NoticeId, TenantId, UnitId};
pub use imei::Imei;
pub use money::{Currency, Money};
pub use time::{Day, Moment, Zone};
