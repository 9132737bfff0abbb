//! The journal: its chain holds, it folds to the row, and each decision in it comes out again.

use domain::{Contract, UnitId, evaluate};
use formats::{Entry, decision_line, fold, journal, parse_line, verify_chain};
use server::{App, Error, app::change::Loaded};
use store::JournalEntry;

use super::Found;
use crate::Sabotage;

/// Checks one contract's whole journal.
pub async fn check(app: &App, unit: UnitId, sabotage: Sabotage) -> Result<Found, Error> {
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
    Ok(vec![
        ("journal_chain_holds", chain),
        ("journal_folds_to_row", folded),
        ("decisions_replay", replay(&loaded, &lines)),
    ])
}

/// Folds up to each decision, decides again with the pinned ladder, and compares the bytes.
fn replay(loaded: &Loaded, lines: &[JournalEntry]) -> Option<String> {
    let mut contract: Option<Contract> = None;
    for line in lines {
        let entry = match parse_line(&line.text) {
            Ok(entry) => entry,
            Err(error) => return Some(format!("entry {}: {error}", line.entry)),
        };
        match (entry, &mut contract) {
            (Entry::Fact(fact), None) => {
                contract = Contract::opened(loaded.row.unit, loaded.row.tenant, &fact);
            }
            (Entry::Fact(fact), Some(contract)) => contract.apply(&fact),
            (Entry::Decision(recorded), Some(contract)) => {
                let at = recorded.recorded.at;
                let again = evaluate(contract, &loaded.ladder, at);
                let text = decision_line(&again.recorded(at), &again.standing, &loaded.ladder);
                if text != line.text {
                    return Some(format!("entry {}: was {}, is {text}", line.entry, line.text));
                }
                contract.record(recorded.recorded);
            }
            _ => {}
        }
    }
    None
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
