//! What a pack's fields say together: texts that contradict themselves are refused.

use domain::{
    Rung,
    policy::{Function, LegalStatus, PackNotice},
};

use super::tables::{File, Listed, Named};
use crate::settings::{TextError, wrong};

pub(super) fn check(text: &str, file: &File, notices: &[PackNotice]) -> Result<(), TextError> {
    scope(text, file)?;
    dates(text, file)?;
    rungs(text, file, notices)?;
    let Listed(restrictions) = file.restrictions.get_ref();
    let forbidden =
        |one: &&domain::Restriction| file.never_restrict.contains(&Function::Restriction(**one));
    if let Some(named) = restrictions.iter().find(forbidden) {
        let message = format!("{} stands in never_restrict: it cannot be both", named.name());
        return Err(wrong(text, &file.restrictions, &message));
    }
    Ok(())
}

fn scope(text: &str, file: &File) -> Result<(), TextError> {
    let own = file.financed_device_only.as_ref().filter(|only| !*only.get_ref());
    if let Some(only) = own {
        let message = "expected true: only the phone that a contract financed is ever restricted";
        return Err(wrong(text, only, message));
    }
    let itself = file.parent.as_ref().filter(|parent| parent.get_ref().0 == file.id.0);
    match itself {
        Some(parent) => Err(wrong(text, parent, "expected another pack than this one")),
        None => Ok(()),
    }
}

fn dates(text: &str, file: &File) -> Result<(), TextError> {
    if let (Some(Named(from)), Some(to)) = (&file.effective_from, &file.effective_to)
        && to.get_ref().0 < *from
    {
        return Err(wrong(text, to, "expected no day before effective_from"));
    }
    match (&file.reviewed_by, &file.reviewed_on) {
        (Some(by), None) => Err(wrong(text, by, "expected reviewed_on too: when was it reviewed?")),
        (None, Some(on)) => Err(wrong(text, on, "expected reviewed_by too: who reviewed it?")),
        _ => Ok(()),
    }
}

/// No step before its notice, and no rung that the law behind it forbids.
fn rungs(text: &str, file: &File, notices: &[PackNotice]) -> Result<(), TextError> {
    let Named(rung_max) = *file.rung_max.get_ref();
    let lawful = LegalStatus::rung_max(file.legal_status);
    if rung_max > lawful {
        let status = file.legal_status.name();
        let message = format!("expected at most {} where the law is {status}", lawful.name());
        return Err(wrong(text, &file.rung_max, &message));
    }
    if rung_max <= Rung::Notice {
        return Ok(());
    }
    if notices.is_empty() {
        let message = "expected at least one of [[notices]]: no step comes before its notice";
        return Err(wrong(text, &file.rung_max, message));
    }
    let mut run = 0;
    for notice in notices {
        run = notice.earliest_dpd.max(run) + notice.cure_days;
    }
    if *file.min_dpd_restrict.get_ref() < run {
        let message = format!(
            "a step would come before its notice: the notices run until {run} days past due"
        );
        return Err(wrong(text, &file.min_dpd_restrict, &message));
    }
    Ok(())
}
