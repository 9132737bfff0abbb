//! Which steps a phone takes that has heard nothing for long: those of its timetable, which facts
//! already justify, if nothing can speak against them that such a phone would have to be told.
//!
//! **Invariant:** silence adds no step and hastens none; it stands for the contact that a step
//! above `notice` needs.

use crate::{contract::Contract, ladder::Ladder, policy::care::Silence, stage::Stage};

/// Up to which stage a phone walks its timetable in silence, and after how many hours. It follows
/// from the decision recorded, so that a version's lease stays the same.
pub fn in_silence(contract: &Contract, ladder: &Ladder) -> Option<Silence> {
    let rule = ladder.care.silence?;
    // A silent phone knows neither hours in which nothing starts, nor law to come, nor that the
    // word of the lender's own system has aged.
    let untold = !ladder.blackouts.is_empty()
        || contract.next_law().is_some()
        || contract.terms().is_outside();
    if untold {
        return None;
    }
    let allowed = |stage: &Stage| stage.restricts() && *stage <= rule.stage;
    let planned = contract.decision.timetable.iter().map(|planned| planned.stage);
    let stage = planned.filter(allowed).max()?;
    Some(Silence { stage, ..rule })
}
