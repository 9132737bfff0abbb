//! Journal lines: canonical JSON objects whose `kind` is `fact`, `decision`, `lease` or, of
//! units that are no contract, `record`.

use std::collections::BTreeSet;

use domain::{
    Actor, Fact, Ladder, Moment, Planned, Reason, Recorded, Restriction, Stage, Standing,
    evaluate::RULES_VERSION, fact::What, time::tz_version,
};
use serde::{Deserialize, Serialize};

use crate::{
    doc::written,
    shape::{AsShape, decision::StandingShape, list},
    text::{AsText, one, set},
};

pub use crate::chain::{ChainError, chain, genesis, verify_chain};

/// Why a text is not a journal line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JournalError {
    /// Not JSON of a known shape: which part, and what was expected.
    Malformed(String),
    /// A line of another kind than asked for.
    Kind(&'static str),
    /// The right values in another text than the canonical one.
    NotCanonical,
}

impl std::fmt::Display for JournalError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            JournalError::Malformed(what) => write!(f, "journal line: {what}"),
            JournalError::Kind(expected) => write!(f, "journal line: expected kind {expected}"),
            JournalError::NotCanonical => {
                f.write_str("journal line: not in canonical form (key order, spacing, numbers)")
            }
        }
    }
}

impl std::error::Error for JournalError {}

/// A decision as the journal holds it: everything needed to make it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionEntry {
    /// Moment, stage, reasons and timetable.
    pub recorded: Recorded,
    /// What the stage takes away.
    pub restrictions: BTreeSet<Restriction>,
    /// The account it was made on.
    pub standing: Standing,
    /// Programme id and version.
    pub programme: (String, u32),
    /// Pack ids and versions.
    pub packs: Vec<(String, u32)>,
    /// Version of the rules.
    pub rules: u32,
    /// Version of the time-zone data.
    pub tz: String,
    /// Whether the lender was named with phone and complaint address.
    pub lender_named: bool,
}

/// A journal line's content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Something that happened.
    Fact(Fact),
    /// What was decided on the facts before it.
    Decision(Box<DecisionEntry>),
    /// Which lease went out for a version of the contract.
    Lease {
        /// The version.
        version: u64,
        /// SHA-256 of the lease's content.
        hash: [u8; 32],
    },
    /// What a unit that is no contract became.
    Record(RecordEntry),
}

/// A device or an intake item as it became: its whole document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordEntry {
    /// Who made it so.
    pub actor: Actor,
    /// When.
    pub at: Moment,
    /// The document's text.
    pub doc: String,
}

/// The line of a fact.
pub fn fact_line(fact: &Fact) -> String {
    written(&FactOut {
        actor: AsShape(&fact.actor),
        at: AsText(&fact.at),
        kind: "fact",
        what: AsShape(&fact.what),
    })
}

/// The line of a decision made by this ladder on this standing.
pub fn decision_line(decision: &Recorded, standing: &Standing, ladder: &Ladder) -> String {
    let restrictions = ladder.restrictions(decision.stage);
    written(&DecisionOut {
        at: AsText(&decision.at),
        kind: "decision",
        lender: LenderOut::of(ladder.lender.is_named()),
        packs: &ladder.packs,
        programme: &ladder.programme,
        reasons: &decision.reasons,
        restrictions: &restrictions,
        rules: RULES_VERSION,
        stage: AsText(&decision.stage),
        standing: AsShape(standing),
        timetable: &decision.timetable,
        tz: tz_version(),
    })
}

/// The line of the lease content that a version of the contract got.
pub fn lease_line(version: u64, content_hash: &[u8; 32]) -> String {
    written(&LeaseOut { hash: AsText(content_hash), kind: "lease", version: AsText(&version) })
}

/// The line of what a device or an intake item became. `doc` is the text of its document.
pub fn record_line(actor: &Actor, at: Moment, doc: &str) -> Result<String, JournalError> {
    let doc: serde_json::Value = from_json(doc)?;
    Ok(written(&RecordOut { actor: AsShape(actor), at: AsText(&at), doc: &doc, kind: "record" }))
}

/// Reads any line.
pub fn parse_line(text: &str) -> Result<Entry, JournalError> {
    let KindOnly { kind } = from_json(text)?;
    match kind {
        Kind::Fact => parse_fact(text).map(Entry::Fact),
        Kind::Decision => parse_decision(text).map(|entry| Entry::Decision(Box::new(entry))),
        Kind::Lease => {
            let line: LeaseIn = from_json(text)?;
            let (version, hash) = (line.version, line.hash);
            canonical(text, &lease_line(version, &hash))?;
            Ok(Entry::Lease { version, hash })
        }
        Kind::Record => {
            let line: RecordIn = from_json(text)?;
            let AsShape(actor) = line.actor;
            let entry = RecordEntry { actor, at: line.at, doc: line.doc.to_string() };
            canonical(text, &record_line(&entry.actor, entry.at, &entry.doc)?)?;
            Ok(Entry::Record(entry))
        }
    }
}

