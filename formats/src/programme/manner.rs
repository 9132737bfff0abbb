//! `[quiet_hours]`, `[silence]`, `[evidence]`, `relock_after_partial`: how a lender goes about it.

use domain::{
    Rung,
    policy::{Manner, care::Relock},
};
use toml::Spanned;

use crate::{
    packs::{Blackout, Effects, Named, Silence, blackout, evidence, silence},
    settings::TextError,
};

/// What a programme says of it.
pub(super) struct Tables<'a> {
    pub(super) quiet_hours: Option<&'a Spanned<Blackout>>,
    pub(super) silence: Option<&'a Silence>,
    pub(super) evidence: Option<&'a Effects>,
    pub(super) relock_after_partial: Option<&'a Named<Relock>>,
}

/// Each value within its range; how far the packs let it reach shows when a ladder is resolved.
pub(super) fn manner(text: &str, tables: &Tables<'_>) -> Result<Manner, TextError> {
    let usual = Manner::default();
    let relock = tables.relock_after_partial;
    Ok(Manner {
        quiet: tables.quiet_hours.map(|span| blackout(text, span)).transpose()?,
        silence: tables.silence.map(|table| silence(text, table, Rung::Lock)).transpose()?,
        evidence: evidence(text, tables.evidence, Rung::Lock)?,
        relock_after_partial: relock.map_or(usual.relock_after_partial, |Named(relock)| *relock),
    })
}
