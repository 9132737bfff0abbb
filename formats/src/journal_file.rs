//! A journal as a file of its own: JSON Lines that anybody can check without server or data.
//!
//! The first line says whose journal it is and where it ends, one line follows for each entry, and
//! what is not of the chain (texts of rules, personal data, proofs) stands behind as *attachments*,
//! each with a hash of its own. A file has exactly one text, so that no byte of it can differ
//! unseen.
//!
//! **Invariant:** an attachment can be left out or erased without touching a byte of the chain.

use std::io::{BufRead, Read};

use domain::{TenantId, UnitId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    chain::{chain, genesis},
    doc::written,
    hex::{hex, unhex},
    text::one,
};

/// What the first line calls this form.
pub const FORMAT: &str = "quittance-journal/1";
/// Longest line, bytes.
const LINE_MAX: u64 = 8 * 1024 * 1024;
/// Most attachments.
const ATTACHED_MAX: u64 = 1000;
const BESIDE: &[u8] = b"quittance/journal/attached/1";

/// Whose journal a file holds, and where it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileHead {
    /// The lender's name.
    pub lender: String,
    /// The contract's reference.
    pub reference: String,
    /// The lender.
    pub tenant: TenantId,
    /// The contract.
    pub unit: UnitId,
    /// Number and hash of the last entry.
    pub head: (u64, [u8; 32]),
}

/// An entry as a file holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// Its number, from 1.
    pub entry: u64,
    /// `fact`, `decision` or `lease`.
    pub kind: String,
    /// The line itself.
    pub text: String,
    /// Its chained hash.
    pub hash: [u8; 32],
}

/// A text beside the chain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attached {
    /// What it is: `pack`, `personal`, `programme`, `proof`.
    pub kind: String,
    /// Which one, for example `in-rbi-draft-2026/1`.
    pub name: String,
    /// The text.
    pub text: String,
}

/// What a file was found to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Whose journal, and its head.
    pub head: FileHead,
    /// How many facts, decisions and leases.
    pub counts: (u64, u64, u64),
    /// The chained hash of every entry.
    pub hashes: Vec<[u8; 32]>,
    /// What stands beside the chain.
    pub attached: Vec<Attached>,
}

/// Why a file is not a journal as it was written: the first place at which it differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// Line of the file, from 1.
    pub line: u64,
    /// Entry of the journal, where the line is one or should be.
    pub entry: Option<u64>,
    /// Stable code.
    pub code: &'static str,
    /// What is wrong.
    pub detail: String,
}

impl std::fmt::Display for FileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(entry) = self.entry {
            write!(f, ", entry {entry}")?;
        }
        write!(f, ": {}", self.detail)
    }
}

impl std::error::Error for FileError {}

/// The text of a file. Attachments are put in their order; of two with one name the first stays.
pub fn journal_file(head: &FileHead, entries: &[FileEntry], attached: &[Attached]) -> String {
    let mut attached: Vec<&Attached> = attached.iter().collect();
    attached.sort();
    attached.dedup_by(|b, a| (&a.kind, &a.name) == (&b.kind, &b.name));
    let lines = (entries.len() + attached.len()) as u64;
    let mut text = head_line(head, lines);
    text.push('\n');
    for entry in entries {
        text.push_str(&entry_line(entry));
        text.push('\n');
    }
    for one in attached {
        text.push_str(&attached_line(head, one));
        text.push('\n');
    }
    text
}

/// Reads a file to its end and checks every byte of it. One line is held at a time.
pub fn check_journal_file(input: impl BufRead) -> Result<Checked, FileError> {
    let mut lines = Lines { input, line: 0 };
    let Some(first) = lines.next()? else {
        return Err(lines.wrong("empty", "the file is empty: its first line is missing"));
    };
    let (head, count) = read_head(&lines, &first)?;
    let mut walk = Walk::new(&head);
    for _ in 0..count {
        match lines.next()? {
            Some(text) => walk.step(&lines, &text)?,
            None => return Err(walk.short(&lines)),
        }
    }
    if let Some(text) = lines.next()? {
        walk.step(&lines, &text)?;
        let detail = format!("one line too many: the first line says that {count} follow it");
        return Err(FileError { entry: None, ..lines.wrong("too_long", &detail) });
    }
    if walk.at.0 != head.head.0 {
        return Err(walk.short(&lines));
    }
    let Walk { counts, hashes, attached, .. } = walk;
    Ok(Checked { head, counts, hashes, attached })
}

