//! `programme.toml`: a lender's own ladder, which applies only within the law's packs.

mod late_fee;
mod manner;
mod provisional;
mod reminders;

use std::collections::BTreeSet;

use domain::{
    Guard, Restriction,
    ladder::{NOTICES_MAX, STEPS_MAX},
    policy::{Condition, NoticeRule, Programme, StepRule, care::Relock},
    sunset::SUNSET_DAYS,
};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    packs::{Blackout, Effects, Named, Silence},
    settings::{self, Filled, Id, Share, TextError, wrong},
    text::set,
};

/// Longest text on a screen in bytes.
const SCREEN_TEXT_MAX: usize = crate::words::HOW_TO_MAX;
/// Days past due, cure days and gaps above this are a slip of the pen.
const DAYS_MAX: u32 = 3_660;
/// Fewest and most days from the last due day until the phone goes free.
const SUNSET_RANGE: std::ops::RangeInclusive<u32> = 30..=1_095;
/// Longest time for which the word of the lender's own system may begin a stage, hours.
const STANDING_AGE_MAX: u32 = 720;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: Id,
    version: Spanned<u32>,
    packs: Spanned<Vec<Id>>,
    #[serde(default = "two_per_cent")]
    past_due_tolerance: Spanned<Share>,
    #[serde(default = "two_days")]
    standing_max_age_hours: Spanned<u32>,
    #[serde(default = "a_year")]
    sunset_days: Spanned<u32>,
    how_to_pay: Spanned<Filled>,
    how_to_dispute: Spanned<Filled>,
    #[serde(default, with = "set")]
    guards: BTreeSet<Guard>,
    late_fee: Option<Spanned<late_fee::Table>>,
    provisional: Option<provisional::Table>,
    remind: Option<When>,
    reminders: Option<reminders::Table>,
    quiet_hours: Option<Spanned<Blackout>>,
    silence: Option<Silence>,
    evidence: Option<Effects>,
    relock_after_partial: Option<Named<Relock>>,
    #[serde(default)]
    notices: Vec<Spanned<Notice>>,
    #[serde(default)]
    steps: Vec<Spanned<Step>>,
    lock: Option<Spanned<Lock>>,
}

fn two_per_cent() -> Spanned<Share> {
    Spanned::new(0..0, Share(200))
}

fn two_days() -> Spanned<u32> {
    Spanned::new(0..0, 48)
}

