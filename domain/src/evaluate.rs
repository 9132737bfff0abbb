//! What a contract and its ladder say at a moment: the stage, why, what follows if nothing
//! changes, and when to look again. The same however often or late it is asked.

use std::collections::BTreeSet;

use crate::{
    Day, Moment, NoticeId,
    contract::{Contract, Notice, State},
    ladder::{self, Ladder, Step},
    policy::{Blackout, Condition},
    stage::{Restriction, Stage},
    standing::{Position, Standing},
};

/// Version of these rules; a decision records it.
pub const RULES_VERSION: u32 = 1;
/// A notice's text is frozen at most this long before it is shown.
const PREPARE_AHEAD_S: i64 = 3 * 86_400;

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The stage that is justified at the moment.
    pub stage: Stage,
    /// What it takes away.
    pub restrictions: BTreeSet<Restriction>,
    /// Why, in stable terms: no figure here moves by the passing of time alone.
    pub reasons: Vec<Reason>,
    /// Later steps that the facts of this moment already justify.
    pub timetable: Vec<Planned>,
    /// Lower bound of the time at which any of this, or what the screen says, next changes.
    pub next_look: Option<Moment>,
    /// What somebody has to do now for the ladder to go on.
    pub wants: Vec<Want>,
    /// Where the account stands on the local day.
    pub standing: Standing,
}

/// The part of a decision that is recorded when it changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// When it was made.
    pub at: Moment,
    /// Its stage.
    pub stage: Stage,
    /// Its reasons.
    pub reasons: Vec<Reason>,
    /// Its timetable.
    pub timetable: Vec<Planned>,
}

/// A later step, in the terms a device can follow: it fires at the later of `at` and `after_s`
/// seconds after the step before took effect on the device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The stage.
    pub stage: Stage,
    /// Not before.
    pub at: Moment,
    /// Seconds after the step before took effect.
    pub after_s: u32,
    /// The notice it rests on.
    pub notice: Option<NoticeId>,
}

/// Why a stage holds, or why none above it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nothing is past due.
    InGoodStanding,
    /// Past due since this due day.
    PastDue(Day),
    /// Everything is paid.
    Settled,
    /// The device is free for ever.
    Released,
    /// Handed back or written off.
    Ended,
    /// The k-th formal notice has reached nobody yet.
    NoticeNotDelivered(u8),
    /// The k-th formal notice runs until this moment.
    NoticeRuns(u8, Moment),
    /// The dates of the stage above come at this moment.
    DatesCome(Stage, Moment),
    /// The stage below must have been in effect on the device for its time first.
    WaitsForEffect(Stage),
    /// No consent on record: nothing above `notice`.
    NoConsent,
    /// No device is bound: nothing above `notice`.
    NotEnrolled,
    /// The lender is not named with phone and complaint address: nothing above `notice`.
    LenderNotNamed,
    /// A hold of this kind is open.
    Held(crate::fact::HoldKind),
}

/// Something somebody has to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// Freeze the text of the k-th notice, to be shown from then on.
    PrepareNotice {
        /// 1 = first.
        k: u8,
        /// Not shown before.
        show_from: Moment,
        /// What is past due at that moment, in minor units.
        owed: i64,
    },
    /// Sign the release certificate.
    Release,
}

/// When a level of the ladder can begin.
struct Level {
    stage: Stage,
    /// Begins then; `None` = the facts do not justify it.
    start: Option<Moment>,
    /// Without the device's report of the step below: what a device may follow by itself.
    at: Option<Moment>,
    after_s: u32,
    notice: Option<NoticeId>,
    waits: Option<Reason>,
}

