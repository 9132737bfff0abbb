//! What a contract and its ladder say at a moment: the stage, why, what follows if nothing
//! changes, and when to look again. The same however often or late it is asked.

use std::collections::BTreeSet;

use crate::{
    Day, Moment, NoticeId,
    ceiling::Ceiling,
    contract::{Contract, State},
    delivery,
    fact::Withheld,
    ladder::Ladder,
    levels::{Level, delivered, levels},
    policy::care::Evidence,
    redress,
    remind::{self, Reminder},
    stage::{Restriction, Rung, Stage},
    standing::{Position, Standing},
    tamper,
};

/// Version of these rules; a decision records it.
pub const RULES_VERSION: u32 = 1;
/// A notice's text is frozen at most this long before it is shown.
pub(crate) const PREPARE_AHEAD_S: i64 = 3 * 86_400;

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
    /// Lower bound of the time at which any of this, or what the screen says, next changes. Days
    /// past due count on by themselves.
    pub next_look: Option<Moment>,
    /// What somebody has to do now for the ladder to go on.
    pub wants: Vec<Want>,
    /// Where the account stands on the local day.
    pub standing: Standing,
}

/// The part of a decision that is recorded when it changes: all that a lease says follows from it
/// and from the money counted, so that a version's lease is the same whenever it is signed.
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
    /// What was past due, in minor units: the sum that opens the phone.
    pub past_due: i64,
}

impl Decision {
    /// The part to record.
    pub fn recorded(&self, at: Moment) -> Recorded {
        Recorded {
            at,
            stage: self.stage,
            reasons: self.reasons.clone(),
            timetable: self.timetable.clone(),
            past_due: self.standing.past_due,
        }
    }
}

impl Recorded {
    /// Whether both say the same; the moment alone is no news.
    pub fn says_the_same(&self, other: &Recorded) -> bool {
        self.stage == other.stage
            && self.reasons == other.reasons
            && self.timetable == other.timetable
            && self.past_due == other.past_due
    }
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
    /// Handed back, or written off with release.
    Ended,
    /// Handed over, and not graded yet.
    HandedOver,
    /// Written off without release.
    WrittenOff,
    /// Passed on to another lender.
    Assigned,
    /// The k-th formal notice has reached nobody yet.
    NoticeNotDelivered(u8),
    /// The k-th formal notice is due and cannot be given in the words there are.
    NoticeWithheld(u8, Withheld),
    /// The k-th formal notice runs until this moment.
    NoticeRuns(u8, Moment),
    /// The dates of the stage above come at this moment.
    DatesCome(Stage, Moment),
    /// The stage below must have been in effect on the device for its time first.
    WaitsForEffect(Stage),
    /// A sign of tampering ended the lender's own patience, and not the law's.
    Tampered(Evidence),
    /// A named person has to approve the stage first.
    NotApproved(Stage),
    /// No consent on record: nothing above `notice`.
    NoConsent,
    /// No device is bound: nothing above `notice`.
    NotEnrolled,
    /// The lender is not named with phone and complaint address: nothing above `notice`.
    LenderNotNamed,
    /// The days that were paid for ran out at this moment.
    CreditRanOut(Moment),
    /// A part payment keeps the phone at `notice` until this moment.
    PartlyPaid(Moment),
    /// The lender's system has told nothing for too long: nothing begins from this moment on.
    StandingStale(Moment),
    /// Another lender took the contract over and the device has not followed him yet: nothing
    /// above `notice` begins.
    LenderChanged,
    /// A hold of this kind is open.
    Held(crate::hold::HoldKind),
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
    /// Book the late fees and the interest of the days that have passed.
    Reckon,
    /// Record that time alone delivered a message, as every law says.
    DeemDelivered,
    /// Send a reminder.
    Remind(Reminder),
    /// Credit what the law pack asks for a restriction that was wrong, or stood too long.
    Compensate,
    /// Write the contract off with release: its sunset has come.
    Sunset,
    /// Sign the release certificate.
    Release,
}

