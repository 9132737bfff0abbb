//! Policy packs: what a jurisdiction allows, as TOML.

use std::collections::BTreeSet;

use domain::{
    Channel, Day, Guard, Restriction, Rung,
    ladder::NOTICES_MAX,
    policy::{Blackout, LegalStatus, Pack, PackNotice, Passes},
};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    settings::{self, Clock, Filled, Id, TextError, wrong},
    text::{one, set},
};

/// The packs that come with the program: id and text.
pub fn builtin() -> &'static [(&'static str, &'static str)] {
    &[
        ("in-rbi-draft-2026", include_str!("../../packs/in-rbi-draft-2026.toml")),
        ("test-fast", include_str!("../../packs/test-fast.toml")),
    ]
}

/// A pack with what is known about its text. Nothing here but the pack decides anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackFile {
    /// The rules.
    pub pack: Pack,
    /// One line on what it is and how far to trust it.
    pub summary: String,
    /// Whether the text or the law behind it is a draft.
    pub draft: bool,
    /// First day the law applies, where known.
    pub effective_from: Option<Day>,
    /// Last day the law applies, where known.
    pub effective_to: Option<Day>,
    /// The lawyer who reviewed it; `None` = needs counsel.
    pub reviewed_by: Option<String>,
    /// When.
    pub reviewed_on: Option<Day>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: Id,
    version: Spanned<u32>,
    jurisdiction: Filled,
    summary: Filled,
    #[serde(with = "one")]
    legal_status: LegalStatus,
    draft: bool,
    #[serde(default)]
    effective_from: Option<Date>,
    #[serde(default)]
    effective_to: Option<Date>,
    #[serde(default)]
    reviewed_by: Option<Filled>,
    #[serde(default)]
    reviewed_on: Option<Date>,
    sources: Vec<Filled>,
    #[serde(with = "one")]
    rung_max: Rung,
    min_dpd_restrict: u32,
    min_days_between_steps: u32,
    offline_step_max_age_hours: u32,
    removal_hours: u32,
    #[serde(with = "set")]
    restrictions: BTreeSet<Restriction>,
    #[serde(with = "set")]
    guards: BTreeSet<Guard>,
    passes: PassesFile,
    #[serde(default)]
    blackout: Option<Spanned<BlackoutFile>>,
    #[serde(default)]
    notices: Vec<Spanned<NoticeFile>>,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Date(#[serde(with = "one")] Day);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PassesFile {
    count: u8,
    hours: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BlackoutFile {
    from: Clock,
    until: Clock,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoticeFile {
    earliest_dpd: Spanned<u32>,
    cure_days: u32,
    #[serde(with = "set")]
    channels: BTreeSet<Channel>,
    min_modes: Spanned<u32>,
}

/// Reads a pack.
pub fn parse_pack(text: &str) -> Result<Pack, TextError> {
    parse_pack_file(text).map(|file| file.pack)
}

/// Reads a pack with what is known about it.
pub fn parse_pack_file(text: &str) -> Result<PackFile, TextError> {
    let file: File = settings::read(text)?;
    if *file.version.get_ref() == 0 {
        return Err(wrong(text, &file.version, "expected a version from 1"));
    }
    let blackout = file.blackout.map(|span| blackout(text, &span)).transpose()?;
    let pack = Pack {
        id: file.id.0,
        version: file.version.into_inner(),
        jurisdiction: file.jurisdiction.0,
        legal_status: file.legal_status,
        sources: file.sources.into_iter().map(|Filled(source)| source).collect(),
        rung_max: file.rung_max,
        min_dpd_restrict: file.min_dpd_restrict,
        notices: notices(text, &file.notices)?,
        min_days_between_steps: file.min_days_between_steps,
        blackout,
        restrictions: file.restrictions,
        guards: file.guards,
        passes: Passes { count: file.passes.count, hours: file.passes.hours },
        offline_step_max_age_hours: file.offline_step_max_age_hours,
        removal_hours: file.removal_hours,
    };
    let day = |date: Option<Date>| date.map(|Date(day)| day);
    Ok(PackFile {
        pack,
        summary: file.summary.0,
        draft: file.draft,
        effective_from: day(file.effective_from),
        effective_to: day(file.effective_to),
        reviewed_by: file.reviewed_by.map(|Filled(name)| name),
        reviewed_on: day(file.reviewed_on),
    })
}

fn blackout(text: &str, span: &Spanned<BlackoutFile>) -> Result<Blackout, TextError> {
    let BlackoutFile { from, until } = span.get_ref();
    if from == until {
        return Err(wrong(text, span, "expected from and until to differ"));
    }
    Ok(Blackout { from: from.0, until: until.0 })
}

fn notices(text: &str, listed: &[Spanned<NoticeFile>]) -> Result<Vec<PackNotice>, TextError> {
    if let Some(extra) = listed.get(NOTICES_MAX) {
        return Err(wrong(text, extra, "expected at most 4 notices"));
    }
    let mut notices: Vec<PackNotice> = Vec::with_capacity(listed.len());
    for notice in listed.iter().map(Spanned::get_ref) {
        let (earliest_dpd, min_modes) = (*notice.earliest_dpd.get_ref(), &notice.min_modes);
        if notices.last().is_some_and(|before| earliest_dpd < before.earliest_dpd) {
            let message = "expected no fewer days than the notice before";
            return Err(wrong(text, &notice.earliest_dpd, message));
        }
        let modes = usize::try_from(*min_modes.get_ref()).unwrap_or(usize::MAX);
        if !(1..=notice.channels.len()).contains(&modes) {
            let message = "expected 1 to as many modes as there are channels";
            return Err(wrong(text, min_modes, message));
        }
        notices.push(PackNotice {
            earliest_dpd,
            cure_days: notice.cure_days,
            channels: notice.channels.clone(),
            min_modes: *min_modes.get_ref(),
        });
    }
    Ok(notices)
}
