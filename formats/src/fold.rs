//! A contract from its journal: what the rows must equal.

use domain::{Contract, TenantId, UnitId, assignment::Assignment, fact::What};

use crate::journal::{Entry, JournalError, parse_line};

/// Why a journal makes no contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoldError {
    /// This line, counted from 1, is not a journal line.
    Line(u64, JournalError),
    /// The first line is not the signing or the taking over of this contract, or a later one is.
    Signing(u64),
    /// There is no line.
    Empty,
}

impl std::fmt::Display for FoldError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FoldError::Line(entry, error) => write!(f, "entry {entry}: {error}"),
            FoldError::Signing(entry) => {
                write!(
                    f,
                    "entry {entry}: the signing, or the taking over of this contract, must be \
                     the first entry and no other"
                )
            }
            FoldError::Empty => f.write_str("the journal is empty"),
        }
    }
}

impl std::error::Error for FoldError {}

/// Rebuilds a contract from its journal's lines in order.
pub fn fold<'a>(
    tenant: TenantId,
    unit: UnitId,
    lines: impl IntoIterator<Item = &'a str>,
) -> Result<Contract, FoldError> {
    let mut contract: Option<Contract> = None;
    for (number, line) in (1..).zip(lines) {
        let entry = parse_line(line).map_err(|error| FoldError::Line(number, error))?;
        match &mut contract {
            None => contract = Some(begin(tenant, unit, number, entry)?),
            Some(contract) => step(contract, number, entry)?,
        }
    }
    contract.ok_or(FoldError::Empty)
}

/// The contract that a journal's first entry makes.
pub(crate) fn begin(
    tenant: TenantId,
    unit: UnitId,
    number: u64,
    entry: Entry,
) -> Result<Contract, FoldError> {
    match entry {
        Entry::Fact(fact) => {
            Contract::opened(unit, tenant, &fact).ok_or(FoldError::Signing(number))
        }
        Entry::Record(_) => Err(FoldError::Line(number, not_of_a_contract())),
        Entry::Decision(_) | Entry::Lease { .. } => Err(FoldError::Signing(number)),
    }
}

/// Takes a later entry in.
pub(crate) fn step(contract: &mut Contract, number: u64, entry: Entry) -> Result<(), FoldError> {
    match entry {
        Entry::Fact(fact) if is_first(&fact.what) => return Err(FoldError::Signing(number)),
        Entry::Fact(fact) => contract.apply(&fact),
        Entry::Decision(decision) => contract.record(decision.recorded),
        Entry::Lease { hash, .. } => contract.lease = Some(hash),
        Entry::Record(_) => return Err(FoldError::Line(number, not_of_a_contract())),
    }
    Ok(())
}

fn not_of_a_contract() -> JournalError {
    JournalError::Kind("fact, decision or lease")
}

fn is_first(what: &What) -> bool {
    matches!(what, What::Signed(_) | What::Assignment(Assignment::TakenOver(_)))
}