/// Evaluates a contract at a moment.
pub fn evaluate(contract: &Contract, ladder: &Ladder, now: Moment) -> Decision {
    let terms = contract.terms();
    let day = terms.zone().day(now);
    let position = Position::new(terms, contract.paid, ladder.tolerance(terms));
    let standing = position.on(day);
    if let Some(reason) = ended(contract) {
        return at_rest(contract, standing, reason);
    }
    let levels = levels(contract, ladder, &position);
    let ceiling = ceiling(contract, ladder, now);
    let reached = reached(&levels, &ceiling, now);
    let stage = reached.min(ceiling.highest);
    let mut reasons = vec![standing.oldest_unpaid.map_or(Reason::InGoodStanding, Reason::PastDue)];
    if standing.unpaid_count > 0 {
        let next = levels.iter().find(|level| level.stage > reached);
        reasons.extend(next.and_then(|level| why_not(level, &ceiling)));
        reasons.extend(ceiling.reasons.iter().cloned());
    }
    let wants = wants(contract, ladder, &position, &levels, now);
    let timetable = timetable(ladder, &levels, &ceiling, stage, now);
    let next_look = next_look(contract, ladder, &position, &levels, now, day);
    let restrictions = ladder.restrictions(stage);
    Decision { stage, restrictions, reasons, timetable, next_look, wants, standing }
}

/// The reason a contract can no longer rise, if so.
fn ended(contract: &Contract) -> Option<Reason> {
    match contract.state {
        State::Active => None,
        State::Settled { .. } => Some(Reason::Settled),
        State::Returned | State::WrittenOff => Some(Reason::Ended),
        State::Released { .. } => Some(Reason::Released),
    }
}

/// A contract that can no longer rise is clear; a release follows once its money is certain.
fn at_rest(contract: &Contract, standing: Standing, reason: Reason) -> Decision {
    let mut decision = Decision {
        stage: Stage::CLEAR,
        restrictions: BTreeSet::new(),
        reasons: vec![reason],
        timetable: Vec::new(),
        next_look: None,
        wants: Vec::new(),
        standing,
    };
    let certain = match contract.state {
        State::Settled { .. } => contract.unconfirmed == 0,
        State::Returned | State::WrittenOff => true,
        _ => false,
    };
    if certain {
        decision.wants.push(Want::Release);
    }
    decision
}

/// Every level of the ladder with the moment it can begin; each not before the one below.
fn levels(contract: &Contract, ladder: &Ladder, position: &Position<'_>) -> Vec<Level> {
    let zone = contract.terms().zone();
    let begins = |when: &Condition| when.first_day(position).map(|day| zone.midnight(day));
    let mut levels = Vec::with_capacity(ladder.steps.len() + 2);
    let mut floor = Moment::default();
    if let Some(when) = &ladder.remind {
        let at = begins(when);
        levels.push(Level {
            stage: Stage::REMIND,
            start: at,
            at,
            after_s: 0,
            notice: None,
            waits: None,
        });
        floor = at.unwrap_or(floor);
    }
    let Some(first) = ladder.notices.first() else {
        return levels;
    };
    let at = begins(&first.when).map(|at| at.max(floor));
    let prepared = contract.notices.iter().find(|notice| notice.k == 1);
    let notice = prepared.map(|notice| notice.id);
    levels.push(Level { stage: Stage::NOTICE, start: at, at, after_s: 0, notice, waits: None });
    let run = notices_run(contract, ladder);
    let mut below = levels.last().and_then(|level| level.start.map(|at| (level.stage, at)));
    for (index, step) in ladder.steps.iter().enumerate() {
        let level = step_level(contract, ladder, step, index, begins(&step.when), &run, below);
        below = level.start.map(|at| (level.stage, at));
        levels.push(level);
    }
    levels
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
            return Run::Waits(Reason::NoticeNotDelivered(k));
        };
        last = Some((notice.id, last.map_or(ends, |(_, before): (_, Moment)| ends.max(before))));
    }
    match last {
        Some((id, ends)) => Run::Done(ends, id),
        None => Run::Waits(Reason::NoticeNotDelivered(1)),
    }
}

/// The k-th notice, if delivered by enough channels, and the first moment after its cure time: N
/// whole local days after the local day of its delivery.
fn delivered<'a>(
    contract: &'a Contract,
    rule: &ladder::Notice,
    k: u8,
) -> Option<(&'a Notice, Moment)> {
    let notice = contract.notices.iter().find(|notice| notice.k == k)?;
    let zone = contract.terms().zone();
    let day = zone.day(notice.delivered_by(rule.min_modes)?);
    let free = day.plus_days(i32::try_from(rule.cure_days).ok()?.checked_add(1)?)?;
    Some((notice, zone.midnight(free)))
}