/// Evaluates a contract at a moment.
pub fn evaluate(contract: &Contract, ladder: &Ladder, now: Moment) -> Decision {
    let terms = contract.terms();
    let day = terms.zone().day(now);
    let position = Position::stands(contract, ladder);
    let standing = position.on(day);
    if contract.has_set(now) {
        let decision = at_rest(contract, ladder, standing, Reason::Ended);
        return Decision { next_look: None, wants: vec![Want::Sunset], ..decision };
    }
    if let Some(reason) = ended(contract) {
        return at_rest(contract, ladder, standing, reason);
    }
    let levels = levels(contract, ladder, &position);
    let ceiling = Ceiling::of(contract, ladder, now);
    let reached = reached(&levels, &ceiling, now);
    let unsaid = if contract.is_unsaid() { Stage::REMIND } else { Stage::LOCK };
    let stage = reached.min(ceiling.highest).min(unsaid);
    let mut reasons = vec![standing.oldest_unpaid.map_or(Reason::InGoodStanding, |due| {
        contract.dark_since().map_or(Reason::PastDue(due), Reason::CreditRanOut)
    })];
    if standing.unpaid_count > 0 {
        reasons.extend(tamper::reasons(contract, ladder, &position));
        let next = levels.iter().find(|level| level.stage > reached);
        reasons.extend(next.and_then(|level| why_not(level, &ceiling, now)));
        reasons.extend(ceiling.reasons.iter().cloned());
    }
    let stale = ceiling.fresh_until.filter(|until| *until <= now);
    reasons.extend(stale.map(Reason::StandingStale));
    let notice = next_notice(contract, ladder, &position, &levels);
    let mut wants = wants(contract, &position, notice, &ceiling, now);
    if delivery::deemed(contract, ladder, now).is_some() {
        wants.insert(0, Want::DeemDelivered);
    }
    wants.extend(remind::reminder_due(contract, ladder, now).map(Want::Remind));
    if redress::due(contract, ladder).is_some() {
        wants.insert(0, Want::Compensate);
    }
    if contract.account.next_reckoning().is_some_and(|next| next <= day) {
        wants.insert(0, Want::Reckon);
    }
    let mut timetable = timetable(contract, ladder, &levels, &ceiling, stage, now);
    let sets = contract.sunset();
    timetable.retain(|planned| planned.stage <= unsaid && sets.is_none_or(|at| planned.at < at));
    let next_look = next_look(contract, ladder, &position, &levels, notice, &ceiling, now);
    let restrictions = ladder.restrictions(stage);
    Decision { stage, restrictions, reasons, timetable, next_look, wants, standing }
}

/// The reason a contract can no longer rise, if so.
fn ended(contract: &Contract) -> Option<Reason> {
    match contract.state {
        State::Active => None,
        State::Settled { .. } => Some(Reason::Settled),
        State::Returning { .. } => Some(Reason::HandedOver),
        State::WrittenOff { release: false } => Some(Reason::WrittenOff),
        State::Returned | State::WrittenOff { release: true } => Some(Reason::Ended),
        State::Assigned { .. } => Some(Reason::Assigned),
        State::Released { .. } => Some(Reason::Released),
    }
}

/// A contract that can no longer rise is clear, and its calendar has no more say; a release follows
/// once its money is certain.
fn at_rest(contract: &Contract, ladder: &Ladder, standing: Standing, reason: Reason) -> Decision {
    let standing = Standing { remaining: standing.remaining, ..Standing::default() };
    let mut decision = Decision {
        stage: Stage::CLEAR,
        restrictions: BTreeSet::new(),
        reasons: vec![reason],
        timetable: Vec::new(),
        next_look: contract.pending_sunset(),
        wants: Vec::new(),
        standing,
    };
    let certain = match contract.state {
        State::Settled { .. } => contract.unconfirmed == 0 && standing.remaining == 0,
        State::Returned | State::WrittenOff { release: true } => true,
        _ => false,
    };
    if redress::due(contract, ladder).is_some() {
        decision.wants.push(Want::Compensate);
    }
    if certain {
        decision.wants.push(Want::Release);
    }
    decision
}

/// The highest level begun; a gap ends the climb.
fn reached(levels: &[Level], ceiling: &Ceiling, now: Moment) -> Stage {
    let mut reached = Stage::CLEAR;
    for level in levels {
        match level.start {
            Some(start) if start <= now && !ceiling.keeps_back(start, level.stage) => {
                reached = level.stage;
            }
            _ => break,
        }
    }
    reached
}

fn why_not(level: &Level, ceiling: &Ceiling, now: Moment) -> Option<Reason> {
    let frozen = level.start.is_some_and(|start| ceiling.freezes(start, level.stage));
    if frozen || ceiling.is_stale(now) {
        return None;
    }
    let dates = level.start.map(|start| Reason::DatesCome(level.stage, start));
    level.waits.clone().or(dates)
}

/// Later levels a device may follow by itself: each justified by facts of this moment, none above
/// the ceiling, and none that a gap cuts off.
fn timetable(
    contract: &Contract,
    ladder: &Ladder,
    levels: &[Level],
    ceiling: &Ceiling,
    stage: Stage,
    now: Moment,
) -> Vec<Planned> {
    let mut planned = Vec::new();
    let mut first = true;
    for level in levels {
        if level.stage <= stage {
            continue;
        }
        let back = ceiling.returns.filter(|_| level.stage > ceiling.highest);
        let above = level.stage > back.map_or(ceiling.highest, |(highest, _)| highest);
        let frozen = level.stage.restricts() && ceiling.frozen_from.is_some();
        let Some(at) = level.start.or(level.at) else {
            break;
        };
        // What was reached before money was awaited is gone back to without another wait.
        let at = back.map_or(at, |(_, until)| at.max(until));
        let known = first || (back.is_some() && level.start.is_some_and(|start| start <= at));
        let after_s = if known && level.start.is_some() { 0 } else { level.after_s };
        // A device cannot be told when a step is no longer to be taken: one that waits for the
        // step before might come when the data has become too old.
        let stale = ceiling.is_stale(at) || (ceiling.fresh_until.is_some() && after_s > 0);
        // Nor can it be told that another law begins: so near to that day a step above `notice`
        // is left to the server.
        let unlawful = level.stage.restricts() && law_is_near(contract, ladder, now);
        // Where the law knows hours in which nothing new starts, a step whose own start hangs on
        // a report still to come is left to the server: a device does not know those hours.
        let unsure = level.start.is_none() && !ladder.blackouts.is_empty();
        if above || frozen || stale || unsure || unlawful {
            break;
        }
        // The notice rung enters with its frozen text or not at all.
        if level.stage == Stage::NOTICE && level.notice.is_none() && at > now {
            break;
        }
        first = false;
        planned.push(Planned { stage: level.stage, at, after_s, notice: level.notice });
    }
    planned
}