/// Reads a fact's line.
pub fn parse_fact(text: &str) -> Result<Fact, JournalError> {
    let line: FactIn = from_json(text)?;
    if line.kind != Kind::Fact {
        return Err(JournalError::Kind("fact"));
    }
    let (AsShape(actor), AsShape(what)) = (line.actor, line.what);
    let fact = Fact { at: line.at, actor, what };
    canonical(text, &fact_line(&fact))?;
    Ok(fact)
}

/// Reads a decision's line, of whatever rules, packs and time-zone data it names.
pub fn parse_decision(text: &str) -> Result<DecisionEntry, JournalError> {
    let line: DecisionIn = from_json(text)?;
    if line.kind != Kind::Decision {
        return Err(JournalError::Kind("decision"));
    }
    let entry = DecisionEntry {
        recorded: Recorded {
            at: line.at,
            stage: line.stage,
            reasons: line.reasons,
            timetable: line.timetable,
            past_due: line.standing.past_due,
        },
        restrictions: line.restrictions,
        standing: line.standing,
        programme: line.programme,
        packs: line.packs,
        rules: line.rules,
        tz: line.tz,
        lender_named: line.lender.is_none(),
    };
    canonical(text, &entry.line())?;
    Ok(entry)
}

impl DecisionEntry {
    /// Its line again, byte for byte.
    pub fn line(&self) -> String {
        written(&DecisionOut {
            at: AsText(&self.recorded.at),
            kind: "decision",
            lender: LenderOut::of(self.lender_named),
            packs: &self.packs,
            programme: &self.programme,
            reasons: &self.recorded.reasons,
            restrictions: &self.restrictions,
            rules: self.rules,
            stage: AsText(&self.recorded.stage),
            standing: AsShape(&self.standing),
            timetable: &self.recorded.timetable,
            tz: &self.tz,
        })
    }
}

fn from_json<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, JournalError> {
    serde_json::from_str(text).map_err(|error| JournalError::Malformed(error.to_string()))
}

fn canonical(text: &str, again: &str) -> Result<(), JournalError> {
    if text == again { Ok(()) } else { Err(JournalError::NotCanonical) }
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Fact,
    Decision,
    Lease,
    Record,
}

#[derive(Deserialize)]
struct KindOnly {
    kind: Kind,
}

#[derive(Serialize)]
struct FactOut<'a> {
    actor: AsShape<&'a Actor>,
    at: AsText<&'a Moment>,
    kind: &'static str,
    what: AsShape<&'a What>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FactIn {
    actor: AsShape<Actor>,
    #[serde(with = "one")]
    at: Moment,
    kind: Kind,
    what: AsShape<What>,
}

#[derive(Serialize)]
struct RecordOut<'a> {
    actor: AsShape<&'a Actor>,
    at: AsText<&'a Moment>,
    doc: &'a serde_json::Value,
    kind: &'static str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordIn {
    actor: AsShape<Actor>,
    #[serde(with = "one")]
    at: Moment,
    doc: serde_json::Value,
    #[serde(rename = "kind")]
    _kind: Kind,
}

/// What stands in a decision about a lender who is not named; of one who is, nothing does.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum LenderOut {
    Unnamed,
}

impl LenderOut {
    fn of(named: bool) -> Option<LenderOut> {
        (!named).then_some(LenderOut::Unnamed)
    }
}

#[derive(Serialize)]
struct DecisionOut<'a> {
    at: AsText<&'a Moment>,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lender: Option<LenderOut>,
    packs: &'a [(String, u32)],
    programme: &'a (String, u32),
    #[serde(serialize_with = "list::serialize")]
    reasons: &'a [Reason],
    #[serde(serialize_with = "set::serialize")]
    restrictions: &'a BTreeSet<Restriction>,
    rules: u32,
    stage: AsText<&'a Stage>,
    standing: AsShape<&'a Standing>,
    #[serde(serialize_with = "list::serialize")]
    timetable: &'a [Planned],
    tz: &'a str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DecisionIn {
    #[serde(with = "one")]
    at: Moment,
    kind: Kind,
    #[serde(default)]
    lender: Option<LenderOut>,
    packs: Vec<(String, u32)>,
    programme: (String, u32),
    #[serde(with = "list")]
    reasons: Vec<Reason>,
    #[serde(with = "set")]
    restrictions: BTreeSet<Restriction>,
    rules: u32,
    #[serde(with = "one")]
    stage: Stage,
    #[serde(with = "StandingShape")]
    standing: Standing,
    #[serde(with = "list")]
    timetable: Vec<Planned>,
    tz: String,
}

#[derive(Serialize)]
struct LeaseOut<'a> {
    hash: AsText<&'a [u8; 32]>,
    kind: &'static str,
    version: AsText<&'a u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LeaseIn {
    #[serde(with = "one")]
    hash: [u8; 32],
    #[serde(rename = "kind")]
    _kind: Kind,
    #[serde(with = "one")]
    version: u64,
}