fn step_level(
    contract: &Contract,
    ladder: &Ladder,
    step: &Step,
    index: usize,
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
    let day_starts = out_of_blackout(contract, ladder, dates.max(ends));
    level.at = Some(day_starts);
    if ends > dates {
        level.waits = Some(Reason::NoticeRuns(notice_number(ladder), ends));
    }
    let effect = match below {
        // The delivered notice proves that the rung below the first step was in effect.
        _ if index == 0 => contract.effect(Stage::NOTICE).or(first_delivery(contract)),
        Some((stage, start)) => contract.effect(stage).map(|at| at.max(start)),
        None => None,
    };
    match effect {
        Some(effect) => {
            let start = day_starts.max(effect.plus_seconds(i64::from(after_s)));
            level.start = Some(out_of_blackout(contract, ladder, start));
        }
        None => level.waits = below.map(|(stage, _)| Reason::WaitsForEffect(stage)),
    }
    level
}

fn first_delivery(contract: &Contract) -> Option<Moment> {
    contract.notices.first().and_then(|notice| notice.delivered_by(1))
}

fn notice_number(ladder: &Ladder) -> u8 {
    u8::try_from(ladder.notices.len()).unwrap_or(u8::MAX)
}

/// A step that falls into a blackout moves to its end.
fn out_of_blackout(contract: &Contract, ladder: &Ladder, start: Moment) -> Moment {
    let zone = contract.terms().zone();
    let mut start = start;
    // Each pass may land in the next span; as many passes as spans settle it.
    for _ in 0..=ladder.blackouts.len() {
        for Blackout { from, until } in &ladder.blackouts {
            let second = zone.second_of_day(start);
            let crosses = from > until;
            let inside = match crosses {
                false => (*from..*until).contains(&second),
                true => second >= *from || second < *until,
            };
            if inside {
                let today = zone.day(start);
                let day = if crosses && second >= *from { today.plus_days(1) } else { Some(today) };
                start = day.map_or(start, |day| zone.at(day, *until).max(start));
            }
        }
    }
    start
}

/// The highest stage that anything but dates and notices allows.
struct Ceiling {
    highest: Stage,
    /// Levels that had not begun by then do not begin.
    frozen_from: Option<Moment>,
    reasons: Vec<Reason>,
}

fn ceiling(contract: &Contract, ladder: &Ladder, now: Moment) -> Ceiling {
    let mut ceiling = Ceiling { highest: Stage::LOCK, frozen_from: None, reasons: Vec::new() };
    let missing = [
        (contract.consent().is_none(), Reason::NoConsent),
        (contract.device.is_none(), Reason::NotEnrolled),
        (!ladder.lender.is_named(), Reason::LenderNotNamed),
    ];
    for (absent, reason) in missing {
        if absent {
            ceiling.highest = ceiling.highest.min(Stage::NOTICE);
            ceiling.reasons.push(reason);
        }
    }
    for hold in &contract.holds {
        if now < hold.from || hold.until.is_some_and(|until| until <= now) {
            continue;
        }
        match hold.kind.ceiling() {
            Some(stage) => ceiling.highest = ceiling.highest.min(stage),
            None => {
                let from = ceiling.frozen_from.map_or(hold.from, |known| known.min(hold.from));
                ceiling.frozen_from = Some(from);
            }
        }
        ceiling.reasons.push(Reason::Held(hold.kind));
    }
    ceiling
}

/// The highest level begun; a gap ends the climb.
fn reached(levels: &[Level], ceiling: &Ceiling, now: Moment) -> Stage {
    let mut reached = Stage::CLEAR;
    for level in levels {
        match level.start {
            Some(start) if start <= now && !frozen(start, level.stage, ceiling) => {
                reached = level.stage;
            }
            _ => break,
        }
    }
    reached
}

/// Whether a freezing hold keeps a level from beginning. Messages are not frozen.
fn frozen(start: Moment, stage: Stage, ceiling: &Ceiling) -> bool {
    stage.restricts() && ceiling.frozen_from.is_some_and(|from| start > from)
}

