//! Replays the fuzzing corpus through the fuzzing targets.

use std::{collections::BTreeSet, path::Path};

#[path = "../../../fuzz/src/wire.rs"]
#[expect(unreachable_pub, reason = "the fuzzing programs use the rest")]
pub(crate) mod targets;

#[test]
#[expect(clippy::disallowed_methods, reason = "the corpus is files of this project")]
fn every_target_survives_its_corpus() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    let folders: BTreeSet<String> = std::fs::read_dir(&corpus)
        .unwrap()
        .map(|folder| folder.unwrap().file_name().into_string().unwrap())
        .collect();
    let names: BTreeSet<String> =
        targets::TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert!(names.is_subset(&folders), "a corpus for each target: {names:?}");
    for (name, target) in targets::TARGETS {
        let mut count = 0;
        for file in std::fs::read_dir(corpus.join(name)).unwrap() {
            target(&std::fs::read(file.unwrap().path()).unwrap());
            count += 1;
        }
        assert!(count > 0, "{name} has no corpus");
    }
}