/// Whether another law begins before a device that heard this moment's data stops walking alone.
fn law_is_near(contract: &Contract, ladder: &Ladder, now: Moment) -> bool {
    contract.next_law().is_some_and(|begins| now >= nears(ladder, begins))
}

fn nears(ladder: &Ladder, begins: Moment) -> Moment {
    begins.plus_seconds(-i64::from(ladder.offline_step_max_age_s))
}

/// Notices whose text has to be frozen now. Nobody is given notice under a stay.
fn wants(
    contract: &Contract,
    position: &Position,
    next: Option<(u8, Moment)>,
    ceiling: &Ceiling,
    now: Moment,
) -> Vec<Want> {
    let Some((k, show_from)) = next.filter(|_| ceiling.highest >= Stage::NOTICE) else {
        return Vec::new();
    };
    let show_from = show_from.max(now);
    if show_from > now.plus_seconds(PREPARE_AHEAD_S) || ceiling.is_stale(show_from) {
        return Vec::new();
    }
    let owed = position.on(contract.terms().zone().day(show_from)).past_due;
    let prepared = contract.notices.iter().find(|notice| notice.k == k);
    if owed == 0 || prepared.is_some_and(|notice| notice.owed == owed) {
        return Vec::new();
    }
    vec![Want::PrepareNotice { k, show_from, owed }]
}

/// The number of the next notice to give and the earliest moment at which it may be shown.
pub(crate) fn notice_due(
    contract: &Contract,
    ladder: &Ladder,
    now: Moment,
) -> Option<(u8, Moment)> {
    let position = Position::stands(contract, ladder);
    let levels = levels(contract, ladder, &position);
    let ceiling = Ceiling::of(contract, ladder, now);
    let may = contract.is_active() && ceiling.highest >= Stage::NOTICE;
    let next = next_notice(contract, ladder, &position, &levels).filter(|_| may);
    next.filter(|(_, show_from)| !ceiling.is_stale(now.max(*show_from)))
}

/// The first notice that has not been delivered, and when it may be shown: its own dates, and the
/// notice before it delivered and run out.
fn next_notice(
    contract: &Contract,
    ladder: &Ladder,
    position: &Position,
    levels: &[Level],
) -> Option<(u8, Moment)> {
    let mut floor = levels.iter().find(|level| level.stage == Stage::NOTICE)?.start?;
    for (k, rule) in (1_u8..).zip(&ladder.notices) {
        match delivered(contract, rule, k) {
            Some((_, ends)) => floor = floor.max(ends),
            None => {
                let lawful = (&rule.when, rule.lawful_dpd);
                let dates = tamper::dates(contract, ladder, position, Rung::Notice, lawful)?;
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
    position: &Position,
    levels: &[Level],
    notice: Option<(u8, Moment)>,
    ceiling: &Ceiling,
    now: Moment,
) -> Option<Moment> {
    let zone = contract.terms().zone();
    let starts = levels.iter().flat_map(|level| [level.start, level.at]);
    let holds = contract.holds.iter().flat_map(|hold| [Some(hold.from), hold.until]);
    let falls_due = position.next_past_due_after(zone.day(now)).map(|day| zone.midnight(day));
    let show_from = notice.map(|(_, show_from)| show_from);
    let prepare = show_from.map(|show_from| show_from.plus_seconds(-PREPARE_AHEAD_S));
    let returns = ceiling.returns.map(|(_, until)| until);
    let reckon = contract.account.next_reckoning().map(|day| zone.midnight(day));
    let law = contract.next_law();
    let reminds = remind::next(contract, ladder, position, now);
    let deemed = delivery::to_deem(contract, ladder).map(|(.., at)| Some(at));
    starts
        .chain(holds)
        .chain(deemed)
        .chain([falls_due, show_from, prepare, reckon, reminds, ceiling.fresh_until, returns])
        .chain([law, law.map(|begins| nears(ladder, begins)), contract.pending_sunset()])
        .flatten()
        .filter(|moment| *moment > now)
        .min()
}
