//! The journal: its chain holds, it folds to the row, and each decision in it comes out again.

use domain::UnitId;
use formats::{fold, journal, verify_chain};
use server::{App, Error};
use store::{JournalEntry, LineKind};

use super::Found;
use crate::Sabotage;

/// Checks one contract's whole journal. Tells how many decisions were made again.
pub async fn check(app: &App, unit: UnitId, sabotage: Sabotage) -> Result<(Found, u64), Error> {
    let missing = Error::NotFound("contract");
    let loaded = app.load_contract(unit).await?.ok_or(missing)?;
    let mut lines = store::walk::journal(&*app.store, unit).await?;
    let mut row = loaded.row.clone();
    match sabotage {
        Sabotage::EditJournal => edit(&mut lines, false),
        Sabotage::EditDecision => {
            edit(&mut lines, true);
            let mut hash = journal::genesis(row.tenant, row.unit);
            for line in &mut lines {
                hash = journal::chain(&hash, &line.text);
                line.hash = hash;
            }
            row.head.hash = hash;
        }
        Sabotage::DropDecision => drop_last(&mut lines),
        _ => {}
    }
    let head = Some((row.head.entries, row.head.hash));
    let entries = lines.iter().map(|line| (line.entry, line.text.as_str(), line.hash));
    let chain = verify_chain(row.tenant, unit, entries, head).err().map(|e| e.to_string());
    let texts = lines.iter().map(|line| line.text.as_str());
    let folded = match fold(row.tenant, unit, texts) {
        Ok(contract) if formats::contract_doc(&contract) == row.doc => None,
        Ok(_) => Some("the journal folds to another contract than the row".to_owned()),
        Err(error) => Some(error.to_string()),
    };
    let replayed = app.replay_lines(loaded, &lines);
    let differs = replayed.differences.first().map(ToString::to_string);
    let found = vec![
        ("journal_chain_holds", chain),
        ("journal_folds_to_row", folded),
        ("decisions_replay", differs),
    ];
    Ok((found, replayed.decisions.len() as u64))
}

/// Changes one stage in one decision.
fn edit(lines: &mut [JournalEntry], decision: bool) {
    let kind = if decision { "\"kind\":\"decision\"" } else { "\"kind\":\"fact\"" };
    let line = lines.iter_mut().rfind(|line| line.text.contains(kind));
    if let Some(line) = line {
        line.text = match decision {
            true => line.text.replace("\"stage\":\"clear\"", "\"stage\":\"remind\""),
            false => line.text.replace("\"at\":\"2", "\"at\":\"3"),
        };
    }
}

/// Leaves out the last decision that facts called for.
fn drop_last(lines: &mut Vec<JournalEntry>) {
    let called_for = |pair: &[JournalEntry]| {
        pair[0].kind == LineKind::Fact && pair[1].kind == LineKind::Decision
    };
    if let Some(before) = lines.windows(2).rposition(called_for) {
        lines.remove(before + 1);
    }
}
