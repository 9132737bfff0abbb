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
    #[serde(default)]
    facts: Vec<String>,
}

#[derive(Deserialize, PartialEq, Eq)]
struct Reason {
    text: String,
}

/// One decision after the other: when, days past due, stage; below it why, what happened, and what
/// is off. One that only moved the timetable is passed over.
pub(super) fn timeline(turns: &[Turn]) -> String {
    let mut lines = vec!["WHEN              DPD  STAGE       WHY".to_owned()];
    let mut last: Option<&Turn> = None;
    for turn in turns {
        let same = |before: &Turn| before.stage == turn.stage && before.reasons == turn.reasons;
        if last.is_some_and(same) && turn.facts.is_empty() {
            continue;
        }
        let Turn { local, stage, days_past_due, .. } = turn;
        let mut why = turn.reasons.iter().map(|reason| reason.text.as_str());
        let first = why.next().unwrap_or_default();
        let line = format!("{local:16}  {days_past_due:>3}  {stage:10}  {first}");
        lines.push(line.trim_end().to_owned());
        let listed = |name: &str, list: &[String]| match list {
            [] => None,
            names => Some(format!("{name}: {}.", names.join(", "))),
        };
        let is_news = last.is_none_or(|before| before.restrictions != turn.restrictions);
        let off = listed("Off", &turn.restrictions).filter(|_| is_news);
        let below = why.map(str::to_owned).chain(listed("Happened", &turn.facts)).chain(off);
        lines.extend(below.map(|text| format!("{:35}{text}", "")));
        last = Some(turn);
    }
    lines.join("\n")
}
