//! Writes `protocol/vectors/*.json` and the fuzzing corpus: `cargo run --release -p
//! quittance-protocol --example vectors`. A test compares the files with what this would write.

#![expect(clippy::unwrap_used, reason = "fixed inputs: a failure here is a failed run")]

#[path = "../tests/all/generate/mod.rs"]
mod generate;

use std::path::Path;

#[expect(clippy::disallowed_methods, reason = "a generator writes files")]
fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, content) in generate::files() {
        let path = root.join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, content)?;
    }
    Ok(())
}
