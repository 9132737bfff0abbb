//! Decisions made again from a journal alone.

use std::sync::Arc;

use domain::{Ladder, TenantId, UnitId, policy::Lender};
use formats::{
    Difference, Differs, Entry, FoldError, Replay, decision_line, parse_line, replay,
    replay::Pinned,
};
use proptest::prelude::*;

use crate::world;

/// The journal of a life that rose to a notice and was told of it.
fn journal() -> Vec<String> {
    world::full_life(3).journal
}

fn again(lines: &[String]) -> Result<Replay, FoldError> {
    with(lines, &|programme, packs| known(&world::ladder(), programme, packs))
}

fn with(lines: &[String], ladders: &formats::replay::Ladders<'_>) -> Result<Replay, FoldError> {
    let (tenant, unit) = (TenantId::from_bytes(world::TENANT), UnitId::from_bytes(world::UNIT));
    replay(tenant, unit, lines.iter().map(String::as_str), ladders)
}

fn known(ladder: &Ladder, programme: &Pinned, packs: &[Pinned]) -> Option<Arc<Ladder>> {
    let fits = ladder.programme == *programme && ladder.packs == packs;
    fits.then(|| Arc::new(ladder.clone()))
}

fn differences(lines: &[String]) -> Vec<Difference> {
    again(lines).unwrap().differences
}

fn decisions(lines: &[String]) -> Vec<usize> {
    let is_decision = |line: &String| line.contains("\"kind\":\"decision\"");
    (0..lines.len()).filter(|index| is_decision(&lines[*index])).collect()
}

#[test]
fn invariant_6_every_decision_comes_out_again() {
    let lines = journal();
    let again = again(&lines).unwrap();
    assert_eq!(again.differences, []);
    assert_eq!(again.decisions.len(), decisions(&lines).len());
    assert!(again.decisions.len() > 2, "{lines:#?}");
}

#[test]
fn invariant_6_a_decision_that_says_something_else_is_named() {
    let mut lines = journal();
    let last = *decisions(&lines).last().unwrap();
    let honest = lines[last].clone();
    lines[last] = honest.replace("\"stage\":\"notice\"", "\"stage\":\"restrict/1\"");
    assert_ne!(lines[last], honest);
    let found = differences(&lines);
    let entry = last as u64 + 1;
    let what = Differs::Decision { found: lines[last].clone(), expected: honest };
    assert_eq!(found[0], Difference { entry, what });
    assert!(found[0].to_string().starts_with(&format!("entry {entry}: found {{\"at\"")));
}

/// Whoever leaves a decision out is found by the facts that called for it.
#[test]
fn a_decision_left_out_is_missed() {
    let lines = journal();
    for gone in decisions(&lines) {
        let mut lines = lines.clone();
        lines.remove(gone);
        // One that only time called for leaves no trace: a look may come late.
        if matches!(parse_line(&lines[gone - 1]), Ok(Entry::Fact(_))) {
            let found = differences(&lines);
            assert_eq!(found[0].entry, gone as u64, "{found:?}");
            assert!(matches!(found[0].what, Differs::Missing { .. }), "{found:?}");
        }
    }
}

#[test]
fn versions_that_nobody_has_are_said_so() {
    let lines = journal();
    let found = with(&lines, &|_, _| None).unwrap().differences;
    assert_eq!(found.len(), decisions(&lines).len());
    let told = found[0].to_string();
    assert!(told.contains("fast@1 within test-fast@1, rules 1, time zones"), "{told}");
    let mut other = lines.clone();
    let first = decisions(&lines)[0];
    other[first] = lines[first].replace("\"rules\":1", "\"rules\":9");
    let told = differences(&other)[0].to_string();
    assert!(told.contains("rules 9"), "{told}");
}

/// Whether the lender was named is in the line, so that his naming later changes no past decision.
#[test]
fn the_lender_is_as_he_was() {
    let life = world::full_life(3);
    let mut nameless = world::ladder();
    nameless.lender = Lender::default();
    let made = domain::evaluate(&life.contract, &nameless, life.contract.decision.at);
    let recorded = made.recorded(life.contract.decision.at);
    let line = decision_line(&recorded, &made.standing, &nameless);
    assert!(line.contains("\"kind\":\"decision\",\"lender\":\"unnamed\",\"packs\""), "{line}");
    let Ok(Entry::Decision(entry)) = parse_line(&line) else { panic!("{line}") };
    assert!(!entry.lender_named);
    assert_eq!(entry.line(), line);
    let said = line.replace("\"unnamed\"", "null");
    assert!(parse_line(&said).is_err(), "only one text says that he was named");
    let mut lines = life.journal;
    lines.push(line);
    assert_eq!(differences(&lines), []);
    let last = lines.len() - 1;
    lines[last] = lines[last].replace("\"lender\":\"unnamed\",", "");
    assert_eq!(differences(&lines).len(), 1);
}

#[test]
fn no_contract_no_replay() {
    assert_eq!(again(&[]).unwrap_err(), FoldError::Empty);
    let lines = journal();
    assert_eq!(again(&lines[1..]).unwrap_err(), FoldError::Signing(1));
    let doubled = [lines.clone(), vec![lines[0].clone()]].concat();
    assert_eq!(again(&doubled).unwrap_err(), FoldError::Signing(lines.len() as u64 + 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_life_replays(life in world::lives(40)) {
        let again = again(&life.journal).unwrap();
        prop_assert_eq!(&again.differences, &[]);
        prop_assert_eq!(again.contract, life.contract);
    }
}
