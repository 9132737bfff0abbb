//! Ordinary worlds.

use sim::{Setup, run, run_seeds};

fn rbi() -> Setup {
    Setup { pack: "in-rbi-draft-2026".to_owned(), ..Setup::default() }
}

#[test]
fn a_few_seeds_keep_every_promise() {
    for setup in [Setup::default(), rbi()] {
        let summaries =
            run_seeds(1..=3, |seed| Setup { seed, ..setup.clone() }, 2, |_| {}).unwrap();
        assert_eq!(summaries.len(), 3);
        for summary in summaries {
            assert!(summary.violations.is_empty(), "{summary}");
            assert!(summary.payments > 0 && summary.lost > 0 && summary.doubled > 0, "{summary}");
        }
    }
}

#[test]
fn one_seed_gives_one_output() {
    let setup = Setup { seed: 7, phones: 8, days: 60, ..Setup::default() };
    let (once, again) = (run(setup.clone()).unwrap().json(), run(setup.clone()).unwrap().json());
    assert_eq!(once, again);
    assert_ne!(once, run(Setup { seed: 8, ..setup }).unwrap().json());
}

#[test]
fn every_rung_its_pack_allows_is_seen() {
    let fast = run(Setup { phones: 60, ..Setup::default() }).unwrap();
    let stages = ["clear", "remind", "notice", "restrict/1", "restrict/2", "lock"];
    for stage in stages {
        assert!(fast.decided.contains_key(stage), "{stage}: {fast}");
        assert!(fast.applied.contains_key(stage), "{stage}: {fast}");
    }
    assert!(fast.releases > 0 && fast.removals > 0 && fast.unlocks > 0, "{fast}");
    let rbi = run(Setup { phones: 60, ..rbi() }).unwrap();
    for stage in ["clear", "remind", "notice", "restrict/1", "restrict/4"] {
        assert!(rbi.applied.contains_key(stage), "{stage}: {rbi}");
    }
    assert!(!rbi.applied.contains_key("lock"), "{rbi}");
}
