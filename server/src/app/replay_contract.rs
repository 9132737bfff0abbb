//! Making every decision of a contract again from its journal: whether each comes out byte for
//! byte, and what was decided when.

use domain::{TenantId, UnitId};
use formats::{Difference, journal::DecisionEntry, replay, verify_chain};
use store::{JournalEntry, walk};

use super::{App, change::Loaded};
use crate::error::Error;

/// A contract's past, made again.
#[derive(Debug)]
pub struct Replayed {
    /// The contract as loaded.
    pub loaded: Loaded,
    /// Its decisions with their entries' numbers.
    pub decisions: Vec<(u64, DecisionEntry)>,
    /// What does not come out again.
    pub differences: Vec<Difference>,
    /// Why the journal is not what was written, if it is not.
    pub broken: Option<String>,
}

impl Replayed {
    /// Whether the journal holds, leads to the contract as it is, and to each of its decisions.
    pub fn is_reproduced(&self) -> bool {
        self.broken.is_none() && self.differences.is_empty()
    }
}

impl App {
    /// Makes every decision of a contract of this tenant again.
    pub async fn replay_contract(&self, tenant: TenantId, unit: UnitId) -> Result<Replayed, Error> {
        let loaded = self.contract_of(tenant, unit).await?;
        let mut lines = walk::journal(&*self.store, unit).await?;
        // What was added since the row was read belongs to a later version of it.
        lines.retain(|line| line.entry <= loaded.row.head.entries);
        Ok(self.replay_lines(loaded, &lines))
    }

    /// The same from lines that are at hand.
    pub fn replay_lines(&self, loaded: Loaded, lines: &[JournalEntry]) -> Replayed {
        let row = &loaded.row;
        let entries = lines.iter().map(|line| (line.entry, line.text.as_str(), line.hash));
        let head = Some((row.head.entries, row.head.hash));
        let chain = verify_chain(row.tenant, row.unit, entries, head).err();
        let ladder =
            |programme: &_, packs: &[_]| self.directory.ladder(row.tenant, programme, packs).ok();
        let texts = lines.iter().map(|line| line.text.as_str());
        let again = replay(row.tenant, row.unit, texts, &ladder);
        let folds = match &again {
            Ok(again) if formats::contract_doc(&again.contract) == row.doc => None,
            Ok(_) => Some("the journal folds to another contract than the row".to_owned()),
            Err(error) => Some(error.to_string()),
        };
        let broken = chain.map(|error| error.to_string()).or(folds);
        let (decisions, differences) =
            again.map(|again| (again.decisions, again.differences)).unwrap_or_default();
        Replayed { loaded, decisions, differences, broken }
    }
}
