//! Signs that a phone was tampered with: evidence with an appeal, and no verdict.
//!
//! **Invariant:** a sign ends the lender's own patience and never the law's: the days past due,
//! notices and waits of every pack stand.
//! **Invariant:** a sign moves nothing for who is not past due, nor one that came before he was.
//! **Invariant:** a sign that a person dismissed moves nothing.

use crate::{
    Day, Moment,
    contract::{Contract, HEARD_AGAIN},
    evaluate::Reason,
    ladder::Ladder,
    policy::{Condition, care::Evidence},
    stage::{Rung, Stage},
    standing::Position,
};

impl Evidence {
    /// What a word of the device is a sign of. A wall clock that is more than a day off was turned,
    /// or lost its power: a person can tell.
    fn told_by(word: &str) -> Option<Evidence> {
        match word {
            "clock_ahead" | "clock_behind" => Some(Evidence::ClockTampered),
            _ => Evidence::parse(word),
        }
    }
}

impl Contract {
    /// The device told something. Of each kind of sign the last one counts.
    pub(crate) fn device_reported(&mut self, word: &str, happened: Moment, detail: u64) {
        if word == HEARD_AGAIN {
            self.opening_heard(detail);
        }
        let Some(evidence) = Evidence::told_by(word) else {
            return;
        };
        match self.evidence.iter_mut().find(|(known, _)| *known == evidence) {
            Some((_, last)) => *last = happened.max(*last),
            None => self.evidence.push((evidence, happened)),
        }
    }

    /// A person looked into a sign, and it counts no more.
    pub(crate) fn evidence_dismissed(&mut self, evidence: Evidence) {
        self.evidence.retain(|(known, _)| *known != evidence);
    }
}

/// Signs that count: since the account is past due, and as far as law and lender let them reach.
fn counts<'a>(
    contract: &'a Contract,
    ladder: &'a Ladder,
    position: &Position,
) -> impl Iterator<Item = (Evidence, Rung, Moment)> + 'a {
    let past_due = position.anchor().and_then(|due| due.plus_days(1));
    let from = past_due.map(|day| contract.terms().zone().midnight(day));
    let since =
        contract.evidence.iter().filter(move |(_, at)| from.is_some_and(|from| *at >= from));
    since.filter_map(|(evidence, at)| {
        let reaches = ladder.care.evidence_effects.get(evidence)?;
        (*reaches > Rung::Clear).then_some((*evidence, *reaches, *at))
    })
}

/// The signs that count, as reasons.
pub(crate) fn reasons(contract: &Contract, ladder: &Ladder, position: &Position) -> Vec<Reason> {
    let told = counts(contract, ladder, position);
    told.map(|(evidence, ..)| Reason::Tampered(evidence)).collect()
}

/// When the dates of a level of this rung come: the lender's own, or the law's alone from a sign on
/// that reaches so far.
pub(crate) fn dates(
    contract: &Contract,
    ladder: &Ladder,
    position: &Position,
    rung: Rung,
    (own, lawful_dpd): (&Condition, u32),
) -> Option<Moment> {
    let begins = |when: &Condition| {
        when.first_day(position).map(|day| contract.terms().zone().midnight(day))
    };
    let told = counts(contract, ladder, position);
    let told = told.filter(|(_, reaches, _)| *reaches >= rung).map(|(.., at)| at).min();
    let lawful = Condition { days_past_due: lawful_dpd, ..Condition::default() };
    let hurried = told.and_then(|told| Some(begins(&lawful)?.max(told)));
    [begins(own), hurried].into_iter().flatten().min()
}

/// The dates alone on a day, as [`Ladder::dates_stage`] has them, or the law's as far as the signs
/// of that day reach.
pub(crate) fn dates_stage(
    contract: &Contract,
    ladder: &Ladder,
    position: &Position,
    day: Day,
) -> Stage {
    let standing = position.on(day);
    let told = counts(contract, ladder, position).filter(|(.., at)| contract.day(*at) <= day);
    let reach = told.map(|(_, reaches, _)| reaches).max().unwrap_or_default();
    let lawful = |stage: Stage, dpd: u32| {
        let condition = Condition { days_past_due: dpd, ..Condition::default() };
        (stage.rung <= reach && condition.met(&standing)).then_some(stage)
    };
    let first = ladder.notices.first();
    let notice = first.and_then(|notice| lawful(Stage::NOTICE, notice.lawful_dpd));
    let steps = ladder.steps.iter().filter_map(|step| lawful(step.stage, step.lawful_dpd));
    notice.into_iter().chain(steps).fold(ladder.dates_stage(&standing), Stage::max)
}