fn a_year() -> Spanned<u32> {
    Spanned::new(0..0, SUNSET_DAYS)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct When {
    days_past_due: Spanned<u32>,
    #[serde(default)]
    unpaid_count: u32,
    #[serde(default)]
    past_due_minor: Option<Spanned<i64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Notice {
    days_past_due: Spanned<u32>,
    #[serde(default)]
    unpaid_count: u32,
    #[serde(default)]
    past_due_minor: Option<Spanned<i64>>,
    cure_days: Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    days_past_due: Spanned<u32>,
    #[serde(default)]
    unpaid_count: u32,
    #[serde(default)]
    past_due_minor: Option<Spanned<i64>>,
    #[serde(default)]
    min_days: Option<Spanned<u32>>,
    restrictions: Spanned<Restrictions>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lock {
    days_past_due: Spanned<u32>,
    #[serde(default)]
    unpaid_count: u32,
    #[serde(default)]
    past_due_minor: Option<Spanned<i64>>,
    #[serde(default)]
    min_days: Option<Spanned<u32>>,
    restrictions: Option<Spanned<Restrictions>>,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Restrictions(#[serde(with = "set")] BTreeSet<Restriction>);

/// Reads `programme.toml`. Whether its packs allow it shows when a ladder is resolved.
pub fn parse_programme(text: &str) -> Result<Programme, TextError> {
    let mut file: File = settings::read(text)?;
    if *file.version.get_ref() == 0 {
        return Err(wrong(text, &file.version, "expected a version from 1"));
    }
    if file.packs.get_ref().is_empty() {
        return Err(wrong(text, &file.packs, "expected at least one pack id: no pack, no lock"));
    }
    if file.past_due_tolerance.get_ref().0 >= 5_000 {
        return Err(wrong(text, &file.past_due_tolerance, "expected less than 50%"));
    }
    if !(1..=STANDING_AGE_MAX).contains(file.standing_max_age_hours.get_ref()) {
        return Err(wrong(text, &file.standing_max_age_hours, "expected 1 to 720 hours"));
    }
    if !SUNSET_RANGE.contains(file.sunset_days.get_ref()) {
        return Err(wrong(text, &file.sunset_days, "expected 30 to 1095 days"));
    }
    for shown in [&file.how_to_pay, &file.how_to_dispute] {
        if shown.get_ref().0.len() > SCREEN_TEXT_MAX {
            return Err(wrong(text, shown, "expected at most 200 bytes"));
        }
    }
    let remind = file.remind.as_ref().map(|when| {
        condition(text, &when.days_past_due, when.unpaid_count, when.past_due_minor.as_ref())
    });
    let late_fee = file.late_fee.as_ref().map(|table| late_fee::late_fee(text, table));
    let provisional = file.provisional.as_ref().map(|table| provisional::provisional(text, table));
    let reminders = file.reminders.take().map(|table| reminders::reminders(text, table));
    let tables = manner::Tables {
        quiet_hours: file.quiet_hours.as_ref(),
        silence: file.silence.as_ref(),
        evidence: file.evidence.as_ref(),
        relock_after_partial: file.relock_after_partial.as_ref(),
    };
    let manner = manner::manner(text, &tables)?;
    let (steps, lock) = steps(text, &file)?;
    Ok(Programme {
        id: file.id.0,
        version: file.version.into_inner(),
        packs: file.packs.into_inner().into_iter().map(|Id(id)| id).collect(),
        tolerance_bps: file.past_due_tolerance.into_inner().0,
        standing_max_age_hours: file.standing_max_age_hours.into_inner(),
        sunset_days: file.sunset_days.into_inner(),
        late_fee: late_fee.transpose()?,
        provisional: provisional.transpose()?.unwrap_or_default(),
        remind: remind.transpose()?,
        reminders: reminders.transpose()?.unwrap_or_default(),
        manner,
        notices: notices(text, &file.notices)?,
        steps,
        lock,
        guards: file.guards,
        how_to_pay: file.how_to_pay.into_inner().0,
        how_to_dispute: file.how_to_dispute.into_inner().0,
    })
}

fn condition(
    text: &str,
    days_past_due: &Spanned<u32>,
    unpaid_count: u32,
    past_due: Option<&Spanned<i64>>,
) -> Result<Condition, TextError> {
    let days = days(text, days_past_due)?;
    let past_due = match past_due {
        Some(minor) if *minor.get_ref() < 0 => {
            return Err(wrong(text, minor, "expected minor units, zero or above"));
        }
        Some(minor) => *minor.get_ref(),
        None => 0,
    };
    Ok(Condition { days_past_due: days, unpaid_count, past_due })
}

fn days(text: &str, days: &Spanned<u32>) -> Result<u32, TextError> {
    match *days.get_ref() {
        number @ 0..=DAYS_MAX => Ok(number),
        _ => Err(wrong(text, days, "expected at most 3660 days")),
    }
}

fn notices(text: &str, listed: &[Spanned<Notice>]) -> Result<Vec<NoticeRule>, TextError> {
    if let Some(extra) = listed.get(NOTICES_MAX) {
        return Err(wrong(text, extra, "expected at most 4 notices"));
    }
    let mut rules: Vec<NoticeRule> = Vec::with_capacity(listed.len());
    for notice in listed.iter().map(Spanned::get_ref) {
        let minor = notice.past_due_minor.as_ref();
        let when = condition(text, &notice.days_past_due, notice.unpaid_count, minor)?;
        if rules.last().is_some_and(|below| when.days_past_due < below.when.days_past_due) {
            let message = "expected no fewer days than the notice before";
            return Err(wrong(text, &notice.days_past_due, message));
        }
        rules.push(NoticeRule { when, cure_days: days(text, &notice.cure_days)? });
    }
    Ok(rules)
}

fn steps(text: &str, file: &File) -> Result<(Vec<StepRule>, Option<StepRule>), TextError> {
    if let Some(extra) = file.steps.get(STEPS_MAX - 1) {
        return Err(wrong(text, extra, "expected at most 8 steps, and the lock above them"));
    }
    let mut rules: Vec<StepRule> = Vec::with_capacity(file.steps.len());
    for step in file.steps.iter().map(Spanned::get_ref) {
        let minor = step.past_due_minor.as_ref();
        let when = condition(text, &step.days_past_due, step.unpaid_count, minor)?;
        let min_days = step.min_days.as_ref().map(|gap| days(text, gap)).transpose()?;
        let restrictions = step.restrictions.get_ref().0.clone();
        if let Some(below) = rules.last() {
            rising(text, below, &step.days_past_due)?;
            growing(text, below, &step.restrictions)?;
        }
        if restrictions.is_empty() {
            return Err(wrong(text, &step.restrictions, "expected at least one restriction"));
        }
        rules.push(StepRule { when, min_days: min_days.unwrap_or(0), restrictions });
    }
    let Some(lock) = file.lock.as_ref().map(Spanned::get_ref) else {
        return Ok((rules, None));
    };
    let minor = lock.past_due_minor.as_ref();
    let when = condition(text, &lock.days_past_due, lock.unpaid_count, minor)?;
    let min_days = lock.min_days.as_ref().map(|gap| days(text, gap)).transpose()?;
    let mut restrictions = rules.last().map(|top| top.restrictions.clone()).unwrap_or_default();
    if let Some(below) = rules.last() {
        rising(text, below, &lock.days_past_due)?;
    }
    if let Some(listed) = &lock.restrictions {
        if let Some(below) = rules.last() {
            growing(text, below, listed)?;
        }
        restrictions.clone_from(&listed.get_ref().0);
    }
    Ok((rules, Some(StepRule { when, min_days: min_days.unwrap_or(0), restrictions })))
}

fn rising(text: &str, below: &StepRule, days: &Spanned<u32>) -> Result<(), TextError> {
    if *days.get_ref() >= below.when.days_past_due {
        return Ok(());
    }
    Err(wrong(text, days, "expected no fewer days than the step below"))
}

fn growing(text: &str, below: &StepRule, listed: &Spanned<Restrictions>) -> Result<(), TextError> {
    let missing = below.restrictions.difference(&listed.get_ref().0).next();
    let Some(missing) = missing else {
        return Ok(());
    };
    let message = format!("expected {} too: sets only grow from step to step", missing.name());
    Err(wrong(text, listed, &message))
}
