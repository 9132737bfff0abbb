//! When each level of the ladder can begin: dates, notices that have run, the step below in effect,
//! hours in which nothing starts.
//!
//! Everything here is a function of facts alone; the moment of asking has no say.

use crate::{
    Moment, NoticeId,
    contract::{Contract, Notice},
    evaluate::Reason,
    ladder::{self, Ladder, Step},
    policy::hours,
    stage::{Rung, Stage},
    standing::Position,
    tamper,
};

/// When a level of the ladder can begin.
pub(crate) struct Level {
    pub(crate) stage: Stage,
    /// Begins then; `None` = the facts do not justify it.
    pub(crate) start: Option<Moment>,
    /// Without the device's report of the step below: what a device may follow by itself.
    pub(crate) at: Option<Moment>,
    pub(crate) after_s: u32,
    pub(crate) notice: Option<NoticeId>,
    pub(crate) waits: Option<Reason>,
}

/// Every level of the ladder with the moment it can begin; each not before the one below.
pub(crate) fn levels(contract: &Contract, ladder: &Ladder, position: &Position) -> Vec<Level> {
    let begins = |rung, when, dpd| tamper::dates(contract, ladder, position, rung, (when, dpd));
    let mut levels = Vec::with_capacity(ladder.steps.len() + 2);
    let mut floor = Some(Moment::default());
    if let Some(when) = &ladder.remind {
        floor = begins(Rung::Remind, when, 1);
        levels.push(Level::message(Stage::REMIND, floor, None));
    }
    let Some(first) = ladder.notices.first() else {
        return levels;
    };
    let dates = begins(Rung::Notice, &first.when, first.lawful_dpd);
    let at = floor.zip(dates).map(|(floor, dates)| dates.max(floor));
    let prepared = contract.notices.iter().find(|notice| notice.k == 1);
    levels.push(Level::message(Stage::NOTICE, at, prepared.map(|notice| notice.id)));
    if ladder.steps.is_empty() {
        return levels;
    }
    let run = notices_run(contract, ladder);
    let mut below = at.map(|at| (Stage::NOTICE, at));
    for step in &ladder.steps {
        let dates = begins(step.stage.rung, &step.when, step.lawful_dpd);
        let level = step_level(contract, ladder, step, dates, &run, below);
        below = level.start.map(|at| (level.stage, at));
        levels.push(level);
    }
    levels
}

impl Level {
    /// A level that takes nothing away begins by its dates alone.
    fn message(stage: Stage, at: Option<Moment>, notice: Option<NoticeId>) -> Level {
        Level { stage, start: at, at, after_s: 0, notice, waits: None }
    }

    /// Not before a person's approval: one that comes late moves the start, and without one a
    /// device cannot be told of the step either.
    fn wait_for_approval(&mut self, contract: &Contract) {
        let known = contract.approvals.iter().find(|(stage, _)| *stage == self.stage);
        let approved = known.map(|(_, at)| *at);
        if approved.is_none() {
            self.waits = Some(Reason::NotApproved(self.stage));
        }
        self.start = self.start.zip(approved).map(|(start, at)| start.max(at));
        self.at = self.at.zip(approved).map(|(start, at)| start.max(at));
    }
}

/// How far the formal notices have got.
enum Run {
    /// All have run at this moment; the last of them is named.
    Done(Moment, NoticeId),
    /// They have not, and this is why.
    Waits(Reason),
}

/// When the last formal notice has been delivered and its whole local days have run.
fn notices_run(contract: &Contract, ladder: &Ladder) -> Run {
    let mut last = None;
    for (k, rule) in (1_u8..).zip(&ladder.notices) {
        let delivered = delivered(contract, rule, k);
        let Some((notice, ends)) = delivered else {
            let withheld = contract.withheld.filter(|(number, _)| *number == k);
            let reason = withheld.map(|(k, cause)| Reason::NoticeWithheld(k, cause));
            return Run::Waits(reason.unwrap_or(Reason::NoticeNotDelivered(k)));
        };
        last = Some((notice.id, last.map_or(ends, |(_, before): (_, Moment)| ends.max(before))));
    }
    match last {
        Some((id, ends)) => Run::Done(ends, id),
        None => Run::Waits(Reason::NoticeNotDelivered(1)),
    }
}

/// The k-th notice, if it reached a person as every pack demands, and the first moment after its
/// cure time: N whole local days after the local day of its delivery.
pub(crate) fn delivered<'a>(
    contract: &'a Contract,
    rule: &ladder::Notice,
    k: u8,
) -> Option<(&'a Notice, Moment)> {
    let notice = contract.notices.iter().find(|notice| notice.k == k)?;
    let zone = contract.terms().zone();
    let day = zone.day(rule.delivered(&notice.evidence())?);
    let free = day.plus_days(i32::try_from(rule.cure_days).ok()?.checked_add(1)?)?;
    Some((notice, zone.midnight(free)))
}

fn step_level(
    contract: &Contract,
    ladder: &Ladder,
    step: &Step,
    dates: Option<Moment>,
    run: &Run,
    below: Option<(Stage, Moment)>,
) -> Level {
    let after_s = step.after_s;
    let mut level =
        Level { stage: step.stage, start: None, at: None, after_s, notice: None, waits: None };
    let Some(dates) = dates else {
        return level;
    };
    let (ends, notice) = match run {
        Run::Done(ends, notice) => (*ends, *notice),
        Run::Waits(reason) => {
            level.waits = Some(reason.clone());
            return level;
        }
    };
    level.notice = Some(notice);
    let at = out_of_blackout(contract, ladder, dates.max(ends));
    level.at = Some(at);
    let Some((stage_below, start_below)) = below else {
        return level;
    };
    let Some(effect) = contract.effect(stage_below) else {
        level.waits = Some(Reason::WaitsForEffect(stage_below));
        return level;
    };
    let runs = effect.max(start_below).plus_seconds(i64::from(after_s));
    level.start = Some(out_of_blackout(contract, ladder, at.max(runs)));
    if ends > dates && ends >= runs {
        level.waits = Some(Reason::NoticeRuns(notice_number(ladder), ends));
    }
    if ladder.asks_a_person(step.stage) {
        level.wait_for_approval(contract);
    }
    level
}

fn notice_number(ladder: &Ladder) -> u8 {
    u8::try_from(ladder.notices.len()).unwrap_or(u8::MAX)
}

/// A step that falls into a blackout moves to its end.
pub(crate) fn out_of_blackout(contract: &Contract, ladder: &Ladder, start: Moment) -> Moment {
    hours::out_of(&ladder.blackouts, contract.terms().zone(), start)
}
