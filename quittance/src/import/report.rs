//! What came of an import, for a person and for a script.

use std::path::Path;

use formats::book::RowError;
use serde_json::{Value, json};

use super::{kind::Kind, pass::Tally};
use crate::out;

/// Tells what a check found.
pub(super) fn checked<K: Kind>(file: &Path, tally: &Tally, asked: bool, as_json: bool) {
    if as_json {
        return out::json(&value::<K>(file, tally, !asked && tally.errors.is_empty()));
    }
    tell_errors(file, &tally.errors);
    let Tally { rows, fresh, known, rejected, .. } = tally;
    let name = K::NAME;
    if tally.errors.is_empty() {
        out::line(format!(
            "{rows} {name} checked: {fresh} new, {known} known. Nothing was written."
        ));
        return;
    }
    let shown = file.display();
    out::line(format!(
        "{rows} {name} checked: {rejected} rows of {shown} are wrong. Nothing was written."
    ));
    if !asked {
        let hint = "Correct them, or take the good rows with --keep-good.";
        out::line(hint);
    }
}

/// Tells what was written.
pub(super) fn written<K: Kind>(file: &Path, tally: &Tally, as_json: bool) {
    if as_json {
        return out::json(&value::<K>(file, tally, true));
    }
    tell_errors(file, &tally.errors);
    let Tally { fresh, known, suspense, reversed, older, rejected, pending, passed, .. } = tally;
    let mut text = format!("{}: {fresh} new, {known} known", K::NAME);
    let others = [
        (suspense, "in suspense (see GET /v1/suspense)"),
        (reversed, "taken back"),
        (older, "older than what is known"),
        (rejected, "rejected"),
        (pending, "pending and so no money"),
        (passed, "passed over"),
    ];
    for (count, what) in others.into_iter().filter(|(count, _)| **count > 0) {
        text += &format!(", {count} {what}");
    }
    out::line(text + ".");
    if let Some(aside) = &tally.reject_file {
        out::line(format!("Rejected rows: {}. Correct and import that.", aside.display()));
    }
}

fn tell_errors(file: &Path, errors: &[RowError]) {
    for error in errors {
        out::note(format!("{}: {error} [{}]", file.display(), error.code));
    }
}

fn value<K: Kind>(file: &Path, tally: &Tally, written: bool) -> Value {
    let errors: Vec<Value> = tally.errors.iter().map(error_value).collect();
    json!({
        "kind": K::NAME,
        "file": file,
        "written": written,
        "rows": tally.rows,
        "new": tally.fresh,
        "known": tally.known,
        "suspense": tally.suspense,
        "reversed": tally.reversed,
        "older": tally.older,
        "pending": tally.pending,
        "passed": tally.passed,
        "rejected": tally.rejected,
        "reject_file": tally.reject_file,
        "errors": errors,
    })
}

fn error_value(error: &RowError) -> Value {
    json!({
        "line": error.line,
        "column": error.column,
        "value": error.value,
        "code": error.code,
        "detail": error.detail,
    })
}
