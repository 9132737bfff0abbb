//! A bank's file in the place of a table: read whole, checked whole, then taken in.

use std::{fs::File, io::BufReader, process::ExitCode};

use formats::{
    book::RowError,
    camt::{self, MessageKind},
    intake::IntakeState,
};
use server::app::take_statement::{Statement, Told};

use super::{Desk, Format, Job, code, kind::Payments, pass::Tally, report};
use crate::fail::Failure;

impl Job<'_> {
    pub(super) async fn statement(
        &self,
        format: Format,
        provider: &Option<String>,
    ) -> Result<ExitCode, Failure> {
        let Desk::Here(desk) = self.desk else {
            let detail = "a bank's file is taken in on the data directory: stop the server, and \
                          leave --server out";
            return Err(Failure::usage("not_remote", detail));
        };
        let mut tally = Tally::default();
        let statement = match self.read(format, provider.as_deref())? {
            Ok(statement) => statement,
            Err(errors) => {
                tally.rejected = u64::try_from(errors.len()).unwrap_or(0);
                tally.errors = errors;
                report::checked::<Payments>(self.file, &tally, self.check, self.json);
                return Ok(code(&tally, 2));
            }
        };
        let told = desk.app.would_take(desk.tenant, &statement).await?;
        count(&mut tally, &statement, told);
        if self.check || !(tally.errors.is_empty() || self.keep_good) {
            report::checked::<Payments>(self.file, &tally, self.check, self.json);
            return Ok(code(&tally, 2));
        }
        let told = desk.app.take_statement(desk.tenant, &statement, &desk.actor).await;
        let told = told
            .map_err(|error| Failure::from(error).hint("run the same import again: it goes on"))?;
        let mut tally = Tally::default();
        count(&mut tally, &statement, told);
        report::written::<Payments>(self.file, &tally, self.json);
        Ok(code(&tally, 1))
    }

    fn read(
        &self,
        format: Format,
        provider: Option<&str>,
    ) -> Result<Result<Statement, Vec<RowError>>, Failure> {
        let file = File::open(self.file).map_err(|error| Failure::file(self.file, &error))?;
        let message = match camt::message(BufReader::new(file)) {
            Ok(message) => message,
            Err(error) => return Ok(Err(vec![error])),
        };
        let (expected, other) = match format {
            Format::Camt054 => (MessageKind::Notification, "camt053"),
            Format::Csv | Format::Camt053 => (MessageKind::Statement, "camt054"),
        };
        if message.kind != expected {
            let detail = format!("the file is another kind of message: try --format {other}");
            let (column, value) = ("Document".to_owned(), String::new());
            return Ok(Err(vec![RowError {
                line: 1,
                column,
                value,
                code: "wrong_format",
                detail,
            }]));
        }
        let raw = std::fs::read(self.file).map_err(|error| Failure::file(self.file, &error))?;
        Ok(Statement::of(&message, provider, server::crypto::sha256(&[&raw])))
    }
}

fn count(tally: &mut Tally, statement: &Statement, told: Vec<Told>) {
    tally.pending = statement.pending;
    tally.passed = statement.passed;
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
                let (column, value) = ("Ntry".to_owned(), provider_id);
                let (code, detail) = (refusal.code, refusal.detail);
                tally.errors.push(RowError { line, column, value, code, detail });
            }
        }
    }
}
