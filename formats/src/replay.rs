//! Past decisions made again: a contract's journal is folded line by line, and wherever it holds a
//! decision, the contract so far is evaluated with the versions that the decision names.
//!
//! **Invariant:** a decision is made again from its journal and the versions it names alone: no
//! clock, and nothing of what anybody knows today.
//! **Invariant:** what should have been decided and was not is found as surely as what was decided
//! otherwise.

use std::sync::Arc;

use domain::{
    Contract, Decision, Ladder, Moment, TenantId, UnitId, What,
    evaluate::{RULES_VERSION, evaluate},
    policy::Lender,
    time::tz_version,
};

use crate::{
    fold::{FoldError, begin, step},
    journal::{DecisionEntry, Entry, decision_line, parse_line},
};

/// Id and version of a programme or pack.
pub type Pinned = (String, u32);

/// Where the ladder of these versions of a programme and its packs is found.
pub type Ladders<'a> = dyn Fn(&Pinned, &[Pinned]) -> Option<Arc<Ladder>> + 'a;

/// A journal whose decisions were made again.
#[derive(Clone, Debug)]
pub struct Replay {
    /// The contract as the journal leaves it.
    pub contract: Contract,
    /// Every decision with its entry's number.
    pub decisions: Vec<(u64, DecisionEntry)>,
    /// What does not come out again.
    pub differences: Vec<Difference>,
}

/// Something that does not come out again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The journal entry, counted from 1.
    pub entry: u64,
    /// What differs.
    pub what: Differs,
}

/// What differs from the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Differs {
    /// The decision says something else than these facts lead to.
    Decision {
        /// The line of the journal.
        found: String,
        /// The line that should stand there.
        expected: String,
    },
    /// After this entry another decision was due than the one in force, and none follows.
    Missing {
        /// The line that should stand there.
        expected: String,
    },
    /// The decision names versions that are not known here, and was not made again.
    Unknown {
        /// Which.
        versions: String,
    },
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "entry {}: {}", self.entry, self.what)
    }
}

impl std::fmt::Display for Differs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Differs::Decision { found, expected } => {
                write!(f, "found {found}, expected {expected}")
            }
            Differs::Missing { expected } => {
                write!(f, "a decision is missing after it, expected {expected}")
            }
            Differs::Unknown { versions } => {
                write!(f, "was decided by {versions}, not known here")
            }
        }
    }
}

/// Makes every decision of a journal again.
pub fn replay<'a>(
    tenant: TenantId,
    unit: UnitId,
    lines: impl IntoIterator<Item = &'a str>,
    ladders: &Ladders<'_>,
) -> Result<Replay, FoldError> {
    let mut made: Option<Making<'_>> = None;
    for (number, line) in (1..).zip(lines) {
        let entry = parse_line(line).map_err(|error| FoldError::Line(number, error))?;
        match &mut made {
            None => {
                let at = match &entry {
                    Entry::Fact(fact) => fact.at,
                    _ => Moment::default(),
                };
                let contract = begin(tenant, unit, number, entry)?;
                made = Some(Making::new(contract, at, ladders));
            }
            Some(making) => making.take(number, line, entry)?,
        }
    }
    let mut making = made.ok_or(FoldError::Empty)?;
    making.look();
    let Making { contract, decisions, differences, .. } = making;
    Ok(Replay { contract, decisions, differences })
}

/// A journal on the way through.
struct Making<'a> {
    contract: Contract,
    decisions: Vec<(u64, DecisionEntry)>,
    differences: Vec<Difference>,
    ladders: &'a Ladders<'a>,
    in_force: Versions,
    /// The last fact since anything was looked at: a commit may go on after it.
    open: Option<(u64, Moment)>,
}

/// What a decision rests on beside the facts.
struct Versions {
    programme: Pinned,
    packs: Vec<Pinned>,
    lender_named: bool,
}

