//! The workspace's examples: benches and generators, out of one build.
//!
//! Cargo unites the features of everything that one call builds, so a crate that is asked for
//! alone is compiled a second time beside the one that the tests use. One build of the whole
//! workspace serves them all.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::command::{Call, target_directory};

const BUILD: &str = "cargo build --release --workspace --examples --locked";

/// Examples that are built.
#[derive(Debug)]
pub struct Examples(PathBuf);

impl Examples {
    /// Builds what is not built yet.
    pub fn built(root: &Path) -> Result<Examples> {
        Call::new(BUILD).run(root)?;
        Ok(Examples(target_directory(root).join("release/examples")))
    }

    /// A call of the example of this name.
    pub fn call(&self, name: &str) -> Call {
        Call::of(&self.0.join(name))
    }
}
