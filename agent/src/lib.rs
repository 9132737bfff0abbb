//! The device's state machine: input in, effects out. The same core runs in the server's tests, the
//! simulator, a Linux process and a phone.
//!
//! A shell gives [`Agent::handle`] what happened and when, performs what [`Agent::poll_effect`]
//! yields, in order, and comes back with [`Input::Wake`] at [`Agent::poll_wake`].
//!
//! **Invariant:** no clock, no randomness, no I/O, no threads; `no_std` with `alloc`.
//! **Invariant:** knows nothing of `domain`: it obeys a verified lease and reasons about no debt.
//! **Invariant:** nothing is done before the state that says so is saved: `Save` comes first.
//! **Invariant:** no input raises the stage above what a verified lease allows at trusted time.
//! **Invariant:** the wall clock moves nothing; powered-off time never brings a step nearer.
//! **Invariant:** bytes from outside never panic; what cannot be verified changes no stage.
//! **Invariant:** after a release there is no key that could verify a lease, and no way back.
#![no_std]

extern crate alloc;

mod agent;
mod clock;
mod enrol;
mod events;
mod hear;
mod io;
mod ladder;
mod notice;
mod relief;
mod save;
mod save_event;
mod state;
mod talk;
mod view;

pub use agent::Agent;
pub use clock::Moment;
pub use io::{Door, Effect, Input, Keys, Setup, TokenAnswer};
pub use view::{FrontView, NextStepView, NoticeView, PhaseView, ReliefView, ScreenView, TapView};
