//! Commands about safety: ends of holds, areas, feeds.

use super::{CAUSE_MAX, check_text, holds};
use crate::{
    Moment,
    command::Refusal,
    contract::Contract,
    fact::What,
    ladder::Ladder,
    safety::{LABEL_MAX, Safety, Ward, waits_for_a_person},
};

pub(super) fn ward(
    contract: &Contract,
    ladder: &Ladder,
    ward: Ward,
    at: Moment,
) -> Result<Vec<What>, Refusal> {
    match ward {
        Ward::EndHold { hold, answer, reason } => {
            holds::end(contract, ladder, (hold, answer, reason), at)
        }
        Ward::SetArea { area, reason } => {
            check_text("reason", &reason, CAUSE_MAX)?;
            if let Some(area) = &area {
                check_label("area", area)?;
            }
            if contract.area == area {
                return Ok(Vec::new());
            }
            Ok(vec![What::Safety(Safety::AreaSet { area, reason })])
        }
        Ward::ApproveStep { stage, reason } => {
            check_text("reason", &reason, CAUSE_MAX)?;
            if contract.approvals.iter().any(|(known, _)| *known == stage) {
                return Ok(Vec::new());
            }
            if !waits_for_a_person(contract, ladder, stage) {
                let detail = format!(
                    "stage: {stage} does not wait for a person: only a step is approved that \
                     the law wants approved, whose notices have run and whose step below is in \
                     effect"
                );
                return Err(Refusal::new("nothing_to_approve", detail));
            }
            Ok(vec![What::Safety(Safety::StepApproved { stage, reason })])
        }
        Ward::DismissEvidence { evidence, reason } => {
            check_text("reason", &reason, CAUSE_MAX)?;
            if contract.evidence.iter().all(|(known, _)| *known != evidence) {
                return Ok(Vec::new());
            }
            Ok(vec![What::Safety(Safety::EvidenceDismissed { evidence, reason })])
        }
        Ward::PayThrough(feed) => {
            check_label("feed", &feed)?;
            if contract.pays_through.last() == Some(&feed) {
                return Ok(Vec::new());
            }
            Ok(vec![What::Safety(Safety::PaysThrough(feed))])
        }
    }
}

/// A label is a name and never a place on a map.
fn check_label(field: &str, label: &str) -> Result<(), Refusal> {
    check_text(field, label, LABEL_MAX)?;
    if label.trim() == label && !label.contains(char::is_control) {
        return Ok(());
    }
    let detail = format!("{field}: without blanks at the ends and without control characters");
    Err(Refusal::new("bad_text", detail))
}
