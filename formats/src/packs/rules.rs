//! From the tables of a text to the rules of a pack, each value within its range.

use std::collections::BTreeMap;

use domain::{
    Rung, Stage,
    ladder::{NOTICES_MAX, STEPS_MAX},
    policy::{
        Blackout, Care, Conduct, ContactWindow, PackNotice, PackStep, Paper, Proof, Span, Unlock,
        Weekday,
        care::{Promise, Silence, Stay, WrongfulLock},
        paper::ConsentRule,
    },
};
use toml::Spanned;

use super::tables::{self, File, Listed, Named};
use crate::settings::{TextError, wrong};

/// More days are a slip of the pen.
pub(super) const DAYS_MAX: u32 = 3_660;
/// More hours are a slip of the pen: ten years.
pub(super) const HOURS_MAX: u32 = 87_600;
/// Most single days that a pack lists.
const HOLIDAYS_MAX: usize = 500;
/// Largest compensation of an hour, minor units.
const COMPENSATION_MAX: i64 = 1_000_000_000_000;

/// A number within its range.
pub(super) fn up_to(text: &str, value: &Spanned<u32>, max: u32) -> Result<u32, TextError> {
    match *value.get_ref() {
        number if number <= max => Ok(number),
        _ => Err(wrong(text, value, &format!("expected at most {max}"))),
    }
}

/// A number from one.
fn from_one(text: &str, value: &Spanned<u32>, max: u32) -> Result<u32, TextError> {
    match *value.get_ref() {
        0 => Err(wrong(text, value, "expected at least 1")),
        _ => up_to(text, value, max),
    }
}

pub(crate) fn blackout(
    text: &str,
    span: &Spanned<tables::Blackout>,
) -> Result<Blackout, TextError> {
    let table = span.get_ref();
    let hours = match (table.from, table.until) {
        (Some(from), Some(until)) if from == until => {
            return Err(wrong(text, span, "expected from and until to differ"));
        }
        (Some(from), Some(until)) => Some(Span { from: from.0, until: until.0 }),
        (None, None) => None,
        _ => return Err(wrong(text, span, "expected from and until together")),
    };
    if table.weekdays.len() >= Weekday::ALL.len() {
        return Err(wrong(text, span, "expected a day of the week to be left"));
    }
    if table.holidays.len() > HOLIDAYS_MAX {
        return Err(wrong(text, span, "expected at most 500 holidays"));
    }
    let (weekdays, holidays) = (table.weekdays.clone(), table.holidays.clone());
    if hours.is_none() && weekdays.is_empty() && holidays.is_empty() {
        return Err(wrong(text, span, "expected hours, weekdays or holidays"));
    }
    Ok(Blackout { hours, weekdays, holidays })
}

fn window(text: &str, span: &Spanned<tables::ContactWindow>) -> Result<ContactWindow, TextError> {
    let table = span.get_ref();
    if table.from.0 >= table.until.0 {
        return Err(wrong(text, span, "expected from before until, on one day"));
    }
    if table.weekdays.is_empty() {
        return Err(wrong(text, span, "expected at least one day of the week"));
    }
    if table.holidays.len() > HOLIDAYS_MAX {
        return Err(wrong(text, span, "expected at most 500 holidays"));
    }
    Ok(ContactWindow {
        hours: Span { from: table.from.0, until: table.until.0 },
        weekdays: table.weekdays.clone(),
        holidays: table.holidays.clone(),
    })
}