/// The lines of a file, one at a time.
struct Lines<R> {
    input: R,
    line: u64,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> Result<Option<String>, FileError> {
        let mut bytes = Vec::new();
        let read = self.input.by_ref().take(LINE_MAX).read_until(b'\n', &mut bytes);
        self.line += 1;
        read.map_err(|error| self.wrong("unreadable", &error.to_string()))?;
        if bytes.is_empty() {
            return Ok(None);
        }
        if bytes.pop() != Some(b'\n') {
            return Err(self.wrong("no_line_end", "the line has no end, or is too long"));
        }
        let text = String::from_utf8(bytes);
        text.map(Some).map_err(|_| self.wrong("not_utf8", "the line is not UTF-8"))
    }
}

impl<R> Lines<R> {
    fn wrong(&self, code: &'static str, detail: &str) -> FileError {
        FileError { line: self.line, entry: None, code, detail: detail.to_owned() }
    }
}

/// Where a check stands.
struct Walk<'a> {
    head: &'a FileHead,
    at: (u64, [u8; 32]),
    counts: (u64, u64, u64),
    hashes: Vec<[u8; 32]>,
    attached: Vec<Attached>,
}

impl Walk<'_> {
    fn new(head: &FileHead) -> Walk<'_> {
        let at = (0, genesis(head.tenant, head.unit));
        let (hashes, attached) = Default::default();
        Walk { head, at, counts: (0, 0, 0), hashes, attached }
    }

    fn step<R>(&mut self, lines: &Lines<R>, text: &str) -> Result<(), FileError> {
        match serde_json::from_str(text) {
            Ok(Line::Entry(shape)) => self.entry(lines, text, shape),
            Ok(Line::Attached(shape)) => self.attach(lines, text, shape),
            Err(error) => {
                let detail = format!("neither an entry nor an attachment: {error}");
                let entry = (self.at.0 < self.head.head.0).then_some(self.at.0 + 1);
                Err(FileError { entry, ..lines.wrong("malformed", &detail) })
            }
        }
    }

    fn entry<R>(
        &mut self,
        lines: &Lines<R>,
        line: &str,
        shape: EntryShape,
    ) -> Result<(), FileError> {
        let (expected, found) = (self.at.0 + 1, shape.entry);
        let wrong = |code, detail: String| {
            let entry = Some(expected);
            Err(FileError { entry, ..lines.wrong(code, &detail) })
        };
        if found != expected {
            let what = if found < expected { "stands here again" } else { "stands in its place" };
            let detail = format!("entry {expected} should stand here: entry {found} {what}");
            return wrong("entry_out_of_order", detail);
        }
        let Some(entry) = shape.read().filter(|entry| entry_line(entry) == line) else {
            return wrong("not_canonical", "not written as an export writes it".into());
        };
        if chain(&self.at.1, &entry.text) != entry.hash {
            let detail = "its hash does not follow from the entry before it and its text: the \
                          line was changed, or is of another journal";
            return wrong("entry_changed", detail.into());
        }
        if kind_of(&entry.text) != Some(&*entry.kind) {
            return wrong("kind_differs", "its kind is not the one its text names".into());
        }
        if expected == self.head.head.0 && entry.hash != self.head.head.1 {
            return wrong("head_differs", "the first line names another hash for it".into());
        }
        match &*entry.kind {
            "fact" => self.counts.0 += 1,
            "decision" => self.counts.1 += 1,
            _ => self.counts.2 += 1,
        }
        self.hashes.push(entry.hash);
        self.at = (expected, entry.hash);
        Ok(())
    }

    fn attach<R>(
        &mut self,
        lines: &Lines<R>,
        line: &str,
        shape: AttachedShape,
    ) -> Result<(), FileError> {
        if self.at.0 < self.head.head.0 {
            return Err(self.short(lines));
        }
        let AttachedShape { attached: kind, name, text, .. } = shape;
        let one = Attached { kind, name, text };
        if attached_line(self.head, &one) != line {
            let detail = "the attachment was changed, or is of another journal";
            return Err(lines.wrong("attachment_changed", detail));
        }
        let rises = self
            .attached
            .last()
            .is_none_or(|last| (&*last.kind, &*last.name) < (&*one.kind, &*one.name));
        if !rises {
            let detail = "the attachment stands here again, or in another place than its own";
            return Err(lines.wrong("attachment_out_of_order", detail));
        }
        self.attached.push(one);
        Ok(())
    }

    fn short<R>(&self, lines: &Lines<R>) -> FileError {
        let (expected, last) = (self.at.0 + 1, self.head.head.0);
        if self.at.0 == last {
            return lines.wrong("too_short", "an attachment is missing: the file ends here");
        }
        let detail = format!("entry {expected} is missing: the journal has {last}");
        FileError { entry: Some(expected), ..lines.wrong("entry_missing", &detail) }
    }
}

