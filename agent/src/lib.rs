//! The device's state machine: input in, effects out. The same core runs in the server's tests, the
//! simulator, a Linux process and a phone.
//!
//! A shell gives [`Agent::handle`] what happened and when, performs what [`Agent::poll_effect`]
//! yields, in order, and comes back with [`Input::Wake`] at [`Agent::poll_wake`]:
//!
//! ```
//! use agent::{Agent, Effect, Input, Keys, Moment, Setup};
//! use protocol::crypto::device::{DeviceVerifier, Ed25519Signer};
//!
//! let key = Ed25519Signer::from_seed(&[7; 32]);
//! let mut agent = Agent::new(Setup::default());
//! let at = Moment { uptime_ms: 60_000, boot: 1, wall_s: 1_800_000_000 };
//! let enrol = Input::Enrol {
//!     code: "CODE-1".into(),
//!     imeis: vec!["490154203237518".into()],
//!     serial: None,
//!     nonce: [5; 16],
//! };
//! for input in [Input::Start, enrol] {
//!     agent.handle(input, at, Keys::new(&key, &DeviceVerifier));
//!     while let Some(effect) = agent.poll_effect() {
//!         match effect {
//!             Effect::Save { .. } => { /* write the bytes, and only then go on */ }
//!             Effect::Send { to, .. } => assert_eq!(to.path(), "/d/1/enrol"),
//!             _ => {}
//!         }
//!     }
//! }
//! assert!(agent.poll_wake().is_some(), "an offer without an answer is made again");
//! ```
//!
//! **Invariant:** no clock, no randomness, no I/O, no threads; `no_std` with `alloc`.
//! **Invariant:** knows nothing of `domain`: it obeys a verified lease and reasons about no debt.
//! **Invariant:** nothing is done before the state that says so is saved: `Save` comes first.
//! **Invariant:** no input raises the stage above what a verified lease allows at trusted time.
//! **Invariant:** the wall clock moves nothing; powered-off time never brings a step nearer.
//! **Invariant:** bytes from outside never panic; what cannot be verified changes no stage.
//! **Invariant:** keys of a lender who passed the contract on verify nothing any more.
//! **Invariant:** after a release there is no key that could verify a lease, and no way back.
#![no_std]

extern crate alloc;

mod agent;
mod clock;
mod enrol;
mod events;
mod hear;
mod in_use;
mod io;
mod ladder;
mod notice;
mod relief;
mod save;
mod save_event;
mod state;
mod succeed;
mod sunset;
mod talk;
mod view;

pub use agent::Agent;
pub use clock::Moment;
pub use in_use::IN_USE_MAX_MS;
pub use io::{Door, Effect, Input, Keys, Setup, TokenAnswer};
pub use view::{
    FrontView, NextStepView, NoticeView, PhaseView, ReliefView, ScreenView, SunsetView, TapView,
};
