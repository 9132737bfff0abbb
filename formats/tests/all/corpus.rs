//! Replays the fuzzing corpus of files through its targets, as it stands and damaged.

use std::{collections::BTreeSet, path::Path};

#[path = "../../../fuzz/src/files.rs"]
#[expect(unreachable_pub, reason = "the fuzzing programs use it too")]
mod files;

fn fuzz() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the corpus is files of this project")]
fn every_program_has_a_corpus_and_every_corpus_a_program() {
    let folders: BTreeSet<String> = std::fs::read_dir(fuzz().join("corpus"))
        .unwrap()
        .map(|folder| folder.unwrap().file_name().into_string().unwrap())
        .collect();
    let manifest = std::fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    let bins = manifest.split("[[bin]]").skip(1);
    let named = bins.map(|bin| bin.split('"').nth(1).unwrap().to_owned());
    assert_eq!(folders, named.collect());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the corpus is files of this project")]
fn every_target_survives_its_corpus_and_its_corpus_damaged() {
    for (name, target) in files::TARGETS {
        let mut count = 0;
        for file in std::fs::read_dir(fuzz().join("corpus").join(name)).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            target(&bytes);
            for at in 0..bytes.len() {
                let mut damaged = bytes.clone();
                damaged[at] ^= [0x01, 0x10, 0x20, 0x80][at % 4];
                target(&damaged);
                target(&bytes[..at]);
            }
            count += 1;
        }
        assert!(count > 1, "{name} has no corpus");
    }
}
