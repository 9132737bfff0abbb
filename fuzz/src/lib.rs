//! What is fuzzed, by name: the decoders of the wire and the readers of files from outside.
//!
//! **Invariant:** a target does not panic on any bytes.

pub mod files;
pub mod wire;

/// Runs the target of this name.
pub fn run(name: &str, data: &[u8]) {
    let mut all = wire::TARGETS.iter().chain(files::TARGETS);
    let (_, target) = all.find(|(known, _)| *known == name).expect("a listed target");
    target(data);
}

/// The program of one target.
#[macro_export]
macro_rules! fuzz {
    ($name:literal) => {
        libfuzzer_sys::fuzz_target!(|data: &[u8]| $crate::run($name, data));
    };
}
