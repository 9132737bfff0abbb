//! What a programme would make of today's book, before anybody approves it. Nothing is touched.
//!
//! Running contracts keep the version they were signed under, so a change moves nobody by itself.
//! Told is where each contract of the programme would stand at this moment on the text's ladder, by
//! the facts it has.

use std::collections::BTreeMap;

use domain::{Ladder, Moment, Stage, TenantId, evaluate};
use formats::directory::StoredProgramme;
use store::{Entry, Query, UnitKind};

use super::{App, change::Loaded};
use crate::error::Error;

/// Contracts looked at in one go; others have their turn in between.
const PAGE: u32 = 200;

/// Where the contracts of a programme stand, and would stand under a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Id and version of the text.
    pub programme: (String, u32),
    /// Its packs as new contracts would get them.
    pub packs: Vec<(String, u32)>,
    /// The moment.
    pub at: Moment,
    /// Contracts of the programme that can still rise.
    pub contracts: u64,
    /// Those that would move: how many from where to where, by rising stages.
    pub moves: BTreeMap<(Stage, Stage), u64>,
    /// References of some that would move up, by the highest stage first.
    pub rising: Vec<(String, Stage, Stage)>,
}

impl Preview {
    /// How many would move up.
    pub fn up(&self) -> u64 {
        self.moves.iter().filter(|((from, to), _)| to > from).map(|(_, count)| count).sum()
    }

    /// How many would move down.
    pub fn down(&self) -> u64 {
        self.moves.iter().filter(|((from, to), _)| to < from).map(|(_, count)| count).sum()
    }

    fn count(&mut self, loaded: &Loaded, ladder: &Ladder, most: usize) {
        let contract = &loaded.contract;
        let from = evaluate(contract, &loaded.ladder, self.at).stage;
        let to = evaluate(contract, ladder, self.at).stage;
        self.contracts += 1;
        if from != to {
            *self.moves.entry((from, to)).or_default() += 1;
        }
        if to > from {
            self.rising.push((contract.signed.reference.clone(), from, to));
            // Twice as many as are told are kept, so that sorting is seldom.
            if self.rising.len() > most.saturating_mul(2) {
                self.keep(most);
            }
        }
    }

    fn keep(&mut self, most: usize) {
        self.rising.sort_by(|(a, _, high), (b, _, other)| other.cmp(high).then_with(|| a.cmp(b)));
        self.rising.truncate(most);
    }
}

impl App {
    /// Tells where today's contracts of a programme would stand under a text of it, with at most so
    /// many references of those that would move up.
    pub async fn preview_programme(
        &self,
        tenant: TenantId,
        text: &str,
        most: usize,
    ) -> Result<Preview, Error> {
        let stored = StoredProgramme::new(text.to_owned())
            .map_err(|error| Error::refused("bad_programme", error.to_string()))?;
        let today = self.today(tenant)?;
        let ladder = self.directory.ladder_of_text(tenant, &stored.programme, today)?;
        let mut preview = Preview {
            programme: ladder.programme.clone(),
            packs: ladder.packs.clone(),
            at: self.now(),
            contracts: 0,
            moves: BTreeMap::new(),
            rising: Vec::new(),
        };
        let (kind, status) = (UnitKind::Contract, Some("active".to_owned()));
        let query = Query::Units { tenant: Some(tenant), kind, status, rung_min: 0 };
        let mut after = None;
        loop {
            let page = self.store.page(query.clone(), after, PAGE).await?;
            for entry in page.entries {
                let Entry::Unit(row) = entry else { continue };
                let loaded = self.open_contract(*row)?;
                if loaded.contract.signed.programme.0 == preview.programme.0 {
                    preview.count(&loaded, &ladder, most);
                }
            }
            after = page.next;
            if after.is_none() {
                preview.keep(most);
                return Ok(preview);
            }
            tokio::task::yield_now().await;
        }
    }
}
