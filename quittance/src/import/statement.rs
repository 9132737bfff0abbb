//! A bank's file in the place of a table: read whole, checked whole, then taken in.

use std::process::ExitCode;

use formats::{
    bank_file::FileCounts,
    book::RowError,
    camt::{self, MessageKind},
    intake::IntakeState,
};
use serde_json::Value;
use server::app::{
    take_file::{FileKind, NewFile, NotTaken, TakenFile},
    take_statement::{Statement, Told},
};

use super::{Desk, Format, Job, code, here::Here, kind::Payments, pass::Tally, report};
use crate::{
    fail::Failure,
    remote::{Remote, known_code, segment},
};

impl Job<'_> {
    pub(super) async fn statement(
        &self,
        format: Format,
        provider: &Option<String>,
    ) -> Result<ExitCode, Failure> {
        let raw = self.whole()?;
        let kind = match format {
            Format::Camt054 => MessageKind::Notification,
            Format::Csv | Format::Camt053 => MessageKind::Statement,
        };
        let new = NewFile { kind: FileKind::Bank(kind), provider: provider.as_deref(), raw: &raw };
        let statement = match read(new) {
            Ok(statement) => statement,
            Err(errors) => {
                let rejected = u64::try_from(errors.len()).unwrap_or(0);
                let tally = Tally { rejected, errors, ..Tally::default() };
                report::checked::<Payments>(self.file, &tally, self.check, self.json);
                return Ok(code(&tally, 2));
            }
        };
        let tally = match self.desk {
            Desk::Here(desk) => {
                let told = desk.app.would_take(desk.tenant, &statement).await?;
                let found = would(&statement, told);
                if self.check || !(found.errors.is_empty() || self.keep_good) {
                    report::checked::<Payments>(self.file, &found, self.check, self.json);
                    return Ok(code(&found, 2));
                }
                here(desk, new).await?
            }
            Desk::There(_) if self.check => {
                let rows = u64::try_from(statement.receipts.len()).unwrap_or(0);
                let tally = Tally { rows, fresh: rows, ..Tally::default() };
                report::checked::<Payments>(self.file, &tally, true, self.json);
                return Ok(code(&tally, 2));
            }
            Desk::There(remote) => there(remote, new).await?,
        };
        report::written::<Payments>(self.file, &tally, self.json);
        Ok(code(&tally, 1))
    }

    fn whole(&self) -> Result<Vec<u8>, Failure> {
        let failed = |error: std::io::Error| Failure::file(self.file, &error);
        let size = std::fs::metadata(self.file).map_err(failed)?.len();
        if size > camt::FILE_MAX {
            let detail = format!("{}: a bank's file has at most 64 MiB", self.file.display());
            return Err(Failure::usage("body_too_large", detail));
        }
        std::fs::read(self.file).map_err(failed)
    }
}

fn read(new: NewFile<'_>) -> Result<Statement, Vec<RowError>> {
    let message = camt::message(new.raw).map_err(|error| vec![error])?;
    if FileKind::Bank(message.kind) != new.kind {
        let other = FileKind::Bank(message.kind).name();
        let detail = format!("the file is another kind of message: try --format {other}");
        let (column, value) = ("Document".to_owned(), String::new());
        return Err(vec![RowError { line: 1, column, value, code: "wrong_format", detail }]);
    }
    Statement::of(&message, new.provider, server::crypto::sha256(&[new.raw]))
}

async fn here(desk: &Here, new: NewFile<'_>) -> Result<Tally, Failure> {
    match desk.app.take_file(desk.tenant, new, &desk.actor).await {
        Ok(TakenFile { file, refused, repeated, .. }) => {
            let errors = refused.into_iter().map(|(line, provider_id, refusal)| {
                entry_error(line, provider_id, refusal.code, refusal.detail)
            });
            Ok(tally(file.counts.unwrap_or_default(), errors.collect(), repeated))
        }
        Err(NotTaken::Faults(errors)) => {
            let rejected = u64::try_from(errors.len()).unwrap_or(0);
            Ok(Tally { rejected, errors, ..Tally::default() })
        }
        Err(NotTaken::Error(error)) => {
            Err(Failure::from(error).hint("run the same import again: it goes on"))
        }
    }
}

async fn there(remote: &Remote, new: NewFile<'_>) -> Result<Tally, Failure> {
    let mut path = format!("/v1/statements?format={}", new.kind.name());
    if let Some(provider) = new.provider {
        path += &format!("&provider={}", segment(provider));
    }
    let (value, repeated) = remote.post_file(&path, "application/xml", new.raw).await?;
    let count = |name: &str| value[name].as_u64().unwrap_or(0);
    let counts = FileCounts {
        counted: count("counted"),
        known: count("known"),
        passed: count("passed"),
        pending: count("pending"),
        refused: count("refused"),
        reversed: count("reversed"),
        suspense: count("suspense"),
    };
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or("").to_owned();
    let errors = value["refusals"].as_array().into_iter().flatten().map(|refusal| {
        let line = refusal["line"].as_u64().unwrap_or(0);
        let (id, detail) = (text(refusal, "provider_id"), text(refusal, "detail"));
        entry_error(line, id, known_code(&text(refusal, "code")), detail)
    });
    Ok(tally(counts, errors.collect(), repeated))
}

fn entry_error(line: u64, value: String, code: &'static str, detail: String) -> RowError {
    RowError { line, column: "Ntry".to_owned(), value, code, detail }
}

/// What became of a file; all of it is known where the same bytes came before.
fn tally(counts: FileCounts, errors: Vec<RowError>, repeated: bool) -> Tally {
    let FileCounts { counted, known, passed, pending, refused, reversed, suspense } = counts;
    let taken = counted + known + reversed + suspense;
    let found = Tally { rows: taken + refused, pending, passed, errors, ..Tally::default() };
    if repeated {
        return Tally { known: taken, ..found };
    }
    Tally { fresh: counted, known, suspense, reversed, rejected: refused, ..found }
}

/// What taking a statement in would come to.
fn would(statement: &Statement, told: Vec<Told>) -> Tally {
    let Statement { pending, passed, .. } = *statement;
    let mut tally = Tally { pending, passed, ..Tally::default() };
    for Told { line, provider_id, became } in told {
        tally.rows += 1;
        match became {
            Ok((_, true)) => tally.known += 1,
            Ok((IntakeState::Suspense { .. }, false)) => tally.suspense += 1,
            Ok((IntakeState::Reversal { .. } | IntakeState::Reversing { .. }, false)) => {
                tally.reversed += 1;
            }
            Ok((_, false)) => tally.fresh += 1,
            Err(refusal) => {
                tally.rejected += 1;
                let (code, detail) = (refusal.code, refusal.detail);
                tally.errors.push(entry_error(line, provider_id, code, detail));
            }
        }
    }
    tally
}