pub(super) fn notices(
    text: &str,
    listed: &[Spanned<tables::Notice>],
) -> Result<Vec<PackNotice>, TextError> {
    if let Some(extra) = listed.get(NOTICES_MAX) {
        return Err(wrong(text, extra, "expected at most 4 notices"));
    }
    let mut notices: Vec<PackNotice> = Vec::with_capacity(listed.len());
    for notice in listed.iter().map(Spanned::get_ref) {
        let earliest_dpd = up_to(text, &notice.earliest_dpd, DAYS_MAX)?;
        if notices.last().is_some_and(|before| earliest_dpd < before.earliest_dpd) {
            let message = "expected no fewer days than the notice before";
            return Err(wrong(text, &notice.earliest_dpd, message));
        }
        let min_modes = &notice.min_modes;
        let modes = usize::try_from(*min_modes.get_ref()).unwrap_or(usize::MAX);
        if !(1..=notice.channels.len()).contains(&modes) {
            let message = "expected 1 to as many modes as there are channels";
            return Err(wrong(text, min_modes, message));
        }
        let deemed = notice.deemed_after_days.as_ref();
        let deemed = deemed.map(|days| from_one(text, days, DAYS_MAX)).transpose()?;
        notices.push(PackNotice {
            earliest_dpd,
            cure_days: up_to(text, &notice.cure_days, DAYS_MAX)?,
            channels: notice.channels.clone(),
            min_modes: *min_modes.get_ref(),
            proof: notice.proof.as_ref().map_or(Proof::Delivered, |Named(proof)| *proof),
            deemed_after_days: deemed,
        });
    }
    Ok(notices)
}

pub(super) fn steps(text: &str, file: &File) -> Result<Vec<PackStep>, TextError> {
    if let Some(extra) = file.steps.get(STEPS_MAX) {
        return Err(wrong(text, extra, "expected at most 9 steps"));
    }
    let mut steps: Vec<PackStep> = Vec::with_capacity(file.steps.len());
    let Listed(allowed) = file.restrictions.get_ref();
    for step in file.steps.iter().map(Spanned::get_ref) {
        let Listed(restrictions) = step.restrictions.get_ref();
        if let Some(more) = restrictions.difference(allowed).next() {
            let message = format!("{} is not among the restrictions of this pack", more.name());
            return Err(wrong(text, &step.restrictions, &message));
        }
        let below = steps.last().map(|below| &below.restrictions);
        if let Some(missing) = below.and_then(|below| below.difference(restrictions).next()) {
            let name = missing.name();
            let message = format!("expected {name} too: sets only grow from step to step");
            return Err(wrong(text, &step.restrictions, &message));
        }
        let min_days =
            step.min_days.as_ref().map(|days| up_to(text, days, DAYS_MAX)).transpose()?;
        let restrictions = restrictions.clone();
        steps.push(PackStep { restrictions, min_days: min_days.unwrap_or(0) });
    }
    Ok(steps)
}

pub(super) fn conduct(text: &str, file: &File) -> Result<Conduct, TextError> {
    let usual = Conduct::default();
    let window = file.contact_window.as_ref().map(|span| window(text, span)).transpose()?;
    let most = file.reminder_max_per_day.as_ref().map(|most| up_to(text, most, 24)).transpose()?;
    Ok(Conduct {
        windows: window.map_or(usual.windows, |window| vec![window]),
        reminder_max_per_day: most.unwrap_or(usual.reminder_max_per_day),
        drafts_refused: file.drafts_refused.unwrap_or(usual.drafts_refused),
    })
}

pub(super) fn care(text: &str, file: &File, rung_max: Rung) -> Result<Care, TextError> {
    let usual = Care::default();
    let promise = |table: &tables::Promise| -> Result<Promise, TextError> {
        let grace_days = up_to(text, &table.grace_days, DAYS_MAX)?;
        Ok(Promise { allowed: table.allowed, grace_days })
    };
    let stay = |table: &tables::Stay| -> Result<Stay, TextError> {
        let days_after_refusal = up_to(text, &table.days_after_refusal, DAYS_MAX)?;
        Ok(Stay { until_closed: table.until_closed, days_after_refusal })
    };
    let wrongful = |table: &tables::WrongfulLock| WrongfulLock {
        release_first: table.release_first,
        incident: table.incident,
        compensate: table.compensate,
    };
    let relock = file.relock_after_partial.as_ref();
    let review = file.human_review_from.as_ref();
    Ok(Care {
        not_while_in_use: file.not_while_in_use.unwrap_or(usual.not_while_in_use),
        relock_after_partial: relock.map_or(usual.relock_after_partial, |Named(relock)| *relock),
        promise: file.promise_to_pay_hold.as_ref().map_or(Ok(usual.promise), promise)?,
        dispute: file.dispute_stay.as_ref().map_or(Ok(usual.dispute), stay)?,
        hardship: file.hardship_stay.as_ref().map_or(Ok(usual.hardship), stay)?,
        wrongful_lock: file.wrongful_lock.as_ref().map_or(usual.wrongful_lock, wrongful),
        human_review_from: review.map_or(Ok(None), |review| human_review(text, review))?,
        silence: file.silence.as_ref().map(|table| silence(text, table, rung_max)).transpose()?,
        evidence_effects: evidence(text, file.evidence_effects.as_ref(), rung_max)?,
    })
}

