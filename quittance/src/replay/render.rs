//! A timeline of decisions as a person reads it.

use serde::Deserialize;

/// A decision on the way.
#[derive(Deserialize)]
pub(super) struct Turn {
    local: String,
    stage: String,
    restrictions: Vec<String>,
    days_past_due: u32,
    reasons: Vec<Reason>,
}

#[derive(Deserialize)]
struct Reason {
    text: String,
}

/// One decision after the other: when, days past due, stage; below it why, and what is off.
pub(super) fn timeline(turns: &[Turn]) -> String {
    let mut lines = vec!["WHEN              DPD  STAGE       WHY".to_owned()];
    for turn in turns {
        let Turn { local, stage, days_past_due, .. } = turn;
        let mut why = turn.reasons.iter().map(|reason| reason.text.as_str());
        let first = why.next().unwrap_or_default();
        let line = format!("{local:16}  {days_past_due:>3}  {stage:10}  {first}");
        lines.push(line.trim_end().to_owned());
        let off = match turn.restrictions.as_slice() {
            [] => None,
            names => Some(format!("Off: {}.", names.join(", "))),
        };
        let below = why.map(str::to_owned).chain(off);
        lines.extend(below.map(|text| format!("{:35}{text}", "")));
    }
    lines.join("\n")
}
