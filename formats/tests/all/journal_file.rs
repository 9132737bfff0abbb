//! An exported journal: whatever happens to its bytes is found, at its place.

use domain::{TenantId, UnitId};
use formats::{
    chain, genesis,
    journal_file::{Attached, Checked, FileEntry, FileError, FileHead},
    journal_file::{check_journal_file, journal_file},
};
use proptest::prelude::*;

use crate::world::{self, Life, TENANT, UNIT};

/// The file of a journal, with two attachments.
fn exported(lines: &[String], unit: [u8; 16]) -> String {
    let (tenant, unit) = (TenantId::from_bytes(TENANT), UnitId::from_bytes(unit));
    let mut hash = genesis(tenant, unit);
    let mut entries = Vec::new();
    for (entry, text) in (1..).zip(lines) {
        hash = chain(&hash, text);
        let kind = serde_json::from_str::<serde_json::Value>(text).unwrap();
        let kind = kind["kind"].as_str().unwrap().to_owned();
        entries.push(FileEntry { entry, kind, text: text.clone(), hash });
    }
    let (lender, reference) = ("Lender \"ü\"".to_owned(), "EX-1".to_owned());
    let head = FileHead { lender, reference, tenant, unit, head: (lines.len() as u64, hash) };
    journal_file(&head, &entries, &[attached("programme"), attached("pack")])
}

fn attached(kind: &str) -> Attached {
    Attached { kind: kind.into(), name: "fast/1".into(), text: "id = \"fast\"\n".into() }
}

fn check(text: &str) -> Result<Checked, FileError> {
    check_journal_file(text.as_bytes())
}

fn wrong(text: &str, code: &str, line: u64, entry: Option<u64>) {
    let error = check(text).unwrap_err();
    assert_eq!((error.code, error.line, error.entry), (code, line, entry), "{error}");
}

#[test]
fn an_error_says_where_and_what() {
    let (text, lines) = five();
    let error = check(&text.replacen(&lines[3], "{}", 1)).unwrap_err().to_string();
    assert!(error.starts_with("line 4, entry 3: neither an entry nor an attachment"), "{error}");
}

/// The first five lines of the golden journal.
fn journal() -> Vec<String> {
    include_str!("journal.jsonl").lines().take(5).map(str::to_owned).collect()
}

/// A file of five entries, and its lines.
fn five() -> (String, Vec<String>) {
    let text = exported(&journal(), UNIT);
    let lines = text.lines().map(str::to_owned).collect();
    (text, lines)
}

fn file_of(lines: &[&String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_file_that_nobody_touched_holds() {
    let (text, _) = five();
    let checked = check(&text).unwrap();
    assert_eq!(checked.head.head.0, 5);
    assert_eq!(checked.attached, [attached("pack"), attached("programme")]);
    let (facts, decisions, leases) = checked.counts;
    assert_eq!(facts + decisions + leases, 5);
}

#[test]
fn a_dropped_line_is_named() {
    let (_, all) = five();
    let without = |at: usize| {
        let kept: Vec<&String> = all
            .iter()
            .enumerate()
            .filter(|(index, _)| *index != at)
            .map(|(_, line)| line)
            .collect();
        file_of(&kept)
    };
    wrong(&without(0), "bad_head", 1, None);
    wrong(&without(3), "entry_out_of_order", 4, Some(3));
    wrong(&without(5), "entry_missing", 6, Some(5));
    wrong(&without(6), "too_short", 8, None);
    wrong(&without(7), "too_short", 8, None);
}

#[test]
fn a_doubled_or_moved_line_is_named() {
    let (_, l) = five();
    let all: Vec<&String> = l.iter().collect();
    let doubled = [&all[..3], &all[2..]].concat();
    wrong(&file_of(&doubled), "entry_out_of_order", 4, Some(3));
    let mut moved = all.clone();
    moved.swap(2, 4);
    wrong(&file_of(&moved), "entry_out_of_order", 3, Some(2));
    let mut moved = all.clone();
    moved.swap(6, 7);
    wrong(&file_of(&moved), "attachment_out_of_order", 8, None);
    let twice = [&all[..], &all[7..]].concat();
    wrong(&file_of(&twice), "attachment_out_of_order", 9, None);
}

#[test]
fn a_foreign_line_is_named() {
    let (_, own) = five();
    let other = exported(&journal(), [0x33; 16]);
    let other: Vec<String> = other.lines().map(str::to_owned).collect();
    let with = |at: usize| {
        let mut lines: Vec<&String> = own.iter().collect();
        lines[at] = &other[at];
        file_of(&lines)
    };
    wrong(&with(0), "entry_changed", 2, Some(1));
    wrong(&with(4), "entry_changed", 5, Some(4));
    wrong(&with(6), "attachment_changed", 7, None);
}

#[test]
fn star_tamper_evident_log_names_a_changed_byte() {
    let (text, lines) = five();
    wrong(&text.replacen("Lender", "lender", 1), "head_changed", 1, None);
    wrong(&text.replacen("EX-1\",\"tenant", "EX-2\",\"tenant", 1), "head_changed", 1, None);
    let changed = lines[2].replacen("2026", "2027", 1);
    assert_ne!(changed, lines[2]);
    wrong(&text.replacen(&lines[2], &changed, 1), "entry_changed", 3, Some(2));
    wrong(&text.replacen("id = ", "id  = ", 1), "attachment_changed", 7, None);
    wrong(&text.replacen('\n', "\r\n", 1), "head_changed", 1, None);
    wrong(text.trim_end(), "no_line_end", 8, None);
    wrong("", "empty", 1, None);
    wrong("{}\n", "bad_head", 1, None);
}

/// Other bytes where one was.
fn changed(text: &str, at: usize, flip: u8) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    let at = at % bytes.len();
    bytes[at] ^= flip;
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// One byte, one line left out, doubled, moved or taken from elsewhere: nothing passes.
    #[test]
    fn nothing_done_to_a_file_passes(
        Life { journal, .. } in world::lives(12),
        at in any::<usize>(),
        other in any::<usize>(),
        flip in 1..=255_u8,
    ) {
        let text = exported(&journal, UNIT);
        prop_assert!(check(&text).is_ok());
        prop_assert!(check_journal_file(&*changed(&text, at, flip)).is_err());
        let mut bytes = text.clone().into_bytes();
        bytes.remove(at % bytes.len());
        prop_assert!(check_journal_file(&*bytes).is_err());
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let (a, b) = (at % lines.len(), other % lines.len());
        let mut dropped: Vec<&String> = lines.iter().collect();
        dropped.remove(a);
        prop_assert!(check(&file_of(&dropped)).is_err());
        let mut doubled: Vec<&String> = lines.iter().collect();
        doubled.insert(b, &lines[a]);
        prop_assert!(check(&file_of(&doubled)).is_err());
        let mut moved: Vec<&String> = lines.iter().collect();
        moved.swap(a, b);
        prop_assert_eq!(check(&file_of(&moved)).is_ok(), a == b);
        let foreign = exported(&journal, [0x33; 16]);
        let foreign: Vec<String> = foreign.lines().map(str::to_owned).collect();
        let mut mixed: Vec<&String> = lines.iter().collect();
        mixed[a] = &foreign[a];
        prop_assert!(check(&file_of(&mixed)).is_err());
    }

    #[test]
    fn any_bytes_are_an_error_and_no_panic(bytes in any::<Vec<u8>>()) {
        prop_assert!(check_journal_file(&*bytes).is_err());
    }
}
