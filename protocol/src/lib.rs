//! Every byte that crosses to a device: lease, check-in, enrolment, tokens, certificates.
//!
//! **Invariant:** no I/O, no clock, no randomness, no threads; `no_std` with `alloc`.
//! **Invariant:** knows nothing of `domain`; a stage or a restriction here is a number on a wire.
//! **Invariant:** every decoder is total: any bytes give a value or an error, never a panic.
//! **Invariant:** one value has one encoding; bytes that are not canonical are refused.
//! **Invariant:** a floor function (emergency call, incoming call, the way to pay …) has no code.
#![no_std]

extern crate alloc;

pub mod cbor;
pub mod cert;
pub mod check_in;
mod codec;
#[cfg(feature = "vectors")]
pub mod conformance;
pub mod cose;
pub mod crypto;
pub mod enrol;
pub mod error;
pub mod ids;
pub mod journal_root;
pub mod lease;
pub mod limits;
pub mod message;
pub mod release;
pub mod reply;
pub mod request;
mod ring;
pub mod stage;
pub mod succession;
pub mod sunset;
pub mod token;

pub use crypto::{Alg, PublicKey, Signature, Signer, Verifier};
pub use error::{Malformed, Refused};
pub use ids::{ContentHash, ContractId, EnrolmentId, NoticeId, TenantId};
pub use message::{Kind, Message, SignedMessage};
pub use stage::{Guard, Restriction, Rung, Stage};
