//! Values of fields in words, as a person reads them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
};

use crate::{
    money::Currency,
    policy::{
        Blackout, ContactWindow, LegalStatus, PackNotice, PackStep, Passes, Span, Weekday,
        care::{Evidence, Promise, Relock, Silence, Stay, WrongfulLock},
        paper::ConsentRule,
    },
    stage::Rung,
};

pub(super) fn plain<T: Display>(value: &T) -> String {
    value.to_string()
}

pub(super) fn flag(value: &bool) -> String {
    if *value { "yes" } else { "no" }.to_owned()
}

pub(super) fn status(value: &LegalStatus) -> String {
    value.name().to_owned()
}

pub(super) fn rung(value: &Rung) -> String {
    value.name().to_owned()
}

pub(super) fn rung_or_never(value: &Option<Rung>) -> String {
    value.map_or("never", Rung::name).to_owned()
}

pub(super) fn relock(value: &Relock) -> String {
    value.name().to_owned()
}

pub(super) fn passes(value: &Passes) -> String {
    format!("{} of {} hours", value.count, value.hours)
}

/// The names of a set, or that it is empty.
pub(super) fn names<T: Copy>(set: &BTreeSet<T>, name: fn(T) -> &'static str) -> String {
    listed(set.iter().map(|one| name(*one).to_owned()))
}

fn listed(all: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = all.collect();
    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
}

fn hours(span: &Span) -> String {
    let clock = |second: u32| format!("{:02}:{:02}", second / 3600, second / 60 % 60);
    format!("{}-{}", clock(span.from), clock(span.until))
}

fn holidays(count: usize) -> Option<String> {
    (count > 0).then(|| format!("{count} holidays"))
}

pub(super) fn blackouts(all: &[Blackout]) -> String {
    let one = |blackout: &Blackout| {
        let days =
            (!blackout.weekdays.is_empty()).then(|| names(&blackout.weekdays, Weekday::name));
        let parts = [blackout.hours.as_ref().map(hours), days, holidays(blackout.holidays.len())];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" and ")
    };
    listed(all.iter().map(one))
}

pub(super) fn windows(all: &[ContactWindow]) -> String {
    let one = |window: &ContactWindow| {
        let days = names(&window.weekdays, Weekday::name);
        let off = holidays(window.holidays.len()).map(|off| format!(", not on {off}"));
        format!("{} on {days}{}", hours(&window.hours), off.unwrap_or_default())
    };
    if all.is_empty() { "at any time".to_owned() } else { listed(all.iter().map(one)) }
}

pub(super) fn notices(all: &[PackNotice]) -> String {
    let one = |notice: &PackNotice| {
        let channels = names(&notice.channels, |channel| channel.name());
        let deemed = notice.deemed_after_days;
        let deemed = deemed.map(|days| format!(", deemed after {days} days")).unwrap_or_default();
        format!(
            "from {} days past due, {} days to cure, {} of ({channels}), {}{deemed}",
            notice.earliest_dpd,
            notice.cure_days,
            notice.min_modes,
            notice.proof.name(),
        )
    };
    let all: Vec<String> = all.iter().map(one).collect();
    if all.is_empty() { "none".to_owned() } else { all.join("; ") }
}

pub(super) fn steps(all: &[PackStep]) -> String {
    let one = |step: &PackStep| {
        let taken = names(&step.restrictions, |restriction| restriction.name());
        format!("after {} days ({taken})", step.min_days)
    };
    let all: Vec<String> = all.iter().map(one).collect();
    if all.is_empty() { "no order".to_owned() } else { all.join("; ") }
}

pub(super) fn promise(value: &Promise) -> String {
    match value.allowed {
        true => format!("holds until its day and {} days more", value.grace_days),
        false => "holds nothing".to_owned(),
    }
}

pub(super) fn stay(value: &Stay) -> String {
    let open = if value.until_closed { "while open and " } else { "" };
    format!("{open}{} days after a refusal", value.days_after_refusal)
}

pub(super) fn wrongful(value: &WrongfulLock) -> String {
    let all = [
        (value.release_first, "release first"),
        (value.incident, "incident"),
        (value.compensate, "compensate"),
    ];
    listed(all.into_iter().filter(|(asked, _)| *asked).map(|(_, name)| name.to_owned()))
}

pub(super) fn silence(value: &Option<Silence>) -> String {
    let told = |silence: &Silence| format!("{} after {} hours", silence.stage, silence.after_hours);
    value.as_ref().map_or("nothing".to_owned(), told)
}

pub(super) fn evidence(value: &BTreeMap<Evidence, Rung>) -> String {
    let moves = value.iter().filter(|(_, rung)| **rung > Rung::Clear);
    listed(moves.map(|(evidence, rung)| format!("{} to {}", evidence.name(), rung.name())))
}

pub(super) fn compensation(value: &BTreeMap<Currency, i64>) -> String {
    let one = |(currency, minor): (&Currency, &i64)| {
        format!("{} {minor} minor units an hour", currency.code())
    };
    listed(value.iter().map(one))
}

pub(super) fn consent(value: &ConsentRule) -> String {
    let points = value.min_font_points;
    let all = [
        (value.separate_signature, "separate signature".to_owned()),
        (value.borrower_language, "borrower's language".to_owned()),
        (value.copy_kept, "copy kept".to_owned()),
        (value.timetable_included, "timetable in the first contract".to_owned()),
        (points > 0, format!("{points} point print")),
    ];
    listed(all.into_iter().filter(|(asked, _)| *asked).map(|(_, name)| name))
}