impl<'a> Making<'a> {
    fn new(contract: Contract, at: Moment, ladders: &'a Ladders<'a>) -> Making<'a> {
        let in_force = Versions {
            programme: contract.signed.programme.clone(),
            packs: contract.packs(),
            lender_named: true,
        };
        let open = Some((1, at));
        let (decisions, differences) = Default::default();
        Making { contract, decisions, differences, ladders, in_force, open }
    }

    fn take(&mut self, number: u64, line: &str, entry: Entry) -> Result<(), FoldError> {
        // A commit ends with its lease, or where the next moment begins.
        match &entry {
            Entry::Fact(fact) => self.look_before(fact.at),
            Entry::Decision(decision) => self.look_before(decision.recorded.at),
            Entry::Lease { .. } | Entry::Record(_) => self.look(),
        }
        match &entry {
            Entry::Fact(fact) => self.open = Some((number, fact.at)),
            Entry::Decision(decision) => self.again(number, line, decision),
            Entry::Lease { .. } | Entry::Record(_) => {}
        }
        let law = matches!(&entry, Entry::Fact(fact) if matches!(fact.what, What::Law(_)));
        step(&mut self.contract, number, entry)?;
        if law {
            self.in_force.packs = self.contract.packs();
        }
        Ok(())
    }

    /// Makes a decision again and compares the lines.
    fn again(&mut self, entry: u64, line: &str, decision: &DecisionEntry) {
        self.open = None;
        self.in_force = Versions {
            programme: decision.programme.clone(),
            packs: decision.packs.clone(),
            lender_named: decision.lender_named,
        };
        let at = decision.recorded.at;
        let known = decision.rules == RULES_VERSION && decision.tz == tz_version();
        let again = self.evaluated(at).filter(|_| known);
        let what = match again {
            Some((again, ladder)) => {
                let expected = line_of(&again, &ladder, at);
                let found = line.to_owned();
                (found != expected).then_some(Differs::Decision { found, expected })
            }
            None => Some(Differs::Unknown { versions: self.versions(decision) }),
        };
        self.differences.extend(what.map(|what| Difference { entry, what }));
        self.decisions.push((entry, decision.clone()));
    }

    /// Looks whether the facts of a commit that ended before this moment were decided on.
    fn look_before(&mut self, at: Moment) {
        if self.open.is_some_and(|(_, open)| open != at) {
            self.look();
        }
    }

    /// Looks whether the decision in force is what the facts so far lead to.
    fn look(&mut self) {
        let Some((entry, at)) = self.open.take() else {
            return;
        };
        let Some((again, ladder)) = self.evaluated(at) else {
            return;
        };
        if !self.contract.decision.says_the_same(&again.recorded(at)) {
            let expected = line_of(&again, &ladder, at);
            self.differences.push(Difference { entry, what: Differs::Missing { expected } });
        }
    }

    fn evaluated(&self, at: Moment) -> Option<(Decision, Arc<Ladder>)> {
        let ladder = (self.ladders)(&self.in_force.programme, &self.in_force.packs)?;
        let ladder = with_lender(ladder, self.in_force.lender_named);
        Some((evaluate(&self.contract, &ladder, at), ladder))
    }

    fn versions(&self, decision: &DecisionEntry) -> String {
        let pinned = |(id, version): &Pinned| format!("{id}@{version}");
        let packs: Vec<String> = decision.packs.iter().map(pinned).collect();
        let programme = pinned(&decision.programme);
        let DecisionEntry { rules, tz, .. } = decision;
        format!("{programme} within {}, rules {rules}, time zones {tz}", packs.join(", "))
    }
}

fn line_of(decision: &Decision, ladder: &Ladder, at: Moment) -> String {
    decision_line(&decision.recorded(at), &decision.standing, ladder)
}

/// The ladder under the lender as he was: what he is called today decides nothing.
fn with_lender(ladder: Arc<Ladder>, named: bool) -> Arc<Ladder> {
    if ladder.lender.is_named() == named {
        return ladder;
    }
    let mut ladder = Ladder::clone(&ladder);
    ladder.lender = Lender::default();
    if named {
        let said = || "on record when it was decided".to_owned();
        ladder.lender = Lender { name: said(), phone: said(), complaints: said() };
    }
    Arc::new(ladder)
}
