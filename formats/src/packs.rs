//! Policy packs: what a jurisdiction allows, as TOML.

mod logic;
mod rules;
mod schema;
mod tables;

use domain::{
    Day,
    policy::{Effective, Pack, Passes, strictness::milder_fields},
};

use crate::settings::{self, Filled, TextError, wrong};
use rules::{DAYS_MAX, HOURS_MAX, up_to};
pub(crate) use rules::{blackout, evidence, silence};
pub use schema::schema;
use tables::File;
pub(crate) use tables::{Blackout, Effects, Named, Silence};

/// Largest text of a pack in bytes.
pub const PACK_MAX: usize = 256 * 1024;

macro_rules! shipped {
    ($($id:literal),* $(,)?) => {
        &[$(($id, include_str!(concat!("../../packs/", $id, ".toml")))),*]
    };
}

/// The packs that come with the program: id and text.
pub fn builtin() -> &'static [(&'static str, &'static str)] {
    shipped![
        "in-rbi-draft-2026",
        "us-ct-self-help",
        "us-ca-analog",
        "us-nj-analog",
        "us-ny-analog",
        "ke-baseline",
        "ph-baseline",
        "id-baseline",
        "mx-baseline",
        "co-baseline",
        "za-baseline",
        "ng-baseline",
        "cn-baseline",
        "br",
        "de",
        "eu-default",
        "uk",
        "au",
        "test-fast",
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
    /// The lawyer who reviewed it; `None` = needs counsel.
    pub reviewed_by: Option<String>,
    /// When.
    pub reviewed_on: Option<Day>,
}

/// Reads a pack.
pub fn parse_pack(text: &str) -> Result<Pack, TextError> {
    parse_pack_file(text).map(|file| file.pack)
}

/// Reads a pack with what is known about it.
pub fn parse_pack_file(text: &str) -> Result<PackFile, TextError> {
    if text.len() > PACK_MAX {
        let message = "expected a text of at most 256 KiB".to_owned();
        return Err(TextError { line: 0, field: String::new(), message });
    }
    let file: File = settings::read(text)?;
    if *file.version.get_ref() == 0 {
        return Err(wrong(text, &file.version, "expected a version from 1"));
    }
    let notices = rules::notices(text, &file.notices)?;
    logic::check(text, &file, &notices)?;
    let Named(rung_max) = *file.rung_max.get_ref();
    let blackout = file.blackout.as_ref().map(|span| rules::blackout(text, span)).transpose()?;
    let effective = Effective {
        from: file.effective_from.as_ref().map(|Named(day)| *day),
        to: file.effective_to.as_ref().map(|to| to.get_ref().0),
    };
    let pack = Pack {
        version: *file.version.get_ref(),
        legal_status: file.legal_status,
        effective,
        rung_max,
        min_dpd_restrict: up_to(text, &file.min_dpd_restrict, DAYS_MAX)?,
        notices,
        min_days_between_steps: up_to(text, &file.min_days_between_steps, DAYS_MAX)?,
        steps: rules::steps(text, &file)?,
        blackout,
        restrictions: file.restrictions.get_ref().0.clone(),
        passes: Passes { count: file.passes.count, hours: file.passes.hours },
        offline_step_max_age_hours: up_to(text, &file.offline_step_max_age_hours, HOURS_MAX)?,
        removal_hours: up_to(text, &file.removal_hours, HOURS_MAX)?,
        conduct: rules::conduct(text, &file)?,
        care: rules::care(text, &file, rung_max)?,
        unlock: rules::unlock(text, &file)?,
        paper: rules::paper(text, &file)?,
        id: file.id.0,
        parent: file.parent.map(|parent| parent.into_inner().0),
        jurisdiction: file.jurisdiction.0,
        sources: file.sources.into_iter().map(|Filled(source)| source).collect(),
        never_restrict: file.never_restrict,
        guards: file.guards,
    };
    Ok(PackFile {
        pack,
        summary: file.summary.0,
        draft: file.draft,
        reviewed_by: file.reviewed_by.map(|by| by.into_inner().0),
        reviewed_on: file.reviewed_on.map(|on| on.into_inner().0),
    })
}

/// A pack is nowhere milder than its parent: the first field that is, with its line.
pub fn check_parent(text: &str, pack: &Pack, parent: &Pack) -> Result<(), TextError> {
    let milder = milder_fields(pack, parent);
    let placed = milder.iter().map(|field| (settings::line_of(text, field), *field));
    let Some((line, field)) = placed.min() else {
        return Ok(());
    };
    let (id, version) = (&parent.id, parent.version);
    let message =
        format!("milder than its parent {id} version {version}: a parent is only tightened");
    Err(TextError { line, field: field.to_owned(), message })
}
