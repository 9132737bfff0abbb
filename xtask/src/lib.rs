//! The project's own chores: fences, the test run, generated files, campaigns.
//!
//! `cargo xtask` is the front; CI, a desk and a pre-push hook all call the same code.
//!
//! **Invariant:** no product crate depends on this one, and it depends on none of them: what it
//! knows of the product it reads from files, `cargo metadata` and the built program.
//!
//! **Invariant:** a check or a stage is never skipped in silence: what is missing is named and
//! fails.
//!
//! **Invariant:** nothing outside the working tree, the target directory and a temporary
//! directory is written, apart from system packages installed by the `needs` stage as root.

pub mod campaigns;
pub mod cli;
pub mod command;
pub mod examples;
pub mod generate;
pub mod mutants;
pub mod needs;
pub mod readme;
pub mod source;
pub mod stages;
pub mod tidy;
pub mod tree;
