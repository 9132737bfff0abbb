//! The server: use cases, doors, jobs, keys.
//!
//! A handler parses, calls one use case, renders. A use case loads units, asks `domain`, commits
//! what it answers. Time and chance come in as arguments.
//!
//! **Invariant:** no rule of the ladder lives here, and no SQL.
//! **Invariant:** nothing but [`real`] reads the operating system's clock or its randomness.
//! **Invariant:** money is acknowledged only after its durable commit.
//! **Invariant:** a lease's content is a function of its contract's version; its hash is part of
//! the commit that makes the version.
//! **Invariant:** a release certificate is signed by a release key, and no lease names a release.
//! **Invariant:** no secret and no location reaches a log, a URL or a `Debug` text.

pub mod api;
pub mod app;
pub mod certificate;
pub mod client;
pub mod clock;
pub mod crypto;
pub mod device;
pub mod error;
pub mod http;
pub mod intake;
pub mod jobs;
pub mod keys;
pub mod metrics;
pub mod packs;
pub mod public;
pub mod pull;
pub mod real;
pub mod sender;
pub mod serve;

pub use app::App;
pub use error::Error;