fn read_head<R>(lines: &Lines<R>, text: &str) -> Result<(FileHead, u64), FileError> {
    let shape: HeadShape = serde_json::from_str(text)
        .map_err(|error| lines.wrong("bad_head", &format!("not the first line: {error}")))?;
    if shape.format != FORMAT {
        let detail = format!("the form is {:?}, this program reads {FORMAT:?}", shape.format);
        return Err(lines.wrong("unknown_format", &detail));
    }
    let hash = unhex(&shape.head.hash);
    let hash = hash.ok_or_else(|| lines.wrong("bad_head", "head: not 64 hexadecimal digits"))?;
    let HeadShape { head, lender, lines: count, reference, tenant, unit, .. } = shape;
    let head = FileHead { lender, reference, tenant, unit, head: (head.entry, hash) };
    if head_line(&head, count) != text {
        let detail = "the first line was changed: its check does not match";
        return Err(lines.wrong("head_changed", detail));
    }
    if count < head.head.0 || count - head.head.0 > ATTACHED_MAX {
        let detail = format!("{count} lines cannot hold {} entries", head.head.0);
        return Err(lines.wrong("bad_head", &detail));
    }
    Ok((head, count))
}

/// The first line, with the check over the rest of it.
fn head_line(head: &FileHead, lines: u64) -> String {
    let mut shape = HeadShape {
        check: String::new(),
        format: FORMAT.to_owned(),
        head: EndShape { entry: head.head.0, hash: hex(&head.head.1) },
        lender: head.lender.clone(),
        lines,
        reference: head.reference.clone(),
        tenant: head.tenant,
        unit: head.unit,
    };
    shape.check = hex(&Sha256::digest(written(&shape)));
    written(&shape)
}

fn entry_line(entry: &FileEntry) -> String {
    let FileEntry { entry, kind, text, hash } = entry;
    let (kind, text) = (kind.clone(), text.clone());
    written(&EntryShape { entry: *entry, hash: hex(hash), kind, text })
}

fn attached_line(head: &FileHead, one: &Attached) -> String {
    let Attached { kind, name, text } = one;
    let mut hash = Sha256::new().chain_update(BESIDE);
    hash.update(head.tenant.bytes());
    hash.update(head.unit.bytes());
    for part in [kind, name, text] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let (attached, name, text) = (kind.clone(), name.clone(), text.clone());
    written(&AttachedShape { attached, hash: hex(&hash.finalize()), name, text })
}

/// The kind a journal line names itself.
fn kind_of(text: &str) -> Option<&'static str> {
    #[derive(Deserialize)]
    struct KindOnly {
        kind: String,
    }
    let KindOnly { kind } = serde_json::from_str(text).ok()?;
    ["fact", "decision", "lease"].into_iter().find(|known| *known == kind)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeadShape {
    check: String,
    format: String,
    head: EndShape,
    lender: String,
    lines: u64,
    reference: String,
    #[serde(with = "one")]
    tenant: TenantId,
    #[serde(with = "one")]
    unit: UnitId,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndShape {
    entry: u64,
    hash: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Entry(EntryShape),
    Attached(AttachedShape),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryShape {
    entry: u64,
    hash: String,
    kind: String,
    text: String,
}

impl EntryShape {
    fn read(self) -> Option<FileEntry> {
        let EntryShape { entry, hash, kind, text } = self;
        Some(FileEntry { entry, kind, text, hash: unhex(&hash)? })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AttachedShape {
    attached: String,
    hash: String,
    name: String,
    text: String,
}