fn why_not(level: &Level, ceiling: &Ceiling) -> Option<Reason> {
    if level.start.is_some_and(|start| frozen(start, level.stage, ceiling)) {
        return None;
    }
    let dates = level.start.map(|start| Reason::DatesCome(level.stage, start));
    level.waits.clone().or(dates)
}

/// Later levels a device may follow by itself: each justified by facts of this moment, none above
/// the ceiling, and none that a gap cuts off.
fn timetable(
    ladder: &Ladder,
    levels: &[Level],
    ceiling: &Ceiling,
    stage: Stage,
    now: Moment,
) -> Vec<Planned> {
    let mut planned = Vec::new();
    let mut known = true;
    for level in levels {
        if level.stage <= stage {
            continue;
        }
        let above = level.stage > ceiling.highest;
        let frozen = level.stage.restricts() && ceiling.frozen_from.is_some();
        let Some(at) = level.start.or(level.at) else {
            break;
        };
        // Where the law knows hours in which nothing new starts, a step whose own start hangs on
        // a report still to come is left to the server: a device does not know those hours.
        let unsure = level.start.is_none() && !ladder.blackouts.is_empty();
        if above || frozen || unsure {
            break;
        }
        // The notice rung enters with its frozen text or not at all.
        if level.stage == Stage::NOTICE && level.notice.is_none() && at > now {
            break;
        }
        let after_s = if known && level.start.is_some() { 0 } else { level.after_s };
        known = false;
        planned.push(Planned { stage: level.stage, at, after_s, notice: level.notice });
    }
    planned
}

/// Notices whose text has to be frozen now.
fn wants(
    contract: &Contract,
    ladder: &Ladder,
    position: &Position<'_>,
    levels: &[Level],
    now: Moment,
) -> Vec<Want> {
    let zone = contract.terms().zone();
    let Some((k, show_from)) = next_notice(contract, ladder, position, levels) else {
        return Vec::new();
    };
    let show_from = show_from.max(now);
    if show_from > now.plus_seconds(PREPARE_AHEAD_S) {
        return Vec::new();
    }
    let owed = position.on(zone.day(show_from)).past_due;
    let prepared = contract.notices.iter().find(|notice| notice.k == k);
    if prepared.is_some_and(|notice| notice.owed == owed || !notice.delivered.is_empty()) {
        return Vec::new();
    }
    vec![Want::PrepareNotice { k, show_from, owed }]
}

/// The first notice that has not been delivered, and when it may be shown: its own dates, and the
/// notice before it delivered and run out.
fn next_notice(
    contract: &Contract,
    ladder: &Ladder,
    position: &Position<'_>,
    levels: &[Level],
) -> Option<(u8, Moment)> {
    let zone = contract.terms().zone();
    let mut floor = levels.iter().find(|level| level.stage == Stage::NOTICE)?.start?;
    for (k, rule) in (1_u8..).zip(&ladder.notices) {
        match delivered(contract, rule, k) {
            Some((_, ends)) => floor = floor.max(ends),
            None => {
                let dates = zone.midnight(rule.when.first_day(position)?);
                return Some((k, dates.max(floor)));
            }
        }
    }
    None
}

/// Lower bound of the next change. Looking too early costs a look; too late would cost a change.
fn next_look(
    contract: &Contract,
    ladder: &Ladder,
    position: &Position<'_>,
    levels: &[Level],
    now: Moment,
    day: Day,
) -> Option<Moment> {
    let zone = contract.terms().zone();
    let starts = levels.iter().flat_map(|level| [level.start, level.at]);
    let waits = levels.iter().map(|level| match level.waits {
        Some(Reason::NoticeRuns(_, until)) => Some(until),
        _ => None,
    });
    let holds = contract.holds.iter().flat_map(|hold| [Some(hold.from), hold.until]);
    let falls_due = position.next_past_due_after(day).map(|day| zone.midnight(day));
    let notice = next_notice(contract, ladder, position, levels).map(|(_, show_from)| show_from);
    let prepare = notice.map(|show_from| show_from.plus_seconds(-PREPARE_AHEAD_S));
    starts
        .chain(waits)
        .chain(holds)
        .chain([falls_due, notice, prepare])
        .flatten()
        .filter(|moment| *moment > now)
        .min()
}