fn human_review(
    text: &str,
    review: &Spanned<crate::settings::Filled>,
) -> Result<Option<Rung>, TextError> {
    match review.get_ref().0.as_str() {
        "never" => Ok(None),
        "restrict" => Ok(Some(Rung::Restrict)),
        "lock" => Ok(Some(Rung::Lock)),
        _ => Err(wrong(text, review, "expected one of never, restrict, lock")),
    }
}

pub(crate) fn silence(
    text: &str,
    table: &tables::Silence,
    rung_max: Rung,
) -> Result<Silence, TextError> {
    let Named(stage) = *table.stage.get_ref();
    if stage.rung > rung_max || stage == Stage::CLEAR {
        let message = format!("expected a stage from remind to {}", rung_max.name());
        return Err(wrong(text, &table.stage, &message));
    }
    Ok(Silence { after_hours: from_one(text, &table.after_hours, HOURS_MAX)?, stage })
}

pub(crate) fn evidence(
    text: &str,
    listed: Option<&tables::Effects>,
    rung_max: Rung,
) -> Result<BTreeMap<domain::policy::care::Evidence, Rung>, TextError> {
    let mut effects = BTreeMap::new();
    for (Named(evidence), rung) in listed.into_iter().flatten() {
        let Named(moves) = *rung.get_ref();
        if moves > rung_max {
            let message = format!("expected at most {}", rung_max.name());
            return Err(wrong(text, rung, &message));
        }
        effects.insert(*evidence, moves);
    }
    Ok(effects)
}

pub(super) fn unlock(text: &str, file: &File) -> Result<Unlock, TextError> {
    let mut unlock = Unlock::default();
    if let Some(table) = &file.max_unlock_minutes {
        unlock.issue_minutes = from_one(text, &table.issue, HOURS_MAX)?;
        unlock.device_minutes = from_one(text, &table.device, HOURS_MAX)?;
        if unlock.device_minutes < unlock.issue_minutes {
            let message = "expected no less than issue: a phone opens after its lease is signed";
            return Err(wrong(text, &table.device, message));
        }
    }
    if let Some(table) = &file.late_unlock_compensation {
        let minor = *table.amount_minor.get_ref();
        if !(0..=COMPENSATION_MAX).contains(&minor) {
            let message = "expected minor units from 0 to a trillion";
            return Err(wrong(text, &table.amount_minor, message));
        }
        unlock.compensation.insert(table.currency, minor);
    }
    unlock.offline = file.offline_unlock.unwrap_or(unlock.offline);
    Ok(unlock)
}

pub(super) fn paper(text: &str, file: &File) -> Result<Paper, TextError> {
    let usual = Paper::default();
    let consent = |table: &tables::Consent| -> Result<ConsentRule, TextError> {
        Ok(ConsentRule {
            separate_signature: table.separate_signature,
            borrower_language: table.borrower_language,
            copy_kept: table.copy_kept,
            timetable_included: table.timetable_included,
            min_font_points: up_to(text, &table.min_font_points, 72)?,
        })
    };
    let years = file.retention_years.as_ref().map(|years| up_to(text, years, 100)).transpose()?;
    let disclosure = file.disclosure.as_ref().map(|Listed(items)| items.clone());
    let data = file.data_allowed.as_ref().map(|Listed(items)| items.clone());
    Ok(Paper {
        consent: file.consent.as_ref().map_or(Ok(usual.consent), consent)?,
        disclosure: disclosure.unwrap_or(usual.disclosure),
        device_fee_allowed: file.device_fee_allowed.unwrap_or(usual.device_fee_allowed),
        data_allowed: data.unwrap_or(usual.data_allowed),
        retention_years: years.unwrap_or(usual.retention_years),
    })
}
