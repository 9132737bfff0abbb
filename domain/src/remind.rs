//! Reminders: messages about an instalment before its due day, on it and after. Nothing follows
//! from one: no clock starts, no rung rises.
//!
//! **Invariant:** to whom nothing is past due is told only of an instalment that is still to come
//! or falls due that day; nothing of it is ever a part of a lease.
//! **Invariant:** on one local day no more than the strictest law allows, within every contact
//! window; a day that has passed is not made up for.
//! **Invariant:** nobody is pressed while a dispute, a hardship, a promise or doubt keeps things
//! from rising.

use crate::{
    Day, Moment,
    ceiling::Ceiling,
    contract::Contract,
    delivery::{Sending, within_contact},
    fact::What,
    ladder::Ladder,
    policy::ReminderRule,
    stage::Stage,
    standing::Position,
};

/// A reminder of an instalment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reminder {
    /// The due day that it is about.
    pub due: Day,
    /// Days after it, below zero before it.
    pub days: i32,
}

/// A reminder that was handed on to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Which.
    pub reminder: Reminder,
    /// When.
    pub at: Moment,
}

/// Which of the three kinds a reminder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReminderKind {
    /// Before the due day.
    Before,
    /// On it.
    Due,
    /// After it.
    After,
}

impl Reminder {
    /// Its kind.
    pub fn kind(&self) -> ReminderKind {
        match self.days {
            ..0 => ReminderKind::Before,
            0 => ReminderKind::Due,
            1.. => ReminderKind::After,
        }
    }

    /// Its local day.
    fn day(&self) -> Option<Day> {
        self.due.plus_days(self.days)
    }
}

impl Contract {
    /// Those of the day are kept: what more the day allows depends on them.
    pub(crate) fn apply_reminded(&mut self, reminder: Reminder, at: Moment) {
        let (zone, today) = (self.terms().zone().clone(), self.day(at));
        self.reminded.retain(|sent| zone.day(sent.at) == today);
        self.reminded.push(Sent { reminder, at });
    }
}

/// The reminder to be sent at a moment, if there is one.
pub fn reminder_due(contract: &Contract, ladder: &Ladder, now: Moment) -> Option<Reminder> {
    if ladder.reminders.rules.is_empty() || !contract.is_active() {
        return None;
    }
    let position = Position::stands(contract, ladder);
    let waiting = waiting(contract, ladder, &position, now)?;
    (within_contact(contract, ladder, now, now) == Sending::Now).then_some(waiting)
}

/// Records a reminder that is due; another one is nothing.
pub(crate) fn decide(
    contract: &Contract,
    ladder: &Ladder,
    reminder: Reminder,
    at: Moment,
) -> Vec<What> {
    let due = reminder_due(contract, ladder, at).filter(|due| *due == reminder);
    due.map(What::Reminded).into_iter().collect()
}

/// Whether the message of a reminder on record may go out at a moment: on its day, while what it
/// says is so.
pub fn reminding(contract: &Contract, ladder: &Ladder, reminder: Reminder, now: Moment) -> Sending {
    let rule = ladder.reminders.rules.iter().find(|rule| rule.days == reminder.days);
    let position = Position::stands(contract, ladder);
    let about = rule.and_then(|rule| subject(rule, &position, contract.day(now)));
    if !contract.is_active() || about != Some(reminder) || !may(contract, ladder, reminder, now) {
        return Sending::Void;
    }
    within_contact(contract, ladder, now, now)
}

/// The reminder of the day that has not been sent. What is past due comes first.
fn waiting(
    contract: &Contract,
    ladder: &Ladder,
    position: &Position,
    now: Moment,
) -> Option<Reminder> {
    let today = contract.day(now);
    let sent = contract.reminded.iter().filter(|sent| contract.day(sent.at) == today);
    let most = usize::try_from(ladder.conduct.reminder_max_per_day).unwrap_or(usize::MAX);
    if sent.clone().count() >= most {
        return None;
    }
    let known = |one: &Reminder| sent.clone().any(|sent| sent.reminder == *one);
    let rules = ladder.reminders.rules.iter().rev();
    let mut due = rules.filter_map(|rule| subject(rule, position, today));
    due.find(|one| !known(one) && may(contract, ladder, *one, now))
}

/// What a rule speaks of on a day.
fn subject(rule: &ReminderRule, position: &Position, today: Day) -> Option<Reminder> {
    let due = today.plus_days(rule.days.checked_neg()?)?;
    let speaks = match rule.days {
        1.. => position.on(today).oldest_unpaid == Some(due),
        _ => position.falls_due(due),
    };
    speaks.then_some(Reminder { due, days: rule.days })
}

/// Whether anything keeps a reminder from being sent.
fn may(contract: &Contract, ladder: &Ladder, reminder: Reminder, now: Moment) -> bool {
    let ceiling = Ceiling::of(contract, ladder, now);
    let pressed = reminder.kind() == ReminderKind::After && ceiling.frozen_from.is_some();
    ceiling.highest >= Stage::REMIND && !ceiling.is_stale(now) && !pressed
}

/// When a reminder may next have to be sent: lower bound.
pub(crate) fn next(
    contract: &Contract,
    ladder: &Ladder,
    position: &Position,
    now: Moment,
) -> Option<Moment> {
    let (zone, today) = (contract.terms().zone(), contract.day(now));
    let days = ladder.reminders.rules.iter().filter_map(|rule| match rule.days {
        1.. => Reminder { due: position.anchor()?, days: rule.days }.day(),
        _ => position
            .falls_due_after(today.plus_days(rule.days.checked_neg()?)?)?
            .plus_days(rule.days),
    });
    let later = days.filter(|day| *day > today).map(|day| zone.midnight(day));
    let waits = waiting(contract, ladder, position, now).is_some();
    let opens = match within_contact(contract, ladder, now, now) {
        Sending::At(at) if waits => Some(at),
        _ => None,
    };
    later.chain(opens).filter(|moment| *moment > now).min()
}
